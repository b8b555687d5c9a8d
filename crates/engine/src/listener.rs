//! The door out: who is told of updates inside the process.
//!
//! A listener is called on the thread that runs the cycle, after the step is published. What it gets are values, so
//! one that has much to do hands them to a thread of its own.

use std::sync::{Arc, Weak};

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
    registration: Arc<Registration>,
    _table: Table,
}

/// What a node knows of a listener; gone when the handle is.
pub(crate) struct Registration(pub(crate) Arc<dyn Listener>);

impl ListenerHandle {
    pub(crate) fn new(listener: Arc<dyn Listener>, table: Table) -> ListenerHandle {
        ListenerHandle { registration: Arc::new(Registration(listener)), _table: table }
    }

    pub(crate) fn registration(&self) -> Weak<Registration> {
        Arc::downgrade(&self.registration)
    }
}
