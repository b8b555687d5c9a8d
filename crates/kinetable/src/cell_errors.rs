//! Cells that could not be computed on a live table: null there, and recorded here.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;

/// How many of the newest errors are kept.
const KEPT: usize = 1_000;

/// One cell that could not be computed.
#[derive(Debug, Clone)]
pub struct CellError {
    /// The engine's time, ns since the epoch.
    pub time: i64,
    /// The formula.
    pub formula: String,
    /// Why.
    pub message: String,
}

/// The errors of a table's formulas: a count, and the newest thousand. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct CellErrors(Arc<Mutex<Record>>);

#[derive(Debug, Default)]
struct Record {
    count: u64,
    newest: VecDeque<CellError>,
}

impl CellErrors {
    pub(crate) fn record(&self, error: CellError) {
        let mut record = self.0.lock();
        record.count += 1;
        if record.newest.len() == KEPT {
            record.newest.pop_front();
        }
        record.newest.push_back(error);
    }

    /// How many cells failed so far.
    pub fn count(&self) -> u64 {
        self.0.lock().count
    }

    /// The newest errors, oldest first.
    pub fn newest(&self) -> Vec<CellError> {
        self.0.lock().newest.iter().cloned().collect()
    }
}
