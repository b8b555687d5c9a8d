//! The poll thread: takes records from librdkafka, keeps each partition's place, and pauses while too much is queued.
//!
//! Invariant 1 of the source is kept here: a record below the next expected offset has been seen and is dropped. Offsets may
//! jump ahead (compaction, transactions); a jump that lost records is one that the broker reports as out of range.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::RDKafkaErrorCode;

use super::batch::Batch;
use super::budget;
use super::choices::Policies;
use super::control::{Command, Mark};
use super::flow::Flow;
use super::mend::Lost;
use super::raw::{Drain, Event};
use super::start::Start;
use super::stats::{Counters, PartitionCounters, note_skew};
use super::watch::{Events, Watch};
use crate::clock::now;

/// How long to wait for a record before looking around.
const WAIT: Duration = Duration::from_millis(50);
const LOOK_AROUND: Duration = Duration::from_millis(100);
/// How soon to see whether a pause that no cycle ends is over.
const LOOK_AGAIN: Duration = Duration::from_millis(2);
/// A batch is handed on when it has so many bytes, even if more records are there.
const BATCH_BYTES: usize = 1 << 20;

/// What the poll thread works with.
pub(super) struct Poller {
    pub(super) topic: String,
    pub(super) client: Arc<BaseConsumer<Watch>>,
    pub(super) drain: Drain,
    pub(super) flow: Flow,
    pub(super) counters: Arc<Counters>,
    pub(super) events: Arc<Events>,
    pub(super) policies: Policies,
    pub(super) queued_max: usize,
    /// Which partitions to read; in the order given.
    pub(super) commands: Receiver<Command>,
    /// The partitions that are read, ascending.
    pub(super) places: Vec<Arc<PartitionCounters>>,
    /// Those that have to be started again.
    pub(super) lost: Vec<Lost>,
    /// Those that ended before our place, with their oldest offsets: they are read again when the user says so.
    pub(super) cut: BTreeMap<i32, i64>,
    pub(super) is_stopping: Arc<AtomicBool>,
    pub(super) is_stopped: Arc<AtomicBool>,
}

/// Tells the other threads that the poll thread has ended, also if it panicked.
struct End {
    is_stopped: Arc<AtomicBool>,
    counters: Arc<Counters>,
}

impl Drop for End {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let reason = || "the poll thread panicked".to_owned();
            self.counters.stop_reason.lock().get_or_insert_with(reason);
        }
        self.is_stopped.store(true, Ordering::Release);
    }
}

/// What came of one look into the queue.
#[derive(Default)]
struct Taken {
    /// The place of the last record's partition: the next one's is the same, mostly.
    at: usize,
    duplicates: u64,
    problems: Vec<(i32, i64, RDKafkaErrorCode, String)>,
}

impl Poller {
    /// Polls until told to stop, or until nobody holds the table any more.
    pub(super) fn run(mut self) {
        let _end = End { is_stopped: self.is_stopped.clone(), counters: self.counters.clone() };
        let mut looked = Instant::now();
        while !self.is_stopping.load(Ordering::Acquire) && self.flow.outlet().is_open() {
            self.obey();
            if looked.elapsed() >= LOOK_AROUND {
                looked = Instant::now();
                self.look_up_ends();
                self.follow_orders();
                let mut lost = std::mem::take(&mut self.lost);
                lost.retain_mut(|lost| !self.mend(lost));
                self.lost.extend(lost);
            }
            if self.is_over_budget() {
                continue;
            }
            for (partition, offset, code, text) in self.take() {
                if self.report(partition, offset, code, &text) {
                    self.lose(partition);
                }
            }
        }
        drop(self.drain);
        // What was read is published before the source counts as stopped.
        drop(self.flow);
    }

    /// Does what it was told to since the last batch.
    fn obey(&mut self) {
        while let Ok(command) = self.commands.try_recv() {
            match command {
                Command::Start(start) => self.start(&start),
                Command::Stop(partition) => {
                    self.drain.stop(partition);
                    self.lost.retain(|lost| lost.partition != partition);
                    self.counters.end(partition);
                    self.look_up_places();
                }
                Command::Mark(reply) => {
                    let mark = self.mark();
                    // Who asked may have stopped waiting.
                    let _unheard = reply.send(mark);
                }
            }
        }
    }

