//! One call of a Python function, over one chunk.

use arrow_array::{Array, ArrayRef, BooleanArray, UInt32Array};
use arrow_buffer::NullBuffer;
use arrow_schema::{ArrowError, DataType};
use kinetable::formula::Error;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use super::PyFunction;
use super::signature::{Form, Parameter, Plan};
use crate::types;
use crate::values::{from_iterator, from_numpy, from_sequence, helpers, to_list, to_numpy};

/// A failed call: the exception, and the row (of those handed over) if one is at fault.
struct Failure {
    cause: PyErr,
    row: Option<usize>,
}

impl From<PyErr> for Failure {
    fn from(cause: PyErr) -> Self {
        Self { cause, row: None }
    }
}

/// Calls the function; one result for each row.
pub fn call(
    py: Python<'_>,
    function: &PyFunction,
    plan: &Plan,
    args: &[ArrayRef],
    rows: usize,
) -> Result<ArrayRef, Error> {
    let given = given_rows(function, args, rows);
    let kept = given.as_ref().map_or(rows, |nulls| nulls.len() - nulls.null_count());
    if kept == 0 {
        return Ok(arrow_array::new_null_array(&plan.result, rows));
    }
    let Some(given) = given else {
        return results(py, function, plan, args, rows).map_err(|failure| explain(failure, |row| row));
    };
    let keep = BooleanArray::new(given.inner().clone(), None);
    let chosen: Result<Vec<_>, _> = args.iter().map(|arg| arrow_select::filter::filter(arg, &keep)).collect();
    let values = results(py, function, plan, &chosen?, kept).map_err(|failure| {
        explain(failure, |row| given.valid_indices().nth(row).expect("as many rows as were kept"))
    })?;
    Ok(spread(&values, &given)?)
}

fn explain(failure: Failure, row_of_chunk: impl Fn(usize) -> usize) -> Error {
    let error = Error::user_function(failure.cause);
    match failure.row {
        Some(row) => error.with_row(row_of_chunk(row)),
        None => error,
    }
}

/// Which rows may be handed over; `None`: all.
fn given_rows(function: &PyFunction, args: &[ArrayRef], rows: usize) -> Option<NullBuffer> {
    let mut columns = args.iter();
    let mut given: Option<NullBuffer> = None;
    for (index, slot) in function.slots(args.len()).iter().enumerate() {
        if slot.is_some() {
            continue;
        }
        let column = columns.next().expect("a column for every argument that is not fixed");
        if function.signature.param(index).is_some_and(Parameter::refuses_null) {
            given = NullBuffer::union(given.as_ref(), column.logical_nulls().as_ref());
        }
    }
    debug_assert!(given.as_ref().is_none_or(|given| given.len() == rows));
    given.filter(|given| given.null_count() > 0)
}

/// Puts the results of the rows that were handed over at their places; null elsewhere.
fn spread(values: &ArrayRef, given: &NullBuffer) -> Result<ArrayRef, ArrowError> {
    let mut next = 0;
    let places = given.iter().map(|given| {
        given.then(|| {
            next += 1;
            next - 1
        })
    });
    arrow_select::take::take(values, &places.collect::<UInt32Array>(), None)
}

fn results(
    py: Python<'_>,
    function: &PyFunction,
    plan: &Plan,
    args: &[ArrayRef],
    rows: usize,
) -> Result<ArrayRef, Failure> {
    debug_assert!(rows > 0);
    if plan.whole_chunks {
        whole(py, function, plan, args, rows)
    } else {
        by_row(py, function, plan, args, rows)
    }
}

/// One call with whole arrays.
fn whole(
    py: Python<'_>,
    function: &PyFunction,
    plan: &Plan,
    args: &[ArrayRef],
    rows: usize,
) -> Result<ArrayRef, Failure> {
    let values = arguments(py, function, args, |column, param| {
        to_numpy(py, &widened(column, param).map_err(|error| crate::errors::message(py, error))?)
    })?;
    let result = function.callable.bind(py).call1(values)?;
    let result = helpers(py)?.call_method1("column_of", (result, rows))?;
    if result.len()? != rows {
        let text = format!(
            "\"{}\" was given arrays of {rows} rows and returned {}",
            function.signature.name,
            result.len()?
        );
        return Err(PyValueError::new_err(text).into());
    }
    match from_numpy(&result)? {
        Some(array) => {
            let cast = types::cast(&array, &plan.result);
            cast.map_err(|error| wrong_result(function, PyValueError::new_err(error.to_string()), py).into())
        }
        None => {
            from_sequence(&result, &plan.result).map_err(|cause| wrong_result(function, cause, py).into())
        }
    }
}

