//! Business calendars: which there are, and which is the default one.

use kinetable::formula;
use pyo3::prelude::*;

use crate::errors::message;

/// Adds a calendar from the text of its XML file; its name.
#[pyfunction]
pub fn calendar_add(py: Python<'_>, text: &str) -> PyResult<String> {
    formula::add_calendar(text).map_err(|error| message(py, error))
}

/// Forgets a calendar.
#[pyfunction]
pub fn calendar_remove(py: Python<'_>, name: &str) -> PyResult<()> {
    formula::remove_calendar(name).map_err(|error| message(py, error))
}

/// Makes a calendar the default one.
#[pyfunction]
pub fn calendar_set(py: Python<'_>, name: &str) -> PyResult<()> {
    formula::set_calendar(name).map_err(|error| message(py, error))
}

/// The name of the default calendar.
#[pyfunction]
pub fn calendar_default() -> String {
    formula::calendar_name()
}

/// The names of all calendars.
#[pyfunction]
pub fn calendar_list() -> Vec<String> {
    formula::calendar_names()
}

/// The name of a calendar's time zone.
#[pyfunction]
pub fn calendar_zone(py: Python<'_>, name: &str) -> PyResult<String> {
    formula::calendar_zone(name).map_err(|error| message(py, error))
}
