//! Joins by any condition.
//!
//! | condition | what becomes of it |
//! |---|---|
//! | an equation of both sides | a key; null is no key of a match |
//! | of one side | a filter before an inner join; in an outer join of the side that may lack, or a key of true |
//! | any other | a filter after an inner join; an outer join adds the rows whose values are in no pair |
//!
//! **Cost**: without an equation, all pairs of rows are made and tested.

use std::sync::Arc;

use arrow_array::{BooleanArray, Int8Array};
use kinetable::Result;
use kinetable_engine::Table;
use kinetable_operators::{join, shape};

use super::Planner;
use super::inner::pairs;
use crate::context::Context;
use crate::expr::{ColumnId, Expr};
use crate::functions::coalesce;
use crate::functions::operator::{Compare, comparison, equality, is_not_null, is_true};
use crate::scope::{Column, Relation, Standing};

/// Which rows without a match stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Inner,
    Left,
    Right,
    Full,
}

/// Conditions by what they read.
#[derive(Default)]
struct Sorted {
    /// Equations: of the left side, of the right side.
    keys: Vec<(Expr, Expr)>,
    left: Vec<Expr>,
    right: Vec<Expr>,
    both: Vec<Expr>,
}

impl Planner<'_> {
    /// The pairs of rows for which all conditions are true, and the rows without a match that stay.
    ///
    /// # Errors
    /// If values are compared that do not compare.
    pub(super) fn matched(
        &self,
        left: &Relation,
        right: &Relation,
        kind: Kind,
        on: Vec<Expr>,
    ) -> Result<Relation> {
        let columns: Vec<Column> = left.columns.iter().chain(&right.columns).cloned().collect();
        let table = match kind {
            Kind::Inner => self.inner(left, right, sorted(left, right, on))?,
            Kind::Left => self.left(left, right, on)?,
            Kind::Right => self.left(right, left, on)?,
            Kind::Full => self.full(left, right, on)?,
        };
        Ok(Relation { table, columns })
    }

    fn inner(&self, left: &Relation, right: &Relation, on: Sorted) -> Result<Table> {
        let left_table = self.filtered(&left.table, &on.left)?;
        let mut own = on.right;
        own.extend(on.keys.iter().map(|(_, key)| is_not_null(key.clone())));
        let right_table = self.filtered(&right.table, &own)?;
        let (left_table, lefts) = self.keyed(&left_table, on.keys.iter().map(|(key, _)| key))?;
        let (right_table, rights) = self.keyed(&right_table, on.keys.iter().map(|(_, key)| key))?;
        let on_names: Vec<_> = lefts.into_iter().zip(rights).collect();
        let joined = join::join(&left_table, &right_table, &pairs(&on_names), &pairs(&own_names(right)))?;
        self.filtered(&joined, &on.both)
    }

    fn left(&self, left: &Relation, right: &Relation, on: Vec<Expr>) -> Result<Table> {
        let on_sorted = sorted(left, right, on.clone());
        if !on_sorted.both.is_empty() {
            let matched = self.inner(left, right, on_sorted)?;
            return self.with_unmatched(matched, &[(left, right)], &on);
        }
        let mut own = on_sorted.right;
        own.extend(on_sorted.keys.iter().map(|(_, key)| is_not_null(key.clone())));
        let right_table = self.filtered(&right.table, &own)?;
        let mut keys = on_sorted.keys;
        if !on_sorted.left.is_empty() {
            let yes = Expr::literal(Arc::new(BooleanArray::from(vec![true])));
            keys.push((is_true(Expr::all(on_sorted.left)), yes));
        }
        let (left_table, lefts) = self.keyed(&left.table, keys.iter().map(|(key, _)| key))?;
        let (right_table, rights) = self.keyed(&right_table, keys.iter().map(|(_, key)| key))?;
        let on_names: Vec<_> = lefts.into_iter().zip(rights).collect();
        join::left_outer_join(&left_table, &right_table, &pairs(&on_names), &pairs(&own_names(right)))
    }

    fn full(&self, left: &Relation, right: &Relation, on: Vec<Expr>) -> Result<Table> {
        let on_sorted = sorted(left, right, on.clone());
        if !on_sorted.both.is_empty() || !on_sorted.left.is_empty() || !on_sorted.right.is_empty() {
            let matched = self.inner(left, right, on_sorted)?;
            return self.with_unmatched(matched, &[(left, right), (right, left)], &on);
        }
        // Copies, for the operation shows the keys of right rows in the key columns of the left; and a key that keeps null apart.
        let (lefts, rights): (Vec<_>, Vec<_>) = on_sorted.keys.into_iter().unzip();
        let (left_table, mut left_names) = self.copied(&left.table, &lefts, 1)?;
        let (right_table, right_names) = self.copied(&right.table, &rights, 2)?;
        if lefts.is_empty() {
            left_names.clear();
        }
        let on_names: Vec<_> = left_names.into_iter().zip(right_names).collect();
        join::full_outer_join(&left_table, &right_table, &pairs(&on_names), &pairs(&own_names(right)))
    }

    /// Matched rows, and of each side that stays those whose values, as far as the conditions read them, are in no match; beside
    /// them nulls. Rows of the same values match the same rows, so values will do.
    fn with_unmatched(&self, matched: Table, sides: &[(&Relation, &Relation)], on: &[Expr]) -> Result<Table> {
        let mut read = Vec::new();
        on.iter().for_each(|condition| condition.columns(&mut read));
        let (first, second) = sides[0];
        let all: Vec<&Column> = first.columns.iter().chain(&second.columns).collect();
        let as_they_are: Vec<_> = all.iter().map(|column| (column.id.name(), column.expr())).collect();
        let mut tables = vec![self.context.view(&matched, &as_they_are)?];
        for (side, _) in sides {
            let own = |column: &&Column| read.contains(&column.id);
            let mut keys: Vec<_> = side.columns.iter().filter(own).map(|column| column.id.name()).collect();
            if keys.is_empty() {
                keys = side.columns.iter().map(|column| column.id.name()).collect();
            }
            let keys: Vec<_> = keys.iter().map(|name| (name.as_str(), name.as_str())).collect();
            let lonely = join::where_not_in(&side.table, &matched, &keys)?;
            let columns: Vec<_> = all
                .iter()
                .map(|column| {
                    let value =
                        if side.has(column.id) { column.expr() } else { Expr::null(&column.data_type) };
                    (column.id.name(), value)
                })
                .collect();
            tables.push(self.context.view(&lonely, &columns)?);
        }
        shape::merge(&tables)
    }

    /// The table with a column for each key, and their names.
    fn keyed<'k>(&self, table: &Table, keys: impl Iterator<Item = &'k Expr>) -> Result<(Table, Vec<String>)> {
        let (mut made, mut names) = (Vec::new(), Vec::new());
        for key in keys {
            match key.as_column() {
                Some(id) if !names.contains(&id.name()) => names.push(id.name()),
                _ => {
                    let id = self.context.fresh();
                    names.push(id.name());
                    made.push((id, key.clone()));
                }
            }
        }
        Ok((self.context.with(table, &made)?, names))
    }

    /// The table with copies of keys, and a key that is 0 if none of them is null, and else `mark`.
    fn copied(&self, table: &Table, keys: &[Expr], mark: i8) -> Result<(Table, Vec<String>)> {
        let mut made: Vec<(ColumnId, Expr)> = Vec::new();
        let mut whole = Vec::new();
        for key in keys {
            made.push((self.context.fresh(), key.clone()));
            whole.push(is_not_null(key.clone()));
        }
        let number = |value: i8| Expr::literal(Arc::new(Int8Array::from(vec![value])));
        made.push((self.context.fresh(), Expr::case(Expr::all(whole), number(0), number(mark))));
        let names = made.iter().map(|(id, _)| id.name()).collect();
        Ok((self.context.with(table, &made)?, names))
    }
}

