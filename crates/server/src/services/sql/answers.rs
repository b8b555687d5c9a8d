//! What commands and tickets are answered.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_flight::encode::FlightDataEncoderBuilder;
use arrow_flight::{FlightData, FlightDescriptor, FlightEndpoint, FlightInfo, SchemaResult, Ticket};
use arrow_schema::Schema;
use futures_util::{StreamExt, stream};
use kinetable::Table;
use tonic::Status;

use super::ask::{self, Ask, command, ticket};
use super::{catalogue, statement};
use crate::services::shared::{Answers, Shared, blocking, until_end};
use crate::session::Session;
use crate::subscriptions;

/// What a command gives, and the ticket that it is had by.
///
/// # Errors
/// If it is wrong, or not supported.
pub async fn info(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    descriptor: FlightDescriptor,
) -> Result<FlightInfo, Status> {
    let ask = command(&descriptor.cmd)?;
    let (schema, ticket, records, expires) = match ask {
        Ask::Catalogue(question) => {
            let batch = catalogue(shared, session, question).await?;
            let ticket = [b"q", descriptor.cmd.as_ref()].concat();
            (batch.schema(), ticket, -1, Some(an_hour_from_now()))
        }
        Ask::Statement(_) | Ask::Prepared(_) => {
            let table = evaluated(shared, session, ask).await?;
            let size =
                i64::try_from(table.size().map_err(crate::services::shared::status)?).unwrap_or(i64::MAX);
            let (schema, records) =
                (subscriptions::table_schema(&table), if table.is_live() { -1 } else { size });
            let handle = session.statements().keep(table)?;
            (schema, ticket(handle), records, None)
        }
    };
    let ticket = Some(Ticket { ticket: ticket.into() });
    Ok(FlightInfo {
        schema: kinetable_wire::schema::encapsulated(&schema),
        flight_descriptor: Some(descriptor),
        endpoint: vec![FlightEndpoint { ticket, expiration_time: expires, ..FlightEndpoint::default() }],
        total_records: records,
        total_bytes: -1,
        ordered: true,
        ..FlightInfo::default()
    })
}

/// The columns that a command gives.
///
/// # Errors
/// As [`info`].
pub async fn schema(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    command: &[u8],
) -> Result<SchemaResult, Status> {
    let schema = match ask::command(command)? {
        Ask::Catalogue(question) => catalogue(shared, session, question).await?.schema(),
        Ask::Statement(text) => columns(shared, session, text).await?,
        Ask::Prepared(handle) => columns(shared, session, session.statements().prepared(&handle)?).await?,
    };
    Ok(SchemaResult { schema: kinetable_wire::schema::encapsulated(&schema) })
}

/// What a ticket of SQL names.
///
/// # Errors
/// If it is none, or was read before.
pub async fn get(
    shared: &Arc<Shared>,
    session: Arc<Session>,
    ticket: &[u8],
) -> Result<Answers<FlightData>, Status> {
    let ended = Some(Status::cancelled("Session closed"));
    let table = match ask::named(ticket)? {
        ask::Named::Result(handle) => session.statements().take(&handle)?,
        ask::Named::Ask(Ask::Catalogue(question)) => {
            let batch = catalogue(shared, &session, question).await?;
            return Ok(until_end(session, batches(batch), ended));
        }
        ask::Named::Ask(ask) => evaluated(shared, &session, ask).await?,
    };
    Ok(until_end(session, subscriptions::get(&table), ended))
}

/// The columns of a statement, which is not run.
pub(super) async fn columns(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    text: String,
) -> Result<Arc<Schema>, Status> {
    let (shared, user) = (shared.clone(), session.user().clone());
    blocking(move || Ok(subscriptions::table_schema(&statement::check(&shared, &user, &text)?))).await
}

async fn evaluated(shared: &Arc<Shared>, session: &Arc<Session>, ask: Ask) -> Result<Table, Status> {
    let text = match ask {
        Ask::Statement(text) => text,
        Ask::Prepared(handle) => session.statements().prepared(&handle)?,
        Ask::Catalogue(_) => return Err(Status::internal("a question about tables is no statement")),
    };
    let (shared, user) = (shared.clone(), session.user().clone());
    blocking(move || statement::evaluate(&shared, &user, &text)).await
}

async fn catalogue(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    question: ask::Question,
) -> Result<RecordBatch, Status> {
    let (shared, user) = (shared.clone(), session.user().clone());
    blocking(move || {
        let answer = catalogue::answer(&shared, &user, &question);
        answer.map_err(|error| Status::internal(error.to_string()))
    })
    .await
}

fn batches(batch: RecordBatch) -> Answers<FlightData> {
    let encoder = FlightDataEncoderBuilder::new().with_schema(batch.schema());
    let messages = encoder.build(stream::once(std::future::ready(Ok(batch))));
    messages.map(|message| message.map_err(|error| Status::internal(error.to_string()))).boxed()
}

fn an_hour_from_now() -> prost_types::Timestamp {
    let seconds = kinetable::wall_clock().div_euclid(1_000_000_000) + 3_600;
    prost_types::Timestamp { seconds, nanos: 0 }
}
