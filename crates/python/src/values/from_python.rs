//! Columns from Python sequences and NumPy arrays; `None` is null.

use std::sync::Arc;

use arrow_array::builder::{
    ArrayBuilder, BinaryViewBuilder, BooleanBuilder, PrimitiveBuilder, StringViewBuilder,
};
use arrow_array::types::{
    ArrowPrimitiveType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    IntervalMonthDayNanoType, UInt16Type,
};
use arrow_array::{ArrayRef, BooleanArray, ListArray, PrimitiveArray, make_array, new_empty_array};
use arrow_buffer::{Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_data::ArrayData;
use arrow_schema::{ArrowError, DataType, IntervalUnit, TimeUnit};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::{PyBool, PyBytes, PyFloat, PyInt, PyList};

use super::cells::{from_objects, is_object_type};
use super::helpers;
use crate::{errors, types};

/// A column of this type from the objects of a sequence.
///
/// # Errors
/// A `TypeError` that tells the first row whose object does not fit.
pub fn from_sequence(sequence: &Bound<'_, PyAny>, data_type: &DataType) -> PyResult<ArrayRef> {
    match data_type {
        DataType::Boolean => booleans(sequence),
        DataType::Int8 => primitives::<Int8Type>(sequence, data_type, integer),
        DataType::Int16 => primitives::<Int16Type>(sequence, data_type, integer),
        DataType::Int32 => primitives::<Int32Type>(sequence, data_type, integer),
        DataType::Int64 => primitives::<Int64Type>(sequence, data_type, integer),
        DataType::UInt16 => primitives::<UInt16Type>(sequence, data_type, character),
        DataType::Float32 => primitives::<Float32Type>(sequence, data_type, |item| item.extract()),
        DataType::Float64 => primitives::<Float64Type>(sequence, data_type, |item| item.extract()),
        DataType::Utf8View => texts(sequence),
        DataType::BinaryView => binaries(sequence),
        DataType::Timestamp(TimeUnit::Nanosecond, _) => counted(sequence, data_type, "instant_counts"),
        DataType::Duration(TimeUnit::Nanosecond) => counted(sequence, data_type, "duration_counts"),
        DataType::Date32 => counted(sequence, data_type, "date_counts"),
        DataType::Time64(TimeUnit::Nanosecond) => counted(sequence, data_type, "time_counts"),
        DataType::Interval(IntervalUnit::MonthDayNano) => periods(sequence),
        DataType::List(item) => lists(sequence, item.data_type()),
        DataType::Decimal128(..) | DataType::Decimal256(..) => decimals(sequence, data_type),
        objects if is_object_type(objects) => from_objects(sequence),
        other => Err(PyTypeError::new_err(format!("Python objects cannot become {}", types::name_of(other)))),
    }
}

/// A column of this type from objects as they come, of which there are about `rows`.
///
/// # Errors
/// A `TypeError` that tells the first row whose object does not fit.
pub fn from_iterator<'py>(
    data_type: &DataType,
    rows: usize,
    mut next: impl FnMut() -> Option<Bound<'py, PyAny>>,
) -> PyResult<ArrayRef> {
    match data_type {
        DataType::Int8 => numbers_of::<Int8Type>(data_type, rows, next),
        DataType::Int16 => numbers_of::<Int16Type>(data_type, rows, next),
        DataType::Int32 => numbers_of::<Int32Type>(data_type, rows, next),
        DataType::Int64 => numbers_of::<Int64Type>(data_type, rows, next),
        DataType::Float32 => numbers_of::<Float32Type>(data_type, rows, next),
        DataType::Float64 => doubles(data_type, rows, next),
        DataType::Boolean => {
            let mut builder = BooleanBuilder::with_capacity(rows);
            while let Some(item) = next() {
                if item.is_none() {
                    builder.append_null();
                } else {
                    let row = builder.len();
                    builder
                        .append_value(item.extract().map_err(|cause| misfit(row, &item, data_type, cause))?);
                }
            }
            Ok(Arc::new(builder.finish()))
        }
        DataType::Utf8View => {
            let mut builder = StringViewBuilder::with_capacity(rows);
            while let Some(item) = next() {
                if item.is_none() {
                    builder.append_null();
                } else {
                    let text = item.extract::<PyBackedStr>();
                    builder
                        .append_value(text.map_err(|cause| misfit(builder.len(), &item, data_type, cause))?);
                }
            }
            Ok(Arc::new(builder.finish()))
        }
        _ => {
            let Some(first) = next() else { return Ok(new_empty_array(data_type)) };
            let list = PyList::new(first.py(), [first.clone()])?;
            while let Some(item) = next() {
                list.append(item)?;
            }
            from_sequence(list.as_any(), data_type)
        }
    }
}

