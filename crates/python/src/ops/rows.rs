//! Rows: cut, ordered, kept.

use kinetable::{Order, Table};
use pyo3::prelude::*;

use crate::errors::engine;
use crate::table::PyTable;

fn wrap(py: Python<'_>, call: impl FnOnce() -> kinetable::Result<Table> + Send) -> PyResult<PyTable> {
    engine(py, call).map(PyTable::new)
}

/// The first rows.
#[pyfunction]
pub fn head(py: Python<'_>, table: &PyTable, rows: u64) -> PyResult<PyTable> {
    wrap(py, || table.inner().head(rows))
}

/// The last rows.
#[pyfunction]
pub fn tail(py: Python<'_>, table: &PyTable, rows: u64) -> PyResult<PyTable> {
    wrap(py, || table.inner().tail(rows))
}

/// The first rows, as a fraction of all.
#[pyfunction]
pub fn head_pct(py: Python<'_>, table: &PyTable, fraction: f64) -> PyResult<PyTable> {
    wrap(py, || table.inner().head_pct(fraction))
}

/// The last rows, as a fraction of all.
#[pyfunction]
pub fn tail_pct(py: Python<'_>, table: &PyTable, fraction: f64) -> PyResult<PyTable> {
    wrap(py, || table.inner().tail_pct(fraction))
}

/// The rows from one position to before another.
#[pyfunction]
pub fn slice(py: Python<'_>, table: &PyTable, start: i64, stop: i64) -> PyResult<PyTable> {
    wrap(py, || table.inner().slice(start, stop))
}

/// The rows between two fractions of all.
#[pyfunction]
pub fn slice_pct(py: Python<'_>, table: &PyTable, start: f64, stop: f64) -> PyResult<PyTable> {
    wrap(py, || table.inner().slice_pct(start, stop))
}

/// The rows in the opposite order.
#[pyfunction]
pub fn reverse(py: Python<'_>, table: &PyTable) -> PyResult<PyTable> {
    wrap(py, || table.inner().reverse())
}

/// The rows ordered by columns; `true` for descending.
#[pyfunction]
pub fn sort(py: Python<'_>, table: &PyTable, keys: Vec<(String, bool)>) -> PyResult<PyTable> {
    let order = |descending| if descending { Order::Descending } else { Order::Ascending };
    let keys: Vec<_> = keys.into_iter().map(|(name, descending)| (name, order(descending))).collect();
    wrap(py, || table.inner().sort(&keys))
}

/// A static copy.
#[pyfunction]
pub fn snapshot(py: Python<'_>, table: &PyTable) -> PyResult<PyTable> {
    wrap(py, || table.inner().snapshot())
}

/// The same rows under the keys 0, 1, 2, …
#[pyfunction]
pub fn flatten(py: Python<'_>, table: &PyTable) -> PyResult<PyTable> {
    wrap(py, || table.inner().flatten())
}

/// A listing of files as a table whose rows are known.
#[pyfunction]
pub fn coalesce(py: Python<'_>, table: &PyTable) -> PyResult<PyTable> {
    wrap(py, || table.inner().coalesce())
}

/// The same rows without the rule of blink tables.
#[pyfunction]
pub fn remove_blink(py: Python<'_>, table: &PyTable) -> PyResult<PyTable> {
    wrap(py, || table.inner().remove_blink())
}

/// All rows that come through a blink table.
#[pyfunction]
pub fn blink_to_append_only(py: Python<'_>, table: &PyTable) -> PyResult<PyTable> {
    wrap(py, || table.inner().blink_to_append_only())
}

/// The rows each cycle adds.
#[pyfunction]
pub fn add_only_to_blink(py: Python<'_>, table: &PyTable) -> PyResult<PyTable> {
    wrap(py, || table.inner().add_only_to_blink())
}
