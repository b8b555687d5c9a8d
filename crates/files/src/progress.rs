//! How far a long call is, and the way to stop it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use kinetable_engine::{Error, ErrorKind, Result};

/// What a reading or writing thread tells, and is told. Shared between it and whoever watches.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicU64,
    total: AtomicU64,
    is_cancelled: AtomicBool,
}

impl Progress {
    /// Bytes of the file, or rows, that are done, and how many there are in all; 0 if that is not known yet.
    pub fn get(&self) -> (u64, u64) {
        (self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed))
    }

    /// Asks the call to stop.
    pub fn cancel(&self) {
        self.is_cancelled.store(true, Ordering::Relaxed);
    }

    pub(crate) fn expect(&self, total: u64) {
        self.total.store(total, Ordering::Relaxed);
    }

    /// So much more is done.
    pub(crate) fn advance(&self, by: u64) {
        self.done.fetch_add(by, Ordering::Relaxed);
    }

    /// An error if the call is to stop.
    pub(crate) fn check(&self) -> Result<()> {
        if self.is_cancelled.load(Ordering::Relaxed) {
            return Err(Error::new(ErrorKind::Closed, "stopped before the end"));
        }
        Ok(())
    }
}
