//! `GROUP BY`, and aggregates of all rows.

use kinetable::{Aggregation, Result};
use kinetable_engine::Table;
use kinetable_operators::aggregate::{GroupOptions, agg_by};
use sqlparser::tokenizer::Location;

use super::Planner;
use crate::bind::{Aggregate, AggregateKind};
use crate::expr::{ColumnId, Expr};
use crate::place::at;
use crate::scope::Relation;

/// The table of groups, and what its columns are.
pub(super) struct Grouped {
    pub(super) table: Table,
    keys: Vec<(Expr, ColumnId)>,
    results: Vec<ColumnId>,
}

impl Grouped {
    /// An expression over the rows as one over the groups.
    ///
    /// # Errors
    /// If it reads a column that is not the same in a whole group.
    pub(super) fn seen(
        &self,
        expr: &Expr,
        relation: &Relation,
        known: impl Fn(ColumnId) -> bool + Copy,
        place: Location,
    ) -> Result<Expr> {
        let key = |part: &Expr| {
            let found = self.keys.iter().find(|(key, _)| key == part);
            found.map(|(key, id)| Expr::column(*id, &key.data_type))
        };
        let seen = expr.replaced(&key);
        let mut read = Vec::new();
        seen.columns(&mut read);
        let there = |id: ColumnId| {
            self.keys.iter().any(|(_, key)| *key == id) || self.results.contains(&id) || known(id)
        };
        match read.into_iter().find(|id| !there(*id)) {
            None => Ok(seen),
            Some(id) => {
                let column = relation.columns.iter().find(|column| column.id == id);
                let name = column.map_or("?", |column| column.name.as_str());
                Err(at(place, format!("column \"{name}\" is neither in GROUP BY nor in an aggregate"))
                    .with_hint(format!("GROUP BY {name}, or FIRST({name}), MAX({name}) …")))
            }
        }
    }
}

impl Planner<'_> {
    /// A row for each combination of values of the keys; one for all rows, if there is no key, even of no rows.
    ///
    /// # Errors
    /// If an aggregate does not take its argument.
    pub(super) fn grouped(
        &self,
        table: &Table,
        groups: &[Expr],
        aggregates: &[Aggregate],
    ) -> Result<Grouped> {
        let mut columns: Vec<(Expr, ColumnId)> = Vec::new();
        let mut place = |expr: &Expr| match columns.iter().find(|(other, _)| other == expr) {
            Some((_, id)) => *id,
            None => {
                let id = self.context.fresh();
                columns.push((expr.clone(), id));
                id
            }
        };
        let mut keys: Vec<(Expr, ColumnId)> = Vec::new();
        for group in groups {
            if !keys.iter().any(|(other, _)| other == group) {
                keys.push((group.clone(), place(group)));
            }
        }
        let arguments: Vec<Option<ColumnId>> =
            aggregates.iter().map(|aggregate| aggregate.argument.as_ref().map(&mut place)).collect();
        let selected: Vec<(String, Expr)> =
            columns.iter().map(|(expr, id)| (id.name(), expr.clone())).collect();
        let input = self.context.view(table, &selected)?;
        let mut aggregations = Vec::new();
        for (aggregate, argument) in aggregates.iter().zip(arguments) {
            let output = aggregate.id.name();
            let aggregation = match (aggregate.kind, &aggregate.argument, argument) {
                (AggregateKind::Where, Some(expr), Some(id)) => {
                    let truth = crate::functions::operator::is_true(Expr::column(id, &expr.data_type));
                    Aggregation::count_where(output, self.context.function(&truth, &input)?)
                }
                (kind, _, argument) => {
                    let input = argument.map_or_else(String::new, ColumnId::name);
                    kind.aggregation(&output, &input)
                        .ok_or_else(|| kinetable::Error::internal("no aggregation"))?
                }
            };
            aggregations.push(aggregation);
        }
        if keys.is_empty() && aggregations.is_empty() {
            aggregations.push(Aggregation::count(self.context.fresh().name()));
        }
        let names: Vec<String> = keys.iter().map(|(_, id)| id.name()).collect();
        let by: Vec<&str> = names.iter().map(String::as_str).collect();
        let options = GroupOptions { preserve_empty: keys.is_empty(), initial_groups: None };
        let table = agg_by(&input, &aggregations, &by, &options)?;
        Ok(Grouped { table, keys, results: aggregates.iter().map(|aggregate| aggregate.id).collect() })
    }
}
