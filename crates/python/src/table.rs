//! The native table that Python's `Table` wraps: what it is, and its rows.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_array::{Array, RecordBatch, RecordBatchReader};
use arrow_schema::{ArrowError, DataType, SchemaRef};
use kinetable::engine::{Change, Listener, Version};
use kinetable::{Error, Table};
use parking_lot::{Condvar, Mutex};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::array::PyArray;
use crate::errors::{engine, raise};
use crate::gate;
use crate::values::{is_object_type, spelled_objects};
use crate::{arrow, types};

/// Rows of a batch that is handed to other Arrow libraries.
const BATCH_ROWS: u64 = 65_536;

/// How often a waiting call looks whether the user pressed Ctrl-C.
const SIGNAL_CHECK: Duration = Duration::from_millis(50);

/// A table.
#[pyclass(name = "Table", module = "kinetable._kinetable", frozen)]
pub struct PyTable(Option<Table>);

impl PyTable {
    /// Wraps a table.
    pub fn new(table: Table) -> Self {
        Self(Some(table))
    }

    /// The table.
    pub fn inner(&self) -> &Table {
        self.0.as_ref().expect("a table is only taken out when it is dropped")
    }
}

impl Drop for PyTable {
    /// What hangs on a table may wait for threads that wait for the interpreter, so it is let go without holding it.
    fn drop(&mut self) {
        let table = self.0.take();
        Python::try_attach(|py| py.detach(|| drop(table)));
    }
}

#[pymethods]
impl PyTable {
    #[getter]
    fn size(&self, py: Python<'_>) -> PyResult<u64> {
        engine(py, || self.inner().size())
    }

    #[getter]
    fn is_live(&self) -> bool {
        self.inner().is_live()
    }

    #[getter]
    fn is_blink(&self) -> bool {
        self.inner().definition().properties.blink
    }

    #[getter]
    fn failure(&self, py: Python<'_>) -> Option<String> {
        py.detach(|| self.inner().failure().map(|error| error.to_string()))
    }

    /// Name, type in formulas and type for Java clients of each column.
    fn column_types(&self) -> Vec<(String, String, String)> {
        let named = |field: &Arc<arrow_schema::Field>| {
            (field.name().clone(), types::name_of(field.data_type()), types::java_name(field.data_type()))
        };
        self.inner().schema().fields().iter().map(named).collect()
    }

    /// The columns that say in which part of a whole a row lies.
    fn partitioning(&self) -> Vec<String> {
        self.inner().partitioning()
    }

    fn attributes<'py>(&self, py: Python<'py>) -> PyResult<BTreeMap<String, Bound<'py, PyAny>>> {
        let definition = self.inner().definition();
        let mut all = BTreeMap::new();
        for (name, value) in &definition.attributes {
            all.insert(name.clone(), value.into_pyobject(py)?.into_any());
        }
        let properties = definition.properties;
        let marks = [
            ("BlinkTable", properties.blink),
            ("AddOnly", properties.add_only),
            ("AppendOnly", properties.append_only),
        ];
        for (name, _) in marks.iter().filter(|(_, holds)| *holds) {
            all.insert((*name).to_owned(), true.into_pyobject(py)?.to_owned().into_any());
        }
        Ok(all)
    }

    fn memory_bytes(&self, py: Python<'_>) -> usize {
        py.detach(|| self.inner().bytes())
    }

    /// How many cells of this table's formulas failed.
    fn error_count(&self) -> u64 {
        self.inner().cell_errors().count()
    }

    /// The newest cells that failed, as a live table.
    fn errors(&self, py: Python<'_>) -> PyResult<PyTable> {
        engine(py, || self.inner().errors()).map(PyTable::new)
    }

    /// Whether the row keys are 0, 1, 2, …
    #[getter]
    fn is_flat(&self, py: Python<'_>) -> PyResult<bool> {
        Ok(engine(py, || self.inner().version())?.rows().is_flat())
    }

    /// The rows of the current step, held for as long as the object lives.
    fn rows(&self, py: Python<'_>) -> PyResult<PyRows> {
        let table = self.inner().clone();
        let version = engine(py, || table.version())?;
        Ok(PyRows { table, version })
    }

    /// Waits for a change, or so many milliseconds; whether there was one.
    #[pyo3(signature = (timeout_ms=None))]
    fn await_update(&self, py: Python<'_>, timeout_ms: Option<u64>) -> PyResult<bool> {
        let tick = Arc::new(Tick::default());
        let _handle = engine(py, || self.inner().listen(tick.clone()))?;
        // A table that failed before tells nobody any more.
        if let Some(failure) = py.detach(|| self.inner().failure()) {
            return Err(raise(py, &failure.in_context("the table has failed")));
        }
        let deadline = timeout_ms.map(|ms| Instant::now() + Duration::from_millis(ms));
        loop {
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            let time = left.map_or(SIGNAL_CHECK, |left| left.min(SIGNAL_CHECK));
            // Who holds the graph's lock would wait for a cycle that waits for it.
            let told = py.detach(|| self.inner().session().graph().apart(|| tick.wait(time)));
            match told {
                Some(Ok(())) => return Ok(true),
                Some(Err(error)) => return Err(raise(py, &error)),
                None if left.is_some_and(|left| left.is_zero()) => return Ok(false),
                None => py.check_signals()?,
            }
        }
    }
}

