//! How far a long write is, and the way to stop it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use kinetable_engine::{Error, ErrorKind, Result};

/// What a writer tells, and is told. Shared between it and whoever watches.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicU64,
    total: AtomicU64,
    is_cancelled: AtomicBool,
}

impl Progress {
    /// Cells, which are rows times columns, that are done, and how many there are in all; 0 if that is not known yet.
    pub fn get(&self) -> (u64, u64) {
        (self.done.load(Relaxed), self.total.load(Relaxed))
    }

    /// Asks the writer to stop; it then removes what it has written.
    pub fn cancel(&self) {
        self.is_cancelled.store(true, Relaxed);
    }

    /// So much more is to be done.
    pub(crate) fn expect(&self, more: u64) {
        self.total.fetch_add(more, Relaxed);
    }

    /// So much more is done; an error if the writer is to stop.
    pub(crate) fn advance(&self, by: u64) -> Result<()> {
        self.done.fetch_add(by, Relaxed);
        match self.is_cancelled.load(Relaxed) {
            true => Err(Error::new(ErrorKind::Closed, "stopped before the end")),
            false => Ok(()),
        }
    }
}
