//! `flatten`: the same rows under the keys `0..n`.
//!
//! **State**: none but the rows of the last version. **Update rule**: rows come, go and are modified at their positions;
//! between them, runs of rows shift by as many as came less those that went before them.
//! **Cost**: the runs of changed rows; what is below pays for the rows that shift.
//!
//! **Invariants**: 1. the rows are flat; 2. key and position are the same.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::{ArrayRef, UInt64Array};
use arrow_schema::DataType;
use kinetable_engine::{
    Column, ColumnSource, Initial, Input, Operator, Output, Result, RowSet, Shifts, ShiftsBuilder, StepCtx,
    Table, Update, Version,
};

/// The same rows under the keys `0..n`.
///
/// # Errors
/// If the table has failed.
pub fn flatten(table: &Table) -> Result<Table> {
    Table::derive(std::slice::from_ref(table), |inputs| {
        let mut definition = table.definition().clone();
        let properties = &mut definition.properties;
        // A row that is added between others moves those after it.
        properties.add_only &= properties.append_only;
        Ok(Initial {
            definition,
            rows: RowSet::flat(inputs[0].rows().len()),
            columns: columns(&inputs[0]),
            operator: Box::new(Flatten),
        })
    })
}

struct Flatten;

impl Operator for Flatten {
    fn kind(&self) -> &'static str {
        "flatten"
    }

    fn apply(&mut self, inputs: &[Input<'_>], _: &Version, _: &StepCtx) -> Result<Option<Output>> {
        let input = inputs[0];
        let (before, now) = (input.before.rows(), input.now.rows());
        let update = input.update.map(|update| follow(update, before, now));
        Ok(Some(Output {
            rows: RowSet::flat(now.len()),
            columns: columns(input.now),
            update: update.unwrap_or_default(),
        }))
    }
}

fn follow(update: &Update, before: &RowSet, now: &RowSet) -> Update {
    let removed = before.positions_of(&update.removed);
    let added = now.positions_of(&update.added);
    Update {
        shifted: shifts(&removed, before.len(), &added, now.len()),
        modified: now.positions_of(&update.modified),
        modified_columns: update.modified_columns.clone(),
        removed,
        added,
    }
}

/// How positions that stay move, given those that go and those that come.
fn shifts(removed: &RowSet, size_before: u64, added: &RowSet, size_now: u64) -> Shifts {
    let mut builder = ShiftsBuilder::new();
    let mut old = gaps(removed, size_before);
    let mut new = gaps(added, size_now);
    let (mut from, mut to) = (0..0, 0..0);
    loop {
        if from.is_empty() {
            match old.next() {
                Some(run) => from = run,
                None => break,
            }
        }
        if to.is_empty() {
            to = new.next().expect("as many rows stay after as before");
        }
        let length = (from.end - from.start).min(to.end - to.start);
        let delta = to.start.wrapping_sub(from.start) as i64;
        builder.push(from.start..from.start + length, delta);
        from.start += length;
        to.start += length;
    }
    builder.finish()
}

/// The runs of `0..size` that are not in a set.
fn gaps(set: &RowSet, size: u64) -> impl Iterator<Item = Range<u64>> {
    let starts = std::iter::once(0).chain(set.ranges().map(|run| run.end));
    let ends = set.ranges().map(|run| run.start).chain([size]);
    starts.zip(ends).map(|(start, end)| start..end).filter(|run| !run.is_empty())
}

fn columns(version: &Version) -> Vec<Column> {
    let rows = version.rows();
    if rows.is_flat() {
        return version.columns().to_vec();
    }
    version.columns().iter().map(|inner| by_position(inner, rows)).collect()
}

/// A column of these rows under the keys `0..n`.
pub(crate) fn by_position(inner: &Column, rows: &RowSet) -> Column {
    Arc::new(ByPosition { inner: inner.clone(), rows: rows.clone() })
}

/// A column whose keys are the positions of another's rows.
#[derive(Debug)]
struct ByPosition {
    inner: Column,
    rows: RowSet,
}

impl ColumnSource for ByPosition {
    fn data_type(&self) -> &DataType {
        self.inner.data_type()
    }

    fn read(&self, rows: &RowSet) -> Result<ArrayRef> {
        self.inner.read(&self.rows.keys_at(rows))
    }

    fn gather(&self, keys: &UInt64Array) -> Result<ArrayRef> {
        let key = |position: u64| self.rows.select(position);
        let keys: UInt64Array = keys.iter().map(|position| key(position?)).collect();
        self.inner.gather(&keys)
    }

    /// The values are accounted by the other table.
    fn bytes(&self) -> usize {
        0
    }
}
