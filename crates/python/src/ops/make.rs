//! Tables from data, from time and from tables.

use arrow_array::{Array, ArrayRef, new_null_array};
use arrow_schema::DataType;
use kinetable::kafka::Retention;
use kinetable::{Session, Table};
use pyo3::prelude::*;

use crate::errors::{engine, invalid};
use crate::table::PyTable;
use crate::values::{from_numpy, from_sequence, is_object_type};
use crate::{arrow, types};

/// A static table of so many rows and no columns.
#[pyfunction]
pub fn empty_table(py: Python<'_>, size: u64) -> PyTable {
    PyTable::new(py.detach(|| Session::global().empty_table(size)))
}

/// A static table of columns: name, type name (`None`: as the values say), values.
#[pyfunction]
pub fn new_table(
    py: Python<'_>,
    columns: Vec<(String, Option<String>, Bound<'_, PyAny>)>,
) -> PyResult<PyTable> {
    let columns = columns.iter().map(|(name, type_name, values)| {
        let array = column(type_name.as_deref(), values);
        Ok((name.clone(), array.map_err(|cause| in_column(py, name, cause))?))
    });
    let columns = columns.collect::<PyResult<Vec<_>>>()?;
    engine(py, || Session::global().new_table(columns)).map(PyTable::new)
}

fn in_column(py: Python<'_>, name: &str, cause: PyErr) -> PyErr {
    let error = invalid(py, &format!("column \"{name}\", {}", cause.value(py)), None);
    error.set_cause(py, Some(cause));
    error
}

fn column(type_name: Option<&str>, values: &Bound<'_, PyAny>) -> PyResult<ArrayRef> {
    let py = values.py();
    let wanted = match type_name {
        None => None,
        Some(name) => Some(
            types::from_name(name)
                .ok_or_else(|| invalid(py, &format!("there is no type \"{name}\""), None))?,
        ),
    };
    let array = match arrow::column_from(values)? {
        Some(array) => Some(array),
        None => from_numpy(values)?,
    };
    match (array, wanted) {
        (Some(_), Some(wanted)) if is_object_type(&wanted) => from_sequence(values, &wanted),
        (Some(array), None) => Ok(array),
        (Some(array), Some(wanted)) => fit(py, array, &wanted),
        (None, Some(wanted)) => from_sequence(values, &wanted),
        (None, None) => Err(invalid(py, "the values have no type that a column can take", None)),
    }
}

/// Values as the type the column says: integers may be counts of time, and must fit.
fn fit(py: Python<'_>, array: ArrayRef, wanted: &DataType) -> PyResult<ArrayRef> {
    if array.null_count() == array.len() {
        return Ok(new_null_array(wanted, array.len()));
    }
    types::cast(&array, wanted).map_err(|error| crate::errors::message(py, error))
}

/// A static table from anything that speaks Arrow's PyCapsule interface.
#[pyfunction]
pub fn table_from_arrow(py: Python<'_>, data: &Bound<'_, PyAny>) -> PyResult<PyTable> {
    let batch = arrow::batch_from(data)?;
    let names = batch.schema().fields().iter().map(|field| field.name().clone()).collect::<Vec<_>>();
    let columns = names.into_iter().zip(batch.columns().iter().cloned()).collect();
    engine(py, || Session::global().new_table(columns)).map(PyTable::new)
}

/// A live table with a row a period.
#[pyfunction]
#[pyo3(signature = (period_ns, start, blink))]
pub fn time_table(py: Python<'_>, period_ns: i64, start: Option<i64>, blink: bool) -> PyResult<PyTable> {
    let retention = if blink { Retention::BLINK } else { Retention::Append };
    engine(py, || Session::global().time_table(period_ns, start, retention)).map(PyTable::new)
}

/// The rows of tables, one table after the other.
#[pyfunction]
pub fn merge(py: Python<'_>, tables: Vec<PyRef<'_, PyTable>>) -> PyResult<PyTable> {
    let tables: Vec<Table> = tables.iter().map(|table| table.inner().clone()).collect();
    engine(py, || Session::global().merge(&tables)).map(PyTable::new)
}
