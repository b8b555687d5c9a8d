//! Keys: joins; and rings.

use kinetable::{NaturalJoinType, RingStart};
use pyo3::prelude::*;

use crate::errors::{engine, invalid};
use crate::table::PyTable;

/// All rows with columns of the right row of the same key.
#[pyfunction]
pub fn natural_join(
    py: Python<'_>,
    table: &PyTable,
    right: &PyTable,
    on: Vec<String>,
    joins: Vec<String>,
    policy: &str,
) -> PyResult<PyTable> {
    let policy = match policy {
        "error_on_duplicate" => NaturalJoinType::ErrorOnDuplicate,
        "first_match" => NaturalJoinType::FirstMatch,
        "last_match" => NaturalJoinType::LastMatch,
        "exactly_one_match" => NaturalJoinType::ExactlyOne,
        other => return Err(invalid(py, &format!("there is no join type \"{other}\""), None)),
    };
    engine(py, || table.inner().natural_join(right.inner(), &on, &joins, policy)).map(PyTable::new)
}

/// The newest rows added to a table.
#[pyfunction]
pub fn ring_table(py: Python<'_>, table: &PyTable, capacity: u64, initialize: bool) -> PyResult<PyTable> {
    let start = if initialize { RingStart::Filled } else { RingStart::Empty };
    engine(py, || table.inner().ring_table(capacity, start)).map(PyTable::new)
}
