//! The handle of a graph: its sources, its locks, and who is woken when there is data.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use parking_lot::{Mutex, RwLock, RwLockReadGuard};

use super::Inside;
use super::inside::May;
use super::meter::CycleLog;
use super::turn::Turn;
use crate::table::TableInner;
use crate::{Error, Result, Table};

/// Called when a source has data: wakes whoever runs the cycles.
pub type Waker = Box<dyn Fn() + Send + Sync>;

/// Called before each cycle, while none runs: who fills a source can do it now, and the rows are in that cycle.
pub type BeforeCycle = dyn Fn() + Send + Sync;

/// An update graph. Cheap to clone; clones are the same graph.
#[derive(Clone)]
pub struct Graph(pub(super) Arc<GraphInner>);

pub(super) struct GraphInner {
    pool: Arc<rayon::ThreadPool>,
    pub(super) check_updates: bool,
    pub(super) turn: Turn,
    pub(super) step: AtomicU64,
    /// Nanoseconds that all cycles took.
    pub(super) busy: AtomicU64,
    /// The newest cycles.
    pub(super) cycles: CycleLog,
    /// Nodes ever made.
    pub(super) numbers: AtomicU64,
    /// Whether nodes are being run.
    pub(super) is_running: AtomicBool,
    pub(super) publication: RwLock<()>,
    sources: Mutex<Vec<Weak<TableInner>>>,
    waker: Mutex<Option<Waker>>,
    before_cycles: Mutex<Vec<Weak<BeforeCycle>>>,
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
            turn: Turn::default(),
            step: AtomicU64::default(),
            busy: AtomicU64::default(),
            cycles: CycleLog::default(),
            numbers: AtomicU64::default(),
            is_running: AtomicBool::default(),
            publication: RwLock::default(),
            sources: Mutex::default(),
            waker: Mutex::default(),
            before_cycles: Mutex::default(),
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

    /// Calls something before each cycle for as long as it is held elsewhere.
    pub fn before_cycles(&self, action: Weak<BeforeCycle>) {
        self.0.before_cycles.lock().push(action);
    }

    /// Calls what asked to be called before each cycle: for who runs the cycles, before each of them.
    pub fn prepare(&self) {
        let mut actions = self.0.before_cycles.lock();
        actions.retain(|action| action.strong_count() > 0);
        let alive: Vec<_> = actions.iter().filter_map(Weak::upgrade).collect();
        drop(actions);
        alive.iter().for_each(|action| action());
    }

    /// Runs `action` while no cycle runs; it gets the number of the last step. It may be called again from within. On a
    /// thread that runs a node of a cycle it is run at once, with the number of the step under way.
    ///
    /// # Panics
    /// Elsewhere inside a cycle, where there is no between.
    pub fn between_cycles<R>(&self, action: impl FnOnce(u64) -> R) -> R {
        if let Some((step, _)) = Inside::of(self) {
            return action(step);
        }
        assert!(!self.is_inside_cycle(), "{INSIDE}");
        self.0.turn.share(|| {
            let step = self.step();
            let _inside = Inside::enter(self, step, May::Make);
            action(step)
        })
    }

    /// Runs `action`, which may make tables: in a cycle too, at the step under way. For operators whose results are tables.
    pub fn making<R>(&self, action: impl FnOnce() -> R) -> R {
        let inside = Inside::of(self);
        let _inside = inside.map(|(step, _)| Inside::enter(self, step, May::Make));
        action()
    }

    /// The number of the last step.
    pub fn step(&self) -> u64 {
        self.0.step.load(Ordering::Acquire)
    }

    /// How long all cycles together took, in nanoseconds.
    pub fn busy(&self) -> u64 {
        self.0.busy.load(Ordering::Relaxed)
    }

    /// The number of a new node.
    pub(super) fn next_number(&self) -> u64 {
        self.0.numbers.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Whether this thread is one of those that run the nodes of a cycle.
    pub fn is_inside_cycle(&self) -> bool {
        let worker = || self.0.pool.current_thread_index().is_some() || self.0.turn.is_mine();
        self.0.is_running.load(Ordering::Acquire) && worker()
    }

    /// Refuses to make a table inside a cycle.
    pub(crate) fn ensure_between_cycles(&self) -> Result<()> {
        if self.is_inside_cycle() {
            let hint = "make it before, or in a listener";
            return Err(Error::invalid(INSIDE).with_hint(hint));
        }
        Ok(())
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

const INSIDE: &str = "a live table cannot be made or listened to by a function that runs inside a cycle";

/// # Keeping the world still
impl Graph {
    /// Waits for the cycle under way and lets no other begin until [`Graph::unlock`]; no other thread holds a lock
    /// meanwhile. This thread may make tables, and may lock again.
    ///
    /// # Errors
    /// If this thread holds the shared lock.
    pub fn lock(&self) -> Result<()> {
        self.0.turn.lock()
    }

    /// Ends what [`Graph::lock`] began.
    ///
    /// # Errors
    /// If this thread does not hold the lock.
    pub fn unlock(&self) -> Result<()> {
        self.0.turn.unlock()
    }

    /// As [`Graph::lock`], but several threads can hold it at once.
    pub fn lock_shared(&self) {
        self.0.turn.lock_shared();
    }

    /// Ends what [`Graph::lock_shared`] began.
    ///
    /// # Errors
    /// If this thread does not hold the lock.
    pub fn unlock_shared(&self) -> Result<()> {
        self.0.turn.unlock_shared()
    }

    /// Runs `action`, which waits for cycles, with all locks let go of that this thread holds; it holds them again after.
    pub fn apart<R>(&self, action: impl FnOnce() -> R) -> R {
        self.0.turn.apart(action)
    }

    /// Whether this thread holds the lock alone.
    pub fn is_locked_by_me(&self) -> bool {
        self.0.turn.is_mine()
    }

    /// Whether this thread holds the lock together with others.
    pub fn is_shared_by_me(&self) -> bool {
        self.0.turn.is_shared_by_me()
    }
}

impl std::fmt::Debug for Graph {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "update graph with {} sources", self.sources().len())
    }
}
