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
use crate::access::{Gate, User};
use crate::host::{Host, Object};
use crate::log::Log;
use crate::session::{Reference, Session, SharedTickets};
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
    /// Whether the server is stopping.
    pub stop: watch::Sender<bool>,
}

/// A stream of answers.
pub type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

impl Shared {
    /// Of a server that begins.
    pub fn new(host: Arc<dyn Host>, gate: Gate, upload_bytes_max: usize) -> Shared {
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
            stop: watch::channel(false).0,
        }
    }

    /// Waits until the server is stopping.
    pub async fn stopping(&self) {
        let mut stop = self.stop.subscribe();
        // The sender lives as long as this.
        let _ = stop.wait_for(|stop| *stop).await;
    }

    /// What a reference names, once it is there.
    pub async fn resolve(
        self: &Arc<Shared>,
        session: &Session,
        reference: Reference,
    ) -> Result<Object, Status> {
        match reference {
            Reference::Export(id) => {
                let export = session.exports().get(id)?;
                tokio::select! {
                    value = export.value() => value,
                    () = session.ended() => Err(Status::unauthenticated("Session has ended")),
                }
            }
            Reference::Shared(bytes) => {
                let export = self.tickets.get(&bytes)?;
                tokio::select! {
                    value = export.value() => value.map_err(|status| {
                        Status::not_found(format!("the shared ticket's export is gone: {}", status.message()))
                    }),
                    () = session.ended() => Err(Status::unauthenticated("Session has ended")),
                }
            }
            Reference::Scope(name) => {
                let shared = self.clone();
                let missing = name.clone();
                let found = blocking(move || Ok(shared.host.variable(&name))).await?;
                found.ok_or_else(|| {
                    let name = missing.escape_debug();
                    Status::not_found(format!("Could not resolve 'ticket: variable '{name}' not found'"))
                })
            }
            Reference::Field { application, field } => {
                let shared = self.clone();
                let message = format!(
                    "there is no field \"{}\" of an application \"{}\"",
                    field.escape_debug(),
                    application.escape_debug()
                );
                let found = blocking(move || Ok(shared.host.field(&application, &field))).await?;
                found.ok_or_else(|| Status::not_found(message))
            }
        }
    }

    /// The table that a reference names, once it is there.
    pub async fn table(self: &Arc<Shared>, session: &Session, reference: Reference) -> Result<Table, Status> {
        let object = self.resolve(session, reference).await?;
        object.table().cloned().ok_or_else(|| not_a_table(&object))
    }

    /// The names that formulas of a user see: without the right to run code, those of the library alone, for a name of the
    /// script may be a way to run anything.
    pub fn names(&self, user: &User) -> Arc<dyn Names + Send + Sync> {
        if user.console { self.host.names() } else { Arc::new(NoNames) }
    }
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
