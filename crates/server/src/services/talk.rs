//! A client and a thing, talking: what the thing says goes out as it comes, what the client says is heard in order.
//!
//! **State** per talk: at most [`WAITING_MAX`] messages that the client has not taken. A thing never waits for its client, for it
//! may speak from a cycle of the graph: a client that lags further behind is cut off.

use std::sync::Arc;

use futures_util::{Stream, StreamExt, stream};
use kinetable_wire::grpc::stream_request::Message as Asked;
use kinetable_wire::grpc::stream_response::Message as Told;
use kinetable_wire::grpc::{ClientData, ServerData, StreamRequest, StreamResponse, TypedTicket};
use parking_lot::Mutex;
use tokio::sync::{Notify, mpsc};
use tonic::Status;

use super::shared::{Answers, Shared, blocking, status, until_end};
use crate::access::Right;
use crate::session::{Granted, Reference, Session};
use crate::thing::{Message, Talk, Thing};

const WAITING_MAX: usize = 1024;

/// Where messages to a client go in, until it ends.
struct Line {
    sender: Mutex<Option<mpsc::Sender<Message>>>,
    failure: Mutex<Option<Status>>,
    over: Notify,
}

impl Line {
    fn open() -> (Arc<Line>, mpsc::Receiver<Message>) {
        let (sender, receiver) = mpsc::channel(WAITING_MAX);
        (
            Arc::new(Line {
                sender: Mutex::new(Some(sender)),
                failure: Mutex::default(),
                over: Notify::new(),
            }),
            receiver,
        )
    }

    /// Takes a message, or the end; whether somebody was still there.
    fn say(&self, message: Option<Message>) -> bool {
        let Some(message) = message else {
            let was_open = self.sender.lock().is_some();
            self.end(None);
            return was_open;
        };
        let sent = match &*self.sender.lock() {
            Some(sender) => sender.try_send(message),
            None => return false,
        };
        if matches!(sent, Err(mpsc::error::TrySendError::Full(_))) {
            let text = format!("{WAITING_MAX} messages of the object wait to be taken: take them sooner");
            self.end(Some(Status::resource_exhausted(text)));
        }
        sent.is_ok()
    }

    /// What was said still goes out, then the status.
    fn end(&self, failure: Option<Status>) {
        *self.failure.lock() = failure;
        self.sender.lock().take();
        self.over.notify_one();
    }
}

/// What a thing says first, to who does not go on talking.
pub async fn first(thing: &Arc<dyn Thing>) -> Result<Message, Status> {
    let (line, mut receiver) = Line::open();
    if let Some(mut talk) = connect(thing, &line).await? {
        blocking(move || {
            talk.close();
            Ok(())
        })
        .await?;
    }
    line.end(None);
    receiver.recv().await.ok_or_else(|| Status::failed_precondition("the object says nothing by itself"))
}

/// The answers to a client who has connected to a thing that he may read.
pub async fn answers(
    shared: &Arc<Shared>,
    session: Arc<Session>,
    granted: Granted,
    thing: Arc<dyn Thing>,
    requests: impl Stream<Item = Result<StreamRequest, Status>> + Send + Unpin + 'static,
) -> Result<Answers<StreamResponse>, Status> {
    let (line, receiver) = Line::open();
    let sender = line.sender.lock().clone();
    match (connect(&thing, &line).await?, sender) {
        (Some(talk), Some(sender)) => {
            let hearing = Hearing { shared: shared.clone(), session: session.clone(), line: line.clone() };
            drop(tokio::spawn(hearing.run(talk, requests, sender)));
        }
        _ => line.end(None),
    }
    let to = session.clone();
    let said = stream::unfold(receiver, |mut receiver| async move {
        let message = receiver.recv().await?;
        Some((message, receiver))
    });
    let said = said.map(move |message| {
        let data = exported(&to, &granted, message)?;
        Ok(StreamResponse { message: Some(Told::Data(data)) })
    });
    let last = stream::once(async move { line.failure.lock().take().map(Err) });
    let last = last.filter_map(std::future::ready);
    Ok(until_end(session, said.chain(last), None))
}

