//! Joins: columns of another table beside the rows of this one.

use kinetable_engine as engine;
use kinetable_engine::{Error, Result};
use kinetable_formula::{parse_join_keys, parse_pair};
use kinetable_operators::join::{self, MultiInput, NaturalJoinType, Nearest};

use super::Table;
use super::join_texts::{last_key, range_match};
use crate::error::of_formula;

/// A join of two tables on pairs of keys, which adds pairs of names and columns.
type Join = fn(&engine::Table, &engine::Table, &[(&str, &str)], &[(&str, &str)]) -> Result<engine::Table>;

/// Two names.
type Pair = (String, String);

impl Table {
    /// All rows, each with columns of the row of `right` that has the same key. `on`: `"K"` or `"L=R"`, also lists
    /// with commas; `add`: `"C"` or `"New=C"`; nothing adds all columns of `right` that are not keys.
    ///
    /// # Errors
    /// If a column is missing, key types differ, names clash, or the rows do not match as `policy` wants.
    pub fn natural_join(
        &self,
        right: &Table,
        on: &[String],
        add: &[String],
        policy: NaturalJoinType,
    ) -> Result<Table> {
        self.beside(right, &keys(on)?, add, |left, right, on, add| {
            join::natural_join(left, right, on, add, policy)
        })
    }

    /// As [`Table::natural_join`] with [`NaturalJoinType::ExactlyOne`].
    ///
    /// # Errors
    /// As there, and if a row has no match.
    pub fn exact_join(&self, right: &Table, on: &[String], add: &[String]) -> Result<Table> {
        self.natural_join(right, on, add, NaturalJoinType::ExactlyOne)
    }

    /// All rows, each with columns of the row of `right` that has the same keys but for the last one, by which it is the nearest
    /// at or before (`"L >= R"` or a plain name) or before (`"L > R"`); of several the last.
    ///
    /// # Errors
    /// If a column is missing, key types differ, or names clash.
    pub fn aj(&self, right: &Table, on: &[String], add: &[String]) -> Result<Table> {
        self.nearest(right, on, add, [Nearest::AtOrBefore, Nearest::Before])
    }

    /// As [`Table::aj`] with the nearest row at or after (`"L <= R"` or a plain name) or after (`"L < R"`); of several the
    /// first.
    ///
    /// # Errors
    /// As there.
    pub fn raj(&self, right: &Table, on: &[String], add: &[String]) -> Result<Table> {
        self.nearest(right, on, add, [Nearest::AtOrAfter, Nearest::After])
    }

    /// The pairs of rows with the same key; without keys all pairs.
    ///
    /// # Errors
    /// If a column is missing, key types differ, or names clash.
    pub fn join(&self, right: &Table, on: &[String], add: &[String]) -> Result<Table> {
        self.paired(right, on, add, join::join)
    }

    /// As [`Table::join`], and the rows that have no match.
    ///
    /// # Errors
    /// As there.
    pub fn left_outer_join(&self, right: &Table, on: &[String], add: &[String]) -> Result<Table> {
        self.paired(right, on, add, join::left_outer_join)
    }

    /// As [`Table::left_outer_join`], and the rows of `right` that have no match.
    ///
    /// # Errors
    /// As there.
    pub fn full_outer_join(&self, right: &Table, on: &[String], add: &[String]) -> Result<Table> {
        self.paired(right, on, add, join::full_outer_join)
    }

    /// The rows whose key is in `set`.
    ///
    /// # Errors
    /// If a column is missing, or key types differ.
    pub fn where_in(&self, set: &Table, on: &[String]) -> Result<Table> {
        let (set, on) = (set.engine()?, keys(on)?);
        self.reshaped(|table| join::where_in(table, &set, &borrowed(&on)))
    }

    /// The rows whose key is not in `set`.
    ///
    /// # Errors
    /// As [`Table::where_in`].
    pub fn where_not_in(&self, set: &Table, on: &[String]) -> Result<Table> {
        let (set, on) = (set.engine()?, keys(on)?);
        self.reshaped(|table| join::where_not_in(table, &set, &borrowed(&on)))
    }

