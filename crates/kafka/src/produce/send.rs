//! The producing thread: changes → records, in the order of the steps.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use arrow_array::ArrayRef;
use crossbeam_channel::{Receiver, Sender};
use kinetable_engine::{Change, Error, Result, RowSet, Version};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, Producer, ThreadedProducer};

use super::cells::Cells;
use super::deliveries::Deliveries;
use super::encode::{Chunk, SideEncoder};
use super::tally::Tally;

/// Rows read of a version at once.
const CHUNK: u64 = 8192;
/// Cycles that wait share a transaction, up to so many, and until they have so many rows: brokers give up on a transaction that
/// takes longer than `transaction.timeout.ms`, and one that is tried again is sent whole.
const CYCLES_MAX: usize = 100;
const ROWS_MAX: u64 = 50_000;
/// How often we look whether what is on its way can still arrive.
pub(super) const LOOK_EVERY: Duration = Duration::from_millis(200);

/// What the producing thread is told.
pub(super) enum Task {
    /// The rows there were at the start.
    Initial(Version),
    Change(Arc<Change>),
    /// Everything before is to be with the broker; the answer is given when it is, or could not be in time. Without a time it is
    /// the end, which waits as long as the broker takes something.
    Flush(Option<Duration>, Sender<Result<(), String>>),
}

/// What the producing thread works with.
pub(super) struct Sending {
    pub(super) producer: ThreadedProducer<Deliveries>,
    /// Of a producer whose cycles are transactions.
    pub(super) transactional_id: Option<String>,
    pub(super) tally: Arc<Tally>,
    pub(super) is_blink: bool,
    pub(super) key: SideEncoder,
    pub(super) value: SideEncoder,
    pub(super) topic: Option<String>,
    pub(super) topic_column: Option<usize>,
    pub(super) partition: Option<i32>,
    pub(super) partition_column: Option<usize>,
    pub(super) timestamp_column: Option<usize>,
    /// Names of headers, and the columns they come from.
    pub(super) headers: Vec<(String, usize)>,
}

/// Says that the producing thread has ended, also if it panicked.
struct End(Arc<Tally>);

impl Drop for End {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let failure = || Error::internal("the producing thread panicked");
            self.0.failure.lock().get_or_insert_with(failure);
        }
        self.0.has_ended.store(true, Ordering::Release);
    }
}

impl Task {
    /// The rows that are to become records.
    pub(super) fn rows(&self) -> u64 {
        match self {
            Task::Initial(version) => version.rows().len(),
            Task::Change(change) => change.update.size(),
            Task::Flush(..) => 0,
        }
    }
}

impl Sending {
    /// Sends until nobody can tell it anything any more, then waits for the broker to have it all.
    pub(super) fn run(self, tasks: &Receiver<Task>) {
        let _end = End(self.tally.clone());
        let done = match &self.transactional_id {
            Some(id) => self.send_in_transactions(id, tasks),
            None => self.send_all(tasks),
        };
        if let Err(error) = done {
            tracing::warn!(%error, "the publication ended");
            *self.tally.failure.lock() = Some(error);
        }
    }

    fn send_all(&self, tasks: &Receiver<Task>) -> Result<()> {
        for task in tasks {
            match task {
                Task::Flush(timeout, answer) => {
                    let flushed = match timeout {
                        Some(timeout) => self.producer.flush(timeout),
                        None => self.flush_the_last(),
                    };
                    let flushed = flushed.map_err(|error| error.to_string());
                    // Who asked may have stopped waiting.
                    let _told = answer.send(flushed);
                }
                task => {
                    self.publish(&task);
                    self.tally.waiting.fetch_sub(task.rows(), Ordering::Relaxed);
                }
            }
        }
        self.flush_the_last().map_err(|error| {
            Error::source(format!("records were still waiting when the publication ended: {error}"))
        })
    }

    /// Waits for what is on its way, as long as some of it arrives.
    fn flush_the_last(&self) -> Result<(), KafkaError> {
        loop {
            match self.producer.flush(LOOK_EVERY) {
                Err(_) if !self.tally.is_out_of_time() => {}
                done => return done,
            }
        }
    }

