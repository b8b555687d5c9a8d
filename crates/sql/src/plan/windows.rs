//! `OVER`: rows in the order of a window, and columns that the engine makes of the rows before and after each.
//!
//! | frame | operation |
//! |---|---|
//! | the partition | `agg_by` its keys, joined with the rows |
//! | to the last row that is equal in order | cumulative, of which each row is given that of its last peer by `agg_by` and a join |
//! | to the row | cumulative |
//! | so many rows | rolling |
//!
//! **Cost**: that of `sort` and `update_by`: a row added within a partition changes what is cumulative of the rows behind it, what is
//! rolling of the rows whose frame it is in.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, UInt32Array};
use arrow_schema::DataType;
use kinetable::{Aggregation, NaturalJoinType, Result};
use kinetable_engine::Table;
use kinetable_engine::column::{FunctionInput, RowFunction};
use kinetable_operators::aggregate::{GroupOptions, agg_by, select_distinct};
use kinetable_operators::join;
use kinetable_operators::rolling::{UpdateByOperation, Window as Frame, update_by};

use super::Planner;
use super::order::{self, Key};
use crate::bind::{Call, Over, Reach, Window};
use crate::expr::{ColumnId, Expr};
use crate::functions::operator::is_true;

/// Columns of expressions, each once.
#[derive(Default)]
struct Places {
    made: Vec<(ColumnId, Expr)>,
}

/// The windows of one partition and order, over columns.
struct Pass<'w> {
    partition: Vec<ColumnId>,
    order: Vec<Key>,
    /// Each with its argument.
    windows: Vec<(&'w Window, ColumnId)>,
}

/// What is made of the windows of a pass, by operation.
#[derive(Default)]
struct Work {
    operations: Vec<UpdateByOperation>,
    of_partition: Vec<(ColumnId, Aggregation)>,
    of_peers: Vec<(ColumnId, Aggregation)>,
    dense: Vec<ColumnId>,
    same: Vec<(ColumnId, Expr)>,
}

