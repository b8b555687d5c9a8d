//! Topics as live tables.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use kinetable::kafka::{
    AvroSchema, ConsumerConfig, ErrorPolicy, JsonShape, Keep, Offsets, OnError, Partitions, ProtobufSpec,
    ReplaySpecs, Retention, SourceHandle, Spec, StartAt,
};
use kinetable::{Error, Session, Table};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::errors::{engine, invalid, raise};
use crate::gate;
use crate::kafka::protobuf::ProtobufOptions;
use crate::ops::PyPartitioned;
use crate::table::PyTable;
use crate::types;

/// What keys or values become, as Python's side writes it: a kind, and what belongs to it.
pub enum PySpec {
    Ignore,
    Properties,
    Simple(String, Option<String>),
    Json(Vec<(String, String)>, BTreeMap<String, String>),
    Avro(String, String, BTreeMap<String, String>, bool),
    Protobuf(ProtobufSpec),
    Shape(String),
}

impl<'py> FromPyObject<'_, 'py> for PySpec {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let (kind, rest) = object.extract::<(String, Bound<'py, PyAny>)>()?;
        Ok(match kind.as_str() {
            "ignore" => Self::Ignore,
            "properties" => Self::Properties,
            "simple" => {
                let (column, type_name) = rest.extract()?;
                Self::Simple(column, type_name)
            }
            "json" => {
                let (columns, mapping) = rest.extract()?;
                Self::Json(columns, mapping)
            }
            "avro" => {
                let (schema, version, mapping, mapped_only) = rest.extract()?;
                Self::Avro(schema, version, mapping, mapped_only)
            }
            "protobuf" => Self::Protobuf(rest.get_item(0)?.extract::<ProtobufOptions>()?.into_spec()),
            "shape" => Self::Shape(rest.get_item(0)?.extract()?),
            other => return Err(PyValueError::new_err(format!("there is no spec \"{other}\""))),
        })
    }
}

impl PySpec {
    fn into_spec(self, py: Python<'_>) -> PyResult<Spec> {
        let typed = |column: &str, name: &str| {
            types::from_name(name).ok_or_else(|| {
                invalid(py, &format!("column \"{column}\" has the unknown type \"{name}\""), None)
            })
        };
        Ok(match self {
            Self::Ignore => Spec::Ignore,
            Self::Properties => Spec::FromProperties,
            Self::Simple(column, name) => {
                let data_type = match name.as_deref() {
                    Some("UUID") => Some(Spec::UUID),
                    name => name.map(|name| typed(&column, name)).transpose()?,
                };
                Spec::Simple { column, data_type }
            }
            Self::Json(columns, mapping) => {
                let columns = columns.into_iter().map(|(column, name)| {
                    let data_type = typed(&column, &name)?;
                    Ok((column, data_type))
                });
                Spec::Json { columns: columns.collect::<PyResult<Vec<_>>>()?, mapping }
            }
            Self::Protobuf(spec) => Spec::Protobuf(spec),
            Self::Shape(text) => Spec::Shape(JsonShape::parse(&text).map_err(|error| raise(py, &error))?),
            Self::Avro(schema, version, mapping, mapped_only) => {
                Spec::Avro { schema: AvroSchema::from_text(&schema, &version), mapping, mapped_only }
            }
        })
    }
}

/// Which partitions are read: numbers, or a function that says it.
#[derive(FromPyObject)]
pub enum PyPartitions {
    Listed(Vec<i32>),
    Chosen(Py<PyAny>),
}

impl PyPartitions {
    fn into_partitions(self) -> Partitions {
        match self {
            Self::Listed(list) => Partitions::Listed(list),
            Self::Chosen(function) => Partitions::Chosen(Arc::new(move |partition| {
                let call = |py: Python<'_>| function.bind(py).call1((partition,))?.extract::<bool>();
                match gate::enter(call) {
                    Some(Ok(is_read)) => Ok(is_read),
                    Some(Err(raised)) => {
                        let message = format!("the function that chooses partitions failed: {raised}");
                        Err(Error::invalid(message).with_cause(raised))
                    }
                    None => Err(Error::source("the program is ending")),
                }
            })),
        }
    }
}