/// The rows of a table at one step.
#[pyclass(name = "Rows", module = "kinetable._kinetable", frozen)]
pub struct PyRows {
    table: Table,
    version: Version,
}

#[pymethods]
impl PyRows {
    #[getter]
    fn size(&self) -> u64 {
        self.version.rows().len()
    }

    #[getter]
    fn step(&self) -> u64 {
        self.version.step()
    }

    /// Columns of the rows from one position to before another.
    fn read(&self, py: Python<'_>, columns: Vec<String>, start: u64, stop: u64) -> PyResult<Vec<PyArray>> {
        let batch = engine(py, || self.table.batch_of(&self.version, start..stop, Some(&columns)))?;
        Ok(batch.columns().iter().map(|column| PyArray(column.clone())).collect())
    }

    /// The same rows as plain Arrow: text as `string`, and the types' Java names as metadata.
    fn plain(&self, columns: Vec<String>) -> PyPlain {
        PyPlain { table: self.table.clone(), version: self.version.clone(), columns }
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        arrow::export_stream(py, Box::new(Batches::of(&self.table, &self.version, None)))
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        arrow::export_schema(py, self.table.schema())
    }
}

/// Rows as plain Arrow.
#[pyclass(name = "PlainRows", module = "kinetable._kinetable", frozen)]
pub struct PyPlain {
    table: Table,
    version: Version,
    columns: Vec<String>,
}

#[pymethods]
impl PyPlain {
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        let schema = self.table.schema();
        let fields = self.columns.iter().map(|name| {
            let field = schema.field_with_name(name).map_err(|error| raise(py, &error))?;
            Ok(plain_field(field))
        });
        let schema = Arc::new(arrow_schema::Schema::new(fields.collect::<PyResult<Vec<_>>>()?));
        let batches = Batches::of(&self.table, &self.version, Some((self.columns.clone(), schema)));
        arrow::export_stream(py, Box::new(batches))
    }
}

fn plain_field(field: &arrow_schema::Field) -> arrow_schema::Field {
    let data_type = plain_type(field.data_type());
    let sortable = !matches!(field.data_type(), DataType::List(_));
    let metadata = [
        ("deephaven:type".to_owned(), types::java_name(field.data_type())),
        ("deephaven:isSortable".to_owned(), sortable.to_string()),
    ];
    arrow_schema::Field::new(field.name(), data_type, true)
        .with_metadata(std::collections::HashMap::from(metadata))
}

