//! Values as a NumPy array, over the same memory where NumPy knows the layout.
//!
//! | type | NumPy | null |
//! |---|---|---|
//! | numbers of floating point | the same | NaN |
//! | integers, characters, Booleans | the same | a masked array, only where there are nulls |
//! | instants, dates, durations | `datetime64`, `timedelta64` | NaT |
//! | anything else | objects | `None` |

use arrow_array::cast::AsArray;
use arrow_array::types::{ArrowPrimitiveType, Int64Type};
use arrow_array::{Array, ArrayRef, BooleanArray};
use arrow_buffer::{Buffer, NullBuffer};
use arrow_schema::{DataType, TimeUnit};
use pyo3::prelude::*;

use super::to_list;
use crate::array::PyMemory;
use crate::{errors, types};

/// A NumPy array of the values.
pub fn to_numpy<'py>(py: Python<'py>, array: &ArrayRef) -> PyResult<Bound<'py, PyAny>> {
    use arrow_array::types::{Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, UInt16Type};
    match array.data_type() {
        DataType::Boolean => masked(py, boolean(array.as_boolean()), array, "|b1"),
        DataType::Int8 => masked(py, values::<Int8Type>(array), array, "|i1"),
        DataType::Int16 => masked(py, values::<Int16Type>(array), array, "<i2"),
        DataType::Int32 => masked(py, values::<Int32Type>(array), array, "<i4"),
        DataType::Int64 => masked(py, values::<Int64Type>(array), array, "<i8"),
        DataType::UInt16 => masked(py, values::<UInt16Type>(array), array, "<u2"),
        DataType::Float32 => memory(py, filled::<Float32Type>(array, f32::NAN), array.len(), "<f4"),
        DataType::Float64 => memory(py, filled::<Float64Type>(array, f64::NAN), array.len(), "<f8"),
        DataType::Timestamp(TimeUnit::Nanosecond, _) => temporal(py, array, "<M8[ns]"),
        DataType::Duration(TimeUnit::Nanosecond) => temporal(py, array, "<m8[ns]"),
        DataType::Date32 => {
            let days =
                types::cast(array, &DataType::Int32).and_then(|days| types::cast(&days, &DataType::Int64));
            temporal(py, &days.map_err(|error| errors::message(py, error))?, "<M8[D]")
        }
        _ => objects(py, array),
    }
}

fn values<T: ArrowPrimitiveType>(array: &ArrayRef) -> Buffer {
    array.as_primitive::<T>().values().inner().clone()
}

fn boolean(array: &BooleanArray) -> Buffer {
    Buffer::from_vec(array.values().iter().map(u8::from).collect::<Vec<u8>>())
}

/// The values with this one in the place of nulls.
fn filled<T: ArrowPrimitiveType>(array: &ArrayRef, null: T::Native) -> Buffer {
    let array = array.as_primitive::<T>();
    if array.null_count() == 0 {
        return array.values().inner().clone();
    }
    Buffer::from_vec(array.iter().map(|value| value.unwrap_or(null)).collect::<Vec<_>>())
}

/// Times count in 64 bits; NumPy's "not a time" is the least of them.
fn temporal<'py>(py: Python<'py>, array: &ArrayRef, type_text: &'static str) -> PyResult<Bound<'py, PyAny>> {
    let counts = types::cast(array, &DataType::Int64).map_err(|error| errors::message(py, error))?;
    memory(py, filled::<Int64Type>(&counts, i64::MIN), array.len(), type_text)
}

fn memory<'py>(
    py: Python<'py>,
    owner: Buffer,
    len: usize,
    type_text: &'static str,
) -> PyResult<Bound<'py, PyAny>> {
    let numpy = py.import("numpy")?;
    if len == 0 {
        return numpy.call_method1("empty", (0, type_text));
    }
    numpy.call_method1("asarray", (PyMemory { owner, len, type_text },))
}

/// A masked array where there are nulls, else a plain one.
fn masked<'py>(
    py: Python<'py>,
    buffer: Buffer,
    array: &ArrayRef,
    type_text: &'static str,
) -> PyResult<Bound<'py, PyAny>> {
    let plain = memory(py, buffer, array.len(), type_text)?;
    match array.nulls().filter(|nulls| nulls.null_count() > 0) {
        None => Ok(plain),
        Some(nulls) => py.import("numpy.ma")?.call_method1("masked_array", (plain, mask(py, nulls)?)),
    }
}

fn mask<'py>(py: Python<'py>, nulls: &NullBuffer) -> PyResult<Bound<'py, PyAny>> {
    let mask: Vec<u8> = nulls.iter().map(|valid| u8::from(!valid)).collect();
    memory(py, Buffer::from_vec(mask), nulls.len(), "|b1")
}

fn objects<'py>(py: Python<'py>, array: &ArrayRef) -> PyResult<Bound<'py, PyAny>> {
    let numpy = py.import("numpy")?;
    let list = if let DataType::List(_) = array.data_type() {
        let lists = array.as_list::<i32>();
        let rows = (0..lists.len()).map(|row| match lists.is_null(row) {
            true => Ok(py.None().into_bound(py)),
            false => to_numpy(py, &lists.value(row)),
        });
        pyo3::types::PyList::new(py, rows.collect::<PyResult<Vec<_>>>()?)?
    } else {
        to_list(py, array)?
    };
    numpy.call_method1("fromiter", (list, "O", array.len()))
}
