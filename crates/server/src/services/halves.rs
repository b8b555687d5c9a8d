//! Streams whose client side comes as calls of their own: a browser's `fetch` cannot send a stream.
//!
//! ```text
//!  Open… (number 0) ─▶ the stream of answers       Next… (1, 2, …) ─▶ in order ─▶ the stream of requests
//! ```
//!
//! Calls may come in any order, those of `Next…` before `Open…` too: each is a task of its own, whatever order a client sent
//! them in. So whichever comes first makes the stream, and `Open…` takes what came before it.
//!
//! **State** per session: its streams that are open, at most [`STREAMS_MAX`], and the ranges of numbers that streams had; per
//! stream: the calls that came too early, at most [`EARLY_MAX`].

use std::any::Any;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use futures_util::{Stream, StreamExt, stream};
use parking_lot::Mutex;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::metadata::MetadataMap;
use tonic::{Request, Status};

use crate::session::{Gone, Session};

const TICKET: &str = "x-deephaven-stream-ticket";
const SEQUENCE: &str = "x-deephaven-stream-sequence";
const HALF_CLOSE: &str = "x-deephaven-stream-halfclose";

/// Calls of a stream that came too early, at most.
const EARLY_MAX: usize = 256;

/// Messages that wait for a slow service.
const MESSAGES_WAITING: usize = 16;

/// Streams of a session that are open, at most.
const STREAMS_MAX: usize = 1024;

/// The streams of all sessions, by the address of the session.
#[derive(Default)]
pub struct Halves(Mutex<HashMap<usize, Owned>>);

/// The streams of a session.
struct Owned {
    /// Held so that its address is not another's.
    session: Arc<Session>,
    open: HashMap<i32, Arc<Half>>,
    /// The numbers of streams that have ended.
    gone: Gone,
}

/// A stream's client side. Whoever hands on messages holds it, so that they stay in order.
type Half = tokio::sync::Mutex<Order>;

struct Order {
    /// Where messages go; none: the client's side has ended.
    sender: Option<mpsc::Sender<Message>>,
    /// Where they come out; none: it was opened.
    receiver: Option<mpsc::Receiver<Message>>,
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
    /// Forgets the streams of sessions that have ended, and those that nobody reads any more.
    pub fn sweep(&self) {
        self.0.lock().retain(|_, owned| {
            if owned.session.has_ended() {
                return false;
            }
            owned.forget_unread();
            true
        });
    }

