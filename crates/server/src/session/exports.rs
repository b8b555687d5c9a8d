//! What a session exported: values by id, which may be asked for before they are there.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::{broadcast, watch};
use tonic::Status;

use super::gone::Gone;
use super::granted::Granted;

/// Failures that are kept, so that whoever comes late is told why.
const FAILURES_KEPT: usize = 1000;

/// Changes that a slow watcher of exports may be behind.
const CHANGES_KEPT: usize = 4096;

/// Where an export stands.
#[derive(Debug, Clone)]
pub enum State {
    /// Somebody asked for it; nobody has said what it is.
    Unknown,
    /// It is being made.
    Pending,
    /// It is there.
    Exported(Granted),
    /// It could not be made.
    Failed(Status),
    /// It was let go.
    Released,
}

impl State {
    /// Whether nothing comes after it but [`State::Released`].
    pub fn is_settled(&self) -> bool {
        !matches!(self, State::Unknown | State::Pending)
    }

    /// The state's name.
    pub fn stage(&self) -> Stage {
        match self {
            State::Unknown => Stage::Unknown,
            State::Pending => Stage::Pending,
            State::Exported(_) => Stage::Exported,
            State::Failed(_) => Stage::Failed,
            State::Released => Stage::Released,
        }
    }
}

/// [`State`] without what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Asked for.
    Unknown,
    /// Being made.
    Pending,
    /// There.
    Exported,
    /// Could not be made.
    Failed,
    /// Let go.
    Released,
}

/// An export changed its state. It holds no value, so that a slow watcher keeps none alive.
#[derive(Debug, Clone)]
pub struct Change {
    /// Which.
    pub export: Arc<Export>,
    /// Where it stood then.
    pub stage: Stage,
}

/// One export.
#[derive(Debug)]
pub struct Export {
    id: i32,
    state: watch::Sender<State>,
}

impl Export {
    /// Its id.
    pub fn id(&self) -> i32 {
        self.id
    }

    /// Where it stands.
    pub fn state(&self) -> State {
        self.state.borrow().clone()
    }

    /// Where it stands, by name.
    pub fn stage(&self) -> Stage {
        self.state.borrow().stage()
    }

    /// Its value, once it is there.
    ///
    /// # Errors
    /// If it could not be made, or was let go.
    pub async fn value(&self) -> Result<Granted, Status> {
        let mut state = self.state.subscribe();
        let settled = match state.wait_for(State::is_settled).await {
            Ok(settled) => settled.clone(),
            Err(_) => State::Released,
        };
        match settled {
            State::Exported(granted) => Ok(granted),
            State::Failed(status) => {
                let id = self.id;
                let message =
                    format!("Export in state DEPENDENCY_FAILED (export id {id}): {}", status.message());
                Err(Status::failed_precondition(message))
            }
            _ => Err(Status::failed_precondition("Export in state RELEASED")),
        }
    }
}

/// The exports of a session.
#[derive(Debug)]
pub struct Exports {
    inner: Mutex<Inner>,
    limit: usize,
    changes: broadcast::Sender<Change>,
}

#[derive(Debug, Default)]
struct Inner {
    entries: BTreeMap<i32, Arc<Export>>,
    gone: Gone,
    failed: VecDeque<i32>,
    /// The last id of our own, which go down from -1.
    own: i32,
    is_closed: bool,
}

impl Exports {
    /// No exports, of which there may be so many.
    pub fn new(limit: usize) -> Exports {
        Exports { inner: Mutex::default(), limit, changes: broadcast::channel(CHANGES_KEPT).0 }
    }

    /// Begins an export under an id of the client's; whoever waits for it gets what the slot is given.
    ///
    /// # Errors
    /// If the id is not positive, or was used before; if there are too many exports, or the session has ended.
    pub fn begin(self: &Arc<Exports>, id: i32) -> Result<Slot, Status> {
        if id <= 0 {
            return Err(Status::invalid_argument(format!(
                "export id {id} is not above 0: clients count from 1"
            )));
        }
        let export = {
            let mut inner = self.inner.lock();
            let export = inner.entry(id, self.limit)?;
            let is_new = export.state.send_if_modified(|state| {
                let is_new = matches!(state, State::Unknown);
                if is_new {
                    *state = State::Pending;
                }
                is_new
            });
            if !is_new {
                return Err(Status::invalid_argument(format!("export id {id} is in use: take the next one")));
            }
            export
        };
        self.tell(&export, Stage::Pending);
        Ok(Slot { exports: self.clone(), export: Some(export) })
    }

