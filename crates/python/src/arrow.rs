//! Whole tables and columns in and out of Python as Arrow, without a copy where the layouts agree.
//!
//! ```text
//!  pyarrow, Polars, pandas, DuckDB … ──__arrow_c_stream__/__arrow_c_array__──▶ batches ─▶ static table
//!  table ─▶ one version, held ─▶ batches read as they are asked for ──__arrow_c_stream__──▶ any of them
//! ```

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, to_ffi};
use arrow_array::ffi_stream::{ArrayStreamReader, FFI_ArrowArrayStream, RecordBatchStreamReader};
use arrow_array::{Array, ArrayReader, ArrayRef, RecordBatch, RecordBatchReader};
use arrow_schema::{ArrowError, Schema};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyTuple};

use crate::errors::message;
use crate::{raw, types};

/// Rows in the engine's layouts from an object that speaks the Arrow PyCapsule interface.
pub fn batch_from(object: &Bound<'_, PyAny>) -> PyResult<RecordBatch> {
    let py = object.py();
    if !object.hasattr("__arrow_c_stream__")? {
        let kind = object.get_type().name()?;
        let text = format!("a {kind} is no table: it has no \"__arrow_c_stream__\"");
        return Err(PyTypeError::new_err(text));
    }
    let capsule = object.call_method0("__arrow_c_stream__")?.cast_into::<PyCapsule>()?;
    let reader = RecordBatchStreamReader::try_new(raw::take_stream(&capsule)?).map_err(|e| message(py, e))?;
    // The producer may call Python on this or another thread, so the interpreter is free meanwhile.
    py.detach(|| {
        let schema = reader.schema();
        let batches = reader.collect::<Result<Vec<_>, ArrowError>>()?;
        types::adopt_batch(&arrow_select::concat::concat_batches(&schema, &batches)?)
    })
    .map_err(|error| message(py, error))
}

/// One column in the engine's layout from an object that speaks the interface (an Arrow array, a Series).
pub fn column_from(object: &Bound<'_, PyAny>) -> PyResult<Option<ArrayRef>> {
    let py = object.py();
    let array = if object.hasattr("__arrow_c_array__")? {
        let pair = object.call_method0("__arrow_c_array__")?.cast_into::<PyTuple>()?;
        let (schema, array) = (pair.get_item(0)?, pair.get_item(1)?);
        raw::take_array(&schema.cast_into::<PyCapsule>()?, &array.cast_into::<PyCapsule>()?)?
    } else if object.hasattr("__arrow_c_stream__")? {
        let capsule = object.call_method0("__arrow_c_stream__")?.cast_into::<PyCapsule>()?;
        let stream = raw::take_stream(&capsule)?;
        py.detach(|| concat_column(stream))
    } else {
        return Ok(None);
    };
    let array = array.and_then(|array| types::adopt(&array)).map_err(|error| message(py, error))?;
    Ok(Some(array))
}

fn concat_column(stream: FFI_ArrowArrayStream) -> Result<ArrayRef, ArrowError> {
    let reader = ArrayStreamReader::try_new(stream)?;
    let empty = arrow_array::new_empty_array(reader.field().data_type());
    let chunks = reader.collect::<Result<Vec<_>, ArrowError>>()?;
    if chunks.is_empty() {
        return Ok(empty);
    }
    let chunks: Vec<&dyn Array> = chunks.iter().map(AsRef::as_ref).collect();
    arrow_select::concat::concat(&chunks)
}

/// The capsules `__arrow_c_array__` returns.
pub fn export_array<'py>(py: Python<'py>, array: &ArrayRef) -> PyResult<Bound<'py, PyTuple>> {
    let (array, schema): (FFI_ArrowArray, FFI_ArrowSchema) =
        to_ffi(&array.to_data()).map_err(|error| message(py, error))?;
    let schema = PyCapsule::new_with_value(py, schema, raw::SCHEMA)?;
    let array = PyCapsule::new_with_value(py, array, raw::ARRAY)?;
    PyTuple::new(py, [schema, array])
}

/// The capsule `__arrow_c_schema__` returns.
pub fn export_schema<'py>(py: Python<'py>, schema: &Schema) -> PyResult<Bound<'py, PyCapsule>> {
    let schema = FFI_ArrowSchema::try_from(schema).map_err(|error| message(py, error))?;
    PyCapsule::new_with_value(py, schema, raw::SCHEMA)
}

/// The capsule `__arrow_c_stream__` returns.
pub fn export_stream<'py>(
    py: Python<'py>,
    reader: Box<dyn RecordBatchReader + Send>,
) -> PyResult<Bound<'py, PyCapsule>> {
    PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(reader), raw::STREAM)
}
