//! Arrow Flight: tables read, sent and subscribed to, by any client of it.

use std::sync::Arc;
use std::time::Instant;

use arrow_flight::flight_service_server::FlightService;
use arrow_flight::{
    Action, ActionType, Criteria, Empty, FlightData, FlightDescriptor, FlightEndpoint, FlightInfo,
    HandshakeRequest, HandshakeResponse, PollInfo, PutResult, SchemaResult, Ticket,
    flight_descriptor::DescriptorType,
};
use arrow_schema::Schema;
use futures_util::{Stream, StreamExt, stream};
use kinetable::Table;
use kinetable_wire::grpc::WrappedAuthenticationRequest;
use prost::Message;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming};

use super::shared::{Answers, Shared, blocking, session_of, status, until_end};
use super::{flight_put, sql};
use crate::access::{Credential, Right};
use crate::host::Object;
use crate::session::{Reference, Session};
use crate::subscriptions;

/// Answers that wait for a slow reader.
const ANSWERS_WAITING: usize = 1024;

/// The service.
pub struct Flights(pub Arc<Shared>);

#[tonic::async_trait]
impl FlightService for Flights {
    type HandshakeStream = Answers<HandshakeResponse>;

    async fn handshake(
        &self,
        request: Request<Streaming<HandshakeRequest>>,
    ) -> Result<Response<Self::HandshakeStream>, Status> {
        if session_of(&request).is_ok() {
            // The header said who it is, and the answer's header has the token.
            let mut messages = request.into_inner();
            while messages.message().await?.is_some() {}
            return Ok(Response::new(stream::empty().boxed()));
        }
        let Some(message) = request.into_inner().message().await? else {
            return Err(Status::unauthenticated("no authentication details provided"));
        };
        let answer = greet(&self.0, &message);
        Ok(Response::new(stream::once(std::future::ready(answer)).boxed()))
    }

    type ListFlightsStream = Answers<FlightInfo>;

    async fn list_flights(
        &self,
        request: Request<Criteria>,
    ) -> Result<Response<Self::ListFlightsStream>, Status> {
        if !request.get_ref().expression.is_empty() {
            return Err(Status::invalid_argument("flights are listed without criteria"));
        }
        let (shared, session) = (self.0.clone(), session_of(&request)?);
        let infos = blocking(move || {
            let tables = shared.host.variables().into_iter().filter(|variable| variable.kind == "Table");
            // A variable may be gone, or its table may have failed, since it was listed.
            let infos = tables.filter_map(|variable| {
                let reference = variable.reference();
                let granted = shared.found(session.user(), &reference, Right::List)?;
                info(granted.object.table()?, &reference, None).ok()
            });
            Ok(infos.map(Ok).collect::<Vec<_>>())
        })
        .await?;
        Ok(Response::new(stream::iter(infos).boxed()))
    }

    async fn get_flight_info(
        &self,
        request: Request<FlightDescriptor>,
    ) -> Result<Response<FlightInfo>, Status> {
        let session = session_of(&request)?;
        let descriptor = request.into_inner();
        if descriptor.r#type() == DescriptorType::Cmd {
            return sql::info(&self.0, &session, descriptor).await.map(Response::new);
        }
        let reference = described(&descriptor)?;
        let table = self.0.table(&session, reference.clone(), Right::Read).await?;
        let info = blocking(move || info(&table, &reference, Some(descriptor))).await?;
        Ok(Response::new(info))
    }

    async fn poll_flight_info(&self, _: Request<FlightDescriptor>) -> Result<Response<PollInfo>, Status> {
        Err(Status::unimplemented("tables are there at once: GetFlightInfo"))
    }

    async fn get_schema(&self, request: Request<FlightDescriptor>) -> Result<Response<SchemaResult>, Status> {
        let session = session_of(&request)?;
        let descriptor = request.into_inner();
        if descriptor.r#type() == DescriptorType::Cmd {
            return sql::schema(&self.0, &session, &descriptor.cmd).await.map(Response::new);
        }
        let table = self.0.table(&session, described(&descriptor)?, Right::Read).await?;
        let schema = kinetable_wire::schema::encapsulated(&subscriptions::table_schema(&table));
        Ok(Response::new(SchemaResult { schema }))
    }

    type DoGetStream = Answers<FlightData>;

    async fn do_get(&self, request: Request<Ticket>) -> Result<Response<Self::DoGetStream>, Status> {
        let session = session_of(&request)?;
        let ticket = request.into_inner().ticket;
        if ticket.starts_with(b"q") {
            return sql::get(&self.0, session, &ticket).await.map(Response::new);
        }
        let reference = Reference::parse(&ticket)?;
        let table = self.0.table(&session, reference, Right::Read).await?;
        Ok(Response::new(until_end(
            session,
            subscriptions::get(&table),
            Some(Status::cancelled("Session closed")),
        )))
    }

    type DoPutStream = Answers<PutResult>;

    async fn do_put(
        &self,
        request: Request<Streaming<FlightData>>,
    ) -> Result<Response<Self::DoPutStream>, Status> {
        let session = session_of(&request)?;
        Ok(Response::new(put(&self.0, session, request.into_inner())))
    }

    type DoExchangeStream = Answers<FlightData>;

    async fn do_exchange(
        &self,
        request: Request<Streaming<FlightData>>,
    ) -> Result<Response<Self::DoExchangeStream>, Status> {
        let session = session_of(&request)?;
        Ok(Response::new(exchange(&self.0, session, request.into_inner())))
    }

    type DoActionStream = Answers<arrow_flight::Result>;

    async fn do_action(&self, request: Request<Action>) -> Result<Response<Self::DoActionStream>, Status> {
        let session = session_of(&request)?;
        let answer = sql::act(&self.0, &session, request.get_ref()).await?;
        Ok(Response::new(stream::iter(answer.map(Ok)).boxed()))
    }

    type ListActionsStream = Answers<ActionType>;

    async fn list_actions(&self, _: Request<Empty>) -> Result<Response<Self::ListActionsStream>, Status> {
        Ok(Response::new(stream::iter(sql::action_types().into_iter().map(Ok)).boxed()))
    }
}

