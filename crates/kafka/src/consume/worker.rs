//! A batch of records → a batch of rows, and the records that could not become rows.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int32Array, Int64Array, RecordBatch};
use arrow_schema::SchemaRef;

use super::batch::Batch;
use super::headers::HeaderColumn;
use super::policy::OnError;
use super::raw::Record;
use super::refused::{Refusal, Refused};
use super::tables::{BadRecord, instants};
use super::watch::Events;
use crate::decode::{Side, SideDecoder};
use crate::settings::ExtraColumns;

/// What rows are made of; shared by all workers.
#[derive(Clone)]
pub(super) struct Recipe {
    pub(super) schema: SchemaRef,
    pub(super) extra: ExtraColumns,
    pub(super) key: Side,
    pub(super) value: Side,
    pub(super) on_error: OnError,
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
    pub(super) recipe: Arc<Recipe>,
    key: SideDecoder,
    value: SideDecoder,
}

/// What became of a batch.
pub(super) struct Decoded {
    /// The partition of the first record: of all, where each has a table of its own.
    pub(super) partition: i32,
    pub(super) received: i64,
    /// Records looked at.
    pub(super) records: u64,
    pub(super) rows: RecordBatch,
    pub(super) refused: Refused,
}

impl Decoded {
    /// In place of a record that librdkafka itself could not take.
    pub(super) fn unseen(recipe: &Recipe, received: i64, bad: BadRecord) -> Decoded {
        Decoded {
            partition: bad.partition,
            received,
            records: 1,
            rows: RecordBatch::new_empty(recipe.schema.clone()),
            refused: Refused::unseen(recipe.on_error, bad),
        }
    }

    /// What is left of a batch whose decoding panicked: it fails the table, and its offsets never count as read.
    pub(super) fn nothing(schema: &SchemaRef, batch: &Batch) -> Decoded {
        Decoded {
            partition: batch.partition(),
            received: batch.received,
            records: 0,
            rows: RecordBatch::new_empty(schema.clone()),
            refused: Refused { is_fatal: true, ..Refused::default() },
        }
    }
}

impl Worker {
    pub(super) fn new(recipe: Arc<Recipe>) -> Worker {
        Worker { key: recipe.key.decoder(), value: recipe.value.decoder(), recipe }
    }

    /// Decodes a batch. What becomes of a record of which key or value cannot be decoded, the policy says.
    pub(super) fn decode(&mut self, batch: &Batch) -> Decoded {
        let mut refused = Refused::default();
        let mut places = Places::with_capacity(batch.len(), &self.recipe.extra);
        let mut too_large = batch.too_large().iter().peekable();
        let mut records = 0;
        for (index, record) in batch.records().enumerate() {
            records += 1;
            let decoded = match too_large.next_if(|large| large.index == index) {
                Some(large) => Err(Refusal::too_large(*large, batch.record_bytes_max())),
                None => self.decode_sides(&record),
            };
            let keeps_row = match decoded {
                Ok(()) => true,
                Err(refusal) => self.refuse(index, &record, refusal, &mut refused),
            };
            if keeps_row {
                places.push(&record);
            }
            if refused.is_fatal {
                break;
            }
        }
        let mut columns = places.finish(batch.received);
        columns.extend(self.key.finish());
        columns.extend(self.value.finish());
        let rows = RecordBatch::try_new(self.recipe.schema.clone(), columns)
            .expect("every column has a cell of its type for every row");
        Decoded { partition: batch.partition(), received: batch.received, records, rows, refused }
    }

    /// Decodes both sides of a record, or leaves no trace of it.
    fn decode_sides(&mut self, record: &Record<'_>) -> Result<(), Refusal> {
        if let Err(reason) = self.key.decode(record.key) {
            return Err(Refusal::of_side("key", reason));
        }
        if let Err(reason) = self.value.decode(record.value) {
            self.key.take_back();
            return Err(Refusal::of_side("value", reason));
        }
        Ok(())
    }

    /// Does with a refused record what the policy says; gives whether it is a row all the same.
    #[cold]
    fn refuse(&mut self, index: usize, record: &Record<'_>, refusal: Refusal, refused: &mut Refused) -> bool {
        let recipe = self.recipe.clone();
        let side = refusal.side;
        refused.add(&recipe, index, record, refusal);
        match recipe.on_error {
            OnError::DeadLetter | OnError::Skip => false,
            OnError::Fail => {
                refused.is_fatal = true;
                false
            }
            OnError::Null => {
                let key = record.key.filter(|_| side == "value");
                let known = "null, and what was decoded before, can be decoded";
                self.key.decode(key).expect(known);
                let value = record.value.filter(|_| side == "key");
                if let Err(reason) = self.value.decode(value) {
                    refused.add(&recipe, index, record, Refusal::of_side("value", reason));
                    self.value.decode(None).expect(known);
                }
                true
            }
        }
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

    fn push(&mut self, record: &Record<'_>) {
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

#[cfg(test)]
impl Recipe {
    /// A recipe of a table without columns.
    pub(super) fn for_tests() -> Recipe {
        Recipe {
            schema: Arc::new(arrow_schema::Schema::empty()),
            extra: crate::settings::Settings::new(&std::collections::BTreeMap::new()).extra_columns(),
            key: Side::ignored(),
            value: Side::ignored(),
            on_error: OnError::default(),
        }
    }
}