    /// One row for each key of any of the inputs: a table, its keys `"Key"` or `"Key=Column"`, and the columns that it adds;
    /// nothing adds all columns that are not keys. The keys of an input are unique.
    ///
    /// # Errors
    /// If there is no input, a column is missing, key types or names differ, names clash, or a key is there twice.
    pub fn multi_join(inputs: &[(Table, Vec<String>, Vec<String>)]) -> Result<Table> {
        let Some((first, ..)) = inputs.first() else {
            return Err(
                Error::invalid("multi_join: there is no table to join").with_hint("give at least one")
            );
        };
        let mut parsed: Vec<(engine::Table, Vec<Pair>, Vec<Pair>)> = Vec::new();
        for (table, on, add) in inputs {
            let (table, on) = (table.engine()?, keys(on)?);
            let added = if add.is_empty() { columns_but(&table, &on) } else { additions(add)? };
            parsed.push((table, on, added));
        }
        let borrow = |(table, on, added)| -> MultiInput<'_> { (table, borrowed(on), borrowed(added)) };
        let inputs: Vec<MultiInput<'_>> =
            parsed.iter().map(|(table, on, added)| borrow((table, on, added))).collect();
        first.reshaped(|_| join::multi_join(&inputs))
    }

    /// All rows, each with lists `"New=Column"` of the rows of `right` that lie in a range, the last of `on`: `"L <= R <= L2"`, with
    /// `<` in place of `<=`, `"<- L <= …"` to take the last row before too, `"… <= L2 ->"` the first one after. Static tables only.
    ///
    /// # Errors
    /// If a table is live, a column is missing, types differ, or names clash.
    pub fn range_join(&self, right: &Table, on: &[String], groups: &[String]) -> Result<Table> {
        let (exact, last) = split_last(on, "range_join", "\"L <= R <= L2\"")?;
        let (on, range, groups) = (keys(&exact)?, range_match(&last)?, additions(groups)?);
        let right = right.engine()?;
        self.reshaped(|left| {
            join::range_join(left, &right, &borrowed(&on), &range.borrowed(), &borrowed(&groups))
        })
    }

    fn nearest(&self, right: &Table, on: &[String], add: &[String], rules: [Nearest; 2]) -> Result<Table> {
        let is_after = rules[0] == Nearest::AtOrAfter;
        let (operation, example) = if is_after { ("raj", "\"L <= R\"") } else { ("aj", "\"L >= R\"") };
        let (exact, last) = split_last(on, operation, example)?;
        let (left, last_right, nearest) =
            last_key(&last, rules).map_err(|error| error.in_context(operation))?;
        let exact = keys(&exact)?;
        let mut on = exact.clone();
        on.push((left.clone(), last_right.clone()));
        self.beside(right, &on, add, |table, right, _, add| {
            join::as_of_join(table, right, &borrowed(&exact), (&left, &last_right), nearest, add)
        })
    }

    fn paired(&self, right: &Table, on: &[String], add: &[String], operation: Join) -> Result<Table> {
        self.beside(right, &keys(on)?, add, operation)
    }

    /// A join that adds columns of the right table: those named, or all that are not keys.
    fn beside(
        &self,
        right: &Table,
        on: &[Pair],
        add: &[String],
        operation: impl FnOnce(
            &engine::Table,
            &engine::Table,
            &[(&str, &str)],
            &[(&str, &str)],
        ) -> Result<engine::Table>,
    ) -> Result<Table> {
        let right = right.engine()?;
        let on = borrowed(on);
        let add = if add.is_empty() { join::default_additions(&right, &on) } else { additions(add)? };
        self.reshaped(|left| operation(left, &right, &on, &borrowed(&add)))
    }
}

fn borrowed(pairs: &[Pair]) -> Vec<(&str, &str)> {
    pairs.iter().map(|(first, second)| (first.as_str(), second.as_str())).collect()
}

fn keys(texts: &[String]) -> Result<Vec<Pair>> {
    let lists = texts.iter().map(|text| parse_join_keys(text).map_err(of_formula));
    Ok(lists.collect::<Result<Vec<_>>>()?.concat())
}

fn additions(texts: &[String]) -> Result<Vec<Pair>> {
    let single = texts.iter().flat_map(|text| text.split(','));
    single.map(|pair| parse_pair(pair.trim()).map_err(of_formula)).collect()
}

/// All columns that are not keys, which are pairs of the name in the result and the column.
fn columns_but(table: &engine::Table, keys: &[Pair]) -> Vec<Pair> {
    let names = table.schema().fields().iter().map(|field| field.name().clone());
    let others = names.filter(|name| !keys.iter().any(|(_, column)| column == name));
    others.map(|name| (name.clone(), name)).collect()
}

/// The exact keys, and the last one.
fn split_last(texts: &[String], operation: &str, example: &str) -> Result<(Vec<String>, String)> {
    let mut all: Vec<String> =
        texts.iter().flat_map(|text| text.split(',')).map(|text| text.trim().to_owned()).collect();
    match all.pop() {
        Some(last) => Ok((all, last)),
        None => Err(Error::invalid(format!("{operation}: there is no key"))
            .with_hint(format!("say on what: exact keys if any, and last {example}"))),
    }
}
