//! Tables that a script writes: the native side of writers, publishers and input tables.
//!
//! ```text
//!  script ─▶ Writer ─▶ append, blink or latest table          script ─▶ Input ─▶ append or keyed table
//!  cycle about to begin ─▶ before_cycles ─▶ the script's function ─▶ Writer: in this cycle
//! ```

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{Field, Schema, SchemaRef};
use kinetable::engine::{Publisher, Retention};
use kinetable::{Error, InputTable, Session};
use parking_lot::Mutex;
use pyo3::prelude::*;
use pyo3::types::PyList;

use crate::errors::{engine, invalid, raise};
use crate::table::PyTable;
use crate::values::from_sequence;
use crate::{gate, types};

/// Columns as Python's side writes them: names, and names of types.
type Columns = Vec<(String, String)>;

fn schema_of(py: Python<'_>, columns: &Columns) -> PyResult<SchemaRef> {
    let field = |(name, kind): &(String, String)| {
        let found = types::from_name(kind);
        let found = found.ok_or_else(|| {
            invalid(py, &format!("column \"{name}\": there is no column type \"{kind}\""), None)
        })?;
        Ok(Field::new(name, found, true))
    };
    Ok(Arc::new(Schema::new(columns.iter().map(field).collect::<PyResult<Vec<_>>>()?)))
}

/// Waits until all that was published or queued so far is in its tables.
#[pyfunction]
pub fn flush(py: Python<'_>) -> PyResult<()> {
    engine(py, || Session::global().flush())
}

/// A live table and what fills it. `retention`: `append`, `blink` or `latest`.
#[pyfunction]
pub fn open_writer(py: Python<'_>, columns: Columns, retention: &str) -> PyResult<(PyTable, PyWriter)> {
    let schema = schema_of(py, &columns)?;
    let retention = match retention {
        "append" => Retention::Append,
        "blink" => Retention::BLINK,
        "latest" => Retention::Latest,
        other => return Err(invalid(py, &format!("there is no retention \"{other}\""), None)),
    };
    let (table, publisher) = py.detach(|| Session::global().stream(schema, retention));
    Ok((PyTable::new(table), PyWriter { publisher, before: Mutex::default() }))
}

type Hook = Arc<dyn Fn() + Send + Sync>;

/// Fills a live table.
#[pyclass(name = "Writer", module = "kinetable._kinetable", frozen)]
pub struct PyWriter {
    publisher: Publisher,
    /// What is called before each cycle, for as long as this lives.
    before: Mutex<Option<Hook>>,
}

#[pymethods]
impl PyWriter {
    /// Queues all rows of a table; it has to have the same columns, in any order.
    fn add(&self, py: Python<'_>, table: &PyTable) -> PyResult<()> {
        let table = table.inner();
        engine(py, || self.publisher.publish(table.exact_rows_as(self.publisher.schema())?))
    }

    /// Queues one row.
    fn add_row(&self, py: Python<'_>, values: Vec<Bound<'_, PyAny>>) -> PyResult<()> {
        let schema = self.publisher.schema().clone();
        let cell = |(field, value): (&Arc<Field>, &Bound<'_, PyAny>)| {
            let one = PyList::new(py, [value])?;
            from_sequence(one.as_any(), field.data_type()).map_err(|cause| {
                let text = cause.value(py).to_string();
                let text = text.strip_prefix("row 0: ").unwrap_or(&text);
                let error = invalid(py, &format!("column \"{}\": {text}", field.name()), None);
                error.set_cause(py, Some(cause));
                error
            })
        };
        let arrays = schema.fields().iter().zip(&values).map(cell).collect::<PyResult<Vec<_>>>()?;
        let batch = RecordBatch::try_new(schema, arrays).map_err(|error| raise(py, &error))?;
        engine(py, || self.publisher.publish(batch))
    }

    /// Fails the table, and what is made from it, with an exception as the cause.
    fn fail(&self, py: Python<'_>, failure: Bound<'_, PyAny>) {
        let error = failed(&failure);
        py.detach(|| self.publisher.fail(error));
    }

    /// Whether somebody holds the table, and it has not failed.
    #[getter]
    fn is_alive(&self) -> bool {
        self.publisher.is_open() && self.publisher.failure().is_none()
    }

    /// Rows that wait for the next cycle.
    #[getter]
    fn queued(&self) -> usize {
        self.publisher.queued_rows()
    }

    /// Calls a function before each cycle; if it raises, the table fails.
    fn before_cycles(&self, py: Python<'_>, function: Py<PyAny>) {
        let publisher = self.publisher.clone();
        let hook: Hook = Arc::new(move || {
            if !publisher.is_open() || publisher.failure().is_some() {
                return;
            }
            gate::enter(|py| {
                if let Err(raised) = function.call0(py) {
                    publisher.fail(failed(raised.value(py)));
                }
            });
        });
        py.detach(|| Session::global().graph().before_cycles(Arc::downgrade(&hook)));
        *self.before.lock() = Some(hook);
    }

    /// Asks for a cycle even if there are no rows.
    fn notify(&self, py: Python<'_>) {
        py.detach(|| Session::global().graph().notify());
    }

    /// Calls nothing before cycles any more.
    fn release(&self, py: Python<'_>) {
        let hook = self.before.lock().take();
        py.detach(|| drop(hook));
    }
}

/// An exception as the failure of a table.
fn failed(exception: &Bound<'_, PyAny>) -> Error {
    let kind = exception.get_type().name().map_or_else(|_| "failure".to_owned(), |name| name.to_string());
    let error = Error::source(format!("{kind}: {exception}"));
    match exception.cast::<pyo3::exceptions::PyBaseException>() {
        Ok(exception) => error.with_cause(PyErr::from_value(exception.clone().into_any())),
        Err(_) => error,
    }
}

/// An append-only table, or with keys one in which the last write of each key wins.
#[pyfunction]
pub fn input_table(py: Python<'_>, columns: Columns, keys: Vec<String>) -> PyResult<(PyTable, PyInput)> {
    let schema = schema_of(py, &columns)?;
    let input = engine(py, || Session::global().input_table(schema, keys))?;
    Ok((PyTable::new(input.table().clone()), PyInput::new(input)))
}

/// Writes an input table.
#[pyclass(name = "Input", module = "kinetable._kinetable", frozen)]
pub struct PyInput {
    input: InputTable,
}

impl PyInput {
    /// What writes this input table.
    pub fn new(input: InputTable) -> PyInput {
        PyInput { input }
    }
}

#[pymethods]
impl PyInput {
    /// The key columns.
    #[getter]
    fn keys(&self) -> Vec<String> {
        self.input.keys().to_vec()
    }

    /// Queues rows.
    fn add(&self, py: Python<'_>, rows: &PyTable) -> PyResult<()> {
        engine(py, || self.input.add(rows.inner()))
    }

    /// Queues the deletion of keys.
    fn delete(&self, py: Python<'_>, keys: &PyTable) -> PyResult<()> {
        engine(py, || self.input.delete(keys.inner()))
    }
}
