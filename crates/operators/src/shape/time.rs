//! `time_table`: a row a period.
//!
//! **State**: how many rows there were. Times are computed from row keys, so nothing is stored. **Update rule**: a cycle
//! adds the rows that are due by its time; a blink table removes those of the cycle before. **Cost**: the rows added.
//!
//! **Invariants**: 1. row `k` is at `start + k * period`; 2. no row is later than the time of the cycle that added it.

use std::sync::Arc;

use arrow_array::{ArrayRef, TimestampNanosecondArray};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use kinetable_engine::source::Retention;
use kinetable_engine::{
    Column, ColumnSource, Definition, Error, Graph, Initial, Input, Operator, Output, Properties, Result,
    RowSet, StepCtx, Table, Update, Version,
};

/// A live table with a column `Timestamp` and a row for each period from `start` on (ns since the epoch; `None`: from the
/// whole period in which the first cycle falls).
///
/// # Errors
/// If the period is not positive, or the retention is a ring of no rows.
pub fn time_table(graph: &Graph, start: Option<i64>, period_ns: i64, retention: Retention) -> Result<Table> {
    if period_ns <= 0 {
        let message = format!("a time table's period is {period_ns} ns, but has to be positive");
        return Err(Error::invalid(message));
    }
    let kind = instant_type();
    let schema = Schema::new(vec![Field::new("Timestamp", kind, true)]);
    let properties = match retention {
        Retention::Append => Properties::APPEND,
        Retention::Blink { .. } => Properties::BLINK,
        Retention::Ring(_) | Retention::Keep(_) | Retention::Latest => Properties::ANY,
    };
    let operator = Clock { start, period: period_ns, retention, end: 0, clear_at: None };
    Ok(Table::source(
        graph,
        Initial {
            definition: Definition::new(Arc::new(schema), properties),
            rows: RowSet::empty(),
            columns: operator.columns(),
            operator: Box::new(operator),
        },
    ))
}

fn instant_type() -> DataType {
    DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()))
}

struct Clock {
    start: Option<i64>,
    period: i64,
    retention: Retention,
    /// Rows that ever came.
    end: u64,
    clear_at: Option<i64>,
}

impl Clock {
    fn columns(&self) -> Vec<Column> {
        vec![Arc::new(Ticks { kind: instant_type(), start: self.start.unwrap_or(0), period: self.period })]
    }

    /// How many rows there are to be at a time.
    fn rows_by(&mut self, now: i64) -> u64 {
        let period = self.period;
        let start = *self.start.get_or_insert(now - now.rem_euclid(period));
        match now.checked_sub(start) {
            Some(since @ 0..) => (since / period) as u64 + 1,
            _ => 0,
        }
    }
}

impl Operator for Clock {
    fn kind(&self) -> &'static str {
        "time_table"
    }

    fn apply(&mut self, _: &[Input<'_>], previous: &Version, ctx: &StepCtx) -> Result<Option<Output>> {
        let end = self.rows_by(ctx.now).max(self.end);
        let blink = matches!(self.retention, Retention::Blink { .. });
        let clears = blink && !previous.rows().is_empty();
        if end == self.end && !clears {
            return Ok(None);
        }
        let start = match self.retention {
            Retention::Append => 0,
            Retention::Blink { .. } | Retention::Latest => self.end,
            Retention::Ring(count) => end.saturating_sub(count),
            Retention::Keep(keep) => {
                let oldest = keep.age_ns.map_or(0, |age| (age / self.period) as u64);
                let newest = [keep.rows, keep.bytes.map(|bytes| bytes / 8), keep.age_ns.map(|_| oldest)];
                newest.into_iter().flatten().min().map_or(0, |count| end.saturating_sub(count))
            }
        };
        let update = Update {
            removed: previous.rows().restrict(0..start),
            ..Update::adding(RowSet::from_range(self.end.max(start)..end))
        };
        self.end = end;
        let rows = RowSet::from_range(start..end);
        self.clear_at = match self.retention {
            Retention::Blink { linger_ns } if !rows.is_empty() => Some(ctx.now + linger_ns),
            _ => None,
        };
        Ok(Some(Output { rows, columns: self.columns(), update }))
    }

    fn due(&self) -> Option<i64> {
        let next = match self.start {
            // At once: every time of a cycle is after the epoch.
            None => 0,
            Some(start) => start.saturating_add((self.end as i64).saturating_mul(self.period)),
        };
        Some(self.clear_at.map_or(next, |clear| clear.min(next)))
    }
}

/// Times that follow from row keys.
#[derive(Debug)]
struct Ticks {
    kind: DataType,
    start: i64,
    period: i64,
}

impl ColumnSource for Ticks {
    fn data_type(&self) -> &DataType {
        &self.kind
    }

    fn read(&self, rows: &RowSet) -> Result<ArrayRef> {
        let time = |key: u64| self.start + key as i64 * self.period;
        let times = TimestampNanosecondArray::from_iter_values(rows.iter().map(time));
        Ok(Arc::new(times.with_timezone("UTC")))
    }

    fn bytes(&self) -> usize {
        size_of::<Ticks>()
    }
}
