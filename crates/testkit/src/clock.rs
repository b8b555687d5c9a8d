//! The simulated clock, the driver that runs cycles on it, and the recorder of what listeners are told.

use kinetable_engine::{Change, CycleReport, Error, Graph, Listener, ListenerHandle, Table};
use parking_lot::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

/// 1 January 2026, where simulated time begins, ns since the epoch.
const START: i64 = 1_767_225_600_000_000_000;
/// Time between cycles, ns.
const INTERVAL: i64 = 10_000_000;

/// A clock that moves only when told. Cheap to clone; clones are the same clock.
#[derive(Debug, Clone)]
pub struct Clock(Arc<AtomicI64>);

impl Clock {
    /// A clock at a time, ns since the epoch.
    pub fn new(now: i64) -> Clock {
        Clock(Arc::new(AtomicI64::new(now)))
    }

    /// The time, ns since the epoch.
    pub fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    /// Moves the clock forward.
    ///
    /// # Panics
    /// When asked to move back.
    pub fn advance(&self, nanos: i64) {
        assert!(nanos >= 0, "the clock does not run back by {nanos} ns");
        self.0.fetch_add(nanos, Ordering::SeqCst);
    }
}

/// Runs the cycles of a graph on a simulated clock, one after the other.
pub struct Driver {
    graph: Graph,
    clock: Clock,
}

impl Default for Driver {
    fn default() -> Driver {
        Driver::new()
    }
}

impl Driver {
    /// A driver of a new graph that checks updates, on two threads.
    pub fn new() -> Driver {
        Driver::with_checks(true)
    }

    /// A driver of a new graph that leaves the checks of updates to the oracle, which tells more.
    pub(crate) fn without_checks() -> Driver {
        Driver::with_checks(false)
    }

    fn with_checks(check_updates: bool) -> Driver {
        Driver { graph: Graph::new(pool(), check_updates), clock: Clock::new(START) }
    }

    /// The graph.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Runs a cycle, then moves the clock 10 ms on.
    pub fn cycle(&self) -> CycleReport {
        let report = self.graph.run_cycle(self.clock.now());
        self.clock.advance(INTERVAL);
        report
    }

    /// Runs so many cycles.
    pub fn cycles(&self, count: usize) {
        for _ in 0..count {
            self.cycle();
        }
    }

    /// Moves the clock to a time, and runs the cycles that sources want until then, each at its time.
    pub fn run_until(&self, time: i64) {
        while let Some(due) = self.graph.next_due().filter(|due| *due <= time) {
            let wait = due - self.clock.now();
            self.clock.advance(wait.max(0));
            self.cycle();
        }
        let wait = time - self.clock.now();
        self.clock.advance(wait.max(0));
    }
}

/// The threads of all test graphs.
fn pool() -> Arc<rayon::ThreadPool> {
    static POOL: OnceLock<Arc<rayon::ThreadPool>> = OnceLock::new();
    let make = || {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build();
        Arc::new(pool.expect("two threads can be started"))
    };
    POOL.get_or_init(make).clone()
}

/// A listener that keeps what it is told.
#[derive(Default)]
pub struct Recorder {
    changes: Mutex<Vec<Arc<Change>>>,
    failures: Mutex<Vec<Error>>,
}

/// Records what a table's listeners are told, while the handle is held.
pub fn record(table: &Table) -> (Arc<Recorder>, ListenerHandle) {
    let recorder = Arc::new(Recorder::default());
    let (_, handle) = table.listen(recorder.clone());
    (recorder, handle)
}

impl Recorder {
    /// The changes told since this was asked last.
    pub fn take(&self) -> Vec<Arc<Change>> {
        std::mem::take(&mut *self.changes.lock())
    }

    /// The failures told so far.
    pub fn failures(&self) -> Vec<Error> {
        self.failures.lock().clone()
    }
}

impl Listener for Recorder {
    fn on_update(&self, change: &Arc<Change>) {
        self.changes.lock().push(change.clone());
    }

    fn on_failure(&self, error: &Error) {
        self.failures.lock().push(error.clone());
    }
}