/// Where reading starts, for all partitions or for each: whether the number is a time, and the number.
#[derive(FromPyObject)]
pub enum PyOffsets {
    All((bool, i64)),
    Each(BTreeMap<i32, (bool, i64)>),
}

impl PyOffsets {
    fn into_offsets(self) -> kinetable::Result<Offsets> {
        let start = |(is_time, number)| match is_time {
            true => Ok(StartAt::Timestamp(number)),
            false => StartAt::from_number(number),
        };
        Ok(match self {
            Self::All(given) => Offsets::All(start(given)?),
            Self::Each(given) => {
                let starts = given.into_iter().map(|(partition, given)| Ok((partition, start(given)?)));
                Offsets::PerPartition(starts.collect::<kinetable::Result<_>>()?)
            }
        })
    }
}

/// Which rows a table keeps: `append`, `blink`, the capacity of a ring, or limits: rows, bytes, age in ns.
#[derive(FromPyObject)]
pub enum PyRetention {
    Ring(u64),
    Limits(Option<u64>, Option<u64>, Option<i64>),
    Named(String),
}

impl From<PyRetention> for Retention {
    fn from(retention: PyRetention) -> Retention {
        match retention {
            PyRetention::Ring(capacity) => Retention::Ring(capacity),
            PyRetention::Limits(rows, bytes, age_ns) => Retention::Keep(Keep { rows, bytes, age_ns }),
            PyRetention::Named(name) if name == "append" => Retention::Append,
            PyRetention::Named(_) => Retention::BLINK,
        }
    }
}

/// What the functions that open a topic are told, by name.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct PyConsumer {
    client: BTreeMap<String, String>,
    topic: String,
    partitions: Option<PyPartitions>,
    offsets: PyOffsets,
    key: PySpec,
    value: PySpec,
    retention: PyRetention,
    /// What becomes of bad records, and their topic.
    errors: (String, Option<String>),
    oauth_cb: Option<Py<PyAny>>,
    /// How long first rows wait for who uses them, s.
    patience: f64,
}

impl PyConsumer {
    fn into_config(self, py: Python<'_>) -> PyResult<ConsumerConfig> {
        let (on_error, dead_letter_topic) = self.errors;
        let on_error = OnError::from_name(&on_error).map_err(|error| raise(py, &error))?;
        Ok(ConsumerConfig {
            client: self.client,
            topic: self.topic,
            partitions: self.partitions.map_or(Partitions::All, PyPartitions::into_partitions),
            offsets: self.offsets.into_offsets().map_err(|error| raise(py, &error))?,
            key: self.key.into_spec(py)?,
            value: self.value.into_spec(py)?,
            retention: self.retention.into(),
            errors: ErrorPolicy { on_error, dead_letter_topic },
            board: None,
            tokens: self.oauth_cb.map(super::tokens::function),
            patience: Duration::from_secs_f64(self.patience),
        })
    }
}

/// Opens a topic as a live table.
#[pyfunction]
pub fn consume(py: Python<'_>, consumer: PyConsumer) -> PyResult<(PyTable, PyTopic)> {
    let config = consumer.into_config(py)?;
    let topic = engine(py, || Session::global().consume(&config))?;
    let source = PyTopic { errors: topic.errors, status: topic.status, source: topic.source };
    Ok((PyTable::new(topic.table), source))
}

/// Opens a topic as a live table for each of its partitions.
#[pyfunction]
pub fn consume_parts(py: Python<'_>, consumer: PyConsumer) -> PyResult<(PyPartitioned, PyTopic)> {
    let config = consumer.into_config(py)?;
    let topic = engine(py, || Session::global().consume_parts(&config))?;
    let source = PyTopic { errors: topic.errors, status: topic.status, source: topic.source };
    Ok((PyPartitioned::new(topic.table), source))
}

