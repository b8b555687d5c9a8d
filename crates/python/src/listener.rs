//! Python listeners: each has a thread of its own, so that a slow one never holds up a cycle.
//!
//! ```text
//!  cycle ─▶ Inbox (a channel of changes, which are values) ─▶ the listener's thread ─▶ Python
//! ```
//!
//! **State**: the changes that wait; each holds its versions. **Invariants**: 1. changes are told in order and none is left
//! out; 2. after a failure, or after the listener raised, nothing more is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{JoinHandle, ThreadId};

use kinetable::engine::{Change, ColumnSet, Listener, ListenerHandle, RowSet, Update, Version};
use kinetable::{Error, Table, Together, together};
use parking_lot::Mutex;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::array::PyArray;
use crate::errors::{engine, invalid, raise};
use crate::gate;
use crate::table::PyTable;

/// Tells a Python function of the updates of tables until the result is stopped or gone: one call a cycle, with a list of a
/// change or `None` for each table.
#[pyfunction]
pub fn listen(
    py: Python<'_>,
    tables: Vec<PyRef<'_, PyTable>>,
    on_update: Py<PyAny>,
    on_error: Py<PyAny>,
    replay: bool,
    description: String,
) -> PyResult<PyListening> {
    let tables: Vec<Table> = tables.iter().map(|table| table.inner().clone()).collect();
    let (sender, receiver) = channel();
    let shared = Arc::new(Shared::default());
    let (versions, handle) = engine(py, || register(&tables, &sender, &shared))?;
    shared.waiting.fetch_add(usize::from(replay), Ordering::Relaxed);
    let all = |version| Some(Arc::new(all_added(version)));
    let replayed = replay.then(|| versions.into_iter().map(all).collect());
    let told = Told { tables, on_update, on_error, shared: shared.clone() };
    let thread = std::thread::Builder::new()
        .name(format!("listener {description}"))
        .spawn(move || told.run(replayed, &receiver))
        .map_err(|error| invalid(py, &format!("cannot start the listener's thread: {error}"), None))?;
    let id = thread.thread().id();
    Ok(PyListening { handle: Mutex::new(Some((handle, sender, thread))), shared, thread: id })
}

/// Puts the changes of tables into a channel from now on; gives the versions from which they go on.
fn register(
    tables: &[Table],
    sender: &Sender<Message>,
    shared: &Arc<Shared>,
) -> Result<(Vec<Version>, ListenerHandle), Error> {
    let inbox =
        |together| Arc::new(Inbox { sender: Mutex::new(sender.clone()), shared: shared.clone(), together });
    if let [table] = tables {
        let (version, handle) = table.listen(inbox(None))?;
        // A table that failed before tells nobody any more.
        return match table.failure() {
            Some(failure) => Err(failure.in_context("the table has failed")),
            None => Ok((vec![version], handle)),
        };
    }
    let together = together(tables)?;
    let (versions, bell) = (together.first.clone(), together.bell.clone());
    let inbox = inbox(Some(together));
    let (_, handle) = bell.listen(inbox.clone());
    // What happened between the first versions and the registration.
    inbox.drain();
    Ok((versions, handle))
}

/// All rows of a version, as if they came at once.
fn all_added(version: Version) -> Change {
    let none = Version::new(version.step(), RowSet::empty(), version.columns().clone());
    let update = Update::adding(version.rows().clone());
    Change { before: none, after: version, update }
}

/// The changes of a cycle: one for each table, `None` where it did not change.
type Changes = Vec<Option<Arc<Change>>>;

enum Message {
    Changed(Changes),
    Failed(Error),
    Stop,
}

/// What the thread of the listener and its handle both look at.
#[derive(Default)]
struct Shared {
    waiting: AtomicUsize,
    stopped: AtomicBool,
}

/// The door: called in cycles, and quick.
struct Inbox {
    sender: Mutex<Sender<Message>>,
    shared: Arc<Shared>,
    /// Where the changes of several tables are.
    together: Option<Together>,
}

impl Inbox {
    fn put(&self, sender: &Sender<Message>, message: Message) {
        self.shared.waiting.fetch_add(1, Ordering::Relaxed);
        // The receiver is gone once the listener has stopped: there is nobody left to tell.
        drop(sender.send(message));
    }

    /// Passes on what several tables did; in order, whoever calls.
    fn drain(&self) {
        let sender = self.sender.lock();
        for changes in self.together.iter().flat_map(Together::take) {
            self.put(&sender, Message::Changed(changes));
        }
    }
}

impl Listener for Inbox {
    fn on_update(&self, change: &Arc<Change>) {
        if self.together.is_some() {
            return self.drain();
        }
        self.put(&self.sender.lock(), Message::Changed(vec![Some(change.clone())]));
    }

    fn on_failure(&self, error: &Error) {
        self.put(&self.sender.lock(), Message::Failed(error.clone()));
    }
}

/// Who is told, on the listener's thread.
struct Told {
    tables: Vec<Table>,
    on_update: Py<PyAny>,
    on_error: Py<PyAny>,
    shared: Arc<Shared>,
}

