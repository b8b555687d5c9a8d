//! Long calls that show how far they are, and that Ctrl-C ends.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use kinetable::Error;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

use crate::errors::raise;

/// How often a long call shows itself, and looks for Ctrl-C.
const TICK: Duration = Duration::from_millis(100);

/// What a long call tells, and is told.
pub trait Progress {
    /// What is done, and what there is in all; 0 if that is not known yet.
    fn get(&self) -> (u64, u64);

    /// Asks the call to stop.
    fn cancel(&self);
}

impl Progress for kinetable::files::Progress {
    fn get(&self) -> (u64, u64) {
        self.get()
    }

    fn cancel(&self) {
        self.cancel();
    }
}

impl Progress for kinetable::parquet::Progress {
    fn get(&self) -> (u64, u64) {
        self.get()
    }

    fn cancel(&self) {
        self.cancel();
    }
}

/// Runs a call on a thread of its own; `show` is called with what is done and what there is in all.
pub fn watched<T: Send + 'static>(
    py: Python<'_>,
    show: &Bound<'_, PyAny>,
    progress: &impl Progress,
    call: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> PyResult<T> {
    let (done, mut result) = channel();
    // The receiver is gone only if this call was.
    let work = move || drop(done.send(call()));
    let thread = std::thread::Builder::new().name("kinetable-file".into()).spawn(work);
    thread.map_err(|error| PyRuntimeError::new_err(format!("cannot start a thread: {error}")))?;
    let mut interrupted = None;
    loop {
        let receiver = &mut result;
        match py.detach(move || receiver.recv_timeout(TICK)) {
            Ok(_) if interrupted.is_some() => break,
            Ok(result) => return result.map_err(|error| raise(py, &error)),
            Err(RecvTimeoutError::Timeout) => {
                let shown = py.check_signals().and_then(|()| show.call1(progress.get()).map(drop));
                if let Err(error) = shown {
                    progress.cancel();
                    interrupted.get_or_insert(error);
                }
            }
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    Err(interrupted.unwrap_or_else(|| PyRuntimeError::new_err("the thread that works on the file panicked")))
}
