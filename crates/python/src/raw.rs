//! Arrow data in and out of Python by the Arrow PyCapsule interface: the only place of this crate that handles
//! pointers.
//!
//! Exporting needs none: a capsule owns a value of the Arrow C structs. Importing takes the struct out of the
//! capsule of another library and leaves an empty one behind, as the interface asks.
#![expect(unsafe_code, reason = "the Arrow C data interface hands structs over by pointer")]

use std::ffi::CStr;

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{ArrayRef, make_array};
use arrow_schema::ArrowError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

/// The names the interface gives its capsules.
pub const SCHEMA: &CStr = c"arrow_schema";
/// See [`SCHEMA`].
pub const ARRAY: &CStr = c"arrow_array";
/// See [`SCHEMA`].
pub const STREAM: &CStr = c"arrow_array_stream";

/// The stream of a capsule, which is empty afterwards.
pub fn take_stream(capsule: &Bound<'_, PyCapsule>) -> PyResult<FFI_ArrowArrayStream> {
    let pointer = capsule.pointer_checked(Some(STREAM))?.cast::<FFI_ArrowArrayStream>();
    debug_assert!(pointer.is_aligned());
    // SAFETY: a capsule of this name holds a valid stream struct (the interface's promise, and the name is checked);
    // `from_raw` moves it out and leaves a released one, so that the capsule's destructor does nothing. We hold the
    // interpreter, so nobody else takes it meanwhile.
    Ok(unsafe { FFI_ArrowArrayStream::from_raw(pointer.as_ptr()) })
}

/// The values of an array capsule, which is empty afterwards, and its schema's capsule.
pub fn take_array(
    schema: &Bound<'_, PyCapsule>,
    array: &Bound<'_, PyCapsule>,
) -> PyResult<Result<ArrayRef, ArrowError>> {
    let schema = schema.pointer_checked(Some(SCHEMA))?.cast::<FFI_ArrowSchema>();
    let array = array.pointer_checked(Some(ARRAY))?.cast::<FFI_ArrowArray>();
    debug_assert!(schema.is_aligned() && array.is_aligned());
    // SAFETY: capsules of these names hold valid structs, and belong together since one call returned both. The array
    // is moved out and a released one left behind; the schema is only read, while its capsule is borrowed.
    let data = unsafe { from_ffi(FFI_ArrowArray::from_raw(array.as_ptr()), schema.as_ref()) };
    Ok(data.map(make_array))
}
