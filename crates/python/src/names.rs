//! The names of the script around a call: globals, overlaid with the locals of the frame that called.
//!
//! Python's side finds the frame (`kinetable._scope`) and hands both name spaces over; a name is looked up, and its value
//! taken, when a formula that uses it is compiled.

use std::sync::Arc;

use arrow_schema::DataType;
use kinetable::Names;
use kinetable::formula::{OpaqueUse, UserFunction, Variable};
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFunction};

use crate::objects::opaque_use;
use crate::values::{is_object_type, variable};

/// What the names of the calling script mean.
#[derive(FromPyObject)]
pub struct PyNames(Py<PyAny>, Py<PyAny>);

impl PyNames {
    /// The names of one name space.
    pub fn of(py: Python<'_>, variables: &Bound<'_, PyDict>) -> PyNames {
        PyNames(variables.clone().into_any().unbind(), PyDict::new(py).into_any().unbind())
    }

    fn look_up<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
        for space in [&self.0, &self.1] {
            match space.bind(py).get_item(name) {
                Ok(value) => return Ok(Some(value)),
                Err(missing) if missing.is_instance_of::<PyKeyError>(py) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(None)
    }
}

/// Under this, which is no name, the texts of the formulas that are computed row after row (`kinetable._serial`).
const SERIAL: &str = "<serial>";

impl Names for PyNames {
    fn variable(&self, name: &str) -> Option<Variable> {
        Python::attach(|py| variable(&self.look_up(py, name).ok()??).ok())
    }

    fn opaque(&self, data_type: &DataType, using: &OpaqueUse<'_>) -> Option<Arc<dyn UserFunction>> {
        if is_object_type(data_type) { opaque_use(using) } else { None }
    }

    fn function_id(&self, name: &str) -> Option<usize> {
        Python::attach(|py| {
            let value = self.look_up(py, name).ok()??;
            value.cast::<PyFunction>().ok().map(|function| function.as_ptr().addr())
        })
    }

    fn names(&self) -> Vec<String> {
        Python::attach(|py| {
            let spaces = [&self.0, &self.1].into_iter();
            let names = spaces.filter_map(|space| space.bind(py).try_iter().ok()).flatten();
            let names = names.filter_map(|name| name.ok()?.extract::<String>().ok());
            names.filter(|name| !name.starts_with('_')).collect()
        })
    }

    fn is_serial(&self, text: &str) -> bool {
        Python::attach(|py| {
            let marked = self.0.bind(py).get_item(SERIAL).ok();
            marked.is_some_and(|texts| texts.contains(text).unwrap_or(false))
        })
    }
}
