//! Short names for time zones, for all formulas of the process.

use kinetable::formula::{add_zone_alias, remove_zone_alias};
use pyo3::prelude::*;

use crate::errors::message;

/// Adds a short name.
#[pyfunction]
pub fn time_zone_alias_add(py: Python<'_>, alias: &str, zone: &str) -> PyResult<()> {
    add_zone_alias(alias, zone).map_err(|error| message(py, error))
}

/// Forgets a short name that was added; whether there was one.
#[pyfunction]
pub fn time_zone_alias_rm(alias: &str) -> bool {
    remove_zone_alias(alias)
}
