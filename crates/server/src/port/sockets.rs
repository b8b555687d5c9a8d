//! gRPC over a WebSocket: all calls of a page in one socket, each under a number of the client's.
//!
//! ```text
//!  message = i32, big-endian: number of the call, and in its highest bit: this side is done ─ payload
//!  client: header lines │ 00, a piece of the request │ 01 (done)      server: headers │ a piece of the answer │ trailers (done)
//! ```
//!
//! The upgrade lets nobody in: every call brings its credential, in its own headers, and passes the same gate as any other.
//!
//! **State** per socket: its open calls, at most [`CALLS_MAX`]; a few messages that go out; per call, what came and is unread, at
//! most [`UNREAD_BYTES_MAX`] and a message.
//!
//! **Invariants**
//! 1. A socket holds the place of the connection that it came by.
//! 2. A call that reads nothing stops the others of its socket for [`STALL`] at most: then it is ended.
//! 3. A socket on which no call runs for long, or whose client answers no ping, is closed.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use bytes::{BufMut, Bytes, BytesMut};
use futures_util::stream::SplitStream;
use futures_util::{SinkExt, StreamExt};
use http::header::{CONTENT_TYPE, HeaderName};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Version};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, sleep};
use tokio_stream::wrappers::UnboundedReceiverStream;
use tonic::body::Body;
use tonic::service::Routes;
use tower::ServiceExt;

use super::connections::Place;
use super::front::page;
use super::spelling::{Reader, respell};
use crate::access::Guarded;
use crate::services::Shared;

/// The one protocol that is spoken.
const PROTOCOL: &str = "grpc-websockets-multiplex";

/// Calls of one socket at a time, at most.
const CALLS_MAX: usize = 1024;

/// Bytes of a call's headers, at most.
const HEADER_BYTES_MAX: usize = 64 << 10;

/// Messages that wait to go out.
const MESSAGES_WAITING: usize = 16;

/// Bytes that a call has not read, at most, besides one message.
const UNREAD_BYTES_MAX: usize = 4 << 20;

/// What a message takes besides its bytes.
const MESSAGE_BYTES: usize = 64;

/// How long a call may keep its socket waiting.
const STALL: Duration = Duration::from_millis(if cfg!(test) { 50 } else { 10_000 });

/// How long a client may take no message.
const PATIENCE: Duration = Duration::from_secs(60);

/// The bit that says that a side is done.
const DONE: u32 = 1 << 31;

/// The number of no call, which tells clients that the server is going.
const GOING: u32 = DONE - 1;

/// Marks headers and trailers.
const HEADERS: u8 = 0x80;

/// What sockets lead to.
#[derive(Clone)]
pub struct Sockets {
    /// The services behind their gate.
    pub services: Guarded<Routes>,
    /// The server.
    pub shared: Arc<Shared>,
    /// Bytes of a message, at most.
    pub message_bytes_max: usize,
    /// How long until the first call.
    pub handshake_time: Duration,
    /// How long a client may be silent before it is asked whether it is there, and then to answer.
    pub silence: Duration,
    /// How long there may be no call.
    pub idle_time: Duration,
}

impl Sockets {
    /// Begins a socket, if the request asks for one that is spoken here.
    pub async fn upgrade(&self, mut parts: Parts) -> Response<Body> {
        let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
            Ok(upgrade) => upgrade.protocols([PROTOCOL]),
            Err(_) => return page(StatusCode::BAD_REQUEST, "this is no request for a WebSocket\n"),
        };
        if upgrade.selected_protocol().is_none() {
            return page(StatusCode::BAD_REQUEST, "the WebSocket's protocol is grpc-websockets-multiplex\n");
        }
        let (sockets, place) = (self.clone(), parts.extensions.remove::<Place>());
        let upgrade = upgrade.max_message_size(self.message_bytes_max).max_frame_size(self.message_bytes_max);
        let served = move |socket| async move {
            sockets.serve(socket).await;
            drop(place);
        };
        upgrade.on_upgrade(served).map(Body::new)
    }

    async fn serve(self, socket: WebSocket) {
        let (mut sink, stream) = socket.split();
        let (out, mut messages) = mpsc::channel::<Message>(MESSAGES_WAITING);
        let writer = tokio::spawn(async move {
            while let Some(message) = messages.recv().await {
                if !matches!(tokio::time::timeout(PATIENCE, sink.send(message)).await, Ok(Ok(()))) {
                    return;
                }
            }
        });
        let reason = Calls::new(&self, out.clone()).read(stream).await;
        if let Some(reason) = reason {
            let frame = CloseFrame { code: close_code::PROTOCOL, reason: reason.into() };
            // The client may have gone.
            let _ = out.send(Message::Close(Some(frame))).await;
        }
        drop(out);
        // It ends with its last message, or when its time is over.
        let _ = writer.await;
    }
}