    /// Opens a stream; gives its requests, the first of which is that of this call.
    ///
    /// # Errors
    /// If the headers name a stream that was opened or are wrong, or the call is not its first.
    pub async fn open<T: Send + 'static>(
        &self,
        session: &Arc<Session>,
        request: Request<T>,
    ) -> Result<impl Stream<Item = Result<T, Status>> + Send + Unpin + use<T>, Status> {
        let place = place(request.metadata())?;
        let first: Message = Box::new(request.into_inner());
        let (ready, receiver) = match place {
            Some(place) => self.adopt(session, &place, first).await?,
            // The one message is all.
            None => (vec![first], mpsc::channel(1).1),
        };
        let messages = stream::iter(ready).chain(ReceiverStream::new(receiver));
        Ok(messages.map(|message| match message.downcast::<T>() {
            Ok(message) => Ok(*message),
            Err(_) => Err(Status::invalid_argument("a call of another kind names this stream")),
        }))
    }

    /// The messages of a stream that are there, and where later ones come out.
    async fn adopt(
        &self,
        session: &Arc<Session>,
        place: &Place,
        first: Message,
    ) -> Result<(Vec<Message>, mpsc::Receiver<Message>), Status> {
        let ticket = place.ticket;
        if place.sequence != 0 {
            return Err(Status::invalid_argument(format!("{SEQUENCE} of the first call has to be 0")));
        }
        let in_use =
            || Status::invalid_argument(format!("{TICKET} {ticket} is in use, or was: take the next"));
        let half = self.half(session, ticket)?.ok_or_else(in_use)?;
        let mut order = half.lock().await;
        let receiver = order.receiver.take().ok_or_else(in_use)?;
        order.next = 1;
        let mut ready = vec![first];
        let mut is_over = place.is_last;
        while let Some(piece) = order.following().filter(|_| !is_over) {
            is_over = piece.is_last;
            // The last call's message is empty: it says only that it is the last.
            if !is_over {
                ready.push(piece.message);
            }
        }
        if is_over {
            self.end(session, ticket, &mut order);
        }
        Ok((ready, receiver))
    }

    /// Takes a later call of a stream; returns when the service has taken it, or it waits for an earlier one.
    ///
    /// # Errors
    /// If the call came before, or the stream has ended.
    pub async fn next<T: Send + 'static>(
        &self,
        session: &Arc<Session>,
        request: Request<T>,
    ) -> Result<(), Status> {
        let place = place(request.metadata())?;
        let place =
            place.ok_or_else(|| Status::invalid_argument(format!("{TICKET} and {SEQUENCE} are missing")))?;
        let over = || Status::aborted(format!("the stream with {TICKET} {} has ended", place.ticket));
        let half = self.half(session, place.ticket)?.ok_or_else(over)?;
        let mut order = half.lock().await;
        if order.sender.is_none() {
            return Err(over());
        }
        // The number 0 is that of the call that opens.
        if place.sequence < order.next.max(1) || order.early.contains_key(&place.sequence) {
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
        while let Some(is_last) = order.turn() {
            let sender = order.sender.clone().filter(|_| !is_last);
            // Room first: if this call is given up meanwhile, its message stays for the one after it to hand on.
            let room = match &sender {
                Some(sender) => sender.reserve().await.ok(),
                None => None,
            };
            let Some(room) = room else {
                self.end(session, place.ticket, &mut order);
                return if is_last { Ok(()) } else { Err(over()) };
            };
            if let Some(piece) = order.following() {
                room.send(piece.message);
            }
        }
        Ok(())
    }

    /// The stream of a number, made if there was none; none: it has ended.
    fn half(&self, session: &Arc<Session>, ticket: i32) -> Result<Option<Arc<Half>>, Status> {
        if session.has_ended() {
            return Err(Status::unauthenticated("Session has ended"));
        }
        let mut all = self.0.lock();
        let owned = all.entry(address(session)).or_insert_with(|| Owned {
            session: session.clone(),
            open: HashMap::new(),
            gone: Gone::default(),
        });
        if let Some(half) = owned.open.get(&ticket) {
            return Ok(Some(half.clone()));
        }
        if owned.gone.contains(ticket) {
            return Ok(None);
        }
        if owned.open.len() >= STREAMS_MAX {
            owned.forget_unread();
        }
        if owned.open.len() >= STREAMS_MAX {
            let message = format!("the session has {STREAMS_MAX} streams open, which is its limit: end some");
            return Err(Status::resource_exhausted(message));
        }
        let (sender, receiver) = mpsc::channel(MESSAGES_WAITING);
        let order = Order { sender: Some(sender), receiver: Some(receiver), next: 0, early: BTreeMap::new() };
        let half = Arc::new(Half::new(order));
        owned.open.insert(ticket, half.clone());
        Ok(Some(half))
    }

    /// Ends the client's side of a stream: no call of it is taken any more.
    fn end(&self, session: &Arc<Session>, ticket: i32, order: &mut Order) {
        order.sender = None;
        order.early.clear();
        if let Some(owned) = self.0.lock().get_mut(&address(session)) {
            owned.open.remove(&ticket);
            owned.gone.insert(ticket);
        }
    }
}

impl Owned {
    /// Forgets streams whose service has gone.
    fn forget_unread(&mut self) {
        let gone = &mut self.gone;
        self.open.retain(|ticket, half| {
            // Somebody who holds it hands on messages, and hears himself that nobody reads them.
            let is_unread =
                half.try_lock().is_ok_and(|order| order.sender.as_ref().is_none_or(mpsc::Sender::is_closed));
            if is_unread {
                gone.insert(*ticket);
            }
            !is_unread
        });
    }
}

impl Order {
    /// Whether the call whose turn it is is the last, if it is there; none before the stream was opened.
    fn turn(&self) -> Option<bool> {
        if self.next == 0 { None } else { self.early.get(&self.next).map(|piece| piece.is_last) }
    }