fn plain_type(data_type: &DataType) -> DataType {
    match data_type {
        objects if is_object_type(objects) => DataType::Utf8,
        DataType::Utf8View => DataType::Utf8,
        DataType::BinaryView => DataType::Binary,
        DataType::Dictionary(_, values) => plain_type(values),
        DataType::List(item) => types::list_of(plain_type(item.data_type())),
        other => other.clone(),
    }
}

/// The columns and the schema under which a table with columns of Python objects is handed out: as their texts, for
/// other libraries know nothing of our objects. `None` if it has no such column.
fn without_objects(table: &Table) -> Option<(Vec<String>, SchemaRef)> {
    let fields = table.schema().fields();
    if !fields.iter().any(|field| is_object_type(field.data_type())) {
        return None;
    }
    let names = fields.iter().map(|field| field.name().clone()).collect();
    let shown = fields.iter().map(|field| match is_object_type(field.data_type()) {
        true => Arc::new(arrow_schema::Field::new(field.name(), DataType::Utf8View, true)),
        false => field.clone(),
    });
    Some((names, Arc::new(arrow_schema::Schema::new(shown.collect::<Vec<_>>()))))
}

/// A version's rows, read batch by batch as they are asked for.
struct Batches {
    table: Table,
    version: Version,
    next: u64,
    /// Columns, and the schema they are cast to; `None`: all, as they are.
    plain: Option<(Vec<String>, SchemaRef)>,
}

impl Batches {
    fn of(table: &Table, version: &Version, plain: Option<(Vec<String>, SchemaRef)>) -> Self {
        let plain = plain.or_else(|| without_objects(table));
        Self { table: table.clone(), version: version.clone(), next: 0, plain }
    }

    fn read(&self, start: u64, stop: u64) -> Result<RecordBatch, ArrowError> {
        let columns = self.plain.as_ref().map(|(columns, _)| columns.as_slice());
        let batch = self.table.batch_of(&self.version, start..stop, columns);
        let batch = batch.map_err(|error| ArrowError::ExternalError(Box::new(error)))?;
        let Some((_, schema)) = &self.plain else {
            return Ok(batch);
        };
        let cast = batch.columns().iter().zip(schema.fields()).map(|(column, field)| {
            if column.data_type() == field.data_type() {
                Ok(column.clone())
            } else if is_object_type(column.data_type()) {
                let texts =
                    spelled_objects(column).map_err(|error| ArrowError::ExternalError(Box::new(error)))?;
                types::cast(&texts, field.data_type())
            } else {
                types::cast(column, field.data_type())
            }
        });
        let options = arrow_array::RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        RecordBatch::try_new_with_options(schema.clone(), cast.collect::<Result<Vec<_>, _>>()?, &options)
    }
}

impl Iterator for Batches {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let (start, stop) = (self.next, (self.next + BATCH_ROWS).min(self.version.rows().len()));
        if start >= stop {
            return None;
        }
        self.next = stop;
        // Whoever reads the stream may hold the interpreter, and the columns may need it on other threads.
        let ending = || ArrowError::ExternalError("the program is ending".into());
        Some(gate::enter(|py| py.detach(|| self.read(start, stop))).unwrap_or_else(|| Err(ending())))
    }
}

impl RecordBatchReader for Batches {
    fn schema(&self) -> SchemaRef {
        self.plain.as_ref().map_or_else(|| self.table.schema().clone(), |(_, schema)| schema.clone())
    }
}

/// Waits for one update.
#[derive(Default)]
struct Tick {
    told: Mutex<Option<Result<(), Error>>>,
    changed: Condvar,
}

impl Tick {
    fn tell(&self, what: Result<(), Error>) {
        self.told.lock().get_or_insert(what);
        self.changed.notify_all();
    }

    fn wait(&self, time: Duration) -> Option<Result<(), Error>> {
        let mut told = self.told.lock();
        if told.is_none() {
            self.changed.wait_for(&mut told, time);
        }
        told.clone()
    }
}

impl Listener for Tick {
    fn on_update(&self, _: &Arc<Change>) {
        self.tell(Ok(()));
    }

    fn on_failure(&self, error: &Error) {
        self.tell(Err(error.clone()));
    }
}
