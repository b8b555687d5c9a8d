//! Python objects that are no values of a column: modules, classes, instances, dictionaries.
//!
//! A formula may look into them (`config.limit`, `prices["BTC"]`), cast them, and hand them to functions.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_schema::DataType;
use kinetable::formula::{Object, OpaqueUse, UserFunction, Variable};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::functions::PyFunction;
use crate::types;
use crate::values::{from_sequence, to_list, variable};

/// An object of the script.
pub struct PyObjectValue(Py<PyAny>);

impl PyObjectValue {
    /// The object as formulas see it.
    pub fn new(value: &Bound<'_, PyAny>) -> Self {
        Self(value.clone().unbind())
    }

    /// The object itself.
    pub fn bind<'py>(&self, py: Python<'py>) -> &Bound<'py, PyAny> {
        self.0.bind(py)
    }
}

/// What a formula does with a cell that holds a Python object, as a function of the cell.
pub fn opaque_use(using: &OpaqueUse<'_>) -> Option<Arc<dyn UserFunction>> {
    Python::attach(|py| {
        let uses = py.import("kinetable._cells").ok()?;
        let function = match using {
            OpaqueUse::Cast(_) => uses.getattr("itself"),
            OpaqueUse::Attribute(name) => uses.call_method1("attribute", (*name,)),
            OpaqueUse::Method(name) => uses.call_method1("method", (*name,)),
            OpaqueUse::Item => uses.getattr("item"),
        };
        let function = PyFunction::new(&function.ok()?).ok()?;
        match using {
            OpaqueUse::Cast(data_type) => function.returning(data_type),
            _ => Some(Arc::new(function) as Arc<dyn UserFunction>),
        }
    })
}

impl Object for PyObjectValue {
    fn type_name(&self) -> String {
        Python::attach(|py| {
            self.bind(py).get_type().name().map_or_else(|_| "object".to_owned(), |n| n.to_string())
        })
    }

    fn attribute(&self, name: &str) -> Option<Variable> {
        Python::attach(|py| self.bind(py).getattr(name).and_then(|value| variable(&value)).ok())
    }

    fn item(&self, key: &ArrayRef) -> Option<Variable> {
        Python::attach(|py| {
            let key = to_list(py, key).ok()?.get_item(0).ok()?;
            let value = self.bind(py).get_item(key).ok()?;
            variable(&value).ok()
        })
    }

    fn item_function(&self) -> Option<Arc<dyn UserFunction>> {
        Python::attach(|py| {
            let get_item = self.bind(py).getattr("__getitem__").ok()?;
            Some(Arc::new(PyFunction::new(&get_item).ok()?) as Arc<dyn UserFunction>)
        })
    }

    fn cast(&self, data_type: &DataType) -> Result<ArrayRef, String> {
        Python::attach(|py| {
            let one = PyTuple::new(py, [self.bind(py)]).map_err(|error| error.to_string())?;
            from_sequence(one.as_any(), data_type).map_err(|_| {
                format!("a Python {} cannot be cast to {}", self.type_name(), types::name_of(data_type))
            })
        })
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}