    /// Takes the call whose turn it is.
    fn following(&mut self) -> Option<Piece> {
        let piece = self.early.remove(&self.next)?;
        self.next += 1;
        Some(piece)
    }
}

/// A session's address tells it apart for as long as it is held.
fn address(session: &Arc<Session>) -> usize {
    Arc::as_ptr(session) as usize
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Instant;

    use futures_util::{FutureExt, StreamExt};
    use tonic::{Code, Request};

    use super::{Halves, MESSAGES_WAITING, STREAMS_MAX};
    use crate::access::User;
    use crate::session::{Lifetime, Session, Sessions};

    fn session() -> Arc<Session> {
        Sessions::new(Lifetime::default()).open(User::anonymous(), Instant::now()).expect("room")
    }

    fn call(ticket: i32, sequence: u64, is_last: bool) -> Request<u64> {
        let mut request = Request::new(sequence);
        let headers = request.metadata_mut();
        headers.insert(super::TICKET, ticket.to_string().parse().expect("a header"));
        headers.insert(super::SEQUENCE, sequence.to_string().parse().expect("a header"));
        if is_last {
            headers.insert(super::HALF_CLOSE, "true".parse().expect("a header"));
        }
        request
    }

    #[tokio::test]
    async fn calls_may_come_before_the_one_that_opens() {
        let (halves, session) = (Halves::default(), session());
        for (ticket, order) in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 0, 3, 2], [2, 3, 0, 1]].iter().enumerate() {
            let ticket = i32::try_from(ticket).expect("small");
            let mut stream = None;
            for &sequence in order {
                match sequence {
                    0 => stream = halves.open(&session, call(ticket, 0, false)).await.ok(),
                    _ => {
                        halves.next(&session, call(ticket, sequence, sequence == 3)).await.expect("is taken")
                    }
                }
            }
            let came: Vec<_> = stream.expect("opens").map(|it| it.expect("a number")).collect().await;
            assert_eq!(came, [0, 1, 2], "{order:?}");
            let late = halves.next(&session, call(ticket, 4, false)).await.expect_err("over");
            assert_eq!(late.code(), Code::Aborted);
            let again = halves.open(&session, call(ticket, 0, false)).await.err().expect("used");
            assert_eq!(again.code(), Code::InvalidArgument);
        }
    }

    #[tokio::test]
    async fn streams_that_nobody_reads_are_forgotten_and_each_session_has_its_own_limit() {
        let (halves, one, other) = (Halves::default(), session(), session());
        let limit = i32::try_from(STREAMS_MAX).expect("small");
        for ticket in 0..limit {
            halves.next(&one, call(ticket, 1, false)).await.expect("room");
        }
        let full = halves.next(&one, call(limit, 1, false)).await.expect_err("no room");
        assert_eq!(full.code(), Code::ResourceExhausted);
        halves.next(&other, call(limit, 1, false)).await.expect("room");
        drop(halves.open(&one, call(3, 0, false)).await.expect("opens"));
        halves.next(&one, call(limit, 1, false)).await.expect("room again");
        drop(halves.open(&one, call(4, 0, false)).await.expect("opens"));
        halves.sweep();
        let late = halves.next(&one, call(4, 2, false)).await.expect_err("over");
        assert_eq!(late.code(), Code::Aborted);
    }

    #[tokio::test]
    async fn a_call_that_is_given_up_while_it_waits_leaves_no_gap() {
        let (halves, session) = (Halves::default(), session());
        let mut stream = halves.open(&session, call(1, 0, false)).await.expect("opens");
        let waiting = u64::try_from(MESSAGES_WAITING).expect("small");
        for sequence in 1..=waiting {
            halves.next(&session, call(1, sequence, false)).await.expect("room");
        }
        assert!(halves.next(&session, call(1, waiting + 1, false)).now_or_never().is_none());
        for sequence in 0..=waiting {
            assert_eq!(stream.next().await.expect("a call").expect("a number"), sequence);
        }
        halves.next(&session, call(1, waiting + 2, true)).await.expect("room");
        let rest: Vec<_> = stream.map(|it| it.expect("a number")).collect().await;
        assert_eq!(rest, [waiting + 1]);
    }
}
