//! Kinetable reading a whole topic into one kind of table.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use arrow_array::RecordBatch;
use kinetable::kafka::{AvroSchema, ConsumerConfig, Offsets, Retention, Spec, StartAt};
use kinetable::{Aggregation, GroupOptions, Session, SessionConfig};
use kinetable_broker::Target;

/// The fetch settings that our consumer has, for librdkafka alone. As it comes, librdkafka waits a second whenever its
/// queue is full, so that a drain by its defaults measures that wait.
pub const SETTINGS: [(&str, &str); 4] = [
    ("fetch.queue.backoff.ms", "2"),
    ("fetch.message.max.bytes", "2097152"),
    ("queued.max.messages.kbytes", "65536"),
    ("isolation.level", "read_committed"),
];

/// What is made of the topic.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// A blink table, with counts and sums by exchange and instrument.
    BlinkAggregated,
    /// An append table.
    Append,
}

impl Table {
    /// What the source keeps.
    pub fn retention(self) -> Retention {
        match self {
            Table::BlinkAggregated => Retention::BLINK,
            Table::Append => Retention::Append,
        }
    }
}

/// One reading of the topic.
pub struct Reading {
    /// From the call of `consume` until the last record is in the result.
    pub time: Duration,
    /// Of an append table.
    pub sizes: Sizes,
}

/// How large a table is.
#[derive(Default)]
pub struct Sizes {
    /// Its rows.
    pub rows: u64,
    /// Bytes the table holds.
    pub table: usize,
    /// Bytes of the same rows as one Arrow batch.
    pub arrow: usize,
}

/// What to consume.
pub fn config(target: &Target, topic: &str, start: StartAt, retention: Retention) -> ConsumerConfig {
    let mut config = ConsumerConfig::new(target.bootstrap.clone(), topic)
        .with_setting("schema.registry.url", target.registry.clone());
    config.offsets = Offsets::All(start);
    config.key = Spec::Ignore;
    let schema = AvroSchema::from_text(&format!("{topic}-value"), "latest");
    config.value = Spec::Avro { schema, mapping: Default::default(), mapped_only: false };
    config.retention = retention;
    config
}

/// Reads the topic until the result has all records.
pub fn read(config: &ConsumerConfig, table: Table, records: u64) -> Result<Reading> {
    let session = Session::start(SessionConfig::default())?;
    let began = Instant::now();
    let source = session.consume(config)?;
    let seen = match table {
        Table::BlinkAggregated => aggregated(&source.table)?,
        Table::Append => source.table.count_by("Rows", &[])?,
    };
    let time = wait_for(&seen, records, began)?;
    let mut sizes = Sizes::default();
    if table == Table::Append {
        let batch = source.table.batch(0..records, None)?;
        sizes = Sizes { rows: records, table: source.table.bytes(), arrow: arrow_bytes(&batch) };
    }
    Ok(Reading { time, sizes })
}

/// Counts and sums by exchange and instrument, and the count of all below them.
pub fn aggregated(table: &kinetable::Table) -> Result<kinetable::Table> {
    let aggregations = [Aggregation::count("Trade_Count"), Aggregation::sum(["Total_Size = Size"])];
    let by = ["Exchange".to_owned(), "Instrument".to_owned()];
    let groups = table.agg_by(&aggregations, &by, &GroupOptions::default())?;
    let all = [Aggregation::sum(["Rows = Trade_Count"])];
    Ok(groups.agg_by(&all, &[], &GroupOptions::default())?)
}

/// Waits until the column `Rows` says so many.
pub fn wait_for(counted: &kinetable::Table, records: u64, began: Instant) -> Result<Duration> {
    loop {
        let rows = counted.batch(0..1, Some(&["Rows".to_owned()]))?;
        if rows.num_rows() == 1 && total(&rows) >= records {
            return Ok(began.elapsed());
        }
        if began.elapsed() > Duration::from_secs(600) {
            bail!("{} of {records} records after ten minutes", total(&rows));
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn total(rows: &RecordBatch) -> u64 {
    use arrow_array::cast::AsArray;
    let values = rows.column(0).as_primitive::<arrow_array::types::Int64Type>();
    values.iter().flatten().sum::<i64>().unsigned_abs()
}

fn arrow_bytes(batch: &RecordBatch) -> usize {
    let columns = batch.columns().iter();
    columns.map(|column| column.to_data().get_slice_memory_size().unwrap_or(0)).sum()
}
