//! The handle of a graph: its sources, its locks, and who is woken when there is data.

use std::sync::{Arc, Weak};

use parking_lot::{Mutex, RwLock, RwLockReadGuard};

use crate::Table;
use crate::table::TableInner;

/// Called when a source has data: wakes whoever runs the cycles.
pub type Waker = Box<dyn Fn() + Send + Sync>;

/// An update graph. Cheap to clone; clones are the same graph.
#[derive(Clone)]
pub struct Graph(pub(super) Arc<GraphInner>);

pub(super) struct GraphInner {
    pool: Arc<rayon::ThreadPool>,
    pub(super) check_updates: bool,
    pub(super) cycle: Mutex<CycleState>,
    pub(super) publication: RwLock<()>,
    sources: Mutex<Vec<Weak<TableInner>>>,
    waker: Mutex<Option<Waker>>,
}

#[derive(Default)]
pub(super) struct CycleState {
    pub(super) step: u64,
}

/// What an operator may know of the cycle it runs in.
#[derive(Debug, Clone, Copy)]
pub struct StepCtx {
    /// The number of the cycle.
    pub step: u64,
    /// The time of the cycle, ns since the epoch, as the caller of the cycle gave it.
    pub now: i64,
}

impl Graph {
    /// A graph whose nodes run on a pool of threads. `check_updates` checks every update's invariants: for debug
    /// builds and tests.
    pub fn new(pool: Arc<rayon::ThreadPool>, check_updates: bool) -> Graph {
        Graph(Arc::new(GraphInner {
            pool,
            check_updates,
            cycle: Mutex::default(),
            publication: RwLock::default(),
            sources: Mutex::default(),
            waker: Mutex::default(),
        }))
    }

    /// The pool on which nodes run, for operators that split their own work.
    pub fn pool(&self) -> &Arc<rayon::ThreadPool> {
        &self.0.pool
    }

    /// Sets what [`Graph::notify`] calls.
    pub fn set_waker(&self, waker: Waker) {
        *self.0.waker.lock() = Some(waker);
    }

    /// Says that a source has data.
    pub fn notify(&self) {
        if let Some(waker) = self.0.waker.lock().as_ref() {
            waker();
        }
    }

    /// The earliest time at which a source wants a cycle, ns since the epoch.
    pub fn next_due(&self) -> Option<i64> {
        let sources = self.sources();
        sources.iter().filter_map(|table| table.0.node.as_ref()?.operator.lock().due()).min()
    }

    /// Runs `action` while no cycle runs; it gets the number of the last step.
    pub fn between_cycles<R>(&self, action: impl FnOnce(u64) -> R) -> R {
        let state = self.0.cycle.lock();
        action(state.step)
    }

    /// The number of the last step.
    pub fn step(&self) -> u64 {
        self.0.cycle.lock().step
    }

    /// While held, no step is published: several tables can be read at one step.
    pub(crate) fn hold_publication(&self) -> RwLockReadGuard<'_, ()> {
        self.0.publication.read()
    }

    pub(crate) fn checks_updates(&self) -> bool {
        self.0.check_updates
    }

    pub(crate) fn is_same(&self, other: &Graph) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    pub(crate) fn add_source(&self, table: &Table) {
        self.0.sources.lock().push(table.downgrade());
    }

    /// The live sources; forgets those nobody holds.
    pub(super) fn sources(&self) -> Vec<Table> {
        let mut sources = self.0.sources.lock();
        let live: Vec<Table> = sources.iter().filter_map(Weak::upgrade).map(Table).collect();
        if live.len() < sources.len() {
            sources.retain(|source| source.strong_count() > 0);
        }
        drop(sources);
        live
    }
}

impl std::fmt::Debug for Graph {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "update graph with {} sources", self.sources().len())
    }
}