/// The names of the topics of a broker.
#[pyfunction]
pub fn topics(py: Python<'_>, client: BTreeMap<String, String>) -> PyResult<Vec<String>> {
    engine(py, || kinetable::kafka::topics(&client))
}

/// How every source and sink fares, and how far each partition is read.
#[pyfunction]
pub fn kafka_sources(py: Python<'_>) -> (PyTable, PyTable) {
    let (sources, partitions) = py.detach(|| {
        let session = Session::global();
        (session.sources(), session.source_partitions())
    });
    (PyTable::new(sources), PyTable::new(partitions))
}

/// A topic that became a table, apart from the table itself: whoever holds this does not keep the source running.
#[pyclass(name = "Topic", module = "kinetable._kinetable", frozen)]
pub struct PyTopic {
    errors: Table,
    status: Table,
    source: SourceHandle,
}

#[pymethods]
impl PyTopic {
    #[getter]
    fn errors(&self) -> PyTable {
        PyTable::new(self.errors.clone())
    }

    #[getter]
    fn status(&self) -> PyTable {
        PyTable::new(self.status.clone())
    }

    /// What the source has done so far.
    fn stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let stats = py.detach(|| self.source.stats());
        let all = PyDict::new(py);
        all.set_item("state", stats.state)?;
        all.set_item("detail", stats.detail)?;
        all.set_item("rows", stats.rows)?;
        all.set_item("errors", stats.errors)?;
        all.set_item("bytes", stats.bytes)?;
        all.set_item("lag", stats.lag)?;
        all.set_item("queued_rows", stats.queued_rows)?;
        all.set_item("queued_bytes", stats.queued_bytes)?;
        all.set_item("duplicates", stats.duplicates)?;
        all.set_item("pauses", stats.pauses)?;
        all.set_item("replayed", stats.replayed)?;
        let letters = stats.dead_letters;
        all.set_item("dead_letters_sent", letters.sent)?;
        all.set_item("dead_letters_delivered", letters.delivered)?;
        all.set_item("dead_letters_failed", letters.failed)?;
        let next: BTreeMap<i32, i64> =
            stats.partitions.iter().map(|part| (part.partition, part.next)).collect();
        all.set_item("next_offsets", next)?;
        Ok(all)
    }

    /// Tries the records of the errors table again; gives how many are rows now and how many are left.
    fn replay_errors(
        &self,
        py: Python<'_>,
        key: Option<PySpec>,
        value: Option<PySpec>,
    ) -> PyResult<(u64, u64)> {
        let key = key.map(|spec| spec.into_spec(py)).transpose()?;
        let value = value.map(|spec| spec.into_spec(py)).transpose()?;
        let replayed = engine(py, || self.source.replay_errors(&ReplaySpecs { key, value }))?;
        Ok((replayed.replayed, replayed.remaining))
    }

    /// What the source is called in the table of sources.
    #[getter]
    fn name(&self) -> Option<String> {
        self.source.name().map(ToOwned::to_owned)
    }

    /// Goes on after the topic was made anew.
    fn resume(&self) {
        self.source.resume();
    }

    /// Stops reading; returns when all that was read is in the table.
    fn stop(&self, py: Python<'_>) {
        py.detach(|| self.source.stop());
    }
}

/// Limits what all sources of the process may hold together, in bytes; `None`: no limit.
#[pyfunction]
pub fn set_memory_budget(bytes: Option<u64>) {
    kinetable::kafka::set_memory_budget(bytes);
}

/// The limit and what is held, in bytes.
#[pyfunction]
pub fn memory_budget(py: Python<'_>) -> (Option<u64>, u64) {
    py.detach(|| (kinetable::kafka::memory_budget(), kinetable::kafka::memory_used()))
}
