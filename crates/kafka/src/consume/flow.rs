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
use kinetable_engine::{Error, Result};
use parking_lot::Mutex;

use super::batch::Batch;
use super::conditions::FAILED;
use super::quarantine::Quarantine;
use super::rows::{Rows, RowsMark};
use super::stats::Counters;
use super::tables::BadRecord;
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
    quarantine: Quarantine,
    counters: Arc<Counters>,
    order: Mutex<Order>,
    /// Bytes of batches submitted and not yet published.
    in_flight: AtomicUsize,
    has_failed: AtomicBool,
}

#[derive(Default)]
struct Order {
    next: u64,
    /// Whether a record has failed the table; what comes after it is not published.
    is_over: bool,
    early: BTreeMap<u64, Decoded>,
}

/// The place after all that is published, in the table, among the errors and the letters.
pub(super) struct Settling {
    rows: RowsMark,
    refused: (u64, u64),
}

/// Takes batches from the poll thread.
pub(super) struct Flow {
    outlet: Arc<Outlet>,
    own: Worker,
    sequence: u64,
    record_bytes_max: usize,
    work: Option<Sender<Batch>>,
    used: Receiver<Batch>,
    threads: Vec<JoinHandle<()>>,
}

impl Outlet {
    pub(super) fn new(topic: &str, rows: Rows, quarantine: Quarantine, counters: Arc<Counters>) -> Outlet {
        Outlet {
            topic: topic.to_owned(),
            rows,
            quarantine,
            counters,
            order: Mutex::default(),
            in_flight: AtomicUsize::new(0),
            has_failed: AtomicBool::new(false),
        }
    }

    pub(super) fn rows(&self) -> &Rows {
        &self.rows
    }

    /// All batches before this one are published. A record that fails the table keeps its batch from counting as such.
    pub(super) fn published(&self) -> u64 {
        self.order.lock().next
    }

    /// The place after all that is published, for [`Outlet::is_settled`].
    pub(super) fn mark(&self) -> Settling {
        Settling { rows: self.rows.mark(), refused: self.quarantine.mark() }
    }

    /// Whether all before a mark is in the tables at a finished step, and with the brokers what goes to a dead-letter topic.
    pub(super) fn is_settled(&self, mark: &Settling) -> bool {
        self.rows.is_settled(&mark.rows) && self.quarantine.is_settled(mark.refused)
    }

    /// What becomes of records that cannot be decoded.
    pub(super) fn quarantine(&self) -> &Quarantine {
        &self.quarantine
    }

    /// Bytes polled and not yet in a table.
    pub(super) fn queued_bytes(&self) -> usize {
        let waiting = self.rows.queued_bytes() + self.quarantine.queued_bytes();
        self.in_flight.load(Ordering::Relaxed) + waiting
    }

    /// Bytes that the source has of this process's memory: what is queued, and its tables.
    pub(super) fn memory(&self) -> usize {
        self.queued_bytes() + self.rows.table_bytes() + self.quarantine.errors.table_bytes()
    }

    /// Whether somebody still wants rows, and rows can still be made.
    pub(super) fn is_open(&self) -> bool {
        self.rows.is_open() && !self.has_failed.load(Ordering::Relaxed)
    }

    /// Decodes a batch. A panic is a bug of ours: it fails the table and nothing else.
    fn decode(&self, worker: &mut Worker, batch: &Batch) -> Decoded {
        let decoded = catch_unwind(AssertUnwindSafe(|| worker.decode(batch)));
        decoded.unwrap_or_else(|_| Decoded::nothing(self.rows.schema(), batch))
    }

    /// Whether everything submitted before this sequence is published.
    fn is_caught_up(&self, sequence: u64) -> bool {
        self.published() == sequence
    }

    fn deliver(&self, sequence: u64, decoded: Decoded) {
        let mut order = self.order.lock();
        order.early.insert(sequence, decoded);
        while !order.is_over {
            let next = order.next;
            let Some(decoded) = order.early.remove(&next) else {
                break;
            };
            order.is_over = decoded.refused.is_fatal;
            order.next += u64::from(!order.is_over);
            self.publish(decoded);
        }
    }