/// The calls of a socket.
struct Calls<'a> {
    sockets: &'a Sockets,
    out: mpsc::Sender<Message>,
    open: HashMap<u32, Open>,
    running: JoinSet<u32>,
}

/// A call that takes messages.
struct Open {
    pieces: mpsc::UnboundedSender<Piece>,
    room: Arc<Semaphore>,
    task: AbortHandle,
}

/// A piece of a request, and the room that it takes until it is read.
type Piece = (Bytes, OwnedSemaphorePermit);

impl<'a> Calls<'a> {
    fn new(sockets: &'a Sockets, out: mpsc::Sender<Message>) -> Calls<'a> {
        Calls { sockets, out, open: HashMap::new(), running: JoinSet::new() }
    }

    /// Reads until the client goes; gives the reason if it is made to.
    async fn read(mut self, mut stream: SplitStream<WebSocket>) -> Option<&'static str> {
        let shared = self.sockets.shared.clone();
        let mut stopping = pin!(shared.stopping());
        let mut is_stopping = false;
        let silence = self.sockets.silence;
        let mut idle = pin!(sleep(self.sockets.handshake_time));
        let mut ask = pin!(sleep(silence));
        let mut heard = Instant::now();
        loop {
            let message = tokio::select! {
                message = stream.next() => message,
                Some(ended) = self.running.join_next() => {
                    if let Ok(id) = ended {
                        self.open.remove(&id);
                    }
                    idle.as_mut().reset(Instant::now() + self.sockets.idle_time);
                    continue;
                }
                () = &mut ask => {
                    if heard.elapsed() >= 2 * silence {
                        return None;
                    }
                    // If there is no room, a message that waits asks the same.
                    let _ = self.out.try_send(Message::Ping(Bytes::new()));
                    ask.as_mut().reset(Instant::now() + silence);
                    continue;
                }
                () = &mut stopping, if !is_stopping => {
                    is_stopping = true;
                    let going = Message::Binary(Bytes::copy_from_slice(&GOING.to_be_bytes()));
                    if self.out.send(going).await.is_err() {
                        return None;
                    }
                    continue;
                }
                () = &mut idle, if self.running.is_empty() => return Some("no call is made"),
            };
            heard = Instant::now();
            match message {
                Some(Ok(Message::Binary(bytes))) => {
                    if let Err(reason) = self.take(bytes).await {
                        return Some(reason);
                    }
                }
                Some(Ok(Message::Text(_))) => return Some("messages are binary"),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
            }
        }
    }

    async fn take(&mut self, mut message: Bytes) -> Result<(), &'static str> {
        if message.len() < 4 {
            return Err("a message begins with the number of its call");
        }
        let head = message.split_to(4);
        let id = u32::from_be_bytes([head[0], head[1], head[2], head[3]]);
        let (id, is_done) = (id & !DONE, id & DONE != 0);
        if let Some(call) = self.open.get(&id) {
            let is_stalled = message.first() == Some(&0) && !call.take(message.slice(1..)).await;
            if is_stalled {
                call.task.abort();
                let ended = tonic::Status::resource_exhausted("the call does not read what is sent to it");
                // An error says that the client has gone.
                let _ = self.out.send(told(id | DONE, &ended.into_http::<()>().into_parts().0.headers)).await;
            }
            if is_done || is_stalled {
                self.open.remove(&id);
            }
            return Ok(());
        }
        if is_done || id == GOING {
            // The end of a call that has ended here.
            return Ok(());
        }
        self.begin(id, &message)
    }

    fn begin(&mut self, id: u32, head: &[u8]) -> Result<(), &'static str> {
        if head.first() == Some(&0) {
            // A late piece of a call that has ended here.
            return Ok(());
        }
        if self.running.len() >= CALLS_MAX {
            return Err("too many calls at a time");
        }
        let (pieces, receiver) = mpsc::unbounded_channel();
        let request = request(head, receiver).ok_or("a call begins with its headers")?;
        let (services, out) = (self.sockets.services.clone(), self.out.clone());
        let task = self.running.spawn(async move {
            let answer = match services.oneshot(request).await {
                Ok(answer) => answer,
                Err(never) => match never {},
            };
            // An error says that the client has gone.
            let _ = answered(id, answer, &out).await;
            id
        });
        self.open.insert(id, Open { pieces, room: Arc::new(Semaphore::new(UNREAD_BYTES_MAX)), task });
        Ok(())
    }
}

