//! The memory budget of all sources and publications of the process: over it, every source pauses; none drops anything.
//!
//! What counts is what they hold themselves: records and rows that are queued, sources' tables and their errors tables, and what
//! publications have still to send, so that who cannot write does not read without end. What is made from those tables is not counted. A table that keeps all rows therefore pauses for good at the budget, until
//! the budget is raised or the table let go; one with limits or a blink table goes on.

use std::sync::Weak;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::flow::Outlet;

/// How long a sum is taken for the truth: it reads the columns of all tables.
const FRESH: Duration = Duration::from_millis(50);

/// 0: none.
static BUDGET: AtomicU64 = AtomicU64::new(0);
static SOURCES: Mutex<Sources> = Mutex::new(Sources { all: Vec::new(), used: 0, summed: None });

/// Who holds memory.
pub(crate) trait Holder: Send + Sync {
    /// Bytes held now.
    fn memory(&self) -> usize;
}

impl Holder for Outlet {
    fn memory(&self) -> usize {
        Outlet::memory(self)
    }
}

struct Sources {
    all: Vec<Weak<dyn Holder>>,
    used: u64,
    summed: Option<Instant>,
}

/// Limits what all sources and publications of this process may hold, in bytes; `None`: as much as there is.
pub fn set_memory_budget(bytes: Option<u64>) {
    BUDGET.store(bytes.map_or(0, |bytes| bytes.max(1)), Ordering::Relaxed);
}

/// The limit that was set, in bytes.
pub fn memory_budget() -> Option<u64> {
    Some(BUDGET.load(Ordering::Relaxed)).filter(|budget| *budget > 0)
}

/// Bytes that all sources and publications of this process hold: what is queued, tables, errors tables.
pub fn memory_used() -> u64 {
    let mut sources = SOURCES.lock();
    sources.summed = None;
    sources.used()
}

/// Counts somebody in, as long as it lives.
pub(crate) fn count_in(holder: Weak<dyn Holder>) {
    SOURCES.lock().all.push(holder);
}

/// Whether all sources together hold more than they may.
pub(super) fn is_exceeded() -> bool {
    memory_budget().is_some_and(|budget| SOURCES.lock().used() > budget)
}

impl Sources {
    fn used(&mut self) -> u64 {
        if self.summed.is_none_or(|when| when.elapsed() >= FRESH) {
            self.all.retain(|source| source.strong_count() > 0);
            let held = self.all.iter().filter_map(Weak::upgrade).map(|source| source.memory() as u64);
            self.used = held.sum();
            self.summed = Some(Instant::now());
        }
        self.used
    }
}