    fn mark(&self) -> Mark {
        // Of a topic or a partition that is another, the places reached in the old one are nobody's to go on from.
        let mut places = if self.is_held() { Vec::new() } else { self.counters.places() };
        places.retain(|(partition, _)| !self.cut.contains_key(partition));
        Mark {
            sequence: self.flow.submitted(),
            places,
            reading: self.counters.readings.load(Ordering::Acquire),
        }
    }

    fn start(&mut self, start: &Start) {
        let partition = start.partition;
        self.drain.stop(partition);
        self.counters.begin(start);
        self.flow.outlet().rows().begin(partition);
        self.look_up_places();
        if self.is_held() || self.cut.contains_key(&partition) {
            return;
        }
        self.start_or_lose(partition, start.fetch);
    }

    fn look_up_places(&mut self) {
        self.places = self.counters.partitions();
        let partitions = self.places.iter().map(|counters| counters.partition).collect();
        Consumer::client(&*self.client).context().set_partitions(partitions);
    }

    /// Takes what is there, a batch at most; gives what went wrong.
    fn take(&mut self) -> Vec<(i32, i64, RDKafkaErrorCode, String)> {
        let mut batch = self.flow.empty_batch();
        let mut taken = Taken::default();
        let mut wait = WAIT;
        // A fetch brings thousands of records at once: take more while there are, so that batches are long under load.
        while batch.payload() < BATCH_BYTES {
            let places = &self.places;
            let count = self.drain.take(wait, |event| keep(event, places, &mut batch, &mut taken));
            if count < 2 || !taken.problems.is_empty() {
                break;
            }
            wait = Duration::ZERO;
        }
        if taken.duplicates > 0 {
            self.counters.duplicates.fetch_add(taken.duplicates, Ordering::Relaxed);
        }
        if !batch.is_empty() {
            batch.received = now();
            note_skew(&self.places, batch.received);
            self.counters.bytes.fetch_add(batch.payload() as u64, Ordering::Relaxed);
            self.flow.submit(batch);
        }
        taken.problems
    }

    /// Waits a moment while more is queued than allowed.
    fn is_over_budget(&mut self) -> bool {
        let outlet = self.flow.outlet();
        let is_full = outlet.queued_bytes() >= self.queued_max;
        let is_over = is_full || outlet.quarantine().breaker.is_holding() || budget::is_exceeded();
        let was_over = self.counters.is_paused.swap(is_over, Ordering::Relaxed);
        if is_over {
            if !was_over {
                self.counters.pauses.fetch_add(1, Ordering::Relaxed);
            }
            if outlet.rows().queued_bytes() >= self.queued_max / 2 {
                outlet.rows().wait_below(self.queued_max / 2, WAIT);
            } else {
                std::thread::sleep(LOOK_AGAIN);
            }
        }
        is_over
    }

    fn look_up_ends(&self) {
        for counters in &self.places {
            if let Some(end) = self.drain.cached_end(counters.partition) {
                counters.end.store(end, Ordering::Relaxed);
            }
        }
    }
}

/// Puts a record into the batch unless it has been seen.
fn keep(event: Event<'_>, places: &[Arc<PartitionCounters>], batch: &mut Batch, taken: &mut Taken) {
    match event {
        Event::Record(record) => {
            if places.get(taken.at).is_none_or(|place| place.partition != record.partition) {
                let at = places.binary_search_by_key(&record.partition, |place| place.partition);
                // Of a partition that was taken away nothing is kept.
                let Ok(at) = at else { return };
                taken.at = at;
            }
            let place = &places[taken.at];
            if record.offset < place.next.load(Ordering::Relaxed) {
                taken.duplicates += 1;
                return;
            }
            place.took(record.offset, record.timestamp);
            batch.push(&record);
        }
        Event::Problem { partition, offset, code, text } => {
            taken.problems.push((partition, offset, code, text))
        }
    }
}
