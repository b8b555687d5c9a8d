//! From polled batches to published rows: decoding in parallel, publishing in order.
//!
//! ```text
//!  submit(batch n) ─┬─ small and nothing before it: decoded at once, on the poll thread
//!                   └─ else: channel ─▶ workers ─▶ waiting by sequence ─▶ published when all before it are
//! ```
//!
//! **Invariant**: batches are published in the order of their sequence, whoever decoded them.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use kinetable_engine::source::Publisher;
use kinetable_engine::{Error, Result};
use parking_lot::Mutex;

use super::batch::Batch;
use super::rows::{Rows, RowsMark};
use super::stats::Counters;
use super::tables::{BadRecord, error_rows};
use super::worker::{Decoded, Recipe, Worker};
use crate::clock::now;

/// Batches of up to so many records are decoded at once if nothing waits: handing over costs more.
const AT_ONCE: usize = 256;
/// Batches per worker that may wait to be decoded.
const WAITING: usize = 2;

/// Where decoded rows go.
pub(super) struct Outlet {
    topic: String,
    rows: Rows,
    errors: Publisher,
    counters: Arc<Counters>,
    order: Mutex<Order>,
    /// Bytes of batches submitted and not yet published.
    in_flight: AtomicUsize,
    has_failed: AtomicBool,
}

#[derive(Default)]
struct Order {
    next: u64,
    early: BTreeMap<u64, Decoded>,
}

/// Takes batches from the poll thread.
pub(super) struct Flow {
    outlet: Arc<Outlet>,
    own: Worker,
    sequence: u64,
    work: Option<Sender<Batch>>,
    used: Receiver<Batch>,
    threads: Vec<JoinHandle<()>>,
}

impl Outlet {
    pub(super) fn new(topic: &str, rows: Rows, errors: Publisher, counters: Arc<Counters>) -> Outlet {
        Outlet {
            topic: topic.to_owned(),
            rows,
            errors,
            counters,
            order: Mutex::default(),
            in_flight: AtomicUsize::new(0),
            has_failed: AtomicBool::new(false),
        }
    }

    pub(super) fn rows(&self) -> &Rows {
        &self.rows
    }

    /// All batches before this one are published.
    pub(super) fn published(&self) -> u64 {
        self.order.lock().next
    }

    /// The place after all that is published, for [`Outlet::is_settled`].
    pub(super) fn mark(&self) -> (RowsMark, u64) {
        (self.rows.mark(), self.errors.mark())
    }

    /// Whether all before a mark is in the tables at a finished step. Errors that nobody keeps are not waited for.
    pub(super) fn is_settled(&self, (rows, errors): &(RowsMark, u64)) -> bool {
        self.rows.is_settled(rows) && (self.errors.is_settled(*errors) || !self.errors.is_open())
    }

    /// Bytes polled and not yet in a table.
    pub(super) fn queued_bytes(&self) -> usize {
        self.in_flight.load(Ordering::Relaxed) + self.rows.queued_bytes() + self.errors.queued_bytes()
    }

    /// Whether somebody still wants rows, and rows can still be made.
    pub(super) fn is_open(&self) -> bool {
        self.rows.is_open() && !self.has_failed.load(Ordering::Relaxed)
    }

    /// Decodes a batch. A panic is a bug of ours: it fails the table and nothing else.
    fn decode(&self, worker: &mut Worker, batch: &Batch) -> Decoded {
        let decoded = catch_unwind(AssertUnwindSafe(|| worker.decode(batch)));
        decoded.unwrap_or_else(|_| {
            self.has_failed.store(true, Ordering::Relaxed);
            let topic = &self.topic;
            self.rows.fail(&Error::internal(format!("the decoder of topic \"{topic}\" panicked")));
            Decoded::nothing(self.rows.schema(), batch)
        })
    }

    /// Whether everything submitted before this sequence is published.
    fn is_caught_up(&self, sequence: u64) -> bool {
        self.published() == sequence
    }