async fn connect(thing: &Arc<dyn Thing>, line: &Arc<Line>) -> Result<Option<Box<dyn Talk>>, Status> {
    let (thing, line) = (thing.clone(), line.clone());
    blocking(move || thing.connect(Box::new(move |message| line.say(message))).map_err(status)).await
}

/// A message to a client, its references exported for the session: all of them, or none.
pub fn exported(session: &Session, of: &Granted, message: Message) -> Result<ServerData, Status> {
    let exports = session.exports();
    let (mut ids, mut exported_references) = (Vec::new(), Vec::new());
    for object in message.references {
        let kind = object.kind().to_owned();
        match exports.own(Granted::made(object, [of])) {
            Ok(id) => {
                ids.push(id);
                let ticket = Some(Reference::Export(id).ticket());
                exported_references.push(TypedTicket { ticket, r#type: kind });
            }
            Err(status) => {
                // The client never hears of those before this one, so nobody else could let them go. They are there: no error.
                ids.into_iter().for_each(|id| drop(exports.release(id)));
                return Err(status);
            }
        }
    }
    Ok(ServerData { payload: message.payload.to_vec(), exported_references })
}

/// The side that listens to the client.
struct Hearing {
    shared: Arc<Shared>,
    session: Arc<Session>,
    line: Arc<Line>,
}

impl Hearing {
    /// Until the client, its session or the server ends, or the thing refuses a message.
    async fn run(
        self,
        talk: Box<dyn Talk>,
        mut requests: impl Stream<Item = Result<StreamRequest, Status>> + Send + Unpin,
        sender: mpsc::Sender<Message>,
    ) {
        let mut talk = Some(talk);
        let failure = loop {
            let next = tokio::select! {
                next = requests.next() => next,
                () = sender.closed() => break None,
                () = self.line.over.notified() => break None,
                () = self.session.ended() => break None,
                () = self.shared.stopping() => break None,
            };
            // An error of the stream itself: the client has gone.
            let Some(Ok(request)) = next else { break None };
            match self.hear(&mut talk, request).await {
                Ok(()) => {}
                Err(status) => break Some(status),
            }
        };
        // As long as this one is there, the answers go on.
        drop(sender);
        // A client that lagged behind was told so already.
        if self.line.failure.lock().is_none() {
            self.line.end(failure);
        }
        if let Some(mut talk) = talk {
            let closed = blocking(move || {
                talk.close();
                Ok(())
            });
            // A panic is in the log.
            let _ = closed.await;
        }
    }

    async fn hear(&self, talk: &mut Option<Box<dyn Talk>>, request: StreamRequest) -> Result<(), Status> {
        let Some(Asked::Data(data)) = request.message else {
            return Err(Status::failed_precondition("the stream is connected already"));
        };
        let message = self.message(data).await?;
        let Some(mut hearer) = talk.take() else {
            return Err(Status::internal("the object does not listen any more"));
        };
        let (hearer, heard) = blocking(move || {
            let heard = hearer.hear(message);
            Ok((hearer, heard))
        })
        .await?;
        *talk = Some(hearer);
        heard.map_err(status)
    }

    /// A message of the client, with what it refers to.
    async fn message(&self, data: ClientData) -> Result<Message, Status> {
        let mut references = Vec::new();
        for ticket in data.references {
            let reference = Reference::of(ticket.ticket.as_ref(), "reference")?;
            references.push(self.shared.resolve(&self.session, reference, Right::Read).await?.object);
        }
        Ok(Message { payload: data.payload.into(), references })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use tonic::Code;

    use super::*;
    use crate::access::User;
    use crate::host::Object;
    use crate::session::{Lifetime, Sessions};

    #[test]
    fn references_of_a_message_that_is_not_told_are_let_go() {
        let sessions = Sessions::new(Lifetime { exports_max: 2, ..Lifetime::default() });
        let session = sessions.open(User::anonymous(), Instant::now()).expect("room");
        let of = Granted::own(Object::Console);
        let message =
            |count| Message { payload: b"x".as_slice().into(), references: vec![Object::Console; count] };
        let refused = exported(&session, &of, message(3)).expect_err("too many");
        assert_eq!((refused.code(), session.exports().len()), (Code::ResourceExhausted, 0));
        let told = exported(&session, &of, message(2)).expect("room");
        assert_eq!((told.exported_references.len(), session.exports().len()), (2, 2));
    }
}
