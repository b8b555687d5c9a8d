//! Live tables as topics.

use std::collections::BTreeMap;
use std::time::Duration;

use kinetable::kafka::{AvroProduce, AvroSchema, ProduceSpec, ProducerConfig, ProtobufProduce, Publication};
use parking_lot::Mutex;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::errors::engine;
use crate::kafka::protobuf::ProtobufOptions;
use crate::table::PyTable;

/// How long `flush` waits for the broker.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(30);

/// What keys or values are made of, as Python's side writes it.
pub struct PyProduceSpec(ProduceSpec);

/// The options of a JSON spec.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
struct JsonOptions {
    include: Option<Vec<String>>,
    exclude: Option<Vec<String>>,
    mapping: BTreeMap<String, String>,
    nested_delim: Option<String>,
    output_nulls: bool,
    timestamp_field: Option<String>,
}

/// The options of an Avro spec.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
struct AvroOptions {
    schema: String,
    schema_version: String,
    mapping: BTreeMap<String, String>,
    timestamp_field: Option<String>,
    include: Option<Vec<String>>,
    exclude: Option<Vec<String>>,
    publish: bool,
    namespace: Option<String>,
    column_properties: BTreeMap<String, String>,
}

impl AvroOptions {
    fn into_spec(self) -> ProduceSpec {
        ProduceSpec::Avro(AvroProduce {
            schema: AvroSchema::from_text(&self.schema, &self.schema_version),
            mapping: self.mapping,
            timestamp_field: self.timestamp_field,
            include: self.include,
            exclude: self.exclude,
            publish: self.publish,
            namespace: self.namespace,
            column_properties: self.column_properties,
        })
    }
}

impl<'py> FromPyObject<'_, 'py> for PyProduceSpec {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let (kind, rest) = object.extract::<(String, Bound<'py, PyAny>)>()?;
        Ok(Self(match kind.as_str() {
            "ignore" => ProduceSpec::Ignore,
            "simple" => ProduceSpec::Simple { column: rest.get_item(0)?.extract()? },
            "json" => {
                let options: JsonOptions = rest.get_item(0)?.extract()?;
                ProduceSpec::Json {
                    include: options.include,
                    exclude: options.exclude,
                    mapping: options.mapping,
                    nested_delim: options.nested_delim,
                    output_nulls: options.output_nulls,
                    timestamp_field: options.timestamp_field,
                }
            }
            "protobuf" => {
                let (message, mapping) = rest.extract::<(ProtobufOptions, _)>()?;
                ProduceSpec::Protobuf(ProtobufProduce { message: message.into_spec(), mapping })
            }
            "avro" => rest.get_item(0)?.extract::<AvroOptions>()?.into_spec(),
            other => {
                return Err(PyValueError::new_err(format!(
                    "a table cannot be published with the spec \"{other}\""
                )));
            }
        }))
    }
}

/// The options of `produce`.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct Options {
    last_by_key_columns: bool,
    publish_initial: bool,
    partition: Option<i32>,
    topic_col: Option<String>,
    partition_col: Option<String>,
    timestamp_col: Option<String>,
    headers: Vec<(String, String)>,
    oauth_cb: Option<Py<PyAny>>,
}

/// Publishes a table to a topic.
#[pyfunction]
pub fn produce(
    py: Python<'_>,
    table: &PyTable,
    client: BTreeMap<String, String>,
    topic: Option<String>,
    key: PyProduceSpec,
    value: PyProduceSpec,
    options: Options,
) -> PyResult<PyPublication> {
    let config = ProducerConfig {
        client,
        topic,
        key: key.0,
        value: value.0,
        publish_initial: options.publish_initial,
        partition: options.partition,
        topic_column: options.topic_col,
        partition_column: options.partition_col,
        timestamp_column: options.timestamp_col,
        headers: options.headers,
        board: None,
        tokens: options.oauth_cb.map(super::tokens::function),
    };
    let table = table.inner();
    let newest_only = options.last_by_key_columns && config.key != ProduceSpec::Ignore;
    let publication = engine(py, || {
        if newest_only {
            let keys = config.key_columns(table.schema())?;
            let last = kinetable::Aggregation::last([""; 0]);
            return table.agg_all_by(last, &keys)?.produce(config);
        }
        table.produce(config)
    })?;
    Ok(PyPublication(Mutex::new(Some(publication))))
}

/// A table that is being published.
#[pyclass(name = "Publication", module = "kinetable._kinetable", frozen)]
pub struct PyPublication(Mutex<Option<Publication>>);

#[pymethods]
impl PyPublication {
    /// How far it is.
    fn stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let stats = py.detach(|| self.0.lock().as_ref().map(Publication::stats)).unwrap_or_default();
        let all = PyDict::new(py);
        all.set_item("state", stats.state)?;
        all.set_item("detail", stats.detail)?;
        all.set_item("waiting", stats.waiting)?;
        all.set_item("lag", stats.lag)?;
        all.set_item("queued_bytes", stats.queued_bytes)?;
        all.set_item("sent", stats.sent)?;
        all.set_item("delivered", stats.delivered)?;
        all.set_item("bytes", stats.bytes)?;
        all.set_item("failed", stats.failed)?;
        all.set_item("first_failure", stats.first_failure)?;
        all.set_item("table_failed", stats.table_failed)?;
        Ok(all)
    }

    /// Waits until the broker has everything up to now.
    fn flush(&self, py: Python<'_>) -> PyResult<()> {
        self.with(py, |publication| publication.flush(FLUSH_TIMEOUT))
    }

    /// Stops, once the broker has everything up to now.
    fn stop(&self, py: Python<'_>) -> PyResult<()> {
        self.with(py, Publication::stop)
    }
}

impl PyPublication {
    fn with(
        &self,
        py: Python<'_>,
        call: impl FnOnce(&Publication) -> kinetable::Result<()> + Send,
    ) -> PyResult<()> {
        engine(py, || self.0.lock().as_ref().map_or(Ok(()), call))
    }
}

impl Drop for PyPublication {
    /// Ending may wait for threads that wait for the interpreter.
    fn drop(&mut self) {
        let publication = self.0.get_mut().take();
        Python::try_attach(|py| py.detach(|| drop(publication)));
    }
}