impl Planner<'_> {
    /// The rows with the results of windows beside them; in the order of the last one.
    ///
    /// # Errors
    /// If an operation does not take its columns.
    pub(super) fn windowed(&self, table: &Table, windows: &[Window]) -> Result<Table> {
        let mut table = table.clone();
        let mut passed: Vec<&Over> = Vec::new();
        for Window { over, .. } in windows {
            if !passed.contains(&over) {
                passed.push(over);
                let of_it: Vec<&Window> = windows.iter().filter(|other| other.over == *over).collect();
                table = self.pass(&table, over, &of_it)?;
            }
        }
        Ok(table)
    }

    fn pass(&self, table: &Table, over: &Over, windows: &[&Window]) -> Result<Table> {
        let mut places = Places::default();
        let mut place = |expr: &Expr| places.of(expr, || self.context.fresh());
        let partition = distinct(over.partition.iter().map(&mut place));
        let varies = over.order.iter().filter(|key| key.expr.as_constant().is_none());
        let order = varies.map(|key| {
            let id = place(&key.expr);
            key.clone().of(Expr::column(id, &key.expr.data_type))
        });
        let order: Vec<Key> = order.collect();
        let windows = windows.iter().map(|window| (*window, place(&window.argument))).collect();
        let pass = Pass { partition, order, windows };
        let table = order::sorted(self.context, &self.context.with(table, &places.made)?, &pass.order)?;
        let by = names(&pass.partition);
        let by: Vec<&str> = by.iter().map(String::as_str).collect();
        let work = self.work(&pass, &table)?;
        let table = match work.operations.is_empty() {
            true => table,
            false => update_by(&table, &work.operations, &by)?,
        };
        let ordered = pass.order.iter().filter_map(|key| key.expr.as_column());
        let peers = distinct(pass.partition.iter().copied().chain(ordered));
        let table = joined(&table, &pass.partition, work.of_partition)?;
        let table = joined(&table, &peers, work.of_peers)?;
        let table = self.ranked(table, &pass, &peers, &work.dense)?;
        self.context.with(&table, &work.same)
    }

    /// What is to be done for each window of a pass.
    fn work(&self, pass: &Pass<'_>, table: &Table) -> Result<Work> {
        let mut work = Work::default();
        for (window, argument) in &pass.windows {
            let (id, pair) = (window.id, format!("{} = {}", window.id.name(), argument.name()));
            let ticks = |back, ahead| Frame::Ticks { back, ahead };
            match (window.call, window.reach) {
                (Call::DenseRank, _) => work.dense.push(id),
                (Call::RowNumber, _) => work.operations.push(self.running(window, id, *argument, table)?),
                (Call::Rank, _) => {
                    let number = self.context.fresh();
                    work.operations.push(self.running(window, number, *argument, table)?);
                    let first = Aggregation::min([format!("{} = {}", id.name(), number.name())]);
                    work.of_peers.push((id, first));
                }
                (Call::Shift(by), _) => {
                    let only = Only::of(table, *argument, &window.data_type)?;
                    let frame = ticks(by + 1, -by);
                    work.operations.push(UpdateByOperation::rolling_formula(
                        id.name(),
                        Arc::new(only),
                        frame,
                    ));
                }
                (Call::First, _) => work.of_partition.push((id, Aggregation::first([pair]))),
                (Call::Last, Reach::Partition) => work.of_partition.push((id, Aggregation::last([pair]))),
                (Call::Last, Reach::Peers) => work.of_peers.push((id, Aggregation::last([pair]))),
                (Call::Last, Reach::Rows { .. }) => {
                    return Err(kinetable::Error::internal("the last of some rows is made of shifts"));
                }
                (Call::Last, Reach::Running) => {
                    work.same.push((id, Expr::column(*argument, &window.data_type)));
                }
                (_, Reach::Partition) => {
                    work.of_partition.push((id, self.whole(window, *argument, table)?));
                }
                (_, Reach::Running) => work.operations.push(self.running(window, id, *argument, table)?),
                (_, Reach::Peers) => {
                    let so_far = self.context.fresh();
                    work.operations.push(self.running(window, so_far, *argument, table)?);
                    let last = Aggregation::last([format!("{} = {}", id.name(), so_far.name())]);
                    work.of_peers.push((id, last));
                }
                (_, Reach::Rows { back, ahead }) => {
                    work.operations.push(self.rolling(window, *argument, table, ticks(back, ahead))?);
                }
            }
        }
        Ok(work)
    }

    /// Whether a condition that is a column is true.
    fn truth(&self, argument: ColumnId, table: &Table) -> Result<Arc<dyn RowFunction>> {
        self.context.function(&is_true(Expr::column(argument, &DataType::Boolean)), table)
    }

    fn whole(&self, window: &Window, argument: ColumnId, table: &Table) -> Result<Aggregation> {
        let (name, pair) = (window.id.name(), [format!("{} = {}", window.id.name(), argument.name())]);
        Ok(match window.call {
            Call::Sum => Aggregation::sum(pair),
            Call::Least => Aggregation::min(pair),
            Call::Greatest => Aggregation::max(pair),
            _ => Aggregation::count_where(name, self.truth(argument, table)?),
        })
    }

    fn running(
        &self,
        window: &Window,
        id: ColumnId,
        argument: ColumnId,
        table: &Table,
    ) -> Result<UpdateByOperation> {
        let pair = [format!("{} = {}", id.name(), argument.name())];
        Ok(match window.call {
            Call::Sum => UpdateByOperation::cum_sum(pair),
            Call::Least => UpdateByOperation::cum_min(pair),
            Call::Greatest => UpdateByOperation::cum_max(pair),
            _ => UpdateByOperation::cum_count_where(id.name(), self.truth(argument, table)?),
        })
    }

    fn rolling(
        &self,
        window: &Window,
        argument: ColumnId,
        table: &Table,
        frame: Frame,
    ) -> Result<UpdateByOperation> {
        let pair = [format!("{} = {}", window.id.name(), argument.name())];
        Ok(match window.call {
            Call::Sum => UpdateByOperation::rolling_sum(pair, frame),
            Call::Least => UpdateByOperation::rolling_min(pair, frame),
            Call::Greatest => UpdateByOperation::rolling_max(pair, frame),
            _ => {
                let truth = self.truth(argument, table)?;
                UpdateByOperation::rolling_count_where(window.id.name(), truth, frame)
            }
        })
    }

    /// How many different places in order there are up to each row.
    fn ranked(&self, table: Table, pass: &Pass<'_>, peers: &[ColumnId], ranks: &[ColumnId]) -> Result<Table> {
        let Some(first) = ranks.first() else {
            return Ok(table);
        };
        // Of no peers at all there is one place.
        let yes = Expr::literal(Arc::new(arrow_array::BooleanArray::from(vec![true])));
        let mark = self.context.fresh();
        let marked = self.context.with(&table, &[(mark, yes)])?;
        let (keys, by) = (names(peers), names(&pass.partition));
        let (mark_name, rank) = (mark.name(), first.name());
        let distinct: Vec<&str> = keys.iter().chain([&mark_name]).map(String::as_str).collect();
        let distinct = order::sorted(self.context, &select_distinct(&marked, &distinct)?, &pass.order)?;
        let number = UpdateByOperation::cum_count_where(&rank, self.truth(mark, &distinct)?);
        let by: Vec<&str> = by.iter().map(String::as_str).collect();
        let numbered = update_by(&distinct, &[number], &by)?;
        let on: Vec<(&str, &str)> = keys.iter().map(|key| (key.as_str(), key.as_str())).collect();
        let added: Vec<String> = names(ranks);
        let added: Vec<(&str, &str)> = added.iter().map(|name| (name.as_str(), rank.as_str())).collect();
        join::natural_join(&table, &numbered, &on, &added, NaturalJoinType::ErrorOnDuplicate)
    }
}

