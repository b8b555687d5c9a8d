//! Copies at other times, marks, formats: what changes no row.

use std::collections::BTreeMap;

use kinetable::{Order, Session, SnapshotMode, Table};
use pyo3::prelude::*;

use crate::errors::{engine, invalid};
use crate::names::PyNames;
use crate::table::PyTable;

fn wrap(py: Python<'_>, call: impl FnOnce() -> kinetable::Result<Table> + Send) -> PyResult<PyTable> {
    engine(py, call).map(PyTable::new)
}

/// A copy taken when another table ticks. `mode`: `full`, `incremental` or `history`.
#[pyfunction]
pub fn snapshot_when(
    py: Python<'_>,
    table: &PyTable,
    trigger: &PyTable,
    stamps: Option<Vec<String>>,
    mode: &str,
    initial: bool,
) -> PyResult<PyTable> {
    let mode = match mode {
        "full" => SnapshotMode::Full { initial },
        "incremental" => SnapshotMode::Incremental { initial },
        "history" => SnapshotMode::History,
        other => return Err(invalid(py, &format!("there is no kind of snapshot \"{other}\""), None)),
    };
    let trigger = trigger.inner();
    wrap(py, || table.inner().snapshot_when(trigger, stamps.as_deref(), mode))
}

/// A Boolean column that is true while a time is at most so long ago.
#[pyfunction]
pub fn time_window(
    py: Python<'_>,
    table: &PyTable,
    time: &str,
    window_ns: i64,
    name: &str,
) -> PyResult<PyTable> {
    wrap(py, || table.inner().time_window(time, window_ns, name))
}

/// The first rows, and some more in each cycle.
#[pyfunction]
pub fn release(py: Python<'_>, table: &PyTable, initial: u64, increment: u64) -> PyResult<PyTable> {
    wrap(py, || table.inner().release(initial, increment))
}

/// The rows of static tables in the order of a column.
#[pyfunction]
pub fn merge_sorted(py: Python<'_>, tables: Vec<PyRef<'_, PyTable>>, order_by: &str) -> PyResult<PyTable> {
    let tables: Vec<Table> = tables.iter().map(|table| table.inner().clone()).collect();
    wrap(py, || Session::global().merge_sorted(&tables, order_by))
}

/// The same rows with attributes.
#[pyfunction]
pub fn with_attributes(
    py: Python<'_>,
    table: &PyTable,
    attributes: BTreeMap<String, String>,
) -> PyResult<PyTable> {
    let attributes: Vec<(String, String)> = attributes.into_iter().collect();
    wrap(py, || table.inner().with_attributes(&attributes))
}

/// The same rows without attributes.
#[pyfunction]
pub fn without_attributes(py: Python<'_>, table: &PyTable, names: Vec<String>) -> PyResult<PyTable> {
    wrap(py, || table.inner().without_attributes(&names))
}

/// The same rows, which may be sorted by these columns only.
#[pyfunction]
pub fn restrict_sort_to(py: Python<'_>, table: &PyTable, columns: Vec<String>) -> PyResult<PyTable> {
    wrap(py, || table.inner().restrict_sort_to(&columns))
}

fn order(descending: bool) -> Order {
    if descending { Order::Descending } else { Order::Ascending }
}

/// The same rows, said to be ordered by a column.
#[pyfunction]
pub fn with_order_for_column(
    py: Python<'_>,
    table: &PyTable,
    column: &str,
    descending: bool,
) -> PyResult<PyTable> {
    wrap(py, || table.inner().with_order_for_column(column, order(descending)))
}

/// The same rows, tested to be ordered by a column.
#[pyfunction]
pub fn assert_sorted(
    py: Python<'_>,
    table: &PyTable,
    column: &str,
    descending: bool,
    description: &str,
) -> PyResult<PyTable> {
    wrap(py, || table.inner().assert_sorted(column, order(descending), description))
}

/// Formats a column, or with `*` whole rows.
#[pyfunction]
pub fn format_column(
    py: Python<'_>,
    table: &PyTable,
    column: &str,
    format: &str,
    names: PyNames,
) -> PyResult<PyTable> {
    wrap(py, || table.inner().format_column(column, format, &names))
}
