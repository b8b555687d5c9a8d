//! Streams whose client side comes as calls of their own: a browser's `fetch` cannot send a stream.
//!
//! ```text
//!  Open… (number 0) ─▶ the stream of answers       Next… (1, 2, …) ─▶ in order ─▶ the stream of requests
//! ```
//!
//! Calls may come in any order. **State** per stream: the calls that came too early, at most [`EARLY_MAX`].

use std::any::Any;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use futures_util::{Stream, StreamExt};
use parking_lot::Mutex;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::metadata::MetadataMap;
use tonic::{Request, Status};

use crate::session::Session;

const TICKET: &str = "x-deephaven-stream-ticket";
const SEQUENCE: &str = "x-deephaven-stream-sequence";
const HALF_CLOSE: &str = "x-deephaven-stream-halfclose";

/// Calls of a stream that came too early, at most.
const EARLY_MAX: usize = 256;

/// Messages that wait for a slow service.
const MESSAGES_WAITING: usize = 16;

/// Streams of a server that are open, at most.
const STREAMS_MAX: usize = 100_000;

/// The streams that are open, by their session and their number.
#[derive(Default)]
pub struct Halves(Mutex<HashMap<(usize, i32), Arc<Half>>>);

/// A stream's client side.
struct Half {
    /// Turns: whoever sends holds it, so that messages stay in order.
    order: tokio::sync::Mutex<Order>,
    /// The session, which the stream does not outlive; held so that its address is not another's.
    session: Arc<Session>,
}

struct Order {
    sender: Option<mpsc::Sender<Message>>,
    next: u64,
    early: BTreeMap<u64, Piece>,
}

type Message = Box<dyn Any + Send>;

/// A call: what it brings, and whether it is the last.
struct Piece {
    message: Message,
    is_last: bool,
}

/// Where a call belongs.
struct Place {
    ticket: i32,
    sequence: u64,
    is_last: bool,
}

impl Halves {
    /// Forgets streams of sessions that have ended.
    pub fn sweep(&self) {
        self.0.lock().retain(|_, half| !half.session.has_ended());
    }

    /// Opens a stream; gives its requests, the first of which is that of this call.
    ///
    /// # Errors
    /// If the headers name a stream that is open or is none, or the call is not its first.
    pub async fn open<T: Send + 'static>(
        &self,
        session: &Arc<Session>,
        request: Request<T>,
    ) -> Result<impl Stream<Item = Result<T, Status>> + Send + Unpin + use<T>, Status> {
        let place = place(request.metadata())?;
        let (sender, receiver) = mpsc::channel::<Message>(MESSAGES_WAITING);
        if let Some(place) = &place {
            if place.sequence != 0 {
                return Err(Status::invalid_argument(format!("{SEQUENCE} of the first call has to be 0")));
            }
            let order = Order { sender: Some(sender.clone()), next: 1, early: BTreeMap::new() };
            let half = Arc::new(Half { order: tokio::sync::Mutex::new(order), session: session.clone() });
            let mut open = self.0.lock();
            if open.len() >= STREAMS_MAX {
                open.retain(|_, half| !half.session.has_ended());
            }
            if open.len() >= STREAMS_MAX || open.contains_key(&key(session, place.ticket)) {
                return Err(Status::invalid_argument(format!("{TICKET} {} is in use", place.ticket)));
            }
            open.insert(key(session, place.ticket), half);
        }
        let first: Message = Box::new(request.into_inner());
        // There is room for one, and the receiver is here.
        let _ = sender.send(first).await;
        if let Some(place) = place.filter(|place| place.is_last) {
            self.0.lock().remove(&key(session, place.ticket));
        }
        drop(sender);
        Ok(ReceiverStream::new(receiver).map(|message| match message.downcast::<T>() {
            Ok(message) => Ok(*message),
            Err(_) => Err(Status::invalid_argument("a call of another kind names this stream")),
        }))
    }

    /// Takes a later call of a stream; returns when the service has taken it, or it waits for an earlier one.
    ///
    /// # Errors
    /// If there is no such stream, the call came before, or the stream's client side has ended.
    pub async fn next<T: Send + 'static>(
        &self,
        session: &Arc<Session>,
        request: Request<T>,
    ) -> Result<(), Status> {
        let place = place(request.metadata())?;
        let place =
            place.ok_or_else(|| Status::invalid_argument(format!("{TICKET} and {SEQUENCE} are missing")))?;
        let half = self.0.lock().get(&key(session, place.ticket)).cloned();
        let half =
            half.ok_or_else(|| Status::aborted(format!("no stream with {TICKET} {} is open", place.ticket)))?;
        let mut order = half.order.lock().await;
        if place.sequence < order.next || order.early.contains_key(&place.sequence) {
            return Err(Status::out_of_range(format!("{SEQUENCE} {} came before", place.sequence)));
        }
        if order.early.len() >= EARLY_MAX {
            return Err(Status::resource_exhausted(format!(
                "{EARLY_MAX} calls wait for {SEQUENCE} {}",
                order.next
            )));
        }
        let piece = Piece { message: Box::new(request.into_inner()), is_last: place.is_last };
        order.early.insert(place.sequence, piece);
        while let Some(piece) = {
            let next = order.next;
            order.early.remove(&next)
        } {
            order.next += 1;
            if piece.is_last {
                // The last call's message is empty: it says only that it is the last.
                order.sender = None;
                self.0.lock().remove(&key(session, place.ticket));
                return Ok(());
            }
            if let Some(sender) = &order.sender
                && sender.send(piece.message).await.is_err()
            {
                self.0.lock().remove(&key(session, place.ticket));
                return Err(Status::aborted("the stream has ended"));
            }
        }
        Ok(())
    }
}

/// A session's address tells it apart for as long as it is held.
fn key(session: &Arc<Session>, ticket: i32) -> (usize, i32) {
    (Arc::as_ptr(session) as usize, ticket)
}

fn place(headers: &MetadataMap) -> Result<Option<Place>, Status> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let wrong =
        || Status::invalid_argument(format!("{TICKET} and {SEQUENCE} are numbers, and come together"));
    match (text(TICKET), text(SEQUENCE)) {
        (None, None) => Ok(None),
        (Some(ticket), Some(sequence)) => Ok(Some(Place {
            ticket: ticket.parse().map_err(|_| wrong())?,
            sequence: sequence.parse().map_err(|_| wrong())?,
            is_last: text(HALF_CLOSE) == Some("true"),
        })),
        _ => Err(wrong()),
    }
}
