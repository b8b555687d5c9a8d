//! The listener: hands what was added to the archive's thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crossbeam_channel::Sender;
use kinetable_engine::{Change, Error, Listener, Result, RowSet, Version};
use parking_lot::Mutex;

/// What the thread is to do.
pub(super) enum Task {
    /// Take rows of a version.
    Rows(Version, RowSet),
    /// Write what has been taken, and say how it went.
    Roll(Sender<Result<()>>),
}

/// Is told of changes.
pub(super) struct Intake {
    /// Held while the first version is being handed over.
    pub(super) first: Mutex<()>,
    pub(super) tasks: Sender<Task>,
    /// Rows handed over and not taken yet.
    pub(super) waiting: Arc<AtomicU64>,
    pub(super) failure: Arc<Mutex<Option<Error>>>,
}

impl Intake {
    /// Hands rows over.
    pub(super) fn hand(&self, version: &Version, rows: &RowSet) {
        if !rows.is_empty() {
            self.waiting.fetch_add(rows.len(), Ordering::Relaxed);
            // If the thread has ended there is nobody to tell.
            let _told = self.tasks.send(Task::Rows(version.clone(), rows.clone()));
        }
    }
}

impl Listener for Intake {
    fn on_update(&self, change: &Arc<Change>) {
        let _behind_the_first = self.first.lock();
        self.hand(&change.after, &change.update.added);
    }

    fn on_failure(&self, error: &Error) {
        *self.failure.lock() = Some(error.clone());
    }
}
