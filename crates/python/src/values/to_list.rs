//! Values as a list of Python objects; null is `None`.
//!
//! Instants become `datetime` in UTC, dates, times and durations what `datetime` has for them: to the microsecond.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    IntervalMonthDayNanoType, UInt16Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, IntervalUnit};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyList;

use super::cells::{is_object_type, to_objects};
use super::{helpers, to_numpy};
use crate::types;

/// Python objects, one a value.
pub fn to_list<'py>(py: Python<'py>, array: &ArrayRef) -> PyResult<Bound<'py, PyList>> {
    match array.data_type() {
        DataType::Boolean => PyList::new(py, array.as_boolean().iter()),
        DataType::Int8 => primitives::<Int8Type>(py, array),
        DataType::Int16 => primitives::<Int16Type>(py, array),
        DataType::Int32 => primitives::<Int32Type>(py, array),
        DataType::Int64 => primitives::<Int64Type>(py, array),
        DataType::UInt16 => primitives::<UInt16Type>(py, array),
        DataType::Float32 => primitives::<Float32Type>(py, array),
        DataType::Float64 => primitives::<Float64Type>(py, array),
        DataType::Utf8View => PyList::new(py, array.as_string_view().iter()),
        DataType::BinaryView => {
            let values = array.as_binary_view();
            PyList::new(py, (0..values.len()).map(|row| values.is_valid(row).then(|| values.value(row))))
        }
        DataType::Dictionary(..) | DataType::Utf8 | DataType::LargeUtf8 | DataType::Null => {
            let plain =
                types::cast(array, &DataType::Utf8View).map_err(|error| crate::errors::message(py, error))?;
            to_list(py, &plain)
        }
        DataType::List(_) => lists(py, array),
        DataType::FixedSizeBinary(16) => tables(py, array),
        DataType::Timestamp(..) | DataType::Date32 | DataType::Time64(_) | DataType::Duration(_) => {
            temporal(py, array)
        }
        objects if is_object_type(objects) => to_objects(py, array),
        DataType::Decimal256(76, 0) => {
            let texts =
                types::cast(array, &DataType::Utf8View).map_err(|error| crate::errors::message(py, error))?;
            let texts = to_list(py, &texts)?;
            Ok(helpers(py)?.call_method1("big_integers", (texts,))?.cast_into::<PyList>()?)
        }
        DataType::Decimal256(..) => {
            let texts =
                types::cast(array, &DataType::Utf8View).map_err(|error| crate::errors::message(py, error))?;
            let texts = to_list(py, &texts)?;
            Ok(helpers(py)?.call_method1("trimmed_decimals", (texts,))?.cast_into::<PyList>()?)
        }
        DataType::Decimal128(..) => {
            let texts =
                types::cast(array, &DataType::Utf8View).map_err(|error| crate::errors::message(py, error))?;
            let texts = to_list(py, &texts)?;
            Ok(helpers(py)?.call_method1("decimals", (texts,))?.cast_into::<PyList>()?)
        }
        DataType::Interval(IntervalUnit::MonthDayNano) => periods(py, array),
        other => Err(PyTypeError::new_err(format!("values of type {other} have no Python form"))),
    }
}

fn primitives<'py, T: ArrowPrimitiveType>(py: Python<'py>, array: &ArrayRef) -> PyResult<Bound<'py, PyList>>
where
    T::Native: IntoPyObject<'py>,
{
    let values = array.as_primitive::<T>();
    if values.null_count() == 0 {
        PyList::new(py, values.values().iter().copied())
    } else {
        PyList::new(py, values.iter())
    }
}

fn lists<'py>(py: Python<'py>, array: &ArrayRef) -> PyResult<Bound<'py, PyList>> {
    let lists = array.as_list::<i32>();
    let result = PyList::empty(py);
    for row in 0..lists.len() {
        if lists.is_null(row) {
            result.append(py.None())?;
        } else {
            result.append(to_list(py, &lists.value(row))?)?;
        }
    }
    Ok(result)
}

fn periods<'py>(py: Python<'py>, array: &ArrayRef) -> PyResult<Bound<'py, PyList>> {
    let values = array.as_primitive::<IntervalMonthDayNanoType>();
    let counts: Vec<_> = values.iter().map(|value| value.map(|value| (value.months, value.days))).collect();
    Ok(helpers(py)?.call_method1("periods", (counts,))?.cast_into::<PyList>()?)
}

fn tables<'py>(py: Python<'py>, array: &ArrayRef) -> PyResult<Bound<'py, PyList>> {
    let found = crate::errors::engine(py, || kinetable::tables_of(&kinetable::Session::global(), array))?;
    let natives = PyList::new(py, found.into_iter().map(|table| table.map(crate::table::PyTable::new)))?;
    Ok(helpers(py)?.call_method1("tables", (natives,))?.cast_into::<PyList>()?)
}

/// NumPy turns whole columns of times into Python objects much faster than one call a value does.
fn temporal<'py>(py: Python<'py>, array: &ArrayRef) -> PyResult<Bound<'py, PyList>> {
    let (helper, array) = match array.data_type() {
        DataType::Timestamp(_, Some(zone)) if zone.as_ref() != "UTC" => {
            let values = to_numpy(py, array)?;
            return Ok(helpers(py)?.call_method1("zoned", (values, zone.as_ref()))?.cast_into::<PyList>()?);
        }
        DataType::Timestamp(_, Some(_)) => ("instants", array.clone()),
        DataType::Timestamp(_, None) => ("plain", array.clone()),
        DataType::Time64(_) => {
            let nanos =
                types::cast(array, &DataType::Int64).map_err(|error| crate::errors::message(py, error))?;
            return Ok(helpers(py)?.call_method1("times", (to_list(py, &nanos)?,))?.cast_into::<PyList>()?);
        }
        _ => ("plain", array.clone()),
    };
    let values = to_numpy(py, &array)?;
    Ok(helpers(py)?.call_method1(helper, (values,))?.cast_into::<PyList>()?)
}
