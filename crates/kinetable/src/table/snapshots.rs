//! Copies of a table at other times, and what changes because time passes.

use kinetable_engine::{Error, Result};
use kinetable_formula::parse_pair;
use kinetable_operators::shape::{self, SnapshotMode, Together};

use super::Table;
use crate::error::of_formula;
use crate::session::wall_clock;

impl Table {
    /// A copy of the rows, taken anew whenever `trigger` adds or modifies rows, and stamped with columns of its last
    /// row: `"C"` or `"New=C"`; `None`: all of them.
    ///
    /// # Errors
    /// If there is no such column, or two columns of the result have one name.
    pub fn snapshot_when(
        &self,
        trigger: &Table,
        stamps: Option<&[String]>,
        mode: SnapshotMode,
    ) -> Result<Table> {
        let all = || trigger.schema().fields().iter().map(|field| field.name().clone()).collect();
        let stamps: Vec<String> = stamps.map_or_else(all, <[String]>::to_vec);
        let pairs = stamps.iter().map(|pair| parse_pair(pair).map_err(of_formula));
        let pairs = pairs.collect::<Result<Vec<_>>>()?;
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(new, old)| (new.as_str(), old.as_str())).collect();
        let trigger = trigger.engine()?;
        self.reshaped(|table| shape::snapshot_when(table, &trigger, &pairs, mode))
    }

    /// All columns and a Boolean one that is true while the time in `time` is at most `window_ns` ago, then false.
    ///
    /// # Errors
    /// If there is no such column, or it is no instant.
    pub fn time_window(&self, time: &str, window_ns: i64, name: &str) -> Result<Table> {
        let graph = self.session().graph().clone();
        self.reshaped(|table| shape::time_window(&graph, table, time, window_ns, name, wall_clock()))
    }

    /// The first rows, so many, and `increment` more in each cycle, as fast as cycles go.
    ///
    /// # Errors
    /// If rows of the table can go or change, or `increment` is 0.
    pub fn release(&self, initial: u64, increment: u64) -> Result<Table> {
        let graph = self.session().graph().clone();
        self.reshaped(|table| shape::release(&graph, table, initial, increment))
    }
}

/// What several tables do in one cycle, told at once.
///
/// # Errors
/// If there is no table, or one has failed.
pub fn together(tables: &[Table]) -> Result<Together> {
    if tables.is_empty() {
        return Err(Error::invalid("there is no table to listen to"));
    }
    let tables = tables.iter().map(Table::engine).collect::<Result<Vec<_>>>()?;
    shape::together(&tables)
}