/// A call for each row, by Python's `map`.
fn by_row(
    py: Python<'_>,
    function: &PyFunction,
    plan: &Plan,
    args: &[ArrayRef],
    rows: usize,
) -> Result<ArrayRef, Failure> {
    let repeat = || py.import("itertools")?.getattr("repeat");
    let columns = if function.slots(args.len()).is_empty() {
        // `map` needs something to go along with: an ignored argument, which the helper takes away.
        let ignored = repeat()?.call1((py.None(), rows))?;
        let calls = helpers(py)?.call_method1("map_without", (&*function.callable, ignored))?;
        return collect(py, function, plan, &calls, rows);
    } else {
        arguments(py, function, args, |column, param| row_values(py, column, param))?
    };
    let slots = function.slots(args.len());
    let columns = columns.iter().zip(&slots).map(|(column, slot)| match slot {
        Some(_) => repeat()?.call1((column, rows)),
        None => Ok(column),
    });
    let mut all = vec![function.callable.bind(py).clone()];
    all.extend(columns.collect::<PyResult<Vec<_>>>()?);
    let results = py.import("builtins")?.getattr("map")?.call1(PyTuple::new(py, all)?)?;
    collect(py, function, plan, &results, rows)
}

/// Runs the calls, and makes a column of what they return: numbers, Booleans and texts go straight into it.
fn collect(
    py: Python<'_>,
    function: &PyFunction,
    plan: &Plan,
    results: &Bound<'_, PyAny>,
    rows: usize,
) -> Result<ArrayRef, Failure> {
    let mut results = results.try_iter()?;
    let mut row = 0;
    let mut failed = None;
    let column = from_iterator(&plan.result, rows, || match results.next()? {
        Ok(value) => {
            row += 1;
            Some(value)
        }
        Err(cause) => {
            failed = Some(Failure { cause, row: Some(row) });
            None
        }
    });
    match failed {
        Some(failure) => Err(failure),
        None => column.map_err(|cause| wrong_result(function, cause, py).into()),
    }
}

/// The arguments in order: columns as `convert` makes them, and fixed objects.
fn arguments<'py>(
    py: Python<'py>,
    function: &PyFunction,
    args: &[ArrayRef],
    convert: impl Fn(&ArrayRef, Option<&Parameter>) -> PyResult<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyTuple>> {
    let mut columns = args.iter();
    let slots = function.slots(args.len());
    let values = slots.iter().enumerate().map(|(index, slot)| match slot {
        Some(object) => Ok(object.bind(py).clone()),
        None => {
            let column = columns.next().expect("a column for every argument that is not fixed");
            convert(column, function.signature.param(index))
        }
    });
    PyTuple::new(py, values.collect::<PyResult<Vec<_>>>()?)
}

/// A column's values as a function called by row wants them.
fn row_values<'py>(
    py: Python<'py>,
    column: &ArrayRef,
    param: Option<&Parameter>,
) -> PyResult<Bound<'py, PyAny>> {
    let column = widened(column, param).map_err(|error| crate::errors::message(py, error))?;
    let helper = match param.map_or(Form::Plain, |param| param.form) {
        Form::Plain => return to_list(py, &column).map(Bound::into_any),
        Form::Array => return to_numpy(py, &column)?.call_method0("tolist"),
        Form::NaiveDatetime => "plain",
        Form::NumpyTime => "numpy_scalars",
        Form::PandasTimestamp => "pandas_timestamps",
    };
    helpers(py)?.call_method1(helper, (to_numpy(py, &column)?,))
}

/// Integers become floating point for a parameter that says `float`.
fn widened(column: &ArrayRef, param: Option<&Parameter>) -> Result<ArrayRef, ArrowError> {
    match param.and_then(|param| param.data_type.as_ref()) {
        Some(wanted @ (DataType::Float32 | DataType::Float64)) if column.data_type().is_integer() => {
            types::cast(column, wanted)
        }
        _ => Ok(column.clone()),
    }
}

fn wrong_result(function: &PyFunction, cause: PyErr, py: Python<'_>) -> PyErr {
    let name = &function.signature.name;
    let error =
        PyTypeError::new_err(format!("what \"{name}\" returned is not what it says: {}", cause.value(py)));
    error.set_cause(py, Some(cause));
    error
}
