//! The thread that runs cycles: when a source has data or a timer is due, and not too often.

use std::sync::Arc;
use std::thread::{JoinHandle, ThreadId};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use kinetable_engine::{Error, ErrorKind, Graph, Result};
use parking_lot::{Condvar, Mutex};

/// The wall clock, ns since the epoch.
pub fn wall_clock() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}

/// The running thread.
pub(super) struct Driver {
    signal: Arc<Signal>,
    thread: JoinHandle<()>,
}

#[derive(Default)]
struct Signal {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    data: bool,
    stop: bool,
    /// Cycles that began, and cycles that ended.
    begun: u64,
    ended: u64,
}

impl Driver {
    /// Starts running cycles of a graph, at least `min_interval` apart.
    pub(super) fn start(graph: Graph, min_interval: Duration) -> Result<Driver> {
        let signal = Arc::new(Signal::default());
        let waker = signal.clone();
        graph.set_waker(Box::new(move || waker.wake()));
        let shared = signal.clone();
        let thread = std::thread::Builder::new()
            .name("kinetable-cycle".into())
            .spawn(move || run(&graph, &shared, min_interval))
            .map_err(|error| Error::source(format!("cannot start the thread of the cycles: {error}")))?;
        Ok(Driver { signal, thread })
    }

    /// What can wait for cycles while the driver goes on.
    pub(super) fn waiter(&self) -> Waiter {
        Waiter { signal: self.signal.clone(), cycles: self.thread.thread().id() }
    }

    /// Stops after the cycle under way.
    pub(super) fn stop(self) {
        self.signal.state.lock().stop = true;
        self.signal.changed.notify_all();
        if self.thread.thread().id() != std::thread::current().id() {
            // A cycle never panics past a node's border; if the thread is gone, so are its cycles.
            drop(self.thread.join());
        }
    }
}

/// Waits for cycles.
pub(super) struct Waiter {
    signal: Arc<Signal>,
    /// The thread of the cycles.
    cycles: ThreadId,
}

impl Waiter {
    /// Waits until a cycle that begins from now on has ended.
    ///
    /// # Errors
    /// If the session ends first, or this is the thread of the cycles.
    pub(super) fn wait_for_cycle(&self) -> Result<()> {
        if self.cycles == std::thread::current().id() {
            return Err(Error::invalid("a cycle cannot wait for the next one"));
        }
        if self.signal.wait_for_cycle() {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Closed, "the session has ended"))
    }
}

impl Signal {
    fn wake(&self) {
        self.state.lock().data = true;
        self.changed.notify_all();
    }

    /// Waits until there is data or the time has come; false to stop.
    fn wait(&self, due: Option<Duration>) -> bool {
        let mut state = self.state.lock();
        let idle = |state: &mut State| !state.data && !state.stop;
        match due {
            Some(due) => {
                self.changed.wait_while_for(&mut state, idle, due);
            }
            None => self.changed.wait_while(&mut state, idle),
        }
        !state.stop
    }

    /// Waits out a time; false to stop.
    fn pause(&self, time: Duration) -> bool {
        let mut state = self.state.lock();
        self.changed.wait_while_for(&mut state, |state| !state.stop, time);
        !state.stop
    }

    /// A cycle begins: it takes all data there is.
    fn begin(&self) {
        let mut state = self.state.lock();
        state.data = false;
        state.begun += 1;
    }

    fn end(&self) {
        let mut state = self.state.lock();
        state.ended = state.begun;
        self.changed.notify_all();
    }

    /// Brings a cycle about and waits for its end; false if the session ends first.
    fn wait_for_cycle(&self) -> bool {
        let mut state = self.state.lock();
        state.data = true;
        let wanted = state.begun + 1;
        self.changed.notify_all();
        self.changed.wait_while(&mut state, |state| state.ended < wanted && !state.stop);
        state.ended >= wanted
    }
}

fn run(graph: &Graph, signal: &Signal, min_interval: Duration) {
    let mut began: Option<Instant> = None;
    loop {
        let until_due = |due: i64| Duration::from_nanos(due.saturating_sub(wall_clock()).max(0) as u64);
        if !signal.wait(graph.next_due().map(until_due)) {
            return;
        }
        let rest = began.and_then(|began| min_interval.checked_sub(began.elapsed()));
        if !signal.pause(rest.unwrap_or_default()) {
            return;
        }
        // What is published here is data that this cycle takes, not a reason for another one.
        graph.prepare();
        signal.begin();
        began = Some(Instant::now());
        let report = graph.run_cycle(wall_clock());
        signal.end();
        tracing::trace!(?report, took = ?began.map(|began| began.elapsed()), "cycle");
    }
}
