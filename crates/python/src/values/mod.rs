//! Values between Arrow and Python: lists, NumPy arrays, and single variables.

mod cells;
mod from_python;
mod to_list;
mod to_numpy;
mod variable;

pub use cells::{cells_held, is_object_type, object_type, spelled_objects};
pub use from_python::{from_iterator, from_numpy, from_sequence};
pub use to_list::to_list;
pub use to_numpy::to_numpy;
pub use variable::variable;

use pyo3::prelude::*;

/// The Python side of the conversions that only NumPy and `datetime` can do.
pub(crate) fn helpers<'py>(py: Python<'py>) -> PyResult<Bound<'py, PyModule>> {
    py.import("kinetable._values")
}