    fn publish(&self, decoded: Decoded) {
        let counters = &self.counters;
        counters.rows.fetch_add(decoded.rows.num_rows() as u64, Ordering::Relaxed);
        let published = self.rows.publish(decoded.partition, decoded.rows);
        published.expect("decoded rows have the table's columns");
        let refused = &decoded.refused;
        self.quarantine.take(decoded.received, decoded.records, refused);
        if refused.is_fatal {
            self.has_failed.store(true, Ordering::Relaxed);
            let failure = match refused.bad.last() {
                Some(last) => self.quarantine.failure(last),
                None => Error::internal(format!("the decoder of topic \"{}\" panicked", self.topic)),
            };
            self.counters.conditions.set(FAILED, "record", failure.message());
            self.counters.stop_reason.lock().get_or_insert_with(|| failure.message().to_owned());
            self.rows.fail(&failure);
        }
    }
}

impl Flow {
    /// A flow with so many decoding threads, and a limit for the bytes of a record.
    pub(super) fn start(
        outlet: Arc<Outlet>,
        recipe: Arc<Recipe>,
        threads: usize,
        record_bytes_max: usize,
    ) -> Result<Flow> {
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
        let (own, work) = (Worker::new(recipe), Some(work));
        Ok(Flow { outlet, own, sequence: 0, record_bytes_max, work, used, threads })
    }

    /// An empty batch to fill.
    pub(super) fn empty_batch(&self) -> Batch {
        let limited = |_| Batch::limited(self.record_bytes_max);
        self.used.try_recv().map_or_else(limited, Batch::recycle)
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

    /// Does with a record that librdkafka itself could not take what the policy says, after all that was submitted.
    pub(super) fn refuse(&mut self, bad: BadRecord) {
        let sequence = self.sequence;
        self.sequence += 1;
        self.outlet.deliver(sequence, Decoded::unseen(&self.own.recipe, now(), bad));
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
        if let Some(letters) = &self.outlet.quarantine.letters {
            letters.close();
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

#[cfg(test)]
mod tests {
    use kinetable_engine::source::{self, Retention};
    use kinetable_engine::{Graph, Table};

    use super::*;
    use crate::consume::breaker::Breaker;
    use crate::consume::policy::{OnError, RateLimit};
    use crate::consume::raw::Record;
    use crate::consume::tables::error_schema;

    /// A flow without threads, its table and its errors.
    fn flow(recipe: Recipe) -> (Flow, Table, Table) {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
        let graph = Graph::new(Arc::new(pool), true);
        let (table, rows) = source::open(&graph, recipe.schema.clone(), Retention::Append);
        let (errors, bad) = source::open(&graph, error_schema(), Retention::Append);
        let (recipe, counters) = (Arc::new(recipe), Arc::new(Counters::default()));
        let limit = RateLimit { window: 100, share_max: 1.0, pauses: false };
        let quarantine = Quarantine {
            topic: "t".into(),
            errors: bad,
            letters: None,
            breaker: Breaker::new(limit, recipe.clone()),
            counters: counters.clone(),
        };
        let outlet = Outlet::new("t", Rows::One(rows), quarantine, counters);
        (Flow::start(Arc::new(outlet), recipe, 0, 0).expect("no thread is started"), table, errors)
    }

    fn one() -> Batch {
        let mut batch = Batch::default();
        let (key, value) = (None, None);
        batch.push(&Record { partition: 0, offset: 7, timestamp: None, key, value, headers: &[] });
        batch
    }

    #[test]
    fn what_a_decoder_panics_at_never_counts_as_published() {
        // The recipe makes columns that its schema does not have.
        let (mut flow, table, _errors) = flow(Recipe::for_tests());
        flow.submit(one());
        assert_eq!((flow.submitted(), flow.outlet().published()), (1, 0));
        assert!(!flow.outlet().is_open());
        let failure = flow.outlet().rows().failure().expect("the table has failed");
        assert!(failure.to_string().contains("the decoder of topic \"t\" panicked"), "{failure}");
        drop(table);
    }

    #[test]
    fn a_record_that_could_not_be_fetched_obeys_the_policy() {
        for (on_error, kept, published) in
            [(OnError::DeadLetter, 1, 1), (OnError::Null, 1, 1), (OnError::Skip, 0, 1), (OnError::Fail, 1, 0)]
        {
            let (mut flow, table, errors) = flow(Recipe { on_error, ..Recipe::for_tests() });
            flow.refuse(BadRecord::unseen(0, 7, "no sense".into()));
            let outlet = flow.outlet().clone();
            assert_eq!(outlet.quarantine.errors.queued_rows(), kept, "{on_error:?}");
            assert_eq!(outlet.counters.errors.load(Ordering::Relaxed), 1, "{on_error:?}");
            assert_eq!((flow.submitted(), outlet.published()), (1, published), "{on_error:?}");
            assert_eq!(outlet.rows.failure().is_some(), on_error == OnError::Fail);
            drop((table, errors));
        }
    }
}