    /// Exports a value under an id of the server's own.
    ///
    /// # Errors
    /// If there are too many exports, or the session has ended.
    pub fn own(&self, granted: Granted) -> Result<i32, Status> {
        let export = {
            let mut inner = self.inner.lock();
            inner.own -= 1;
            let id = inner.own;
            inner.entry(id, self.limit)?
        };
        export.state.send_replace(State::Exported(granted));
        self.tell(&export, Stage::Exported);
        Ok(export.id)
    }

    /// The export of an id, which may not be there yet.
    ///
    /// # Errors
    /// If it is gone, cannot come any more, or would be one too many.
    pub fn get(&self, id: i32) -> Result<Arc<Export>, Status> {
        if id == 0 {
            return Err(Status::failed_precondition("export id 0 means no export"));
        }
        let mut inner = self.inner.lock();
        if let Some(export) = inner.entries.get(&id) {
            return Ok(export.clone());
        }
        if inner.gone.contains(id) {
            return Err(Status::failed_precondition("Export in state RELEASED"));
        }
        if id < 0 {
            return Err(Status::failed_precondition(format!("there is no export {id} of the server")));
        }
        inner.entry(id, self.limit)
    }

    /// Lets an export go.
    ///
    /// # Errors
    /// If the id was never used.
    pub fn release(&self, id: i32) -> Result<(), Status> {
        let export = {
            let mut inner = self.inner.lock();
            let Some(export) = inner.entries.remove(&id) else {
                if inner.gone.contains(id) {
                    return Ok(());
                }
                return Err(Status::unavailable("Export not yet defined"));
            };
            inner.gone.insert(id);
            export
        };
        let before = export.state.send_replace(State::Released);
        self.tell(&export, Stage::Released);
        drop(before);
        Ok(())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.inner.lock().entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What there is, and every change from then on.
    pub fn watch(&self) -> (Vec<Change>, broadcast::Receiver<Change>) {
        let inner = self.inner.lock();
        let told = |export: &Arc<Export>| Change { export: export.clone(), stage: export.stage() };
        (inner.entries.values().map(told).collect(), self.changes.subscribe())
    }

    /// Lets all go; nothing is exported any more.
    pub fn close(&self) {
        let entries = {
            let mut inner = self.inner.lock();
            inner.is_closed = true;
            std::mem::take(&mut inner.entries)
        };
        for export in entries.values() {
            export.state.send_replace(State::Released);
        }
    }

    fn tell(&self, export: &Arc<Export>, stage: Stage) {
        // Nobody may be watching.
        let _ = self.changes.send(Change { export: export.clone(), stage });
    }

    fn settle(&self, export: &Arc<Export>, state: State) {
        let stage = state.stage();
        // What was released while it was made stays released; its value is dropped here.
        let mut kept = Some(state);
        export.state.send_if_modified(|now| {
            let waits = matches!(now, State::Pending);
            if waits && let Some(state) = kept.take() {
                *now = state;
            }
            waits
        });
        if kept.is_some() {
            return;
        }
        if stage == Stage::Failed {
            let mut inner = self.inner.lock();
            inner.failed.push_back(export.id);
            if inner.failed.len() > FAILURES_KEPT
                && let Some(oldest) = inner.failed.pop_front()
                && inner.entries.remove(&oldest).is_some()
            {
                inner.gone.insert(oldest);
            }
        }
        self.tell(export, stage);
    }
}

impl Inner {
    /// The entry of an id, made if there is none.
    fn entry(&mut self, id: i32, limit: usize) -> Result<Arc<Export>, Status> {
        if self.is_closed {
            return Err(Status::unauthenticated("Session has ended"));
        }
        if let Some(export) = self.entries.get(&id) {
            return Ok(export.clone());
        }
        if self.gone.contains(id) {
            return Err(Status::invalid_argument(format!(
                "export id {id} was used before: take the next one"
            )));
        }
        if self.entries.len() >= limit {
            let message = format!("the session holds {limit} exports, which is its limit: release some");
            return Err(Status::resource_exhausted(message));
        }
        let export = Arc::new(Export { id, state: watch::channel(State::Unknown).0 });
        self.entries.insert(id, export.clone());
        Ok(export)
    }
}

/// An export that is being made. Dropped without a value, it failed.
#[derive(Debug)]
pub struct Slot {
    exports: Arc<Exports>,
    export: Option<Arc<Export>>,
}

impl Slot {
    /// The value is there, or cannot be.
    pub fn settle(mut self, result: Result<Granted, Status>) {
        if let Some(export) = self.export.take() {
            let state = match result {
                Ok(granted) => State::Exported(granted),
                Err(status) => State::Failed(status),
            };
            self.exports.settle(&export, state);
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if let Some(export) = self.export.take() {
            self.exports
                .settle(&export, State::Failed(Status::cancelled("the call that makes it was given up")));
        }
    }
}
