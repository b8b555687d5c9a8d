//! What all services work with: the host, the gate, what tickets name, and threads that may block.

use std::pin::Pin;
use std::sync::Arc;

use futures_util::{Stream, StreamExt, stream};
use kinetable::{Error, ErrorKind, Names, NoNames, Table};
use kinetable_wire::grpc::{ExportedTableCreationResponse, TableReference, Ticket, table_reference::Ref};
use tokio::sync::watch;
use tonic::{Request, Status};

use super::Fields;
use super::halves::Halves;
use crate::access::{Gate, Right, User};
use crate::host::{Host, Object};
use crate::log::Log;
use crate::session::{Granted, Reference, Session, SharedTickets, changes};
use crate::stored::Stored;
use crate::subscriptions;

/// What services share.
pub struct Shared {
    /// The process around the server.
    pub host: Arc<dyn Host>,
    /// Who may enter, and who is in.
    pub gate: Arc<Gate>,
    /// Tickets that sessions share.
    pub tickets: SharedTickets,
    /// What scripts print.
    pub log: Arc<Log>,
    /// The variables, for those who watch them.
    pub fields: Fields,
    /// Streams whose client side comes as calls of their own.
    pub halves: Halves,
    /// The turn of the command that runs.
    pub commands: Arc<tokio::sync::Mutex<()>>,
    /// Bytes of a table that is sent, at most.
    pub upload_bytes_max: usize,
    /// What pages of the web app share.
    pub web: crate::web::Common,
    /// The directory of files of those who may run code, if there is one.
    pub stored: Option<Stored>,
    /// Whether the server is stopping.
    pub stop: watch::Sender<bool>,
}

/// A stream of answers.
pub type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

impl Shared {
    /// Of a server that begins.
    pub fn new(host: Arc<dyn Host>, gate: Gate, upload_bytes_max: usize, stored: Option<Stored>) -> Shared {
        Shared {
            host,
            gate: Arc::new(gate),
            tickets: SharedTickets::default(),
            log: Arc::new(Log::default()),
            fields: Fields::default(),
            halves: Halves::default(),
            commands: Arc::default(),
            upload_bytes_max,
            web: crate::web::Common::default(),
            stored,
            stop: watch::channel(false).0,
        }
    }

    /// Waits until the server is stopping.
    pub async fn stopping(&self) {
        let mut stop = self.stop.subscribe();
        // The sender lives as long as this.
        let _ = stop.wait_for(|stop| *stop).await;
    }

    /// What a reference names, once it is there, if the session's user has this right to it.
    pub async fn resolve(
        self: &Arc<Shared>,
        session: &Session,
        reference: Reference,
        right: Right,
    ) -> Result<Granted, Status> {
        let (export, shared) = match &reference {
            Reference::Export(id) => (session.exports().get(*id)?, false),
            Reference::Shared(bytes) => (self.tickets.get(bytes)?, true),
            Reference::Scope(_) | Reference::Field { .. } => {
                let (shared, user) = (self.clone(), session.user().clone());
                let missing = missing(&reference);
                let found = blocking(move || Ok(shared.found(&user, &reference, right))).await?;
                return found.ok_or(missing);
            }
        };
        let granted = tokio::select! {
            value = export.value() => value.map_err(|status| match shared {
                true => Status::not_found(format!("the shared ticket's export is gone: {}", status.message())),
                false => status,
            })?,
            () = session.ended() => return Err(Status::unauthenticated("Session has ended")),
        };
        match right {
            Right::List | Right::Read => Ok(granted),
            Right::Subscribe => granted.followed(),
            Right::Write => granted.written(),
        }
    }

    /// The value of a name, if a user has this right to it: a name that he has no right to is not even looked up. It may wait for the
    /// host: it is called where that may be.
    pub fn found(&self, user: &User, reference: &Reference, right: Right) -> Option<Granted> {
        // What does not change is followed by who may read it.
        let least = if right == Right::Subscribe { Right::Read } else { right };
        if !user.may(least, reference) {
            return None;
        }
        let object = match reference {
            Reference::Scope(name) => self.host.variable(name)?,
            Reference::Field { application, field } => self.host.field(application, field)?,
            Reference::Export(_) | Reference::Shared(_) => return None,
        };
        let follow = user.may(Right::Subscribe, reference) || !changes(&object);
        let granted = Granted { object, follow, write: user.may(Right::Write, reference) };
        (right != Right::Subscribe || granted.follow).then_some(granted)
    }

    /// The same value; a thing that is a rollup or a tree as that.
    pub async fn as_hierarchy(&self, granted: Granted) -> Result<Granted, Status> {
        let Object::Thing(thing) = &granted.object else { return Ok(granted) };
        let thing = thing.clone();
        let made = blocking(move || thing.hierarchy().map_err(status)).await?;
        Ok(match made {
            Some(hierarchy) => Granted { object: Object::Hierarchy(Arc::new(hierarchy)), ..granted },
            None => granted,
        })
    }

