//! The lock of the update graph, and the clock of a replay.

use kinetable::{ReplayClock, Session};
use pyo3::prelude::*;

use crate::errors::engine;
use crate::table::PyTable;

/// Takes the lock that keeps cycles from running: alone, or together with others.
#[pyfunction]
pub fn graph_lock(py: Python<'_>, shared: bool) -> PyResult<()> {
    engine(py, || {
        let session = Session::global();
        if shared {
            session.graph().lock_shared();
            return Ok(());
        }
        session.graph().lock()
    })
}

/// Lets go of the lock.
#[pyfunction]
pub fn graph_unlock(py: Python<'_>, shared: bool) -> PyResult<()> {
    engine(py, || {
        let session = Session::global();
        if shared { session.graph().unlock_shared() } else { session.graph().unlock() }
    })
}

/// Whether this thread holds the lock.
#[pyfunction]
pub fn graph_is_locked(py: Python<'_>, shared: bool) -> bool {
    py.detach(|| {
        let session = Session::global();
        if shared { session.graph().is_shared_by_me() } else { session.graph().is_locked_by_me() }
    })
}

/// The number of the last cycle.
#[pyfunction]
pub fn graph_step(py: Python<'_>) -> u64 {
    py.detach(|| Session::global().graph().step())
}

/// A clock of the past.
#[pyclass(name = "Replay", module = "kinetable._kinetable", frozen)]
pub struct PyReplay(ReplayClock);

/// A clock that goes from one time to another, ns since the epoch.
#[pyfunction]
pub fn replay(py: Python<'_>, start: i64, end: i64) -> PyResult<PyReplay> {
    engine(py, || ReplayClock::new(start, end)).map(PyReplay)
}

#[pymethods]
impl PyReplay {
    #[getter]
    fn is_waiting(&self) -> bool {
        self.0.is_waiting()
    }

    fn add_table(&self, py: Python<'_>, table: &PyTable, time: &str) -> PyResult<PyTable> {
        engine(py, || Session::global().replayed(table.inner(), time, &self.0)).map(PyTable::new)
    }

    fn start(&self, py: Python<'_>) -> PyResult<()> {
        engine(py, || self.0.start(Session::global().graph()))
    }

    fn stop(&self, py: Python<'_>) {
        py.detach(|| self.0.stop());
    }
}
