//! Aggregations with formulas, and what is made of them: `agg_by` and `keyed_transpose`.

use kinetable_engine as engine;
use kinetable_engine::{Error, Result};
use kinetable_formula::parse_pair;
use kinetable_operators::aggregate::{self, Aggregation, GroupOptions, NewColumn, Transpose};

use super::Table;
use crate::Names;
use crate::error::of_formula;
use crate::formulas::{Lenience, ListFormulas, filters};

/// Makes the aggregations of a table by some keys, where formulas are among them; then the table of them.
///
/// In formulas over the rows of a group the key columns are single values, and all other columns arrays. A cell whose
/// formula fails on a live table is null and recorded with the table that is made.
pub struct GroupFormulas<'a> {
    table: &'a Table,
    by: &'a [String],
    names: &'a (dyn Names + Sync),
    lenience: Lenience,
}

impl Table {
    /// Begins aggregations with formulas.
    pub fn group_formulas<'a>(
        &'a self,
        by: &'a [String],
        names: &'a (dyn Names + Sync),
    ) -> GroupFormulas<'a> {
        GroupFormulas { table: self, by, names, lenience: Lenience::default() }
    }
}

impl<'a> GroupFormulas<'a> {
    /// The table.
    pub(super) fn table(&self) -> &'a Table {
        self.table
    }

    /// The keys.
    pub(super) fn by(&self) -> &'a [String] {
        self.by
    }
}

impl GroupFormulas<'_> {
    /// The number of rows of a group that pass all of the filters.
    ///
    /// # Errors
    /// If a filter is wrong.
    pub fn count_where(&self, column: &str, texts: &[String]) -> Result<Aggregation> {
        let condition = texts.iter().map(|text| format!("({text})")).collect::<Vec<_>>().join(" && ");
        let single = if texts.len() == 1 { texts.to_vec() } else { vec![condition] };
        let compiled = filters(self.table.schema(), &single, self.names, &self.lenience)?;
        let predicate = compiled.into_iter().next().map(|(filter, _)| filter.function);
        let predicate = predicate.ok_or_else(|| Error::invalid("count_where has no filter"))?;
        Ok(Aggregation::count_where(column, predicate))
    }

    /// What a formula `"Out = expression"` makes of the rows of a group.
    ///
    /// # Errors
    /// If the formula is wrong.
    pub fn formula(&self, text: &str) -> Result<Aggregation> {
        let keys = self.keys()?;
        let (name, function) = self.lists().whole(text)?;
        Ok(Aggregation::formula(name, function, keys))
    }

    /// What an expression makes of the rows of a group, with `parameter` for the values of a column; for each pair
    /// `"Out = In"`.
    ///
    /// # Errors
    /// If the expression is wrong for the type of a column, a column is missing, or there is no pair.
    pub fn formula_of(
        &self,
        expression: &str,
        parameter: &str,
        pairs: &[String],
    ) -> Result<Vec<Aggregation>> {
        if pairs.is_empty() {
            let message = format!("the formula \"{expression}\" is applied to columns, but names none");
            return Err(Error::invalid(message).with_hint("name some, e.g. \"Out = In\""));
        }
        let each = |pair: &String| {
            let (output, input) = parse_pair(pair).map_err(of_formula)?;
            let function = self.lists().template(expression, parameter, &input)?;
            Ok(Aggregation::formula(output, function, self.keys()?))
        };
        pairs.iter().map(each).collect()
    }

    /// The table of aggregations, one row a group.
    ///
    /// # Errors
    /// As [`Table::agg_by`].
    pub fn agg_by(self, aggregations: &[Aggregation], options: &GroupOptions) -> Result<Table> {
        let by: Vec<&str> = self.by.iter().map(String::as_str).collect();
        self.made(|table| aggregate::agg_by(table, aggregations, &by, options))
    }

    /// The table of aggregations with the last keys, those from `columns` on, as columns.
    ///
    /// # Errors
    /// As [`Table::agg_by`], and if there are no row keys or column keys.
    pub fn keyed_transpose(
        self,
        aggregations: &[Aggregation],
        columns: usize,
        initial_groups: Option<&Table>,
        on_new: NewColumn,
    ) -> Result<Table> {
        let by: Vec<&str> = self.by.iter().map(String::as_str).collect();
        let (rows, columns) = by.split_at(columns);
        let initial_groups = initial_groups.map(Table::engine).transpose()?;
        let what = Transpose { rows, columns, initial_groups, on_new };
        self.made(|table| aggregate::keyed_transpose(table, aggregations, &what))
    }

    fn made(&self, operation: impl FnOnce(&engine::Table) -> Result<engine::Table>) -> Result<Table> {
        Ok(self.table.derived(operation(&self.table.engine()?)?, &self.lenience))
    }

    fn keys(&self) -> Result<Vec<usize>> {
        self.by.iter().map(|name| self.table.definition().column_index(name)).collect()
    }

    fn lists(&self) -> ListFormulas<'_> {
        ListFormulas {
            schema: self.table.schema(),
            plain: self.by,
            names: self.names,
            lenience: &self.lenience,
        }
    }
}
