//! The engine's own figures.

use kinetable::Session;
use kinetable::figures::{Figure, machine_memory};
use pyo3::prelude::*;

use crate::errors::{engine, invalid};
use crate::table::PyTable;

/// A table of figures, with its first rows where the thread may wait for them.
#[pyfunction]
pub fn figures(py: Python<'_>, figure: &str) -> PyResult<PyTable> {
    let figure = match figure {
        "cycles" => Figure::Cycles,
        "nodes" => Figure::Nodes,
        "sources" => Figure::Sources,
        "subscribers" => Figure::Subscribers,
        "ancestors" => Figure::Ancestors,
        "updates" => Figure::Updates,
        "states" => Figure::States,
        "metrics" => Figure::Metrics,
        other => return Err(invalid(py, &format!("there is no table of figures \"{other}\""), None)),
    };
    let table = py.detach(|| {
        let session = Session::global();
        let table = session.figures(figure);
        // Who keeps cycles from running gets the rows with the next one.
        let _ = session.flush();
        table
    });
    Ok(PyTable::new(table))
}

/// The number of a live table's node; none of a static one.
#[pyfunction]
pub fn figures_node(py: Python<'_>, table: &PyTable) -> PyResult<Option<u64>> {
    engine(py, || table.inner().engine().map(|table| table.number()))
}

/// Bytes that a table holds of its own.
#[pyfunction]
pub fn figures_bytes(py: Python<'_>, table: &PyTable) -> PyResult<usize> {
    engine(py, || table.inner().engine().map(|table| table.bytes()))
}

/// What was counted since the process started: cycles, ns that they took, live tables ever made.
#[pyfunction]
pub fn figures_totals(py: Python<'_>) -> (u64, u64, u64) {
    py.detach(|| {
        let session = Session::global();
        let graph = session.graph();
        (graph.step(), graph.busy(), graph.nodes_made())
    })
}

/// Bytes of memory that the machine has.
#[pyfunction]
pub fn figures_machine(py: Python<'_>) -> u64 {
    py.detach(machine_memory)
}
