//! Values of one column as a Python object: convertible to NumPy, to a list, and to any Arrow library.

use arrow_array::{Array, ArrayRef};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};

use crate::values::{to_list, to_numpy};
use crate::{arrow, types};

/// Values of one column.
#[pyclass(name = "Array", module = "kinetable._kinetable", frozen)]
pub struct PyArray(pub ArrayRef);

#[pymethods]
impl PyArray {
    fn __len__(&self) -> usize {
        self.0.len()
    }

    /// The type's name in formulas.
    #[getter]
    fn type_name(&self) -> String {
        types::name_of(self.0.data_type())
    }

    /// How many values are null.
    #[getter]
    fn null_count(&self) -> usize {
        self.0.logical_null_count()
    }

    /// Python objects; null is `None`.
    fn to_list<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        to_list(py, &self.0)
    }

    /// A NumPy array; see `kinetable.numpy` for what becomes of nulls.
    fn to_numpy<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_numpy(py, &self.0)
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_array__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyTuple>> {
        let _ = requested_schema;
        arrow::export_array(py, &self.0)
    }
}

/// Memory of a column as NumPy sees it: `numpy.asarray` makes an array over it, which keeps it alive.
#[pyclass(name = "Memory", module = "kinetable._kinetable", frozen)]
pub struct PyMemory {
    /// Whose memory it is.
    pub owner: arrow_buffer::Buffer,
    /// How many values it holds.
    pub len: usize,
    /// NumPy's name of their type.
    pub type_text: &'static str,
}

#[pymethods]
impl PyMemory {
    #[getter]
    fn __array_interface__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let interface = PyDict::new(py);
        interface.set_item("version", 3)?;
        interface.set_item("typestr", self.type_text)?;
        interface.set_item("shape", (self.len,))?;
        interface.set_item("data", (self.owner.as_ptr() as usize, true))?;
        Ok(interface)
    }
}
