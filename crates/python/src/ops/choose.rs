//! Columns, filters, keys and colours: operations that take formulas, and so the names of the calling script.

use kinetable::Table;
use pyo3::prelude::*;

use crate::errors::engine;
use crate::names::PyNames;
use crate::table::PyTable;

/// The result of an operation with formulas.
pub(super) fn wrap(
    py: Python<'_>,
    call: impl FnOnce() -> kinetable::Result<Table> + Send,
) -> PyResult<PyTable> {
    engine(py, call).map(PyTable::new)
}

/// Only these columns, computed when read.
#[pyfunction]
pub fn view(py: Python<'_>, table: &PyTable, formulas: Vec<String>, names: PyNames) -> PyResult<PyTable> {
    wrap(py, || table.inner().view(&formulas, &names))
}

/// All columns and these, computed when read.
#[pyfunction]
pub fn update_view(
    py: Python<'_>,
    table: &PyTable,
    formulas: Vec<String>,
    names: PyNames,
) -> PyResult<PyTable> {
    wrap(py, || table.inner().update_view(&formulas, &names))
}

/// All columns and these, stored.
#[pyfunction]
pub fn update(py: Python<'_>, table: &PyTable, formulas: Vec<String>, names: PyNames) -> PyResult<PyTable> {
    wrap(py, || table.inner().update(&formulas, &names))
}

/// Only these columns, stored.
#[pyfunction]
pub fn select(py: Python<'_>, table: &PyTable, formulas: Vec<String>, names: PyNames) -> PyResult<PyTable> {
    wrap(py, || table.inner().select(&formulas, &names))
}

/// All columns and these, memoised.
#[pyfunction]
pub fn lazy_update(
    py: Python<'_>,
    table: &PyTable,
    formulas: Vec<String>,
    names: PyNames,
) -> PyResult<PyTable> {
    wrap(py, || table.inner().lazy_update(&formulas, &names))
}

/// The rows that pass all filters.
#[pyfunction]
#[pyo3(name = "where")]
pub fn where_(py: Python<'_>, table: &PyTable, filters: Vec<String>, names: PyNames) -> PyResult<PyTable> {
    wrap(py, || table.inner().where_(&filters, &names))
}

/// The rows that pass at least one filter.
#[pyfunction]
pub fn where_one_of(
    py: Python<'_>,
    table: &PyTable,
    filters: Vec<String>,
    names: PyNames,
) -> PyResult<PyTable> {
    wrap(py, || table.inner().where_one_of(&filters, &names))
}

/// The different rows of these columns.
#[pyfunction]
pub fn select_distinct(
    py: Python<'_>,
    table: &PyTable,
    formulas: Vec<String>,
    names: PyNames,
) -> PyResult<PyTable> {
    wrap(py, || table.inner().select_distinct(&formulas, &names))
}

/// All columns but these.
#[pyfunction]
pub fn drop_columns(py: Python<'_>, table: &PyTable, columns: Vec<String>) -> PyResult<PyTable> {
    wrap(py, || table.inner().drop_columns(&columns))
}

/// Columns under other names.
#[pyfunction]
pub fn rename_columns(py: Python<'_>, table: &PyTable, pairs: Vec<String>) -> PyResult<PyTable> {
    wrap(py, || table.inner().rename_columns(&pairs))
}

/// Columns at another place.
#[pyfunction]
pub fn move_columns(py: Python<'_>, table: &PyTable, index: usize, pairs: Vec<String>) -> PyResult<PyTable> {
    wrap(py, || table.inner().move_columns(index, &pairs))
}

/// Columns at the right end.
#[pyfunction]
pub fn move_columns_down(py: Python<'_>, table: &PyTable, pairs: Vec<String>) -> PyResult<PyTable> {
    wrap(py, || table.inner().move_columns_down(&pairs))
}

/// Colours a column where a condition holds.
#[pyfunction]
pub fn format_column_where(
    py: Python<'_>,
    table: &PyTable,
    column: &str,
    condition: &str,
    colour: &str,
    names: PyNames,
) -> PyResult<PyTable> {
    wrap(py, || table.inner().format_column_where(column, condition, colour, &names))
}

/// Colours rows where a condition holds.
#[pyfunction]
pub fn format_row_where(
    py: Python<'_>,
    table: &PyTable,
    condition: &str,
    colour: &str,
    names: PyNames,
) -> PyResult<PyTable> {
    wrap(py, || table.inner().format_row_where(condition, colour, &names))
}
