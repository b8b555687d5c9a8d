//! `time_window`: whether a row is newer than so long ago, as time passes.
//!
//! **State**: the rows that are in the window now, by time; the rows that left it cost nothing. The column itself is computed
//! from the time column and the version's own limit, so nothing is stored. **Update rule**: rows come, go and change as those
//! of the table; the rows whose time passed the limit since the cycle before are modified. An alarm wakes the
//! graph when the oldest row of the window leaves it. **Cost**: the changed rows and those that leave, times log of the window.
//!
//! **Invariants**: 1. a version's column is true where the time is not before the version's limit, null where it is null.
//! 2. `inside` holds exactly the rows for which it is true.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::TimestampNanosecondType;
use arrow_array::{Array, ArrayRef, BooleanArray, UInt64Array};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use kinetable_engine::{
    Column, ColumnSource, Error, Graph, Initial, Input, Operator, Output, Properties, Result, RowSet,
    StepCtx, Table, Update, Version,
};

use crate::support::alarm::Alarm;
use crate::support::chunks::read_all;

/// All columns, and a Boolean one that is true while the row's time is at most `window` ns ago, then false; null where
/// the time is null. `now`: the time at which the table is made, ns since the epoch.
///
/// # Errors
/// If there is no such column, it is no instant, the new name is taken, or the window is negative.
pub fn time_window(
    graph: &Graph,
    table: &Table,
    time: &str,
    window_ns: i64,
    name: &str,
    now: i64,
) -> Result<Table> {
    let index = table.definition().column_index(time)?;
    let kind = table.schema().field(index).data_type();
    if !matches!(kind, DataType::Timestamp(TimeUnit::Nanosecond, _)) {
        return Err(Error::invalid(format!("column \"{time}\" is {kind}, but a window needs an Instant")));
    }
    if table.definition().column_index(name).is_ok() {
        return Err(Error::invalid(format!("there is a column \"{name}\" already")));
    }
    if window_ns < 0 {
        return Err(Error::invalid(format!("the window is {window_ns} ns, but must not be negative")));
    }
    let mut definition = table.definition().clone();
    let mut fields = table.schema().fields().to_vec();
    fields.push(Arc::new(Field::new(name, DataType::Boolean, true)));
    definition.schema = Arc::new(Schema::new(fields));
    // Rows of a blink table would change as they get older.
    definition.properties = Properties::ANY;
    let (alarm, bell) = Alarm::new(graph)?;
    let result = Table::derive(&[table.clone(), bell], |inputs| {
        let limit = now.saturating_sub(window_ns);
        let mut operator = Window { time: index, window: window_ns, limit, inside: BTreeSet::new(), alarm };
        operator.enter(&inputs[0], inputs[0].rows())?;
        operator.set_alarm();
        Ok(Initial {
            definition,
            rows: inputs[0].rows().clone(),
            columns: operator.columns(&inputs[0]),
            operator: Box::new(operator),
        })
    });
    // Whoever runs the cycles may be waiting without end, and has to learn of the alarm.
    graph.notify();
    result
}

struct Window {
    /// The column of times.
    time: usize,
    window: i64,
    /// The oldest time that is in the window.
    limit: i64,
    /// Rows in the window: time, row key.
    inside: BTreeSet<(i64, u64)>,
    alarm: Alarm,
}

impl Window {
    fn columns(&self, version: &Version) -> Vec<Column> {
        let mut columns = version.columns().to_vec();
        columns.push(Arc::new(NotBefore { times: columns[self.time].clone(), limit: self.limit }));
        columns
    }

    fn times(&self, version: &Version, rows: &RowSet) -> Result<Vec<(i64, u64)>> {
        let array = read_all(version.column(self.time), rows)?;
        let times = array.as_primitive::<TimestampNanosecondType>().iter().zip(rows.iter());
        Ok(times.filter_map(|(time, key)| Some((time?, key))).collect())
    }

    fn enter(&mut self, version: &Version, rows: &RowSet) -> Result<()> {
        let times = self.times(version, rows)?;
        self.inside.extend(times.into_iter().filter(|(time, _)| *time >= self.limit));
        Ok(())
    }

    fn leave(&mut self, version: &Version, rows: &RowSet) -> Result<()> {
        for row in self.times(version, rows)? {
            self.inside.remove(&row);
        }
        Ok(())
    }

    /// Takes an update in; the limit has not moved yet.
    fn follow(&mut self, input: Input<'_>, update: &Update) -> Result<()> {
        let kept = input.before.rows().difference(&update.removed);
        let moved = update.shifted.moved_keys(&kept);
        let retimed = update.modified_columns.contains(self.time);
        let stale = if retimed { update.modified_before() } else { RowSet::empty() };
        self.leave(input.before, &update.removed.union(&moved).union(&stale))?;
        let fresh = if retimed { update.modified.clone() } else { RowSet::empty() };
        self.enter(input.now, &update.added.union(&update.shifted.apply(&moved)).union(&fresh))
    }

    /// Moves the limit on; gives the rows that left the window.
    fn advance(&mut self, now: i64) -> RowSet {
        // Time never runs back, so that no row has to come in again.
        self.limit = self.limit.max(now.saturating_sub(self.window));
        let still = self.inside.split_off(&(self.limit, 0));
        let left = std::mem::replace(&mut self.inside, still);
        left.into_iter().map(|(_, key)| key).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// The oldest row leaves a nanosecond after the window.
    fn set_alarm(&self) {
        let first = self.inside.first().map(|(time, _)| time.saturating_add(self.window).saturating_add(1));
        self.alarm.set(first);
    }
}

impl Operator for Window {
    fn kind(&self) -> &'static str {
        "time_window"
    }

    fn apply(&mut self, inputs: &[Input<'_>], _: &Version, ctx: &StepCtx) -> Result<Option<Output>> {
        let input = inputs[0];
        let none = Update::default();
        let update = input.update.unwrap_or(&none);
        self.follow(input, update)?;
        let left = self.advance(ctx.now).difference(&update.added);
        self.set_alarm();
        let mut update = update.clone();
        let width = input.now.columns().len();
        if update.modified_columns.contains(self.time) {
            update.modified_columns.insert(width);
        }
        if !left.is_empty() {
            update.modified = update.modified.union(&left);
            update.modified_columns.insert(width);
        }
        Ok(Some(Output { rows: input.now.rows().clone(), columns: self.columns(input.now), update }))
    }

    fn bytes(&self) -> usize {
        self.inside.len() * 2 * size_of::<(i64, u64)>()
    }
}

/// Whether times are not before a limit.
#[derive(Debug)]
struct NotBefore {
    times: Column,
    limit: i64,
}

impl NotBefore {
    fn test(&self, times: &ArrayRef) -> ArrayRef {
        let times = times.as_primitive::<TimestampNanosecondType>();
        let tested = times.values().iter().map(|time| *time >= self.limit).collect();
        Arc::new(BooleanArray::new(tested, times.nulls().cloned()))
    }
}

impl ColumnSource for NotBefore {
    fn data_type(&self) -> &DataType {
        &DataType::Boolean
    }

    fn read(&self, rows: &RowSet) -> Result<ArrayRef> {
        Ok(self.test(&self.times.read(rows)?))
    }

    fn gather(&self, keys: &UInt64Array) -> Result<ArrayRef> {
        Ok(self.test(&self.times.gather(keys)?))
    }

    fn bytes(&self) -> usize {
        size_of::<NotBefore>()
    }
}
