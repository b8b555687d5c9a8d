//! What a variable of the script is in a formula.
//!
//! | Python | formula |
//! |---|---|
//! | `int` | the narrowest of byte, short, int, long |
//! | `float`, `bool`, `str` | double, boolean, String |
//! | NumPy scalars | the type they say |
//! | `datetime`, `np.datetime64`, `pd.Timestamp` | Instant |
//! | `date`, `time`, `timedelta` | LocalDate, LocalTime, Duration |
//! | `None`, the `NULL_…` values of `kinetable.constants` | null |
//! | list, tuple, set, range, array of one kind of these | a list |
//! | functions, lambdas, methods, NumPy ufuncs, `int`, `float`, `str`, `bool` | a function |
//! | anything else: modules, classes, instances, dictionaries | an object, whose attributes are looked into |

use std::sync::Arc;

use arrow_array::{ArrayRef, new_null_array};
use arrow_schema::DataType;
use kinetable::formula::Variable;
use pyo3::prelude::*;
use pyo3::types::{PyFloat, PyInt, PyString};

use super::from_python::{from_numpy, from_sequence, is_bool, narrowest};
use super::helpers;
use crate::functions::PyFunction;
use crate::objects::PyObjectValue;
use crate::types;

/// The meaning of a Python value in a formula.
pub fn variable(value: &Bound<'_, PyAny>) -> PyResult<Variable> {
    if value.is_none() {
        return Ok(Variable::Value(new_null_array(&DataType::Null, 1)));
    }
    if let Some(one) = scalar(value)? {
        return Ok(Variable::Value(one));
    }
    let py = value.py();
    let kind = helpers(py)?.call_method1("kind", (value,))?.extract::<String>()?;
    Ok(match kind.as_str() {
        "function" => Variable::Function(Arc::new(PyFunction::new(value)?)),
        "list" => list(value)?.map_or_else(|| object(value), Variable::List),
        "object" => object(value),
        null if null.starts_with("null:") => {
            let data_type = types::from_name(&null["null:".len()..]).unwrap_or(DataType::Null);
            Variable::Value(new_null_array(&data_type, 1))
        }
        type_name => match types::from_name(type_name) {
            Some(data_type) => {
                Variable::Value(from_sequence((value,).into_pyobject(py)?.as_any(), &data_type)?)
            }
            None => object(value),
        },
    })
}

/// The commonest values, without asking Python's side.
fn scalar(value: &Bound<'_, PyAny>) -> PyResult<Option<ArrayRef>> {
    let py = value.py();
    let one = || (value,).into_pyobject(py).map(Bound::into_any);
    Ok(if is_bool(value) {
        Some(from_sequence(&one()?, &DataType::Boolean)?)
    } else if value.is_exact_instance_of::<PyInt>() {
        value.extract::<i64>().ok().map(narrowest)
    } else if value.is_exact_instance_of::<PyFloat>() {
        Some(from_sequence(&one()?, &DataType::Float64)?)
    } else if value.is_exact_instance_of::<PyString>() {
        Some(from_sequence(&one()?, &DataType::Utf8View)?)
    } else {
        None
    })
}

/// Several values of one type; `None` if they are of several.
fn list(value: &Bound<'_, PyAny>) -> PyResult<Option<ArrayRef>> {
    if let Some(array) = from_numpy(value)? {
        return Ok(Some(array));
    }
    let py = value.py();
    let (type_name, items) =
        helpers(py)?.call_method1("list_type", (value,))?.extract::<(Option<String>, Bound<'_, PyAny>)>()?;
    let data_type = type_name.as_deref().and_then(types::from_name);
    data_type.map(|data_type| from_sequence(&items, &data_type)).transpose()
}

fn object(value: &Bound<'_, PyAny>) -> Variable {
    Variable::Object(Arc::new(PyObjectValue::new(value)))
}