fn numbers_of<'py, T: ArrowPrimitiveType>(
    data_type: &DataType,
    rows: usize,
    mut next: impl FnMut() -> Option<Bound<'py, PyAny>>,
) -> PyResult<ArrayRef>
where
    T::Native: for<'a> FromPyObject<'a, 'py, Error = PyErr>,
{
    let mut builder = PrimitiveBuilder::<T>::with_capacity(rows);
    while let Some(item) = next() {
        if item.is_none() {
            builder.append_null();
        } else {
            let value = item.extract().map_err(|cause| misfit(builder.len(), &item, data_type, cause))?;
            builder.append_option((!is_null_value(&item)?).then_some(value));
        }
    }
    Ok(Arc::new(builder.finish()))
}

/// As [`numbers_of`]; a plain `float`, the commonest result of all, is read without asking what it is.
fn doubles<'py>(
    data_type: &DataType,
    rows: usize,
    mut next: impl FnMut() -> Option<Bound<'py, PyAny>>,
) -> PyResult<ArrayRef> {
    let mut builder = PrimitiveBuilder::<Float64Type>::with_capacity(rows);
    while let Some(item) = next() {
        if let Ok(float) = item.cast_exact::<PyFloat>() {
            builder.append_value(float.value());
        } else if item.is_none() {
            builder.append_null();
        } else {
            let value = item.extract().map_err(|cause| misfit(builder.len(), &item, data_type, cause))?;
            builder.append_option((!is_null_value(&item)?).then_some(value));
        }
    }
    Ok(Arc::new(builder.finish()))
}

