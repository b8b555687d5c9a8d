//! The way into Python for threads of ours, which closes before the interpreter ends.
//!
//! A thread that waits for the interpreter while that ends is unwound by force, which a Rust program does not survive. So every
//! thread of ours that runs Python passes this gate; when the program ends, Python closes it (`atexit`) and waits until
//! nobody is inside. Who comes later is turned away.
//!
//! **Invariant**: once [`close`] has returned, no thread of ours enters Python.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::RwLock;
use pyo3::prelude::*;

/// How long the end of the program waits for a function of the script that is still running.
const PATIENCE: Duration = Duration::from_secs(2);

static INSIDE: RwLock<()> = RwLock::new(());
static IS_CLOSED: AtomicBool = AtomicBool::new(false);

/// Runs something with the interpreter; `None` if the program is ending.
pub fn enter<R>(action: impl FnOnce(Python<'_>) -> R) -> Option<R> {
    // Recursive: a function of the script may call us again while somebody waits to close.
    let _inside = INSIDE.read_recursive();
    if IS_CLOSED.load(Ordering::Acquire) {
        return None;
    }
    Python::try_attach(action)
}

/// Closes the gate for good, and waits until nobody is inside.
#[pyfunction]
pub fn close(py: Python<'_>) {
    py.detach(|| {
        IS_CLOSED.store(true, Ordering::Release);
        drop(INSIDE.try_write_for(PATIENCE));
    });
}
