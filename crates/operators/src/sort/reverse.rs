//! `reverse`: the last row first.
//!
//! A row with key `k` is at key `2^63 - 1 - k`, so nothing has to be kept or searched.
//!
//! **State**: none but the rows of the last version. **Update rule**: added, removed, modified and shifted rows are those
//! of the table, mirrored. **Cost**: the changed rows.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::{ArrayRef, UInt64Array};
use arrow_schema::DataType;
use arrow_select::take::take;
use kinetable_engine::{
    Column, ColumnSource, Error, ErrorKind, Initial, Input, Operator, Output, Properties, Result, RowSet,
    Shifts, ShiftsBuilder, StepCtx, Table, Update, Version,
};

/// The key that the row with key 0 is at.
const MIRROR: u64 = (1 << 63) - 1;

/// The same rows, the last first.
///
/// # Errors
/// If the table has failed, or has row keys of 2^63 or more.
pub fn reverse(table: &Table) -> Result<Table> {
    Table::derive(std::slice::from_ref(table), |inputs| {
        let mut definition = table.definition().clone();
        if !definition.properties.blink {
            definition.properties = Properties::ANY;
        }
        Ok(Initial {
            definition,
            rows: mirrored(inputs[0].rows())?,
            columns: columns(&inputs[0]),
            operator: Box::new(Reverse),
        })
    })
}

struct Reverse;

impl Operator for Reverse {
    fn kind(&self) -> &'static str {
        "reverse"
    }

    fn apply(&mut self, inputs: &[Input<'_>], previous: &Version, _: &StepCtx) -> Result<Option<Output>> {
        let update = match inputs[0].update {
            None => Update::default(),
            Some(update) => Update {
                added: mirrored(&update.added)?,
                removed: mirrored(&update.removed)?,
                modified: mirrored(&update.modified)?,
                modified_columns: update.modified_columns.clone(),
                shifted: mirrored_shifts(&update.shifted),
            },
        };
        Ok(Some(Output { rows: update.apply_to(previous.rows()), columns: columns(inputs[0].now), update }))
    }
}

fn columns(version: &Version) -> Vec<Column> {
    let mirror = |inner: &Column| Arc::new(Mirrored(inner.clone())) as Column;
    version.columns().iter().map(mirror).collect()
}

fn mirrored(rows: &RowSet) -> Result<RowSet> {
    if rows.end() > MIRROR + 1 {
        let message = format!("row keys up to {} are too large to reverse", rows.end() - 1);
        return Err(Error::new(ErrorKind::Limit, message).with_hint("flatten() the table first"));
    }
    Ok(mirrored_within(rows))
}

fn mirrored_within(rows: &RowSet) -> RowSet {
    let mut runs: Vec<Range<u64>> = rows.ranges().map(mirrored_run).collect();
    runs.reverse();
    RowSet::from_ranges(runs)
}

fn mirrored_run(run: Range<u64>) -> Range<u64> {
    MIRROR + 1 - run.end..MIRROR + 1 - run.start
}

fn mirrored_shifts(shifts: &Shifts) -> Shifts {
    let mut builder = ShiftsBuilder::new();
    for (run, delta) in shifts.iter().rev() {
        // A run may reach past the last row.
        let run = run.start.min(MIRROR)..run.end.min(MIRROR + 1);
        builder.push(mirrored_run(run), -delta);
    }
    builder.finish()
}

/// A column read from the end.
#[derive(Debug)]
struct Mirrored(Column);

impl ColumnSource for Mirrored {
    fn data_type(&self) -> &DataType {
        self.0.data_type()
    }

    fn read(&self, rows: &RowSet) -> Result<ArrayRef> {
        let values = self.0.read(&mirrored_within(rows))?;
        let last_first = UInt64Array::from_iter_values((0..rows.len()).rev());
        Ok(take(&values, &last_first, None)?)
    }

    fn gather(&self, keys: &UInt64Array) -> Result<ArrayRef> {
        let keys: UInt64Array = keys.iter().map(|key| Some(MIRROR - key?)).collect();
        self.0.gather(&keys)
    }

    /// The values are accounted by the other table.
    fn bytes(&self) -> usize {
        0
    }
}
