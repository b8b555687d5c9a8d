//! Queries within expressions: their answers become columns of the table that the expressions are over, so that both stay live.
//!
//! A value: every row is joined with the one row of the query. A membership: every row is joined with the distinct values of
//! the query, and with how many rows and nulls it has, of which SQL's third truth is made.
//!
//! **Cost**: a change of the value, or of the counts, changes every row.

use std::sync::Arc;

use arrow_array::BooleanArray;
use kinetable::{Aggregation, NaturalJoinType, Result};
use kinetable_engine::Table;
use kinetable_operators::aggregate::{GroupOptions, agg_by, select_distinct};
use kinetable_operators::{filter, join};

use super::Planner;
use crate::bind::{Answer, Inner};
use crate::expr::{ColumnId, Expr};
use crate::functions::operator::{is_not_null, is_null};
use crate::scope::Relation;

impl Planner<'_> {
    /// The table with the answers of queries beside its rows.
    ///
    /// # Errors
    /// If a query in place of a value has several rows.
    pub(super) fn answered(&self, table: &Table, inner: &[Inner]) -> Result<Table> {
        let mut table = table.clone();
        for Inner { id, answer } in inner {
            table = match answer {
                Answer::Value(relation) => {
                    let value = relation.columns[0].id.name();
                    let add = [(id.name(), value)];
                    beside(&table, &relation.table, &[], &add)
                        .map_err(|error| error.in_context("a query in place of a value"))?
                }
                Answer::Member { probe, set, rows, nulls } => {
                    self.member(&table, (*id, *rows, *nulls), probe, set)?
                }
            };
        }
        Ok(table)
    }

    fn member(
        &self,
        table: &Table,
        (id, rows, nulls): (ColumnId, ColumnId, ColumnId),
        probe: &Expr,
        set: &Relation,
    ) -> Result<Table> {
        let key = &set.columns[0];
        let is_none = self.context.function(&is_null(key.expr()), &set.table)?;
        let counts = [Aggregation::count(rows.name()), Aggregation::count_where(nulls.name(), is_none)];
        let options = GroupOptions { preserve_empty: true, initial_groups: None };
        let counts = agg_by(&set.table, &counts, &[], &options)?;
        let there = self.context.filter(is_not_null(key.expr()), &set.table)?;
        let values = select_distinct(&filter::where_(&set.table, &[there])?, &[&key.id.name()])?;
        let yes = Expr::literal(Arc::new(BooleanArray::from(vec![true])));
        let marked = self.context.with(&values, &[(id, yes)])?;
        let probed = self.context.fresh();
        let table = self.context.with(table, &[(probed, probe.clone())])?;
        let on = [(probed.name(), key.id.name())];
        let found = beside(&table, &marked, &on, &[(id.name(), id.name())])?;
        beside(&found, &counts, &[], &[(rows.name(), rows.name()), (nulls.name(), nulls.name())])
    }
}

fn beside(left: &Table, right: &Table, on: &[(String, String)], add: &[(String, String)]) -> Result<Table> {
    join::natural_join(left, right, &pairs(on), &pairs(add), NaturalJoinType::ErrorOnDuplicate)
}

/// Pairs as the operations take them.
pub(super) fn pairs(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
    pairs.iter().map(|(first, second)| (first.as_str(), second.as_str())).collect()
}