    fn send_in_transactions(&self, id: &str, tasks: &Receiver<Task>) -> Result<()> {
        for first in tasks {
            let (mut cycles, mut rows, mut flush) = (Vec::new(), 0, None);
            for task in std::iter::once(first).chain(std::iter::from_fn(|| tasks.try_recv().ok())) {
                match task {
                    Task::Flush(_, answer) => flush = Some(answer),
                    cycle => {
                        rows += cycle.rows();
                        cycles.push(cycle);
                    }
                }
                if flush.is_some() || cycles.len() >= CYCLES_MAX || rows >= ROWS_MAX {
                    break;
                }
            }
            if !cycles.is_empty() {
                self.transact(id, &cycles)?;
                self.tally.waiting.fetch_sub(rows, Ordering::Relaxed);
            }
            // What is committed is with the broker. Who asked may have stopped waiting.
            let _told = flush.map(|answer| answer.send(Ok(())));
        }
        Ok(())
    }

    /// Makes records of a cycle; what cannot be made one is counted.
    pub(super) fn publish(&self, task: &Task) {
        let done = match task {
            Task::Initial(version) => self.rows(version, version.rows()),
            Task::Change(change) => self.change(change),
            Task::Flush(..) => Ok(()),
        };
        if let Err(error) = done {
            self.tally.fail(error.to_string());
        }
    }

    fn change(&self, change: &Change) -> Result<()> {
        let update = &change.update;
        if self.is_blink {
            return self.rows(&change.after, &update.added);
        }
        self.tombstones(&change.before, &update.removed)?;
        let used = |columns: &[usize]| update.modified_columns.intersects(columns.iter().copied());
        if used(&self.key.columns) {
            self.tombstones_of_changed_keys(change)?;
        }
        let is_changed = used(&self.key.columns) || used(&self.value.columns);
        let rows = if is_changed { update.added.union(&update.modified) } else { update.added.clone() };
        self.rows(&change.after, &rows)
    }

    /// Full records of rows.
    fn rows(&self, version: &Version, rows: &RowSet) -> Result<()> {
        self.chunks(version, rows, |batch, row| self.send(batch, row, false))
    }

    /// Keys of rows with null values.
    fn tombstones(&self, version: &Version, rows: &RowSet) -> Result<()> {
        if self.key.is_null() {
            return Ok(());
        }
        self.chunks(version, rows, |batch, row| self.send(batch, row, true))
    }

    fn tombstones_of_changed_keys(&self, change: &Change) -> Result<()> {
        let mut now = Vec::new();
        self.chunks(&change.after, &change.update.modified, |batch, row| {
            now.push(batch.key(&self.key, row));
        })?;
        let mut now = now.into_iter();
        self.chunks(&change.before, &change.update.modified_before(), |batch, row| {
            if now.next() != Some(batch.key(&self.key, row)) {
                self.send(batch, row, true);
            }
        })
    }

