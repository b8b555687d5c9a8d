//! What an oracle tells: figures when all checks hold, the check that failed when one does not.

use std::fmt;

/// What an oracle measured.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Cycles run.
    pub cycles: u64,
    /// Rows listed in the inputs' updates: added, removed or modified.
    pub input_rows_changed: u64,
    /// Rows listed in the result's updates: added, removed or modified.
    pub rows_changed: u64,
    /// Rows listed as modified.
    pub modified: u64,
    /// Rows listed as modified that have the values they had.
    pub overlisted: u64,
    /// Rows read of the inputs in cycles.
    pub rows_read: u64,
}

impl Report {
    /// The share of rows listed as modified that have the values they had.
    pub fn overlisted_share(&self) -> f64 {
        if self.modified == 0 { 0.0 } else { self.overlisted as f64 / self.modified as f64 }
    }

    pub(super) fn add(&mut self, other: &Report) {
        self.cycles += other.cycles;
        self.input_rows_changed += other.input_rows_changed;
        self.rows_changed += other.rows_changed;
        self.modified += other.modified;
        self.overlisted += other.overlisted;
        self.rows_read += other.rows_read;
    }
}

/// Which check failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Check {
    Error,
    Panic,
    Recomputed,
    Update,
    Honest,
    Previous,
    Work,
}

/// A check that failed.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) check: Check,
    /// 0: before the first cycle.
    pub(super) cycle: usize,
    pub(super) message: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let check = match self.check {
            Check::Error => "the operator failed",
            Check::Panic => "something panicked",
            Check::Recomputed => "check (a): the result differs from the operation recomputed",
            Check::Update => "check (b): previous version and update do not give the current version",
            Check::Honest => "check (c): the update lists what did not change",
            Check::Previous => "check (d): a version held since before reads otherwise now",
            Check::Work => "check (e): the work is above the stated cost",
        };
        write!(f, "{check}, after cycle {}\n{}", self.cycle, self.message)
    }
}
