//! Who follows tables from outside of the process: a row each, kept by the one who tells it.
//!
//! **State**: a few counters a subscriber. **Cost**: an addition a cycle that changes its table, and one a message.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

use super::sheet::Sheet;
use crate::Table;
use crate::session::wall_clock;

/// Follows of which so few are forgotten when they have ended only with the next one that begins.
const SWEEP_MIN: usize = 64;

/// Who follows tables of a session.
#[derive(Default)]
pub(super) struct Subscribers(Mutex<All>);

#[derive(Default)]
struct All {
    begun: u64,
    live: Vec<std::sync::Weak<Subscriber>>,
    sweep_at: usize,
}

/// One who follows a table from outside: in the table of subscribers as long as this is held.
#[derive(Debug)]
pub struct Subscriber {
    number: u64,
    kind: &'static str,
    user: String,
    name: String,
    node: Option<u64>,
    since: i64,
    window: AtomicU64,
    cycles: AtomicU64,
    taken: AtomicU64,
    told: AtomicU64,
    messages: AtomicU64,
    bytes: AtomicU64,
    rows: AtomicU64,
    credits: AtomicU64,
    step: AtomicU64,
}

impl Subscriber {
    /// A cycle changed its table.
    pub fn cycle(&self) {
        self.cycles.fetch_add(1, Ordering::Relaxed);
    }

    /// What it is to be told next is of all cycles so far.
    pub fn take(&self) {
        self.taken.store(self.cycles.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    /// It knows what was taken for it: the table at a step.
    pub fn tell(&self, step: u64) {
        self.told.store(self.taken.load(Ordering::Relaxed), Ordering::Relaxed);
        self.step.store(step, Ordering::Relaxed);
    }

    /// It took a message of so many bytes.
    pub fn message(&self, bytes: usize) {
        self.messages.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Cells of so many rows went to it.
    pub fn rows(&self, rows: u64) {
        self.rows.fetch_add(rows, Ordering::Relaxed);
    }

    /// So many messages may still be on their way to it.
    pub fn may_take(&self, credits: u64) {
        self.credits.store(credits, Ordering::Relaxed);
    }

    /// It looks at so many rows; none: at all.
    pub fn look_at(&self, rows: Option<u64>) {
        self.window.store(rows.unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

impl Subscribers {
    pub(super) fn join(
        &self,
        table: &Table,
        kind: &'static str,
        user: String,
        name: String,
    ) -> Arc<Subscriber> {
        let mut all = self.0.lock();
        all.begun += 1;
        let zero = AtomicU64::default;
        let subscriber = Arc::new(Subscriber {
            number: all.begun,
            kind,
            user,
            name,
            node: table.engine().ok().and_then(|table| table.number()),
            since: wall_clock(),
            window: AtomicU64::new(u64::MAX),
            cycles: zero(),
            taken: zero(),
            told: zero(),
            messages: zero(),
            bytes: zero(),
            rows: zero(),
            credits: AtomicU64::new(u64::MAX),
            step: zero(),
        });
        if all.live.len() >= all.sweep_at.max(SWEEP_MIN) {
            all.live.retain(|one| one.strong_count() > 0);
            all.sweep_at = 2 * all.live.len();
        }
        all.live.push(Arc::downgrade(&subscriber));
        subscriber
    }

    /// Those there are now.
    pub(super) fn all(&self) -> Vec<Arc<Subscriber>> {
        self.0.lock().live.iter().filter_map(std::sync::Weak::upgrade).collect()
    }
}

/// A row a subscriber.
pub(super) fn rows(subscribers: &[Arc<Subscriber>]) -> arrow_array::RecordBatch {
    let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    let known = |counter: &AtomicU64| Some(read(counter)).filter(|count| *count < u64::MAX);
    Sheet::of(subscribers)
        .count("Subscriber", |one| one.number)
        .text("Kind", |one| Some(one.kind))
        .text("User", |one| Some(&one.user))
        .text("Table", |one| Some(one.name.as_str()).filter(|name| !name.is_empty()))
        .maybe("Node", |one| one.node)
        .instant("Since", |one| one.since)
        .maybe("Window", |one| known(&one.window))
        .count("Cycles", |one| read(&one.cycles))
        .count("PendingCycles", |one| read(&one.cycles).saturating_sub(read(&one.told)))
        .count("Messages", |one| read(&one.messages))
        .count("Bytes", |one| read(&one.bytes))
        .count("Step", |one| read(&one.step))
        .count("Rows", |one| read(&one.rows))
        .maybe("Credits", |one| known(&one.credits))
        .batch()
}