fn own_names(relation: &Relation) -> Vec<(String, String)> {
    relation.columns.iter().map(|column| (column.id.name(), column.id.name())).collect()
}

fn sorted(left: &Relation, right: &Relation, on: Vec<Expr>) -> Sorted {
    let mut all = Sorted::default();
    for condition in on {
        let mut read = Vec::new();
        condition.columns(&mut read);
        if read.iter().all(|id| right.has(*id)) {
            all.right.push(condition);
            continue;
        }
        if read.iter().all(|id| left.has(*id)) {
            all.left.push(condition);
            continue;
        }
        let of = |relation: &Relation, expr: &Expr| {
            let mut read = Vec::new();
            expr.columns(&mut read);
            !read.is_empty() && read.iter().all(|id| relation.has(*id))
        };
        match equality(&condition) {
            Some((a, b)) if of(left, a) && of(right, b) => all.keys.push((a.clone(), b.clone())),
            Some((a, b)) if of(right, a) && of(left, b) => all.keys.push((b.clone(), a.clone())),
            _ => all.both.push(condition),
        }
    }
    all
}

/// Columns of one name that are joined into one.
#[derive(Default)]
pub(super) struct Matching {
    pairs: Vec<(Column, Column)>,
    conditions: Vec<Expr>,
}

impl Matching {
    /// One more pair.
    pub(super) fn push(&mut self, left: Column, right: Column) -> std::result::Result<(), String> {
        self.conditions.push(comparison(Compare::Eq, left.expr(), right.expr())?);
        self.pairs.push((left, right));
        Ok(())
    }

    /// That they are equal.
    pub(super) fn conditions(&self) -> Vec<Expr> {
        self.conditions.clone()
    }

    /// The joined rows with one column for each pair, before all others.
    pub(super) fn merged(
        &self,
        context: &Context,
        joined: &Relation,
        kind: Kind,
    ) -> std::result::Result<Relation, std::result::Result<String, kinetable::Error>> {
        let mut made: Vec<(ColumnId, Expr)> = Vec::new();
        let mut columns: Vec<Column> = Vec::new();
        for (left, right) in &self.pairs {
            let value = match kind {
                Kind::Inner | Kind::Left => left.expr(),
                Kind::Right => right.expr(),
                Kind::Full => coalesce(vec![left.expr(), right.expr()]).map_err(Ok)?,
            };
            let id = context.fresh();
            let (name, data_type) = (left.name.clone(), value.data_type.clone());
            columns.push(Column { id, qualifier: None, name, data_type, standing: Standing::Own });
            made.push((id, value));
        }
        let is_merged = |id: ColumnId| self.pairs.iter().any(|(left, right)| left.id == id || right.id == id);
        columns.extend(joined.columns.iter().map(|column| match is_merged(column.id) {
            true => Column { standing: Standing::Merged, ..column.clone() },
            false => column.clone(),
        }));
        Ok(Relation { table: context.with(&joined.table, &made).map_err(Err)?, columns })
    }
}
