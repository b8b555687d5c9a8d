//! The schemas of the three tables of a source: its rows, its errors, its status.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BinaryViewArray, Int32Array, Int64Array, RecordBatch, StringViewArray, TimestampNanosecondArray,
};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use kinetable_engine::{Error, Result};

use super::headers::HeaderColumn;
use crate::decode::Side;
use crate::settings::ExtraColumns;

/// Instants of the engine.
pub(super) fn instant() -> DataType {
    DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()))
}

/// The columns of the source's table: where from, key, value.
pub(super) fn row_schema(extra: &ExtraColumns, key: &Side, value: &Side) -> Result<SchemaRef> {
    let types = [
        (&extra.partition, DataType::Int32),
        (&extra.offset, DataType::Int64),
        (&extra.timestamp, instant()),
        (&extra.receive_time, instant()),
        (&extra.key_bytes, DataType::Int32),
        (&extra.value_bytes, DataType::Int32),
        (&extra.headers, DataType::Utf8View),
    ];
    let named =
        types.into_iter().filter_map(|(name, data_type)| Some(Field::new(name.as_deref()?, data_type, true)));
    let fields: Vec<Field> = named.chain(key.fields.clone()).chain(value.fields.clone()).collect();
    for (index, field) in fields.iter().enumerate() {
        if fields[..index].iter().any(|other| other.name() == field.name()) {
            let message = format!("two columns would be named \"{}\"", field.name());
            return Err(Error::invalid(message).with_hint(
                "give one of them another name: in the spec, its mapping, or a \"deephaven.….column.name\" setting",
            ));
        }
    }
    if fields.is_empty() {
        return Err(Error::invalid("the table would have no columns"));
    }
    Ok(Arc::new(Schema::new(fields)))
}

/// Time, Topic, Partition, Offset, Timestamp, Side, Reason, SchemaId, Size, Raw, Other, Headers.
pub(super) fn error_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("Time", instant(), true),
        Field::new("Topic", DataType::Utf8View, true),
        Field::new("Partition", DataType::Int32, true),
        Field::new("Offset", DataType::Int64, true),
        Field::new("Timestamp", instant(), true),
        Field::new("Side", DataType::Utf8View, true),
        Field::new("Reason", DataType::Utf8View, true),
        Field::new("SchemaId", DataType::Int64, true),
        Field::new("Size", DataType::Int64, true),
        Field::new("Raw", DataType::BinaryView, true),
        Field::new("Other", DataType::BinaryView, true),
        Field::new("Headers", DataType::Utf8View, true),
    ]))
}

/// Time, Topic, State, Detail, Rows, Errors, Lag, QueuedBytes.
pub(super) fn status_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("Time", instant(), true),
        Field::new("Topic", DataType::Utf8View, true),
        Field::new("State", DataType::Utf8View, true),
        Field::new("Detail", DataType::Utf8View, true),
        Field::new("Rows", DataType::Int64, true),
        Field::new("Errors", DataType::Int64, true),
        Field::new("Lag", DataType::Int64, true),
        Field::new("QueuedBytes", DataType::Int64, true),
    ]))
}

/// A record that could not be decoded.
#[derive(Debug, Clone)]
pub(super) struct BadRecord {
    pub(super) partition: i32,
    pub(super) offset: i64,
    /// Milliseconds since the epoch.
    pub(super) timestamp: Option<i64>,
    /// `key`, `value`, or `record` if neither was looked at.
    pub(super) side: &'static str,
    pub(super) reason: String,
    pub(super) schema_id: Option<u32>,
    /// Bytes of key and value.
    pub(super) size: u64,
    pub(super) key: Option<Vec<u8>>,
    pub(super) value: Option<Vec<u8>>,
    /// In the flat form, if they are read.
    pub(super) headers: Vec<u8>,
    /// Its place in its batch.
    pub(super) index: usize,
}

impl BadRecord {
    /// A record of which nothing but its place is known.
    pub(super) fn unseen(partition: i32, offset: i64, reason: String) -> BadRecord {
        BadRecord {
            partition,
            offset,
            timestamp: None,
            side: "record",
            reason,
            schema_id: None,
            size: 0,
            key: None,
            value: None,
            headers: Vec::new(),
            index: 0,
        }
    }

    /// The side that was refused, then the other.
    fn raw(&self) -> (Option<&[u8]>, Option<&[u8]>) {
        let (key, value) = (self.key.as_deref(), self.value.as_deref());
        if self.side == "key" { (key, value) } else { (value, key) }
    }
}

/// Rows for the errors table.
pub(super) fn error_rows(topic: &str, time: i64, bad: &[BadRecord]) -> RecordBatch {
    let ns = |bad: &BadRecord| bad.timestamp.and_then(|ms| ms.checked_mul(1_000_000));
    let size = |bad: &BadRecord| (bad.size > 0).then(|| i64::try_from(bad.size).unwrap_or(i64::MAX));
    let mut headers = HeaderColumn::default();
    bad.iter().for_each(|bad| headers.push(&bad.headers));
    let columns: Vec<ArrayRef> = vec![
        instants(bad.iter().map(|_| Some(time)).collect()),
        texts(bad.iter().map(|_| topic)),
        Arc::new(Int32Array::from_iter_values(bad.iter().map(|b| b.partition))),
        Arc::new(Int64Array::from_iter_values(bad.iter().map(|b| b.offset))),
        instants(bad.iter().map(ns).collect()),
        texts(bad.iter().map(|b| b.side)),
        texts(bad.iter().map(|b| b.reason.as_str())),
        Arc::new(bad.iter().map(|b| b.schema_id.map(i64::from)).collect::<Int64Array>()),
        Arc::new(bad.iter().map(size).collect::<Int64Array>()),
        Arc::new(BinaryViewArray::from_iter(bad.iter().map(|b| b.raw().0))),
        Arc::new(BinaryViewArray::from_iter(bad.iter().map(|b| b.raw().1))),
        Arc::new(headers.finish()),
    ];
    RecordBatch::try_new(error_schema(), columns).expect("the columns are those of the schema")
}

/// An entry of the status table.
pub(super) struct StatusRow<'a> {
    pub(super) time: i64,
    pub(super) topic: &'a str,
    pub(super) state: &'a str,
    pub(super) detail: &'a str,
    pub(super) rows: u64,
    pub(super) errors: u64,
    pub(super) lag: Option<i64>,
    pub(super) queued_bytes: u64,
}

/// A row for the status table.
pub(super) fn status_row(row: &StatusRow<'_>) -> RecordBatch {
    let whole = |value: u64| Arc::new(Int64Array::from(vec![value as i64])) as ArrayRef;
    let columns: Vec<ArrayRef> = vec![
        instants(vec![Some(row.time)]),
        texts([row.topic]),
        texts([row.state]),
        texts([row.detail]),
        whole(row.rows),
        whole(row.errors),
        Arc::new(Int64Array::from(vec![row.lag])),
        whole(row.queued_bytes),
    ];
    RecordBatch::try_new(status_schema(), columns).expect("the columns are those of the schema")
}

/// A column of instants.
pub(super) fn instants(values: Vec<Option<i64>>) -> ArrayRef {
    Arc::new(TimestampNanosecondArray::from(values).with_timezone("UTC"))
}

fn texts<'a>(values: impl IntoIterator<Item = &'a str>) -> ArrayRef {
    Arc::new(StringViewArray::from_iter_values(values))
}
