//! The thread that runs cycles: when a source has data or a timer is due, and not too often.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use kinetable_engine::{Error, Graph, Result};
use parking_lot::{Condvar, Mutex};

/// The wall clock, ns since the epoch.
pub(crate) fn wall_clock() -> i64 {
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

    fn take_data(&self) {
        self.state.lock().data = false;
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
        signal.take_data();
        began = Some(Instant::now());
        let report = graph.run_cycle(wall_clock());
        tracing::trace!(?report, took = ?began.map(|began| began.elapsed()), "cycle");
    }
}
