//! The sizes of a session's tables, as they change.
//!
//! **State** per table: a listener and the size that was told. **Cost** per answer: the tables that changed since the last.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use kinetable::engine::{Change as TableChange, Listener, ListenerHandle};
use kinetable::{Error, Table};
use kinetable_wire::grpc::ExportedTableUpdateMessage;
use parking_lot::Mutex;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Notify, broadcast, mpsc};
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use super::shared::{Answers, blocking, status, until_end};
use crate::session::{Change, Reference, Session, Stage, State};

/// The shortest time between two rounds: what changes meanwhile is told together.
const PAUSE: Duration = Duration::from_millis(50);

/// Answers that wait for a slow reader; it is then told of the newest sizes alone.
const ANSWERS_WAITING: usize = 64;

/// Tables that changed since somebody looked.
#[derive(Default)]
struct Changed {
    tables: Mutex<HashMap<i32, Option<String>>>,
    some: Notify,
}

struct Watcher {
    id: i32,
    changed: Arc<Changed>,
}

impl Listener for Watcher {
    fn on_update(&self, _: &Arc<TableChange>) {
        self.changed.tables.lock().entry(self.id).or_insert(None);
        self.changed.some.notify_one();
    }

    fn on_failure(&self, error: &Error) {
        self.changed.tables.lock().insert(self.id, Some(error.to_string()));
        self.changed.some.notify_one();
    }
}

struct Watched {
    table: Table,
    told: i64,
    _handle: Option<ListenerHandle>,
}

/// The sizes of all tables of a session, from now until its end.
pub fn watch(session: Arc<Session>) -> Answers<ExportedTableUpdateMessage> {
    let (answers, receiver) = mpsc::channel(ANSWERS_WAITING);
    let watched = session.clone();
    tokio::spawn(async move {
        let last = tokio::select! {
            result = follow(&watched, &answers) => result.err(),
            () = watched.ended() => None,
            () = answers.closed() => None,
        };
        if let Some(status) = last {
            let _ = answers.send(Err(status)).await;
        }
    });
    until_end(session, ReceiverStream::new(receiver), None)
}

type Sender = mpsc::Sender<Result<ExportedTableUpdateMessage, Status>>;

async fn follow(session: &Session, answers: &Sender) -> Result<(), Status> {
    let changed = Arc::new(Changed::default());
    let mut tables = HashMap::new();
    let (known, mut changes) = session.exports().watch();
    for change in known {
        take(&change, &changed, &mut tables, answers).await?;
    }
    loop {
        tokio::select! {
            change = changes.recv() => match change {
                Ok(change) => take(&change, &changed, &mut tables, answers).await?,
                Err(RecvError::Closed) => return Ok(()),
                Err(RecvError::Lagged(_)) => catch_up(session, &changed, &mut changes, &mut tables, answers).await?,
            },
            () = changed.some.notified() => {
                tell(&changed, &mut tables, answers).await?;
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// After changes were missed: everything is looked at anew.
async fn catch_up(
    session: &Session,
    changed: &Arc<Changed>,
    changes: &mut broadcast::Receiver<Change>,
    tables: &mut HashMap<i32, Watched>,
    answers: &Sender,
) -> Result<(), Status> {
    let (known, newer) = session.exports().watch();
    *changes = newer;
    let alive: HashSet<i32> = known.iter().map(|change| change.export.id()).collect();
    tables.retain(|id, _| alive.contains(id));
    for change in known {
        if !tables.contains_key(&change.export.id()) {
            take(&change, changed, tables, answers).await?;
        }
    }
    Ok(())
}

/// An export came, or went.
async fn take(
    change: &Change,
    changed: &Arc<Changed>,
    tables: &mut HashMap<i32, Watched>,
    answers: &Sender,
) -> Result<(), Status> {
    let id = change.export.id();
    match change.stage {
        Stage::Released => {
            let gone = tables.remove(&id);
            return blocking(move || {
                drop(gone);
                Ok(())
            })
            .await;
        }
        Stage::Exported if !tables.contains_key(&id) => {}
        _ => return Ok(()),
    }
    let State::Exported(granted) = change.export.state() else { return Ok(()) };
    let Some(table) = granted.object.table().cloned() else { return Ok(()) };
    // Of a table that may be read but not followed, the size is told once.
    let follows = granted.follow && table.is_live();
    let listener = Watcher { id, changed: changed.clone() };
    let watched = blocking(move || {
        let handle = match follows {
            true => Some(table.listen(Arc::new(listener)).map_err(status)?.1),
            false => None,
        };
        let told = size(&table)?;
        Ok(Watched { table, told, _handle: handle })
    })
    .await;
    let message = match watched {
        Ok(watched) => {
            let message = message(id, watched.told, String::new());
            tables.insert(id, watched);
            message
        }
        Err(status) => message(id, -1, status.message().to_owned()),
    };
    send(answers, message).await
}

/// Tells the sizes of the tables that changed.
async fn tell(changed: &Changed, tables: &mut HashMap<i32, Watched>, answers: &Sender) -> Result<(), Status> {
    let ids = std::mem::take(&mut *changed.tables.lock());
    for (id, failure) in ids {
        let Some(watched) = tables.get_mut(&id) else { continue };
        if let Some(failure) = failure {
            send(answers, message(id, -1, failure)).await?;
            continue;
        }
        let table = watched.table.clone();
        let now = blocking(move || size(&table)).await?;
        if now != watched.told {
            watched.told = now;
            send(answers, message(id, now, String::new())).await?;
        }
    }
    Ok(())
}

fn size(table: &Table) -> Result<i64, Status> {
    Ok(i64::try_from(table.size().map_err(status)?).unwrap_or(i64::MAX))
}

fn message(id: i32, size: i64, failure: String) -> ExportedTableUpdateMessage {
    let export_id = Some(Reference::Export(id).ticket());
    ExportedTableUpdateMessage { export_id, size, update_failure_message: failure }
}

async fn send(answers: &Sender, message: ExportedTableUpdateMessage) -> Result<(), Status> {
    answers.send(Ok(message)).await.map_err(|_| Status::cancelled("the reader has gone"))
}
