//! Queries within expressions: their answers become columns of the table that the expressions are over, so that both stay live.
//!
//! | asked | joined with each row |
//! |---|---|
//! | a value | the one row of the query, or the one of its keys |
//! | whether there are rows | the distinct keys, marked |
//! | a membership | the distinct keys and values, the distinct keys, the distinct keys with a null |
//!
//! **Cost**: a change of the value changes the rows of its keys, which are all rows without keys; a mark changes with the first row of
//! its keys and the last.

use kinetable::{NaturalJoinType, Result};
use kinetable_engine::Table;
use kinetable_operators::{filter, join};

use super::Planner;
use crate::bind::{Answer, Inner, marked};
use crate::expr::{ColumnId, Expr};
use crate::functions::operator::{is_not_null, is_null};
use crate::scope::Relation;

/// A value of the outer rows, and the column that it equals.
type On = (Expr, ColumnId);

impl Planner<'_> {
    /// The table with the answers of queries beside its rows.
    ///
    /// # Errors
    /// If a query in place of a value has several rows.
    pub(super) fn answered<'i>(
        &self,
        table: &Table,
        inner: impl IntoIterator<Item = &'i Inner>,
    ) -> Result<Table> {
        let mut table = table.clone();
        for Inner { answer, on } in inner {
            table = match answer {
                Answer::Row { table: row, add } => self
                    .beside(&table, row, on, add)
                    .map_err(|error| error.in_context("a query in place of a value"))?,
                Answer::Member { probe, set, found, rows, nulls } => {
                    self.member(&table, (*found, *rows, *nulls), probe, (set, on))?
                }
            };
        }
        Ok(table)
    }

    fn member(
        &self,
        table: &Table,
        (found, rows, nulls): (ColumnId, ColumnId, ColumnId),
        probe: &Expr,
        (set, on): (&Relation, &[On]),
    ) -> Result<Table> {
        let value = &set.columns[0];
        let keys: Vec<ColumnId> = on.iter().map(|(_, key)| *key).collect();
        let mut with_value = keys.clone();
        with_value.push(value.id);
        let those = |condition: Expr| {
            let filter = self.context.filter(condition, &set.table)?;
            filter::where_(&set.table, &[filter])
        };
        let values = marked(self.context, &those(is_not_null(value.expr()))?, found, &with_value)?;
        let with_null = marked(self.context, &those(is_null(value.expr()))?, nulls, &keys)?;
        let all = marked(self.context, &set.table, rows, &keys)?;
        let mut of_value = on.to_vec();
        of_value.push((probe.clone(), value.id));
        let table = self.beside(table, &values, &of_value, &[(found, found)])?;
        let table = self.beside(&table, &with_null, on, &[(nulls, nulls)])?;
        self.beside(&table, &all, on, &[(rows, rows)])
    }

    /// The table with columns of the row of another that its values equal.
    fn beside(&self, left: &Table, right: &Table, on: &[On], add: &[(ColumnId, ColumnId)]) -> Result<Table> {
        let mut made = Vec::new();
        let mut names = Vec::new();
        for (outer, key) in on {
            let id = self.context.fresh();
            names.push((id.name(), key.name()));
            made.push((id, outer.clone()));
        }
        let left = self.context.with(left, &made)?;
        let add: Vec<_> = add.iter().map(|(id, from)| (id.name(), from.name())).collect();
        join::natural_join(&left, right, &pairs(&names), &pairs(&add), NaturalJoinType::ErrorOnDuplicate)
    }
}

/// Pairs as the operations take them.
pub(super) fn pairs(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
    pairs.iter().map(|(first, second)| (first.as_str(), second.as_str())).collect()
}