    /// The table that a reference names, once it is there.
    pub async fn table(
        self: &Arc<Shared>,
        session: &Session,
        reference: Reference,
        right: Right,
    ) -> Result<Table, Status> {
        let granted = self.resolve(session, reference, right).await?;
        granted.object.table().cloned().ok_or_else(|| not_a_table(&granted.object))
    }

    /// Assigns what a client made to a variable.
    pub async fn assign(
        self: &Arc<Shared>,
        user: &User,
        name: String,
        granted: Granted,
    ) -> Result<(), Status> {
        may_assign(user, &name)?;
        let object = granted.named()?.object;
        let shared = self.clone();
        blocking(move || shared.host.assign(&name, &object).map_err(status)).await?;
        self.fields.notify();
        Ok(())
    }

    /// The names that formulas of a user see: without the right to run code, those of the library alone, for a name of the
    /// script may be a way to run anything.
    pub fn names(&self, user: &User) -> Arc<dyn Names + Send + Sync> {
        if user.console { self.host.names() } else { Arc::new(NoNames) }
    }
}

/// What is said of a name that nobody assigned, and of one that the user has no right to.
fn missing(reference: &Reference) -> Status {
    Status::not_found(match reference {
        Reference::Field { application, field } => {
            let (field, application) = (field.escape_debug(), application.escape_debug());
            format!("there is no field \"{field}\" of an application \"{application}\"")
        }
        Reference::Scope(name) => {
            format!("Could not resolve 'ticket: variable '{}' not found'", name.escape_debug())
        }
        Reference::Export(_) | Reference::Shared(_) => "there is no such ticket".to_owned(),
    })
}

/// Whether a user may assign to a variable, whatever it holds, or if there is none.
///
/// # Errors
/// If he may not.
pub fn may_assign(user: &User, name: &str) -> Result<(), Status> {
    if !user.write {
        return Err(Status::permission_denied("this user may read tables, but change nothing"));
    }
    if !user.may(Right::Write, &Reference::Scope(name.to_owned())) {
        let message = format!("this user may not write a variable \"{}\"", name.escape_debug());
        return Err(Status::permission_denied(message));
    }
    Ok(())
}

/// What is said of a value that is no table.
pub fn not_a_table(object: &Object) -> Status {
    Status::failed_precondition(format!("the ticket names a {}, but a table is wanted", object.kind()))
}

/// The session of a request that passed the gate.
///
/// # Errors
/// If it passed without one.
pub fn session_of<T>(request: &Request<T>) -> Result<Arc<Session>, Status> {
    request.extensions().get::<Arc<Session>>().cloned().ok_or_else(|| Status::unauthenticated(""))
}

/// Runs on a thread that may wait. A panic becomes an error.
///
/// # Errors
/// As the work.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Status> + Send + 'static,
) -> Result<T, Status> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(failure) => {
            tracing::error!(%failure, "a call panicked");
            Err(Status::internal("a bug of the server ended this call: its log says more"))
        }
    }
}

/// Refuses a source that is the result itself: it would wait for itself.
///
/// # Errors
/// If it is.
pub fn apart(source: Option<&Ticket>, result: Option<&Ticket>) -> Result<(), Status> {
    if source.is_some() && source == result {
        return Err(Status::invalid_argument("the source is the result itself"));
    }
    Ok(())
}

/// An error of the engine as a status.
pub fn status(error: Error) -> Status {
    let text = error.to_string();
    match error.kind() {
        ErrorKind::Invalid | ErrorKind::Source => Status::invalid_argument(text),
        ErrorKind::Limit => Status::resource_exhausted(text),
        ErrorKind::Closed => Status::failed_precondition(text),
        ErrorKind::Internal => Status::internal(text),
    }
}

/// What is answered when a table has been made.
///
/// # Errors
/// If the table cannot be read.
pub fn creation(table: &Table, result: Ref) -> Result<ExportedTableCreationResponse, Status> {
    let schema = subscriptions::table_schema(table);
    Ok(ExportedTableCreationResponse {
        result_id: Some(TableReference { r#ref: Some(result) }),
        success: true,
        error_info: String::new(),
        schema_header: kinetable_wire::schema::encapsulated(&schema).to_vec(),
        is_static: !table.is_live(),
        size: i64::try_from(table.size().map_err(status)?).unwrap_or(i64::MAX),
    })
}

/// The reference to a ticket, as it was given.
pub fn echo(ticket: Option<&Ticket>) -> Ref {
    Ref::Ticket(ticket.cloned().unwrap_or_default())
}

/// A stream that ends when its session does: with a status, or well.
pub fn until_end<T: Send + 'static>(
    session: Arc<Session>,
    stream: impl Stream<Item = Result<T, Status>> + Send + 'static,
    last: Option<Status>,
) -> Answers<T> {
    let over = session.clone();
    let last = stream::once(async move { if over.has_ended() { last } else { None } });
    let last = last.filter_map(|status| std::future::ready(status.map(Err)));
    Box::pin(stream.take_until(async move { session.ended().await }).chain(last))
}