impl Told {
    fn run(self, replayed: Option<Changes>, receiver: &Receiver<Message>) {
        if let Some(all) = replayed {
            self.shared.waiting.fetch_sub(1, Ordering::Relaxed);
            if !self.update(all, true) {
                return;
            }
        }
        for message in receiver {
            self.shared.waiting.fetch_sub(1, Ordering::Relaxed);
            let go_on = match message {
                _ if self.shared.stopped.load(Ordering::Acquire) => false,
                Message::Changed(changes) => self.update(changes, false),
                Message::Failed(error) => {
                    self.fail(|py| raise(py, &error));
                    false
                }
                Message::Stop => false,
            };
            if !go_on {
                return;
            }
        }
    }

    /// Whether the listener took it without raising.
    fn update(&self, changes: Changes, replay: bool) -> bool {
        let change = |(table, change): (&Table, Option<Arc<Change>>)| {
            Some(PyChange { table: table.clone(), change: change? })
        };
        let changes: Vec<_> = self.tables.iter().zip(changes).map(change).collect();
        let told = gate::enter(|py| self.on_update.call1(py, (changes, replay)).map(drop));
        match told {
            Some(Ok(())) => true,
            Some(Err(raised)) => {
                self.fail(|_| raised);
                false
            }
            None => false,
        }
    }

    fn fail(&self, error: impl FnOnce(Python<'_>) -> PyErr) {
        self.shared.stopped.store(true, Ordering::Release);
        gate::enter(|py| {
            if let Err(raised) = self.on_error.call1(py, (error(py),)) {
                raised.print(py);
            }
        });
    }
}

/// A listener that is registered: its registration, the way to its thread, and the thread.
type Running = (ListenerHandle, Sender<Message>, JoinHandle<()>);

/// A registered listener.
#[pyclass(name = "Listening", module = "kinetable._kinetable", frozen)]
pub struct PyListening {
    handle: Mutex<Option<Running>>,
    shared: Arc<Shared>,
    thread: ThreadId,
}

#[pymethods]
impl PyListening {
    /// How many updates wait.
    #[getter]
    fn backlog(&self) -> usize {
        self.shared.waiting.load(Ordering::Relaxed)
    }

    /// Stops, and waits for the call under way; called by the listener itself, it does not wait.
    fn stop(&self, py: Python<'_>) {
        let Some((handle, sender, thread)) = self.halt() else {
            return;
        };
        py.detach(|| {
            drop(handle);
            drop(sender.send(Message::Stop));
            if std::thread::current().id() != self.thread {
                drop(thread.join());
            }
        });
    }
}

impl PyListening {
    fn halt(&self) -> Option<(ListenerHandle, Sender<Message>, JoinHandle<()>)> {
        self.shared.stopped.store(true, Ordering::Release);
        self.handle.lock().take()
    }
}

impl Drop for PyListening {
    fn drop(&mut self) {
        if let Some((handle, sender, _)) = self.halt() {
            drop(sender.send(Message::Stop));
            Python::try_attach(|py| py.detach(|| drop(handle)));
        }
    }
}

/// One update, as the listener reads it.
#[pyclass(name = "Change", module = "kinetable._kinetable", frozen)]
pub struct PyChange {
    table: Table,
    change: Arc<Change>,
}

impl PyChange {
    /// The version and the rows of it that a word means.
    fn part(&self, which: &str) -> PyResult<(&Version, RowSet)> {
        let Change { before, after, update } = &*self.change;
        Ok(match which {
            "added" => (after, update.added.clone()),
            "removed" => (before, update.removed.clone()),
            "modified" => (after, update.modified.clone()),
            "modified_prev" => (before, update.modified_before()),
            other => return Err(PyValueError::new_err(format!("an update has no part \"{other}\""))),
        })
    }
}

#[pymethods]
impl PyChange {
    #[getter]
    fn column_names(&self) -> Vec<String> {
        self.table.schema().fields().iter().map(|field| field.name().clone()).collect()
    }

    #[getter]
    fn modified_columns(&self) -> Vec<String> {
        let modified: &ColumnSet = &self.change.update.modified_columns;
        modified.iter().map(|index| self.table.schema().field(index).name().clone()).collect()
    }

    /// Runs of row keys that moved: first key, key after the last, and by how much.
    #[getter]
    fn shifted(&self) -> Vec<(u64, u64, i64)> {
        let shifts = self.change.update.shifted.iter();
        shifts.map(|(run, delta)| (run.start, run.end, delta)).collect()
    }

    /// How many rows were added, removed or modified.
    fn count(&self, which: &str) -> PyResult<u64> {
        Ok(self.part(which)?.1.len())
    }

    /// Columns of some of the rows of a part.
    fn read(
        &self,
        py: Python<'_>,
        which: &str,
        columns: Vec<String>,
        start: u64,
        stop: u64,
    ) -> PyResult<Vec<PyArray>> {
        let (version, rows) = self.part(which)?;
        let rows = rows.slice(start..stop);
        let arrays = engine(py, || {
            let column = |name: &String| version.read(self.table.definition().column_index(name)?, &rows);
            columns.iter().map(column).collect::<Result<Vec<_>, Error>>()
        })?;
        Ok(arrays.into_iter().map(PyArray).collect())
    }
}
