//! A batch of records → a batch of rows, and the records that could not become rows.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int32Array, Int64Array, RecordBatch};
use arrow_schema::SchemaRef;

use super::batch::Batch;
use super::headers::HeaderColumn;
use super::tables::{BadRecord, instants};
use super::watch::Events;
use crate::decode::{Side, SideDecoder};
use crate::settings::ExtraColumns;

/// What rows are made of; shared by all workers.
pub(super) struct Recipe {
    pub(super) schema: SchemaRef,
    pub(super) extra: ExtraColumns,
    pub(super) key: Side,
    pub(super) value: Side,
}

impl Recipe {
    /// Tells what decoders have found out.
    pub(super) fn tell(&self, events: &Events) {
        for (side, name) in [(&self.key, "key"), (&self.value, "value")] {
            for notice in side.notices() {
                let key = format!("{name} {}", notice.key);
                events.tell(notice.state, key, format!("{name}: {}", notice.detail));
            }
        }
    }
}

/// Decodes batches, one at a time.
pub(super) struct Worker {
    recipe: Arc<Recipe>,
    key: SideDecoder,
    value: SideDecoder,
}

/// What became of a batch.
pub(super) struct Decoded {
    /// The partition of the first record: of all, where each has a table of its own.
    pub(super) partition: i32,
    pub(super) received: i64,
    pub(super) rows: RecordBatch,
    pub(super) bad: Vec<BadRecord>,
}

impl Decoded {
    /// What is left of a batch that could not be decoded at all.
    pub(super) fn nothing(schema: &SchemaRef, batch: &Batch) -> Decoded {
        Decoded {
            partition: batch.partition(),
            received: batch.received,
            rows: RecordBatch::new_empty(schema.clone()),
            bad: Vec::new(),
        }
    }
}

impl Worker {
    pub(super) fn new(recipe: Arc<Recipe>) -> Worker {
        Worker { key: recipe.key.decoder(), value: recipe.value.decoder(), recipe }
    }

    /// Decodes a batch. A record of which key or value cannot be decoded becomes no row.
    pub(super) fn decode(&mut self, batch: &Batch) -> Decoded {
        let mut bad = Vec::new();
        let mut places = Places::with_capacity(batch.len(), &self.recipe.extra);
        for record in batch.records() {
            let refused = |side, reason: crate::decode::Reason, raw: Option<&[u8]>| BadRecord {
                partition: record.partition,
                offset: record.offset,
                side,
                reason: reason.into_owned(),
                raw: raw.map(<[u8]>::to_vec),
            };
            if let Err(reason) = self.key.decode(record.key) {
                bad.push(refused("key", reason, record.key));
                continue;
            }
            if let Err(reason) = self.value.decode(record.value) {
                self.key.take_back();
                bad.push(refused("value", reason, record.value));
                continue;
            }
            places.push(&record);
        }
        let mut columns = places.finish(batch.received);
        columns.extend(self.key.finish());
        columns.extend(self.value.finish());
        let rows = RecordBatch::try_new(self.recipe.schema.clone(), columns)
            .expect("every column has a cell of its type for every row");
        Decoded { partition: batch.partition(), received: batch.received, rows, bad }
    }
}

/// The columns that tell where rows came from, those that are wanted.
struct Places {
    rows: usize,
    partition: Option<Vec<i32>>,
    offset: Option<Vec<i64>>,
    timestamp: Option<Vec<Option<i64>>>,
    has_receive_time: bool,
    key_bytes: Option<Vec<i32>>,
    value_bytes: Option<Vec<i32>>,
    headers: Option<HeaderColumn>,
}

impl Places {
    fn with_capacity(rows: usize, extra: &ExtraColumns) -> Places {
        fn wanted<T>(name: &Option<String>, rows: usize) -> Option<Vec<T>> {
            name.as_ref().map(|_| Vec::with_capacity(rows))
        }
        Places {
            rows: 0,
            partition: wanted(&extra.partition, rows),
            offset: wanted(&extra.offset, rows),
            timestamp: wanted(&extra.timestamp, rows),
            has_receive_time: extra.receive_time.is_some(),
            key_bytes: wanted(&extra.key_bytes, rows),
            value_bytes: wanted(&extra.value_bytes, rows),
            headers: extra.headers.as_ref().map(|_| HeaderColumn::default()),
        }
    }

    fn push(&mut self, record: &super::raw::Record<'_>) {
        fn add<T>(column: &mut Option<Vec<T>>, value: T) {
            if let Some(column) = column {
                column.push(value);
            }
        }
        let size = |bytes: Option<&[u8]>| bytes.map_or(0, |bytes| bytes.len() as i32);
        self.rows += 1;
        add(&mut self.partition, record.partition);
        add(&mut self.offset, record.offset);
        let ns = record.timestamp.and_then(|ms| ms.checked_mul(1_000_000));
        add(&mut self.timestamp, ns);
        add(&mut self.key_bytes, size(record.key));
        add(&mut self.value_bytes, size(record.value));
        if let Some(headers) = &mut self.headers {
            headers.push(record.headers);
        }
    }

    fn finish(self, received: i64) -> Vec<ArrayRef> {
        let ints = |values: Vec<i32>| Arc::new(Int32Array::from(values)) as ArrayRef;
        let received = self.has_receive_time.then(|| instants(vec![Some(received); self.rows]));
        let columns = [
            self.partition.map(ints),
            self.offset.map(|values| Arc::new(Int64Array::from(values)) as ArrayRef),
            self.timestamp.map(instants),
            received,
            self.key_bytes.map(ints),
            self.value_bytes.map(ints),
            self.headers.map(|headers| Arc::new(headers.finish()) as ArrayRef),
        ];
        columns.into_iter().flatten().collect()
    }
}
