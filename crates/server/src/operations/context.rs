//! What an operation needs of the process around it.

use std::sync::Arc;

use kinetable::{Names, Session};

/// What an operation needs of the process around it. Cheap to clone.
#[derive(Clone)]
pub struct Context {
    /// Where tables begin: empty ones, time tables, input tables.
    pub session: Session,
    /// Variables and functions that formulas may name.
    pub names: Arc<dyn Names + Send + Sync>,
}

impl Context {
    /// The names, as formulas ask for them.
    pub(super) fn names(&self) -> &(dyn Names + Sync) {
        &*self.names
    }
}