    fn chunks(
        &self,
        version: &Version,
        rows: &RowSet,
        mut each: impl FnMut(&Batch<'_>, usize),
    ) -> Result<()> {
        let mut start = 0;
        while start < rows.len() && self.tally.why_over().is_none() {
            let part = rows.slice(start..(start + CHUNK).min(rows.len()));
            start += part.len();
            let columns = Columns::read(self, version, &part)?;
            let batch = Batch::of(&columns)?;
            (0..part.len() as usize).for_each(|row| each(&batch, row));
        }
        Ok(())
    }

    fn send(&self, batch: &Batch<'_>, row: usize, is_tombstone: bool) {
        let topic = batch.topic.as_ref().and_then(|cells| cells.text(row));
        let Some(topic) = topic.or(self.topic.as_deref()) else {
            self.tally.fail("a row has no topic, and none is given for such rows");
            return;
        };
        let mut bytes = Vec::new();
        let Some(has_key) = self.written(&self.key, &batch.key, row, &mut bytes) else {
            return;
        };
        let split = bytes.len();
        let has_value = if is_tombstone {
            false
        } else if let Some(has_value) = self.written(&self.value, &batch.value, row, &mut bytes) {
            has_value
        } else {
            return;
        };
        let (key, value) = bytes.split_at(split);
        let partition = batch.partition.as_ref().and_then(|cells| cells.whole(row));
        let partition = partition.and_then(|partition| i32::try_from(partition).ok()).or(self.partition);
        let time = batch.timestamp.as_ref().and_then(|cells| cells.whole(row));
        let Some(tag) = self.tally.admit() else { return };
        let mut record = BaseRecord::<[u8], [u8], usize>::with_opaque_to(topic, tag);
        record.key = has_key.then_some(key);
        record.payload = has_value.then_some(value);
        record.partition = partition;
        record.timestamp = time.map(|ns| ns.div_euclid(1_000_000));
        record.headers = self.headers(batch, row);
        self.hand_over(record);
    }

    fn headers(&self, batch: &Batch<'_>, row: usize) -> Option<OwnedHeaders> {
        if self.headers.is_empty() {
            return None;
        }
        let mut value = Vec::new();
        let mut headers = OwnedHeaders::new_with_capacity(self.headers.len());
        for ((name, _), cells) in self.headers.iter().zip(&batch.headers) {
            if !cells.is_null(row) {
                value.clear();
                cells.write_plain(row, &mut value);
                headers = headers.insert(Header { key: name, value: Some(&value) });
            }
        }
        Some(headers)
    }

    /// Appends a side of a row, and says whether it is there; `None`, and counted, if it cannot be written.
    fn written(&self, side: &SideEncoder, chunk: &Chunk<'_>, row: usize, out: &mut Vec<u8>) -> Option<bool> {
        let written = side.write(chunk, row, out);
        written.map_err(|reason| self.tally.fail(format!("a row cannot be published: {reason}"))).ok()
    }

    /// Hands a record to librdkafka; waits while its queue is full.
    fn hand_over(&self, mut record: BaseRecord<'_, [u8], [u8], usize>) {
        let bytes = record.key.map_or(0, <[u8]>::len) + record.payload.map_or(0, <[u8]>::len);
        self.tally.hand_over(bytes);
        loop {
            match self.producer.send(record) {
                Ok(()) => return,
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), back))
                    if !self.tally.is_out_of_time() && self.tally.why_over().is_none() =>
                {
                    record = back;
                    std::thread::sleep(Duration::from_millis(1));
                }
                Err((error, back)) => {
                    let reason = format!("topic \"{}\": {error}", back.topic);
                    self.tally.hand_back(bytes, &error, reason);
                    return;
                }
            }
        }
    }
}

/// The arrays of some rows that sending needs.
struct Columns {
    key: Vec<ArrayRef>,
    value: Vec<ArrayRef>,
    topic: Option<ArrayRef>,
    partition: Option<ArrayRef>,
    timestamp: Option<ArrayRef>,
    headers: Vec<ArrayRef>,
}

impl Columns {
    fn read(sending: &Sending, version: &Version, rows: &RowSet) -> Result<Columns> {
        let all = |columns: &[usize]| {
            columns.iter().map(|column| version.read(*column, rows)).collect::<Result<Vec<_>>>()
        };
        let one = |column: Option<usize>| column.map(|column| version.read(column, rows)).transpose();
        Ok(Columns {
            key: all(&sending.key.columns)?,
            value: all(&sending.value.columns)?,
            topic: one(sending.topic_column)?,
            partition: one(sending.partition_column)?,
            timestamp: one(sending.timestamp_column)?,
            headers: all(&sending.headers.iter().map(|(_, column)| *column).collect::<Vec<_>>())?,
        })
    }
}

/// The same, ready to be written from.
struct Batch<'a> {
    key: Chunk<'a>,
    value: Chunk<'a>,
    topic: Option<Cells<'a>>,
    partition: Option<Cells<'a>>,
    timestamp: Option<Cells<'a>>,
    headers: Vec<Cells<'a>>,
}

impl<'a> Batch<'a> {
    fn of(columns: &'a Columns) -> Result<Batch<'a>> {
        let now = crate::clock::now();
        let side = |arrays: &'a [ArrayRef]| -> Result<Chunk<'a>> {
            let cells = arrays.iter().map(|array| Cells::of(array.as_ref())).collect::<Result<_>>()?;
            Ok(Chunk { cells, now })
        };
        let one =
            |array: &'a Option<ArrayRef>| array.as_ref().map(|array| Cells::of(array.as_ref())).transpose();
        Ok(Batch {
            key: side(&columns.key)?,
            value: side(&columns.value)?,
            topic: one(&columns.topic)?,
            partition: one(&columns.partition)?,
            timestamp: one(&columns.timestamp)?,
            headers: side(&columns.headers)?.cells,
        })
    }

    /// A row's key; `None` if it is null, or cannot be written.
    fn key(&self, encoder: &SideEncoder, row: usize) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        encoder.write(&self.key, row, &mut bytes).unwrap_or(false).then_some(bytes)
    }
}