/// Takes a table that a client sends; a word for each batch.
pub fn put(
    shared: &Arc<Shared>,
    session: Arc<Session>,
    messages: impl Stream<Item = Result<FlightData, Status>> + Send + Unpin + 'static,
) -> Answers<PutResult> {
    let (shared, sender) = (shared.clone(), session.clone());
    let (answers, receiver) = mpsc::channel(ANSWERS_WAITING);
    tokio::spawn(async move {
        if let Err(status) = flight_put::take(&shared, &sender, messages, &answers).await {
            // The client may have gone.
            let _ = answers.send(Err(status)).await;
        }
    });
    let ended = Status::unauthenticated("Session expired");
    until_end(session, ReceiverStream::new(receiver), Some(ended))
}

/// Answers a subscriber.
pub fn exchange(
    shared: &Arc<Shared>,
    session: Arc<Session>,
    messages: impl Stream<Item = Result<FlightData, Status>> + Send + 'static,
) -> Answers<FlightData> {
    let resolver = Arc::new(Resolver { shared: shared.clone(), session: session.clone() });
    until_end(session, subscriptions::exchange(messages, resolver), None)
}

/// Lets in who says in a message who it is.
///
/// # Errors
/// If nobody is known by that.
pub fn greet(shared: &Shared, message: &HandshakeRequest) -> Result<HandshakeResponse, Status> {
    let session = shared.gate.session(&handshake_credential(&message.payload), Instant::now())?;
    let payload = session.token().to_string().into();
    Ok(HandshakeResponse { protocol_version: message.protocol_version, payload })
}

/// Finds the tables that subscribers name.
struct Resolver {
    shared: Arc<Shared>,
    session: Arc<Session>,
}

#[tonic::async_trait]
impl subscriptions::Resolve for Resolver {
    async fn table(&self, ticket: &[u8], right: Right) -> Result<Table, Status> {
        self.shared.table(&self.session, Reference::parse(ticket)?, right).await
    }

    fn user(&self) -> String {
        self.session.user().name.clone()
    }

    async fn schema(&self, ticket: &[u8]) -> Option<Arc<Schema>> {
        let granted = self.shared.resolve(&self.session, Reference::parse(ticket).ok()?, Right::Read).await;
        match granted.ok()?.object {
            Object::View(view) => Some(view.schema.clone()),
            _ => None,
        }
    }
}

/// What the payload of a handshake says: a name and a password, or what a handler is to judge.
fn handshake_credential(payload: &[u8]) -> Credential {
    if let Ok(basic) = arrow_flight::BasicAuth::decode(payload)
        && !basic.username.is_empty()
    {
        return Credential::Basic { user: basic.username, password: basic.password };
    }
    let wrapped = WrappedAuthenticationRequest::decode(payload).unwrap_or_default();
    match std::str::from_utf8(&wrapped.payload) {
        Ok(text) if !wrapped.r#type.is_empty() => Credential::parse(&format!("{} {text}", wrapped.r#type)),
        _ => Credential::Unreadable,
    }
}

/// What a descriptor names.
pub fn described(descriptor: &FlightDescriptor) -> Result<Reference, Status> {
    match descriptor.r#type() {
        DescriptorType::Path => Reference::of_path(&descriptor.path),
        DescriptorType::Cmd => {
            Err(Status::unimplemented("Flight SQL: tables are not written by statements: name a path"))
        }
        DescriptorType::Unknown => {
            Err(Status::failed_precondition("the descriptor has no type: give it a path"))
        }
    }
}

fn info(
    table: &Table,
    reference: &Reference,
    descriptor: Option<FlightDescriptor>,
) -> Result<FlightInfo, Status> {
    let ticket = Ticket { ticket: reference.bytes().into() };
    let size = i64::try_from(table.size().map_err(status)?).unwrap_or(i64::MAX);
    Ok(FlightInfo {
        schema: kinetable_wire::schema::encapsulated(&subscriptions::table_schema(table)),
        flight_descriptor: Some(descriptor.unwrap_or_else(|| FlightDescriptor::new_path(reference.path()))),
        endpoint: vec![FlightEndpoint { ticket: Some(ticket), ..FlightEndpoint::default() }],
        total_records: if table.is_live() { -1 } else { size },
        total_bytes: -1,
        ordered: true,
        ..FlightInfo::default()
    })
}