    fn deliver(&self, sequence: u64, decoded: Decoded) {
        let mut order = self.order.lock();
        order.early.insert(sequence, decoded);
        loop {
            let next = order.next;
            let Some(decoded) = order.early.remove(&next) else {
                break;
            };
            order.next += 1;
            self.publish(decoded);
        }
    }

    fn publish(&self, decoded: Decoded) {
        let counters = &self.counters;
        counters.rows.fetch_add(decoded.rows.num_rows() as u64, Ordering::Relaxed);
        let published = self.rows.publish(decoded.partition, decoded.rows);
        published.expect("decoded rows have the table's columns");
        if !decoded.bad.is_empty() {
            self.refuse(decoded.received, &decoded.bad);
        }
    }

    fn refuse(&self, time: i64, bad: &[BadRecord]) {
        self.counters.errors.fetch_add(bad.len() as u64, Ordering::Relaxed);
        let published = self.errors.publish(error_rows(&self.topic, time, bad));
        published.expect("errors have the errors table's columns");
    }
}

impl Flow {
    /// A flow with so many decoding threads.
    pub(super) fn start(outlet: Arc<Outlet>, recipe: Arc<Recipe>, threads: usize) -> Result<Flow> {
        let (work, todo) = bounded::<Batch>(threads * WAITING);
        let (done, used) = unbounded();
        let spawn = |index: usize| {
            let (outlet, todo, done) = (outlet.clone(), todo.clone(), done.clone());
            let worker = Worker::new(recipe.clone());
            std::thread::Builder::new()
                .name(format!("kafka-decode-{index}"))
                .spawn(move || decode_all(&outlet, worker, &todo, &done))
                .map_err(|error| Error::source(format!("no thread can be started: {error}")))
        };
        let threads = (0..threads).map(spawn).collect::<Result<Vec<_>>>()?;
        Ok(Flow { outlet, own: Worker::new(recipe), sequence: 0, work: Some(work), used, threads })
    }

    /// An empty batch to fill.
    pub(super) fn empty_batch(&self) -> Batch {
        self.used.try_recv().map_or_else(|_| Batch::default(), Batch::recycle)
    }

    /// Decodes and publishes a batch, now or soon. Blocks while too many wait.
    pub(super) fn submit(&mut self, batch: Batch) {
        match self.outlet.rows.is_split() {
            true => batch.split().into_iter().for_each(|part| self.submit_one(part)),
            false => self.submit_one(batch),
        }
    }

    fn submit_one(&mut self, mut batch: Batch) {
        batch.sequence = self.sequence;
        self.sequence += 1;
        if batch.len() <= AT_ONCE && self.outlet.is_caught_up(batch.sequence) {
            let decoded = self.outlet.decode(&mut self.own, &batch);
            self.outlet.deliver(batch.sequence, decoded);
            return;
        }
        self.outlet.in_flight.fetch_add(batch.memory(), Ordering::Relaxed);
        let work = self.work.as_ref().expect("the channel is open until the flow is dropped");
        work.send(batch).expect("workers run until the channel is closed");
    }

    /// The number of the next batch: all before it have been submitted.
    pub(super) fn submitted(&self) -> u64 {
        self.sequence
    }

    /// Notes a record that librdkafka itself could not take.
    pub(super) fn refuse(&self, bad: BadRecord) {
        self.outlet.refuse(now(), &[bad]);
    }

    pub(super) fn outlet(&self) -> &Arc<Outlet> {
        &self.outlet
    }
}

impl Drop for Flow {
    /// Lets the workers finish what was submitted.
    fn drop(&mut self) {
        drop(self.work.take());
        for thread in self.threads.drain(..) {
            // A worker that panicked has said so; there is nothing to add.
            let _ended = thread.join();
        }
    }
}

fn decode_all(outlet: &Outlet, mut worker: Worker, todo: &Receiver<Batch>, done: &Sender<Batch>) {
    for batch in todo {
        let decoded = outlet.decode(&mut worker, &batch);
        outlet.deliver(batch.sequence, decoded);
        outlet.in_flight.fetch_sub(batch.memory(), Ordering::Relaxed);
        // The poll thread may be gone; then nobody needs the memory.
        let _kept = done.send(batch);
    }
}