impl Open {
    /// Hands a piece to the call, once there is room; whether there was in time.
    async fn take(&self, piece: Bytes) -> bool {
        let bytes = (piece.len() + MESSAGE_BYTES).min(UNREAD_BYTES_MAX);
        let room = self.room.clone().acquire_many_owned(u32::try_from(bytes).unwrap_or(u32::MAX));
        tokio::select! {
            biased;
            // It is never closed.
            Ok(room) = room => {
                // An error says that the call has ended, and reads no more.
                let _ = self.pieces.send((piece, room));
                true
            }
            () = self.pieces.closed() => true,
            () = sleep(STALL) => false,
        }
    }
}

/// The request that header lines begin.
fn request(head: &[u8], pieces: mpsc::UnboundedReceiver<Piece>) -> Option<Request<Body>> {
    if head.len() > HEADER_BYTES_MAX {
        return None;
    }
    let mut headers = HeaderMap::new();
    let mut path = None;
    for line in std::str::from_utf8(head).ok()?.split("\r\n").filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(':')?;
        let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
        match name.as_str() {
            "grpc-websockets-path" => path = Some(format!("/{}", value.trim_start_matches('/'))),
            // Whoever calls says who he is: what a browser adds of itself is no credential.
            "cookie" | "host" | "connection" | "transfer-encoding" | "content-length" | "upgrade" => {}
            _ => {
                headers.append(HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?);
            }
        }
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    headers.insert("te", HeaderValue::from_static("trailers"));
    let pieces =
        UnboundedReceiverStream::new(pieces).map(|(piece, _)| Ok::<_, tonic::Status>(Frame::data(piece)));
    let mut request = Request::new(Body::new(StreamBody::new(pieces)));
    *request.method_mut() = Method::POST;
    *request.version_mut() = Version::HTTP_2;
    *request.uri_mut() = path?.parse().ok()?;
    *request.headers_mut() = headers;
    Some(request)
}

/// Writes an answer: its headers, its pieces, its trailers.
async fn answered(
    id: u32,
    answer: Response<Body>,
    out: &mpsc::Sender<Message>,
) -> Result<(), mpsc::error::SendError<Message>> {
    let (parts, mut body) = answer.into_parts();
    if parts.headers.contains_key("grpc-status") {
        return out.send(told(id | DONE, &parts.headers)).await;
    }
    out.send(told(id, &parts.headers)).await?;
    let mut trailers = None;
    while let Some(frame) = body.frame().await {
        match frame.map(Frame::into_data) {
            Ok(Ok(piece)) => out.send(numbered(id, &piece)).await?,
            Ok(Err(frame)) => trailers = frame.into_trailers().ok(),
            Err(status) => {
                trailers = Some(status.into_http::<()>().into_parts().0.headers);
                break;
            }
        }
    }
    let trailers = trailers.unwrap_or_else(|| {
        let lost = tonic::Status::internal("the answer broke off");
        lost.into_http::<()>().into_parts().0.headers
    });
    out.send(told(id | DONE, &trailers)).await
}

fn numbered(id: u32, piece: &[u8]) -> Message {
    let mut bytes = BytesMut::with_capacity(4 + piece.len());
    bytes.put_u32(id);
    bytes.put_slice(piece);
    Message::Binary(bytes.freeze())
}

fn told(id: u32, headers: &HeaderMap) -> Message {
    let mut headers = headers.clone();
    respell(&mut headers, Reader::Page);
    let mut lines = Vec::new();
    for (name, value) in &headers {
        lines.extend_from_slice(name.as_str().as_bytes());
        lines.extend_from_slice(b": ");
        lines.extend_from_slice(value.as_bytes());
        lines.extend_from_slice(b"\r\n");
    }
    let mut bytes = BytesMut::with_capacity(9 + lines.len());
    bytes.put_u32(id);
    bytes.put_u8(HEADERS);
    bytes.put_u32(u32::try_from(lines.len()).unwrap_or(u32::MAX));
    bytes.put_slice(&lines);
    Message::Binary(bytes.freeze())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bytes::Bytes;
    use tokio::sync::{Semaphore, mpsc};

    use super::{Open, UNREAD_BYTES_MAX};

    #[tokio::test]
    async fn a_call_that_reads_nothing_is_given_up_and_one_that_reads_or_has_ended_is_not() {
        let (pieces, mut receiver) = mpsc::unbounded_channel();
        let task = tokio::spawn(std::future::ready(())).abort_handle();
        let call = Open { pieces, room: Arc::new(Semaphore::new(UNREAD_BYTES_MAX)), task };
        let piece = Bytes::from(vec![0; UNREAD_BYTES_MAX / 2]);
        assert!(call.take(piece.clone()).await, "there is room");
        assert!(!call.take(piece.clone()).await, "there is none");
        drop(receiver.recv().await);
        assert!(call.take(piece.clone()).await, "there is room again");
        drop(receiver);
        assert!(call.take(piece).await, "it has ended");
    }
}
