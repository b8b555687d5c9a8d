//! The session itself: how it runs, and how it ends.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use kinetable_engine::{ErrorKind, Graph, Result};
use kinetable_kafka::Board;
use parking_lot::Mutex;

use super::driver::Driver;
use crate::Table;
use crate::figures::{Figure, Figures, Subscriber};

/// How a session runs.
#[derive(Debug, Clone)]
pub struct SessionConfig {
    /// Threads that run nodes and split their work; 0: as many as the machine has cores.
    pub threads: usize,
    /// The shortest time between the starts of two cycles.
    pub min_interval: Duration,
    /// Whether every update's invariants are checked, at a cost: the default in debug builds.
    pub check_updates: bool,
}

impl Default for SessionConfig {
    fn default() -> SessionConfig {
        SessionConfig {
            threads: 0,
            min_interval: Duration::from_millis(10),
            check_updates: cfg!(debug_assertions),
        }
    }
}

/// A session. Cheap to clone; the cycles stop when the last clone and the last table are gone.
#[derive(Clone)]
pub struct Session(Arc<Inner>);

struct Inner {
    graph: Graph,
    driver: Mutex<Option<Driver>>,
    board: OnceLock<Board>,
    figures: Figures,
}

impl Session {
    /// Starts a session with a graph of its own.
    ///
    /// # Errors
    /// If threads cannot be started.
    pub fn start(config: SessionConfig) -> Result<Session> {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(config.threads)
            .thread_name(|number| format!("kinetable-{number}"))
            .build()
            .map_err(|error| kinetable_engine::Error::source(format!("cannot start threads: {error}")))?;
        let graph = Graph::new(Arc::new(pool), config.check_updates);
        let driver = Driver::start(graph.clone(), config.min_interval)?;
        let (driver, figures) = (Mutex::new(Some(driver)), Figures::new(&graph));
        Ok(Session(Arc::new(Inner { graph, driver, board: OnceLock::new(), figures })))
    }

    /// The session of the process, started when first asked for.
    ///
    /// # Panics
    /// If threads cannot be started.
    pub fn global() -> Session {
        static GLOBAL: OnceLock<Session> = OnceLock::new();
        GLOBAL
            .get_or_init(|| Session::start(SessionConfig::default()).expect("the threads of the session"))
            .clone()
    }

    /// The update graph.
    pub fn graph(&self) -> &Graph {
        &self.0.graph
    }

    /// Where the sources and sinks of the session show how they fare.
    pub fn board(&self) -> &Board {
        self.0.board.get_or_init(|| Board::new(&self.0.graph))
    }

    /// A table of the engine's own figures; the same one as long as somebody holds it.
    pub fn figures(&self, figure: Figure) -> Table {
        Table::of(self, self.0.figures.table(figure))
    }

    /// Says that somebody follows a table of this session from outside of the process, by a protocol (`kind`) and under a
    /// name (empty: none is known), until what is returned is dropped.
    pub fn followed(&self, table: &Table, kind: &'static str, user: String, name: String) -> Arc<Subscriber> {
        self.0.figures.join(table, kind, user, name)
    }

    /// Waits until all that was published before this call is in its tables.
    ///
    /// # Errors
    /// If this thread keeps cycles from running (it holds a lock of the graph, or is in a cycle), or the session ends.
    pub fn flush(&self) -> Result<()> {
        let graph = &self.0.graph;
        if graph.is_locked_by_me() || graph.is_shared_by_me() {
            let message = "this waits for a cycle, but its own thread holds the lock of the update graph";
            return Err(kinetable_engine::Error::invalid(message).with_hint("let go of the lock first"));
        }
        if graph.is_inside_cycle() {
            return Err(kinetable_engine::Error::invalid("a cycle cannot wait for the next one"));
        }
        let signal = self.0.driver.lock().as_ref().map(Driver::waiter);
        match signal {
            Some(waiter) => waiter.wait_for_cycle(),
            None => Err(kinetable_engine::Error::new(ErrorKind::Closed, "the session has ended")),
        }
    }

    /// Runs `action` while no cycle runs.
    pub fn between_cycles<R>(&self, action: impl FnOnce() -> R) -> R {
        self.0.graph.between_cycles(|_| action())
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(driver) = self.driver.lock().take() {
            driver.stop();
        }
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "session with {:?}", self.0.graph)
    }
}
