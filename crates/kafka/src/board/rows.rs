//! The rows of the board's two tables.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, DurationNanosecondArray, Float64Array, Int32Array, Int64Array, RecordBatch, StringViewArray,
    TimestampNanosecondArray,
};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};

use super::members::Member;

/// How a source or sink fares.
#[derive(Debug, Clone, Default)]
pub(crate) struct MemberRow {
    pub(crate) state: &'static str,
    pub(crate) detail: String,
    /// Since when it is in this state, ns since the epoch.
    pub(crate) since: i64,
    /// `None`: of a sink.
    pub(crate) partitions: Option<i32>,
    pub(crate) offset: Option<i64>,
    pub(crate) lag: Option<i64>,
    pub(crate) rows: u64,
    pub(crate) rows_per_second: f64,
    pub(crate) bytes: u64,
    pub(crate) bytes_per_second: f64,
    pub(crate) queued_bytes: u64,
    pub(crate) errors: u64,
    /// When, and what.
    pub(crate) last_error: Option<(i64, String)>,
    pub(crate) retries: u64,
    pub(crate) topic_id: Option<String>,
    /// `None`: of a sink.
    pub(crate) incarnation: Option<i32>,
}

/// How far a partition is read.
#[derive(Debug, Clone, Default)]
pub(crate) struct PartitionRow {
    pub(crate) partition: i32,
    pub(crate) offset: i64,
    pub(crate) low: Option<i64>,
    pub(crate) high: Option<i64>,
    pub(crate) rows: u64,
    pub(crate) rows_per_second: f64,
    /// ns.
    pub(crate) skew: Option<i64>,
}

fn instant() -> DataType {
    DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()))
}

fn schema(columns: &[(&str, DataType)]) -> SchemaRef {
    let field = |(name, data_type): &(&str, DataType)| Field::new(*name, data_type.clone(), true);
    Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()))
}

pub(super) fn member_schema() -> SchemaRef {
    use DataType::{Float64, Int32, Int64, Utf8View};
    schema(&[
        ("Source", Utf8View),
        ("Kind", Utf8View),
        ("Topic", Utf8View),
        ("State", Utf8View),
        ("Detail", Utf8View),
        ("Since", instant()),
        ("Partitions", Int32),
        ("Offset", Int64),
        ("Lag", Int64),
        ("Rows", Int64),
        ("RowsPerSecond", Float64),
        ("Bytes", Int64),
        ("BytesPerSecond", Float64),
        ("QueuedBytes", Int64),
        ("Errors", Int64),
        ("LastError", Utf8View),
        ("LastErrorAt", instant()),
        ("Retries", Int64),
        ("TopicId", Utf8View),
        ("Incarnation", Int32),
    ])
}

pub(super) fn partition_schema() -> SchemaRef {
    use DataType::{Float64, Int32, Int64, Utf8View};
    schema(&[
        ("Source", Utf8View),
        ("Topic", Utf8View),
        ("Partition", Int32),
        ("Offset", Int64),
        ("LowWaterMark", Int64),
        ("HighWaterMark", Int64),
        ("Lag", Int64),
        ("Rows", Int64),
        ("RowsPerSecond", Float64),
        ("Skew", DataType::Duration(TimeUnit::Nanosecond)),
    ])
}

/// One column of cells, a cell a row.
struct Cells<'a, R>(&'a [R]);

impl<R> Cells<'_, R> {
    fn text<'t>(&self, cell: impl Fn(&R) -> Option<&'t str>) -> ArrayRef
    where
        R: 't,
    {
        Arc::new(self.0.iter().map(cell).collect::<StringViewArray>())
    }

    fn whole(&self, cell: impl Fn(&R) -> Option<i64>) -> ArrayRef {
        Arc::new(self.0.iter().map(cell).collect::<Int64Array>())
    }

    fn int(&self, cell: impl Fn(&R) -> Option<i32>) -> ArrayRef {
        Arc::new(self.0.iter().map(cell).collect::<Int32Array>())
    }

    fn double(&self, cell: impl Fn(&R) -> f64) -> ArrayRef {
        Arc::new(self.0.iter().map(|row| Some(cell(row))).collect::<Float64Array>())
    }

    fn instant(&self, cell: impl Fn(&R) -> Option<i64>) -> ArrayRef {
        let cells = self.0.iter().map(cell).collect::<TimestampNanosecondArray>();
        Arc::new(cells.with_timezone("UTC"))
    }
}

fn count(value: u64) -> Option<i64> {
    i64::try_from(value).ok()
}

pub(super) fn member_batch(members: &BTreeMap<u64, Member>) -> RecordBatch {
    let rows: Vec<&Member> = members.values().filter(|member| !member.row.state.is_empty()).collect();
    let cells = Cells(&rows);
    let columns = vec![
        cells.text(|m| Some(&m.name)),
        cells.text(|m| Some(m.kind)),
        cells.text(|m| Some(&m.topic)),
        cells.text(|m| Some(m.row.state)),
        cells.text(|m| Some(&m.row.detail)),
        cells.instant(|m| Some(m.row.since)),
        cells.int(|m| m.row.partitions),
        cells.whole(|m| m.row.offset),
        cells.whole(|m| m.row.lag),
        cells.whole(|m| count(m.row.rows)),
        cells.double(|m| m.row.rows_per_second),
        cells.whole(|m| count(m.row.bytes)),
        cells.double(|m| m.row.bytes_per_second),
        cells.whole(|m| count(m.row.queued_bytes)),
        cells.whole(|m| count(m.row.errors)),
        cells.text(|m| m.row.last_error.as_ref().map(|(_, text)| text.as_str())),
        cells.instant(|m| m.row.last_error.as_ref().map(|(when, _)| *when)),
        cells.whole(|m| count(m.row.retries)),
        cells.text(|m| m.row.topic_id.as_deref()),
        cells.int(|m| m.row.incarnation),
    ];
    RecordBatch::try_new(member_schema(), columns).expect("the columns are those of the schema")
}

pub(super) fn partition_batch(members: &BTreeMap<u64, Member>) -> RecordBatch {
    let of = |member: &'_ Member| member.partitions.len();
    let mut rows: Vec<(&Member, &PartitionRow)> = Vec::with_capacity(members.values().map(of).sum());
    for member in members.values() {
        rows.extend(member.partitions.iter().map(|partition| (member, partition)));
    }
    let cells = Cells(&rows);
    let columns = vec![
        cells.text(|(m, _)| Some(&m.name)),
        cells.text(|(m, _)| Some(&m.topic)),
        cells.int(|(_, p)| Some(p.partition)),
        cells.whole(|(_, p)| Some(p.offset)),
        cells.whole(|(_, p)| p.low),
        cells.whole(|(_, p)| p.high),
        cells.whole(|(_, p)| p.high.map(|high| (high - p.offset).max(0))),
        cells.whole(|(_, p)| count(p.rows)),
        cells.double(|(_, p)| p.rows_per_second),
        Arc::new(rows.iter().map(|(_, p)| p.skew).collect::<DurationNanosecondArray>()),
    ];
    RecordBatch::try_new(partition_schema(), columns).expect("the columns are those of the schema")
}