/// A column from a one-dimensional NumPy array of numbers, Booleans or times; `None` if it holds anything else.
pub fn from_numpy(values: &Bound<'_, PyAny>) -> PyResult<Option<ArrayRef>> {
    let py = values.py();
    let plain = helpers(py)?.call_method1("plain_numpy", (values,))?;
    let Some((type_name, bytes, mask)) =
        plain.extract::<Option<(String, Bound<'_, PyBytes>, Option<Vec<bool>>)>>()?
    else {
        return Ok(None);
    };
    let nulls = mask.map(|mask| mask.iter().map(|masked| !masked).collect::<NullBuffer>());
    let array = if type_name == "boolean" {
        let values = bytes.as_bytes().iter().map(|byte| *byte != 0).collect();
        Ok(Arc::new(BooleanArray::new(values, nulls)) as ArrayRef)
    } else {
        numbers(&type_name, bytes.as_bytes(), nulls)
    };
    array.map(Some).map_err(|error| errors::message(py, error))
}

fn numbers(type_name: &str, bytes: &[u8], nulls: Option<NullBuffer>) -> Result<ArrayRef, ArrowError> {
    let data_type = match type_name {
        "ubyte" => DataType::UInt8,
        "uint" => DataType::UInt32,
        "ulong" => DataType::UInt64,
        name => types::from_name(name).unwrap_or(DataType::Null),
    };
    let width = data_type.primitive_width().unwrap_or(1);
    let data = ArrayData::builder(data_type)
        .len(bytes.len() / width)
        .add_buffer(Buffer::from(bytes))
        .nulls(nulls)
        .build()?;
    types::adopt(&make_array(data))
}

/// Numbers, where NumPy's own scalars count as numbers too.
fn primitives<'py, T: ArrowPrimitiveType>(
    sequence: &Bound<'py, PyAny>,
    data_type: &DataType,
    extract: impl Fn(&Bound<'py, PyAny>) -> PyResult<T::Native>,
) -> PyResult<ArrayRef> {
    let mut builder = PrimitiveBuilder::<T>::with_capacity(sequence.len().unwrap_or(0));
    for (row, item) in sequence.try_iter()?.enumerate() {
        let item = item?;
        if item.is_none() {
            builder.append_null();
        } else {
            let value = extract(&item).map_err(|cause| misfit(row, &item, data_type, cause))?;
            builder.append_option((!is_null_value(&item)?).then_some(value));
        }
    }
    Ok(Arc::new(builder.finish()))
}

/// Whether the number is one of the `NULL_…` values of `kinetable.constants`: numbers of classes of their own.
fn is_null_value(item: &Bound<'_, PyAny>) -> PyResult<bool> {
    if item.is_exact_instance_of::<PyInt>() || item.is_exact_instance_of::<PyFloat>() {
        return Ok(false);
    }
    if !(item.is_instance_of::<PyInt>() || item.is_instance_of::<PyFloat>()) {
        return Ok(false);
    }
    helpers(item.py())?.call_method1("is_null", (item,))?.extract()
}

fn integer<'py, N: for<'a> FromPyObject<'a, 'py, Error = PyErr>>(item: &Bound<'py, PyAny>) -> PyResult<N> {
    item.extract::<N>()
}

/// A code point, or a text of one character.
fn character(item: &Bound<'_, PyAny>) -> PyResult<u16> {
    let Ok(text) = item.extract::<String>() else {
        return item.extract();
    };
    let mut units = text.encode_utf16();
    match (units.next(), units.next()) {
        (Some(unit), None) => Ok(unit),
        _ => Err(PyValueError::new_err("a char is a text of one character")),
    }
}

fn booleans(sequence: &Bound<'_, PyAny>) -> PyResult<ArrayRef> {
    let mut builder = BooleanBuilder::new();
    for (row, item) in sequence.try_iter()?.enumerate() {
        let item = item?;
        if item.is_none() {
            builder.append_null();
        } else {
            let value = item.extract().map_err(|cause| misfit(row, &item, &DataType::Boolean, cause))?;
            builder.append_value(value);
        }
    }
    Ok(Arc::new(builder.finish()))
}

fn texts(sequence: &Bound<'_, PyAny>) -> PyResult<ArrayRef> {
    let mut builder = StringViewBuilder::new();
    for (row, item) in sequence.try_iter()?.enumerate() {
        let item = item?;
        if item.is_none() {
            builder.append_null();
        } else {
            let text =
                item.extract::<String>().map_err(|cause| misfit(row, &item, &DataType::Utf8View, cause))?;
            builder.append_value(text);
        }
    }
    Ok(Arc::new(builder.finish()))
}

fn binaries(sequence: &Bound<'_, PyAny>) -> PyResult<ArrayRef> {
    let mut builder = BinaryViewBuilder::new();
    for (row, item) in sequence.try_iter()?.enumerate() {
        let item = item?;
        if item.is_none() {
            builder.append_null();
        } else {
            let bytes = item
                .extract::<Vec<u8>>()
                .map_err(|cause| misfit(row, &item, &DataType::BinaryView, cause))?;
            builder.append_value(bytes);
        }
    }
    Ok(Arc::new(builder.finish()))
}

/// Times: Python counts them, from whichever class they are of.
fn counted(sequence: &Bound<'_, PyAny>, data_type: &DataType, helper: &str) -> PyResult<ArrayRef> {
    let py = sequence.py();
    let counts = helpers(py)?.call_method1(helper, (sequence,))?;
    let counts = primitives::<Int64Type>(&counts, &DataType::Int64, integer)?;
    types::cast(&counts, data_type).map_err(|error| errors::message(py, error))
}

/// Calendar time, as months and days.
fn periods(sequence: &Bound<'_, PyAny>) -> PyResult<ArrayRef> {
    let counts = helpers(sequence.py())?.call_method1("period_counts", (sequence,))?;
    let counts = counts.extract::<Vec<Option<(i32, i32)>>>()?;
    let periods =
        counts.into_iter().map(|count| count.map(|(m, d)| IntervalMonthDayNanoType::make_value(m, d, 0)));
    Ok(Arc::new(periods.collect::<PrimitiveArray<IntervalMonthDayNanoType>>()))
}

/// Decimals, by way of their texts.
fn decimals(sequence: &Bound<'_, PyAny>, data_type: &DataType) -> PyResult<ArrayRef> {
    let py = sequence.py();
    let spelled = helpers(py)?.call_method1("decimal_texts", (sequence,))?;
    types::cast(&texts(&spelled)?, data_type).map_err(|error| errors::message(py, error))
}

fn lists(sequence: &Bound<'_, PyAny>, item_type: &DataType) -> PyResult<ArrayRef> {
    let py = sequence.py();
    let (items, mut lengths, mut valid) = (PyList::empty(py), Vec::new(), Vec::new());
    for (row, list) in sequence.try_iter()?.enumerate() {
        let list = list?;
        let before = items.len();
        valid.push(!list.is_none());
        if !list.is_none() {
            let iterator = list
                .try_iter()
                .map_err(|cause| misfit(row, &list, &types::list_of(item_type.clone()), cause))?;
            for item in iterator {
                items.append(item?)?;
            }
        }
        lengths.push(items.len() - before);
    }
    let values = from_sequence(items.as_any(), item_type)?;
    let DataType::List(field) = types::list_of(item_type.clone()) else {
        unreachable!("list_of makes lists")
    };
    let offsets = OffsetBuffer::<i32>::from_lengths(lengths);
    let nulls = NullBuffer::from(valid);
    let lists = ListArray::try_new(field, offsets, values, Some(nulls));
    Ok(Arc::new(lists.map_err(|error| errors::message(py, error))?))
}

/// "row 3: a long is expected, but it is 'abc' (str)"
fn misfit(row: usize, item: &Bound<'_, PyAny>, data_type: &DataType, cause: PyErr) -> PyErr {
    let py = item.py();
    let shown = item.repr().map_or_else(|_| "an object".to_owned(), |text| text.to_string());
    let shown: String = shown.chars().take(60).collect();
    let kind = item.get_type().name().map_or_else(|_| "?".to_owned(), |name| name.to_string());
    let text = format!("row {row}: a {} is expected, but it is {shown} ({kind})", types::name_of(data_type));
    let error = PyTypeError::new_err(text);
    error.set_cause(py, Some(cause));
    error
}

/// One integer, of the narrowest type that holds it.
pub(super) fn narrowest(value: i64) -> ArrayRef {
    if let Ok(value) = i8::try_from(value) {
        return Arc::new(PrimitiveArray::<Int8Type>::from_value(value, 1));
    }
    if let Ok(value) = i16::try_from(value) {
        return Arc::new(PrimitiveArray::<Int16Type>::from_value(value, 1));
    }
    match i32::try_from(value) {
        Ok(value) => Arc::new(PrimitiveArray::<Int32Type>::from_value(value, 1)),
        Err(_) => Arc::new(PrimitiveArray::<Int64Type>::new(ScalarBuffer::from(vec![value]), None)),
    }
}

/// Whether an object is a Python `bool`, which is an `int` too.
pub(super) fn is_bool(item: &Bound<'_, PyAny>) -> bool {
    item.is_instance_of::<PyBool>()
}
