//! `replayed`: the rows of a static table, let out by their times as a clock of the past goes on.
//!
//! ```text
//!  engine time − time of the start + start of the past = time of the past, up to its end
//! ```
//!
//! **State**: the times of all rows (8 bytes each), and how many rows are out; the columns are the static table's own.
//! **Update rule**: a cycle adds the rows whose time has come. **Cost**: the rows added, and a binary search.
//!
//! **Invariants**: 1. row `k` is the `k`-th of the static table; 2. a row is out exactly when the clock has reached its time.

use std::sync::Arc;

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::TimestampNanosecondType;
use arrow_buffer::ScalarBuffer;
use arrow_schema::{DataType, TimeUnit};
use kinetable_engine::column::Packed;
use kinetable_engine::{
    Error, Graph, Initial, Input, Operator, Output, Properties, Result, RowSet, StepCtx, Table, Update,
    Version,
};
use parking_lot::Mutex;

use crate::support::chunks::read_all;

/// A clock of the past that several tables share. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ReplayClock(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    start: i64,
    end: i64,
    phase: Phase,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Waiting,
    /// From the next cycle on.
    Starting,
    /// Since this engine time.
    Running(i64),
    Stopped,
}

impl ReplayClock {
    /// A clock that will run from `start` to `end`, ns since the epoch.
    ///
    /// # Errors
    /// If the end is before the start.
    pub fn new(start: i64, end: i64) -> Result<ReplayClock> {
        if end < start {
            return Err(Error::invalid(format!("a replay from {start} to {end} ns ends before it starts")));
        }
        Ok(ReplayClock(Arc::new(Mutex::new(State { start, end, phase: Phase::Waiting }))))
    }

    /// Starts the clock with the graph's next cycle.
    ///
    /// # Errors
    /// If it was started or stopped before.
    pub fn start(&self, graph: &Graph) -> Result<()> {
        let mut state = self.0.lock();
        if state.phase != Phase::Waiting {
            return Err(Error::invalid("a replay is started once").with_hint("make another one"));
        }
        state.phase = Phase::Starting;
        drop(state);
        graph.notify();
        Ok(())
    }

    /// Stops the clock for good: no more rows come.
    pub fn stop(&self) {
        self.0.lock().phase = Phase::Stopped;
    }

    /// Whether tables may still be added.
    pub fn is_waiting(&self) -> bool {
        self.0.lock().phase == Phase::Waiting
    }

    /// The time of the past at an engine time; `None` while the clock does not run.
    fn past(&self, now: i64) -> Option<i64> {
        let mut state = self.0.lock();
        if state.phase == Phase::Starting {
            state.phase = Phase::Running(now);
        }
        match state.phase {
            Phase::Running(since) => Some((state.start + (now - since)).min(state.end)),
            _ => None,
        }
    }

    /// The engine time at which it will be so late in the past.
    fn engine_time(&self, past: i64) -> Option<i64> {
        let state = self.0.lock();
        match state.phase {
            // At once: every time of a cycle is after the epoch.
            Phase::Starting => Some(0),
            Phase::Running(since) if past <= state.end => Some(since + (past - state.start)),
            _ => None,
        }
    }
}

/// A live table that lets out the rows of a static one by their times.
///
/// # Errors
/// If the table is live, the column is no instant, or its times are null or do not ascend.
pub fn replayed(graph: &Graph, table: &Table, time: &str, clock: &ReplayClock) -> Result<Table> {
    if table.is_live() {
        return Err(Error::invalid("a live table cannot be replayed").with_hint("replay its snapshot()"));
    }
    let index = table.definition().column_index(time)?;
    let kind = table.schema().field(index).data_type();
    if !matches!(kind, DataType::Timestamp(TimeUnit::Nanosecond, _)) {
        return Err(Error::invalid(format!("column \"{time}\" is {kind}, but a replay needs an Instant")));
    }
    let version = table.version();
    let array = read_all(version.column(index), version.rows())?;
    let times = array.as_primitive::<TimestampNanosecondType>();
    if times.null_count() > 0 {
        return Err(Error::invalid(format!("column \"{time}\" has null, but a replay needs every time")));
    }
    if let Some(row) = times.values().windows(2).position(|pair| pair[0] > pair[1]) {
        let message = format!("column \"{time}\" does not ascend: row {} is before row {row}", row + 1);
        return Err(Error::invalid(message).with_hint(format!("sort(\"{time}\") first")));
    }
    let mut definition = table.definition().clone();
    definition.properties = Properties::APPEND;
    let rows = RowSet::flat(version.rows().len());
    let read = |column: &kinetable_engine::Column| {
        if version.rows().is_flat() {
            return Ok(column.clone());
        }
        Packed::column(rows.clone(), read_all(column, version.rows())?)
    };
    let columns = version.columns().iter().map(read).collect::<Result<Vec<_>>>()?;
    let operator = Replay { times: times.values().clone(), out: 0, clock: clock.clone() };
    let operator = Box::new(operator);
    Ok(Table::source(graph, Initial { definition, rows: RowSet::empty(), columns, operator }))
}

struct Replay {
    times: ScalarBuffer<i64>,
    out: usize,
    clock: ReplayClock,
}

impl Operator for Replay {
    fn kind(&self) -> &'static str {
        "replay"
    }

    fn apply(&mut self, _: &[Input<'_>], previous: &Version, ctx: &StepCtx) -> Result<Option<Output>> {
        let Some(past) = self.clock.past(ctx.now) else {
            return Ok(None);
        };
        let due = self.times[self.out..].partition_point(|time| *time <= past);
        if due == 0 {
            return Ok(None);
        }
        let added = RowSet::from_range(self.out as u64..(self.out + due) as u64);
        self.out += due;
        let rows = RowSet::flat(self.out as u64);
        Ok(Some(Output { rows, columns: previous.columns().to_vec(), update: Update::adding(added) }))
    }

    fn due(&self) -> Option<i64> {
        self.clock.engine_time(*self.times.get(self.out)?)
    }

    fn bytes(&self) -> usize {
        self.times.len() * 8
    }
}
