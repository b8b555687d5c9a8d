//! The door out: who is told of updates inside the process.
//!
//! A listener is called on the thread that runs the cycle, after the step is published. What it gets are values, so
//! one that has much to do hands them to a thread of its own.

use std::sync::Arc;

use crate::{Change, Error, Table};

/// Is told of the updates of a table.
pub trait Listener: Send + Sync {
    /// The table changed.
    fn on_update(&self, change: &Arc<Change>);

    /// The table failed and will not change again.
    fn on_failure(&self, error: &Error);
}

/// Keeps a listener registered, and its table alive. Drop it to stop.
pub struct ListenerHandle {
    _listener: Arc<dyn Listener>,
    _table: Option<Table>,
}

impl ListenerHandle {
    pub(crate) fn new(listener: Arc<dyn Listener>) -> ListenerHandle {
        ListenerHandle {
            _listener: listener,
            _table: None,
        }
    }

    pub(crate) fn holding(listener: Arc<dyn Listener>, table: Table) -> ListenerHandle {
        ListenerHandle {
            _listener: listener,
            _table: Some(table),
        }
    }
}
