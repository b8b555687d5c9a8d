//! The connection of a page: who comes in, what is asked and told.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::FromRequestParts;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use bytes::Bytes;
use http::request::Parts;
use http::{Response, StatusCode};
use tokio::sync::{Notify, mpsc};
use tokio::time::{MissedTickBehavior, interval, sleep, sleep_until, timeout};
use tonic::body::Body;

use super::desk::Desk;
use super::listing::{Pulse, ZONE};
use super::outbox::{Means, Out};
use super::parked::KEPT;
use crate::access::{Credential, KEY_HANDLER, User};
use crate::port::{Place, page};
use crate::services::Shared;
use crate::stored::FILE_BYTES_MAX;
use crate::web::messages::ask::{self, Ask, Hello};
use crate::web::messages::tell::{Fault, Limits, Tell, Welcome};
use crate::web::tables::Done;

/// The protocol that is spoken.
const PROTOCOL: u32 = 1;
/// Bytes of a message of a page, at most.
const MESSAGE_BYTES_MAX: usize = 1 << 20;
/// How long a connection stays after its last word to a page that is still sending: what nobody reads resets it, and with it the word.
const LAST_WORD: Duration = Duration::from_secs(2);
/// How long a page may take no message.
const PATIENCE: Duration = Duration::from_secs(30);

/// Operations beside those of every server.
const OPERATIONS: [&str; 8] = ["distinct", "by", "bins", "m4", "ohlc", "stats", "rollup", "tree"];

/// What is said when a connection is closed.
const NO_HELLO: u16 = 4400;
const REFUSED: u16 = 4401;
const LEFT: (u16, &str) = (4409, "taken over");
const TOO_LONG: (u16, &str) = (close_code::SIZE, "a message is longer than limits.message_bytes");

/// The pages that are connected.
#[derive(Clone)]
pub struct Pages {
    /// The server.
    pub shared: Arc<Shared>,
    /// How long a page may take to say who it is.
    pub handshake_time: Duration,
    /// How long a page may be silent before it is asked whether it is there, and then to answer.
    pub silence: Duration,
}

