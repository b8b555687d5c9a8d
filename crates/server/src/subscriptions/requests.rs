//! What a client asks on one stream: messages with requests in their `app_metadata`.

use arrow_flight::FlightData;
use futures_util::{Stream, StreamExt};
use kinetable_wire::barrage::{Request, read_request};
use tonic::Status;

use super::outlet::Stop;

/// The command in the descriptor of a first message that says nothing else.
const HELLO: &[u8] = b"dphn";

/// The requests of a stream.
pub(super) struct Requests<R> {
    messages: std::pin::Pin<Box<R>>,
    /// Whether the one message without a request has come.
    greeted: bool,
}

impl<R: Stream<Item = Result<FlightData, Status>>> Requests<R> {
    /// Of these messages.
    pub(super) fn new(messages: R) -> Requests<R> {
        Requests { messages: Box::pin(messages), greeted: false }
    }

    /// The next request; none when the client has no more.
    pub(super) async fn next(&mut self) -> Result<Option<Request>, Stop> {
        while let Some(message) = self.messages.next().await {
            // A broken stream is a client that is gone.
            let message = message.map_err(|_| Stop::Gone)?;
            if message.app_metadata.is_empty() {
                let hello = message.flight_descriptor.is_some_and(|descriptor| descriptor.cmd == HELLO);
                if !hello || self.greeted {
                    return Err(
                        Status::invalid_argument("a message has no app_metadata with a request").into()
                    );
                }
                self.greeted = true;
                continue;
            }
            let request = read_request(&message.app_metadata);
            let wrong = |error| Status::invalid_argument(format!("the request cannot be read: {error}"));
            if let Some(request) = request.map_err(wrong)? {
                return Ok(Some(request));
            }
        }
        Ok(None)
    }
}
