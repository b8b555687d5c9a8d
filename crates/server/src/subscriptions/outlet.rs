//! The way to a client: it takes messages when it likes, and is let go if it takes none for too long.

use std::future::Future;
use std::time::Duration;

use arrow_flight::FlightData;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, future};
use tokio::sync::{mpsc, oneshot};
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

/// Messages that may wait for a client.
const WAITING: usize = 2;

/// What a client is sent.
pub type Outgoing = BoxStream<'static, Result<FlightData, Status>>;

/// Why nothing more is sent.
pub(super) enum Stop {
    /// The client is gone, or wants no more.
    Gone,
    /// The client is told this.
    Told(Status),
}

impl From<Status> for Stop {
    fn from(status: Status) -> Stop {
        Stop::Told(status)
    }
}

/// The sending end of a stream of messages.
pub(super) struct Outlet {
    sender: mpsc::Sender<Result<FlightData, Status>>,
    patience: Duration,
}

impl Outlet {
    /// Runs a task that sends, and gives what it sends. The status it ends with comes last, also if the client was slow.
    pub(super) fn run<F>(patience: Duration, task: impl FnOnce(Outlet) -> F) -> Outgoing
    where
        F: Future<Output = Result<(), Stop>> + Send + 'static,
    {
        let (sender, receiver) = mpsc::channel(WAITING);
        let (end, ended) = oneshot::channel();
        let running = task(Outlet { sender, patience });
        tokio::spawn(async move {
            // If nobody listens to how it ended, the client is gone.
            let _ = end.send(running.await);
        });
        let last = stream::once(ended).filter_map(|end| {
            future::ready(match end {
                Ok(Ok(()) | Err(Stop::Gone)) => None,
                Ok(Err(Stop::Told(status))) => Some(Err(status)),
                Err(_) => Some(Err(Status::internal("the task of the stream ended early"))),
            })
        });
        ReceiverStream::new(receiver).chain(last).boxed()
    }

    /// Sends a message when the client takes it.
    pub(super) async fn send(&self, message: FlightData) -> Result<(), Stop> {
        match self.sender.send_timeout(Ok(message), self.patience).await {
            Ok(()) => Ok(()),
            Err(mpsc::error::SendTimeoutError::Closed(_)) => Err(Stop::Gone),
            Err(mpsc::error::SendTimeoutError::Timeout(_)) => {
                let seconds = self.patience.as_secs_f64();
                Err(Stop::Told(Status::resource_exhausted(format!(
                    "the client took nothing for {seconds} s of what waits for it, so the stream is ended"
                ))))
            }
        }
    }

    /// Waits until the client is gone.
    pub(super) async fn closed(&self) {
        self.sender.closed().await;
    }
}

/// Runs work that may block on a thread for it.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Status> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Status::internal(format!("reading the table ended early: {error}")))
}
