//! What nodes and cycles cost: counters beside each node, and the newest cycles.
//!
//! **State**: a few words a node; [`CYCLES_KEPT`] cycles a graph. **Cost**: two looks at the clock and a few additions for a node that
//! is run. Only the thread that runs a node writes its counters, so that additions need no order.
//!
//! **Aside** stand tables that tell of the graph itself, with all that is made of them: they are run as others are, and
//! appear in no figure. A cycle in which nothing else changed is not kept.
//!
//! **Invariants**: 1. a source that is asked and has nothing counts nothing, so that a graph in which nothing happens has
//! figures that stay as they are; 2. the rows counted are those of the updates that were published.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;

use super::node::Outcome;

/// How many of the newest cycles a graph tells of.
pub const CYCLES_KEPT: usize = 1024;

/// What a node has done since it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NodeWork {
    /// How often it was run; of a source, how often it had something.
    pub runs: u64,
    /// In how many of these its table changed.
    pub changes: u64,
    /// How long it ran, ns.
    pub nanos: u64,
    /// Rows that came.
    pub added: u64,
    /// Rows that went.
    pub removed: u64,
    /// Rows that stayed and changed.
    pub modified: u64,
}

/// What a cycle did, tables of figures left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CycleWork {
    /// The number of the step.
    pub step: u64,
    /// The time of the cycle, ns since the epoch.
    pub now: i64,
    /// How long it took, listeners included, ns.
    pub nanos: u64,
    /// How long listeners took of that, ns.
    pub listener_nanos: u64,
    /// Nodes that were run.
    pub nodes_run: u64,
    /// Tables that changed.
    pub tables_changed: u64,
    /// Tables that failed.
    pub tables_failed: u64,
    /// Rows that came, in all tables.
    pub added: u64,
    /// Rows that went.
    pub removed: u64,
    /// Rows that stayed and changed.
    pub modified: u64,
    /// The node that ran longest, by number.
    pub slowest: Option<u64>,
    /// How long that one ran, ns.
    pub slowest_nanos: u64,
    /// Whether a table that stands aside changed.
    pub(super) aside_changed: bool,
}

/// The counters of a node.
#[derive(Debug)]
pub(crate) struct Meter {
    /// The number of the node in its graph, from 1.
    pub(crate) number: u64,
    is_aside: AtomicBool,
    runs: AtomicU64,
    changes: AtomicU64,
    nanos: AtomicU64,
    added: AtomicU64,
    removed: AtomicU64,
    modified: AtomicU64,
}

impl Meter {
    pub(crate) fn new(number: u64, is_aside: bool) -> Meter {
        let zero = AtomicU64::default;
        Meter {
            number,
            is_aside: AtomicBool::new(is_aside),
            runs: zero(),
            changes: zero(),
            nanos: zero(),
            added: zero(),
            removed: zero(),
            modified: zero(),
        }
    }

    pub(crate) fn is_aside(&self) -> bool {
        self.is_aside.load(Ordering::Relaxed)
    }

    pub(crate) fn stand_aside(&self) {
        self.is_aside.store(true, Ordering::Relaxed);
    }

    /// Notes a run of the node.
    pub(super) fn note(&self, took: Duration, outcome: Option<&Outcome>) {
        let add = |counter: &AtomicU64, more: u64| {
            // Nobody else writes: a load and a store do, and cost less than an addition that is one step.
            counter.store(counter.load(Ordering::Relaxed).wrapping_add(more), Ordering::Relaxed);
        };
        add(&self.runs, 1);
        add(&self.nanos, took.as_nanos() as u64);
        if let Some(Outcome::Changed(change)) = outcome
            && !change.update.is_empty()
        {
            add(&self.changes, 1);
            add(&self.added, change.update.added.len());
            add(&self.removed, change.update.removed.len());
            add(&self.modified, change.update.modified.len());
        }
    }

    pub(crate) fn work(&self) -> NodeWork {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        NodeWork {
            runs: read(&self.runs),
            changes: read(&self.changes),
            nanos: read(&self.nanos),
            added: read(&self.added),
            removed: read(&self.removed),
            modified: read(&self.modified),
        }
    }
}

impl CycleWork {
    /// Counts a run of a node.
    pub(super) fn count(&mut self, meter: &Meter, took: Duration, outcome: Option<&Outcome>) {
        let update = match outcome {
            Some(Outcome::Changed(change)) => Some(&change.update).filter(|update| !update.is_empty()),
            _ => None,
        };
        if meter.is_aside() {
            self.aside_changed |= update.is_some();
            return;
        }
        let nanos = took.as_nanos() as u64;
        self.nodes_run += 1;
        self.tables_failed += u64::from(matches!(outcome, Some(Outcome::Failed(_))));
        if nanos >= self.slowest_nanos {
            (self.slowest, self.slowest_nanos) = (Some(meter.number), nanos);
        }
        if let Some(update) = update {
            self.tables_changed += 1;
            self.added += update.added.len();
            self.removed += update.removed.len();
            self.modified += update.modified.len();
        }
    }

    /// Whether nothing but tables of figures changed.
    fn is_aside(&self) -> bool {
        self.aside_changed && self.tables_changed == 0 && self.tables_failed == 0
    }
}

/// The newest cycles.
#[derive(Default)]
pub(super) struct CycleLog(Mutex<VecDeque<CycleWork>>);

impl CycleLog {
    pub(super) fn keep(&self, cycle: CycleWork) {
        if cycle.is_aside() {
            return;
        }
        let mut cycles = self.0.lock();
        if cycles.len() == CYCLES_KEPT {
            cycles.pop_front();
        }
        cycles.push_back(cycle);
    }

    pub(super) fn after(&self, step: u64) -> Vec<CycleWork> {
        let cycles = self.0.lock();
        let first = cycles.partition_point(|cycle| cycle.step <= step);
        cycles.range(first..).copied().collect()
    }
}
