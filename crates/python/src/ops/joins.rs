//! Joins, but for `natural_join`.

use kinetable::Table;
use pyo3::prelude::*;

use crate::errors::engine;
use crate::table::PyTable;

/// An input of `multi_join`: the table, its keys, what it adds.
type Input<'py> = (PyRef<'py, PyTable>, Vec<String>, Vec<String>);

type Texts = Vec<String>;

fn wrap(py: Python<'_>, call: impl FnOnce() -> kinetable::Result<Table> + Send) -> PyResult<PyTable> {
    engine(py, call).map(PyTable::new)
}

/// All rows with columns of the nearest right row at or before.
#[pyfunction]
pub fn aj(py: Python<'_>, table: &PyTable, right: &PyTable, on: Texts, joins: Texts) -> PyResult<PyTable> {
    wrap(py, || table.inner().aj(right.inner(), &on, &joins))
}

/// All rows with columns of the nearest right row at or after.
#[pyfunction]
pub fn raj(py: Python<'_>, table: &PyTable, right: &PyTable, on: Texts, joins: Texts) -> PyResult<PyTable> {
    wrap(py, || table.inner().raj(right.inner(), &on, &joins))
}

/// The pairs of rows with the same key.
#[pyfunction]
pub fn join(py: Python<'_>, table: &PyTable, right: &PyTable, on: Texts, joins: Texts) -> PyResult<PyTable> {
    wrap(py, || table.inner().join(right.inner(), &on, &joins))
}

/// Pairs, and left rows without a match.
#[pyfunction]
pub fn left_outer_join(
    py: Python<'_>,
    table: &PyTable,
    right: &PyTable,
    on: Texts,
    joins: Texts,
) -> PyResult<PyTable> {
    wrap(py, || table.inner().left_outer_join(right.inner(), &on, &joins))
}

/// Pairs, and rows of both sides without a match.
#[pyfunction]
pub fn full_outer_join(
    py: Python<'_>,
    table: &PyTable,
    right: &PyTable,
    on: Texts,
    joins: Texts,
) -> PyResult<PyTable> {
    wrap(py, || table.inner().full_outer_join(right.inner(), &on, &joins))
}

/// The rows whose key is in a set table.
#[pyfunction]
pub fn where_in(py: Python<'_>, table: &PyTable, set: &PyTable, on: Texts) -> PyResult<PyTable> {
    wrap(py, || table.inner().where_in(set.inner(), &on))
}

/// The rows whose key is not in a set table.
#[pyfunction]
pub fn where_not_in(py: Python<'_>, table: &PyTable, set: &PyTable, on: Texts) -> PyResult<PyTable> {
    wrap(py, || table.inner().where_not_in(set.inner(), &on))
}

/// One row for each key of several tables.
#[pyfunction]
pub fn multi_join(py: Python<'_>, inputs: Vec<Input<'_>>) -> PyResult<PyTable> {
    let inputs: Vec<(Table, Texts, Texts)> =
        inputs.into_iter().map(|(table, on, joins)| (table.inner().clone(), on, joins)).collect();
    wrap(py, || Table::multi_join(&inputs))
}

/// All rows with lists of the right rows in a range.
#[pyfunction]
pub fn range_join(
    py: Python<'_>,
    table: &PyTable,
    right: &PyTable,
    on: Texts,
    groups: Texts,
) -> PyResult<PyTable> {
    wrap(py, || table.inner().range_join(right.inner(), &on, &groups))
}