impl Places {
    fn of(&mut self, expr: &Expr, fresh: impl FnOnce() -> ColumnId) -> ColumnId {
        if let Some(id) = expr.as_column() {
            return id;
        }
        match self.made.iter().find(|(_, other)| other == expr) {
            Some((id, _)) => *id,
            None => {
                let id = fresh();
                self.made.push((id, expr.clone()));
                id
            }
        }
    }
}

/// The rows with aggregations of those of the same keys beside them.
fn joined(table: &Table, keys: &[ColumnId], aggregations: Vec<(ColumnId, Aggregation)>) -> Result<Table> {
    if aggregations.is_empty() {
        return Ok(table.clone());
    }
    let (ids, aggregations): (Vec<ColumnId>, Vec<Aggregation>) = aggregations.into_iter().unzip();
    let (keys, added) = (names(keys), names(&ids));
    let by: Vec<&str> = keys.iter().map(String::as_str).collect();
    let options = GroupOptions { preserve_empty: false, initial_groups: None };
    let groups = agg_by(table, &aggregations, &by, &options)?;
    let same =
        |names: &'_ [String]| names.iter().map(|name| (name.clone(), name.clone())).collect::<Vec<_>>();
    let (on, added) = (same(&keys), same(&added));
    let (on, added) = (super::inner::pairs(&on), super::inner::pairs(&added));
    join::natural_join(table, &groups, &on, &added, NaturalJoinType::ErrorOnDuplicate)
}

/// Each column once.
fn distinct(ids: impl Iterator<Item = ColumnId>) -> Vec<ColumnId> {
    let mut all = Vec::new();
    for id in ids {
        if !all.contains(&id) {
            all.push(id);
        }
    }
    all
}

fn names(ids: &[ColumnId]) -> Vec<String> {
    ids.iter().map(|id| id.name()).collect()
}

/// The only value of a list; null if it has none.
#[derive(Debug)]
struct Only {
    inputs: [FunctionInput; 1],
    data_type: DataType,
}

impl Only {
    fn of(table: &Table, argument: ColumnId, data_type: &DataType) -> Result<Only> {
        let index = table.definition().column_index(&argument.name())?;
        Ok(Only { inputs: [FunctionInput::Column(index)], data_type: data_type.clone() })
    }
}

impl RowFunction for Only {
    fn data_type(&self) -> &DataType {
        &self.data_type
    }

    fn inputs(&self) -> &[FunctionInput] {
        &self.inputs
    }

    fn eval(&self, inputs: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
        let lists = inputs[0].as_list::<i32>();
        let place = |row: usize| {
            let (start, end) = (lists.value_offsets()[row], lists.value_offsets()[row + 1]);
            u32::try_from(start).ok().filter(|_| start < end && lists.is_valid(row))
        };
        let places: UInt32Array = (0..rows).map(place).collect();
        Ok(arrow_select::take::take(lists.values(), &places, None)?)
    }
}
