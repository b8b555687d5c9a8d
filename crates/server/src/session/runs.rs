//! Code of a session that waits or runs: what its client can stop.
//!
//! **State**: an entry a command, from its call to its end.

use std::sync::Arc;

use parking_lot::Mutex;

use crate::run::Run;

/// Of a session.
#[derive(Debug, Default)]
pub struct Runs(Arc<Mutex<Vec<Arc<Run>>>>);

impl Runs {
    /// Notes a run, until what is returned is dropped.
    pub fn note(&self, run: &Arc<Run>) -> Noted {
        self.0.lock().push(run.clone());
        Noted { runs: self.0.clone(), run: run.clone() }
    }

    /// Those that wait or run.
    pub fn all(&self) -> Vec<Arc<Run>> {
        self.0.lock().clone()
    }
}

/// A run that is noted.
#[derive(Debug)]
pub struct Noted {
    runs: Arc<Mutex<Vec<Arc<Run>>>>,
    run: Arc<Run>,
}

impl Drop for Noted {
    fn drop(&mut self) {
        self.runs.lock().retain(|other| !Arc::ptr_eq(other, &self.run));
    }
}
