//! A live table that follows a remote one, through lost connections.

use std::sync::Arc;
use std::time::Duration;

use kinetable::{Error, Result, Session, Table};
use kinetable_wire::barrage::RequestKind;
use tonic::{Code, Status};

use super::connection::{Connection, Stale, said};
use super::runtime::spawn;
use super::sink::Sink;
use super::snapshot::{Stream, closed};

/// How long to wait before asking again: first, and at most.
const REST_FIRST: Duration = Duration::from_millis(100);
const REST_MOST: Duration = Duration::from_secs(5);
/// How often it is asked whether somebody still holds a table that does not change.
const LOOK: Duration = Duration::from_secs(1);
/// How many bytes may wait for a cycle before no more are read from the server.
const WAITING_MAX: usize = 1 << 26;

/// A live table with the rows of a remote one, whole when it is returned.
pub(super) async fn subscribe(
    connection: Arc<Connection>,
    session: Session,
    ticket: Vec<u8>,
) -> Result<Table> {
    if connection.is_closed() {
        return Err(closed());
    }
    let opened = Stream::open(&connection, RequestKind::Subscription, ticket.clone()).await;
    let (stream, schema, first) = opened.map_err(|status| connection.refused(&status))?;
    let (table, sink) = Sink::new(&session, schema, first)?;
    let follower = Follower { connection, ticket, sink };
    spawn(follower.run(stream))?;
    Ok(table)
}

struct Follower {
    connection: Arc<Connection>,
    ticket: Vec<u8>,
    sink: Sink,
}

/// How a stream ended.
enum End {
    /// Nobody holds the table.
    Unwanted,
    /// The session was closed here.
    Closed,
    /// It may be asked for again.
    Lost(String),
    /// It will not be there again.
    Failed(Error),
}

impl Follower {
    async fn run(self, stream: Stream) {
        let mut end = self.take_from(stream).await;
        let mut stale = None;
        let mut rest = REST_FIRST;
        loop {
            match end {
                End::Unwanted => return,
                End::Closed => return self.sink.fail(closed()),
                End::Failed(error) => return self.sink.fail(error),
                End::Lost(reason) => {
                    stale.get_or_insert_with(|| Stale::new(&self.connection, &reason));
                }
            }
            let mut closing = self.connection.closing();
            tokio::select! {
                _ = closing.wait_for(|closed| *closed) => return self.sink.fail(closed()),
                () = tokio::time::sleep(rest) => {}
            }
            if !self.sink.is_open() {
                return;
            }
            end = match self.again().await {
                Ok(stream) => {
                    stale = None;
                    rest = REST_FIRST;
                    self.take_from(stream).await
                }
                Err(end) => {
                    rest = (rest * 2).min(REST_MOST);
                    end
                }
            };
        }
    }

    /// Asks for the table again, in a new session if the old one is gone.
    async fn again(&self) -> Result<Stream, End> {
        let lost = |status: Status| {
            if status.code() == Code::Unauthenticated {
                self.connection.forget();
            }
            End::Lost(said(&status))
        };
        self.connection.log_in().await.map_err(lost)?;
        let opened = Stream::open(&self.connection, RequestKind::Subscription, self.ticket.clone()).await;
        let (stream, schema, first) = opened.map_err(|status| match status.code() {
            // It may not have been made again yet.
            Code::NotFound => lost(status),
            _ => self.ended(&status),
        })?;
        self.sink.ensure_same(&schema).map_err(End::Failed)?;
        self.sink.begin_anew(first).map_err(End::Failed)?;
        Ok(stream)
    }

    async fn take_from(&self, mut stream: Stream) -> End {
        let mut closing = self.connection.closing();
        loop {
            let update = tokio::select! {
                _ = closing.wait_for(|closed| *closed) => return End::Closed,
                update = stream.next() => update,
                () = self.unwanted() => return End::Unwanted,
            };
            match update {
                Ok(Some(update)) => {
                    if let Err(error) = self.sink.update(update) {
                        // What it told us and what we have are not the same table any more.
                        return End::Lost(error.to_string());
                    }
                    if let Err(end) = self.catch_up() {
                        return end;
                    }
                }
                Ok(None) => return End::Lost("the server ended the stream".to_owned()),
                Err(status) => return self.ended(&status),
            }
        }
    }

    /// Waits until cycles have taken most of what came: what is not read waits where it is.
    fn catch_up(&self) -> Result<(), End> {
        if self.sink.waits_below(WAITING_MAX, Duration::ZERO) {
            return Ok(());
        }
        while !tokio::task::block_in_place(|| self.sink.waits_below(WAITING_MAX, LOOK)) {
            if self.connection.is_closed() {
                return Err(End::Closed);
            }
            if !self.sink.is_open() {
                return Err(End::Unwanted);
            }
        }
        Ok(())
    }

    /// Waits until nobody holds the table.
    async fn unwanted(&self) {
        while self.sink.is_open() {
            tokio::time::sleep(LOOK).await;
        }
    }

    fn ended(&self, status: &Status) -> End {
        // What the transport says has a cause; what the server says has none.
        let of_transport = std::error::Error::source(status).is_some();
        match status.code() {
            Code::Unauthenticated => {
                self.connection.forget();
                End::Lost(said(status))
            }
            Code::Unavailable
            | Code::Cancelled
            | Code::ResourceExhausted
            | Code::DeadlineExceeded
            | Code::Aborted
            | Code::DataLoss
            | Code::Unknown => End::Lost(said(status)),
            _ if of_transport => End::Lost(said(status)),
            _ => End::Failed(self.connection.refused(status).in_context("the remote table ended")),
        }
    }
}