/// Why a connection ends: a code and a word, or the page has gone.
type End = Option<(u16, &'static str)>;

impl Pages {
    /// Begins a connection, if the request asks for a WebSocket.
    pub async fn upgrade(&self, mut parts: Parts) -> Response<Body> {
        let Ok(upgrade) = WebSocketUpgrade::from_request_parts(&mut parts, &()).await else {
            return page(StatusCode::BAD_REQUEST, "this is no request for a WebSocket\n");
        };
        let (pages, place) = (self.clone(), parts.extensions.remove::<Place>());
        let upgrade = upgrade.max_message_size(MESSAGE_BYTES_MAX).max_frame_size(MESSAGE_BYTES_MAX);
        let served = move |socket| async move {
            pages.serve(socket).await;
            drop(place);
        };
        upgrade.on_upgrade(served).map(Body::new)
    }

    async fn serve(self, mut socket: WebSocket) {
        let end = match timeout(self.handshake_time, self.hello(&mut socket)).await {
            Err(_) => Some((NO_HELLO, "hello was not said in time")),
            Ok(Err(end)) => end,
            Ok(Ok((hello, user))) => self.connected(&mut socket, hello, user).await,
        };
        if let Some((code, reason)) = end {
            let frame = CloseFrame { code, reason: reason.into() };
            // The page may have gone.
            let _ = timeout(PATIENCE, socket.send(Message::Close(Some(frame)))).await;
        }
        if end == Some(TOO_LONG) {
            sleep(LAST_WORD).await;
        }
    }

    async fn hello(&self, socket: &mut WebSocket) -> Result<(Hello, User), End> {
        let text = loop {
            match socket.recv().await {
                Some(Ok(Message::Text(text))) => break text,
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Binary(_))) => return Err(Some((NO_HELLO, "the first message is hello"))),
                Some(Ok(Message::Close(_))) | None => return Err(None),
                Some(Err(error)) => return Err(end_of(&error)),
            }
        };
        let hello = match serde_json::from_str(&text) {
            Ok(Ask::Hello(hello)) => hello,
            _ => return Err(Some((NO_HELLO, "the first message is hello"))),
        };
        if hello.protocol != PROTOCOL {
            let message = format!("protocol {} is not spoken here, {PROTOCOL} is", hello.protocol);
            send(socket, Out::Text(Tell::Error(Fault::invalid(message)))).await.map_err(|()| None)?;
            return Err(Some((NO_HELLO, "another protocol")));
        }
        match self.shared.gate.access.enter(&credential(&hello)) {
            Ok(user) => Ok((hello, user)),
            Err(status) => {
                let fault = Fault::new("unauthenticated", status.message());
                send(socket, Out::Text(Tell::Error(fault))).await.map_err(|()| None)?;
                Err(Some((REFUSED, "refused")))
            }
        }
    }

    async fn connected(&self, socket: &mut WebSocket, hello: Hello, user: User) -> End {
        let former = match &hello.resume {
            Some(word) => self.shared.web.parked.resume(word).await.filter(|desk| *desk.user() == user),
            None => None,
        };
        let (done, mut results) = mpsc::unbounded_channel();
        let resumed = former.is_some();
        let mut desk = former.unwrap_or_else(|| Desk::new(user.clone()));
        let means = Means {
            shared: self.shared.clone(),
            user: user.clone(),
            wake: desk.wake.clone(),
            done,
            turns: desk.turns.clone(),
        };
        desk.resume(&means);
        let (word, leave) = self.shared.web.parked.take();
        let welcome = self.welcome(&user, word.as_str(), resumed);
        let end = match send(socket, Out::Text(Tell::Welcome(Box::new(welcome)))).await {
            Ok(()) => self.talk(socket, &mut desk, &means, &mut results, &leave).await,
            Err(()) => None,
        };
        match end {
            Some((close_code::AWAY, _)) => drop(word),
            _ => word.park(desk),
        }
        end
    }

    fn welcome(&self, user: &User, resume: &str, resumed: bool) -> Welcome {
        Welcome {
            protocol: PROTOCOL,
            server: concat!("kinetable ", env!("CARGO_PKG_VERSION")).to_owned(),
            instance: self.shared.web.instance.clone(),
            resume: resume.to_owned(),
            resumed,
            resume_seconds: KEPT.as_secs(),
            user: user.name.clone(),
            console: user.console,
            write: user.write,
            zone: ZONE.to_owned(),
            features: self.features(user),
            limits: Limits {
                subs: ask::SUBS_MAX,
                rows: ask::ROWS_MAX,
                cells: ask::CELLS_MAX,
                fetch_cells: ask::FETCH_CELLS_MAX,
                ops: ask::OPS_MAX,
                message_bytes: MESSAGE_BYTES_MAX,
                file_bytes: FILE_BYTES_MAX,
            },
        }
    }

    /// What pages of a user can ask beside what every server answers.
    fn features(&self, user: &User) -> Vec<&'static str> {
        let mut features = vec!["find", "export", "value"];
        features.extend(OPERATIONS);
        if user.write {
            features.push("edit");
        }
        if user.console {
            features.extend(["console", "log"]);
            features.extend(self.shared.stored.as_ref().map(|_| "files"));
        }
        features
    }

    async fn talk(
        &self,
        socket: &mut WebSocket,
        desk: &mut Desk,
        means: &Means,
        results: &mut mpsc::UnboundedReceiver<Done>,
        leave: &Notify,
    ) -> End {
        let mut second = interval(Duration::from_secs(1));
        second.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut pulse = Pulse::new(&self.shared);
        let wake = desk.wake.clone();
        let mut stopping = std::pin::pin!(self.shared.stopping());
        let mut heard = Instant::now();
        let mut ask = interval(self.silence);
        ask.reset();
        loop {
            let next = desk.pump(Instant::now(), means);
            for out in desk.out() {
                if let Err(end) = send_unless(socket, out, leave).await {
                    return end;
                }
            }
            let due = async {
                match next {
                    Some(at) => sleep_until(at.into()).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                message = socket.recv() => {
                    heard = Instant::now();
                    match message {
                        Some(Ok(Message::Text(text))) => desk.hear(&text, means),
                        Some(Ok(Message::Binary(_))) => desk.refuse(Fault::invalid("messages of a page are text")),
                        Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                        Some(Ok(Message::Close(_))) | None => return None,
                        Some(Err(error)) => return end_of(&error),
                    }
                }
                Some(done) = results.recv() => desk.done(done, means),
                () = wake.notified() => {}
                () = due => {}
                _ = second.tick() => {
                    desk.list(means);
                    let status = Out::Text(Tell::Status(pulse.status(&self.shared)));
                    if let Err(end) = send_unless(socket, status, leave).await {
                        return end;
                    }
                }
                _ = ask.tick() => {
                    if heard.elapsed() >= 2 * self.silence {
                        return None;
                    }
                    timeout(PATIENCE, socket.send(Message::Ping(Bytes::new()))).await.ok()?.ok()?;
                }
                () = leave.notified() => return Some(LEFT),
                () = &mut stopping => return Some((close_code::AWAY, "the server stops")),
            }
        }
    }
}

/// Sends, unless the page has come back over another connection: it does not wait for one that takes nothing.
async fn send_unless(socket: &mut WebSocket, out: Out, leave: &Notify) -> Result<(), End> {
    tokio::select! {
        sent = send(socket, out) => sent.map_err(|()| None),
        () = leave.notified() => Err(Some(LEFT)),
    }
}

/// How a connection ends from which nothing more is read.
fn end_of(error: &axum::Error) -> End {
    // What kind of an error it is, its text alone says here.
    error.to_string().contains("Message too long").then_some(TOO_LONG)
}

async fn send(socket: &mut WebSocket, out: Out) -> Result<(), ()> {
    let message = match out {
        Out::Text(tell) => Message::Text(tell.text().into()),
        Out::Frame(bytes) => Message::Binary(bytes.into()),
    };
    match timeout(PATIENCE, socket.send(message)).await {
        Ok(Ok(())) => Ok(()),
        _ => Err(()),
    }
}

fn credential(hello: &Hello) -> Credential {
    match (&hello.user, &hello.token) {
        (Some(user), token) => {
            Credential::Basic { user: user.clone(), password: token.clone().unwrap_or_default() }
        }
        (None, Some(token)) => Credential::Handler { name: KEY_HANDLER.to_owned(), payload: token.clone() },
        (None, None) => Credential::Anonymous,
    }
}
