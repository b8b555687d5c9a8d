//! A copy of a remote table.

use std::sync::Arc;

use arrow_schema::SchemaRef;
use kinetable::{Error, Result, Session, Table};
use kinetable_wire::barrage::{Assembler, Delivered, ExchangeOptions, Request, RequestKind};
use tonic::{Status, Streaming};

use super::connection::Connection;
use super::gather::Gathered;
use super::sink::{own_cells, own_schema};

/// The rows of a remote table as they are now, as a static table.
pub(super) async fn take(connection: Arc<Connection>, session: Session, ticket: Vec<u8>) -> Result<Table> {
    if connection.is_closed() {
        return Err(closed());
    }
    let opened = Stream::open(&connection, RequestKind::Snapshot, ticket).await;
    let (_stream, schema, first) = opened.map_err(|status| connection.refused(&status))?;
    let own = own_schema(&schema)?;
    if own.fields().is_empty() {
        return Ok(session.empty_table(first.metadata.added_rows.map_or(0, |rows| rows.len())));
    }
    let values = own_cells(&schema, &first.added)?;
    let named = own.fields().iter().zip(values).map(|(field, cells)| (field.name().clone(), cells));
    session.new_table(named.collect())
}

pub(super) fn closed() -> Error {
    Error::new(kinetable::ErrorKind::Closed, "the session with the other process was closed")
}

/// A stream of updates.
pub(super) struct Stream {
    messages: Streaming<arrow_flight::FlightData>,
    assembler: Assembler,
    /// Our end of the stream is open for as long as this is held.
    _requests: tokio::sync::mpsc::Sender<arrow_flight::FlightData>,
}

impl Stream {
    /// Asks for all rows of a table; gives its columns and the rows, also if they come in several messages.
    pub(super) async fn open(
        connection: &Connection,
        kind: RequestKind,
        ticket: Vec<u8>,
    ) -> Result<(Stream, SchemaRef, Delivered), Status> {
        let options = ExchangeOptions { batch_size: 1 << 16, ..ExchangeOptions::default() };
        let ticket = Some(ticket);
        let request =
            Request { kind, ticket, columns: None, viewport: None, reverse_viewport: false, options };
        let message = arrow_flight::FlightData {
            flight_descriptor: Some(arrow_flight::FlightDescriptor::new_cmd("dphn")),
            app_metadata: request.to_bytes().into(),
            ..arrow_flight::FlightData::default()
        };
        let (requests, outgoing) = tokio::sync::mpsc::channel(1);
        requests.send(message).await.map_err(|_| Status::cancelled("the stream ended"))?;
        let outgoing = tokio_stream::wrappers::ReceiverStream::new(outgoing);
        let answer = connection.flight().do_exchange(connection.request(outgoing)?).await?;
        connection.learn(answer.metadata());
        let assembler = Assembler::new(false);
        let mut stream = Stream { messages: answer.into_inner(), assembler, _requests: requests };
        let (schema, first) = stream.first().await?;
        Ok((stream, schema, first))
    }

    async fn first(&mut self) -> Result<(SchemaRef, Delivered), Status> {
        let mut known = None;
        loop {
            let update = self.next().await?;
            let update = update.ok_or_else(|| Status::unavailable("it ended before all rows had come"))?;
            let schema = self.assembler.schema().cloned();
            let schema = schema.ok_or_else(|| Status::unavailable("it sent no columns"))?;
            let mut gathered = known.take().unwrap_or_else(|| Gathered::new(&schema));
            gathered.take(update)?;
            if gathered.is_whole() {
                let all = gathered.finish(&schema)?;
                return Ok((schema, all));
            }
            known = Some(gathered);
        }
    }

    /// The next update; none when the stream has ended.
    pub(super) async fn next(&mut self) -> Result<Option<Delivered>, Status> {
        loop {
            let Some(message) = self.messages.message().await? else { return Ok(None) };
            let update = self.assembler.push(&message);
            let unreadable = |error| Status::data_loss(format!("an update cannot be read: {error}"));
            if let Some(update) = update.map_err(unreadable)? {
                return Ok(Some(update));
            }
        }
    }
}
