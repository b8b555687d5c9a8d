//! What a connection does: the calls under way, and how long there have been none.
//!
//! **State**: a number. A call counts from its request's headers to the last piece of its answer, so that a stream that says
//! nothing for hours is no idleness, and a client that only answers pings is. The answer to somebody who was not let in counts to its
//! headers alone: who leaves it unread holds nothing by that.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use http::header::AUTHORIZATION;
use hyper::body::{Frame, SizeHint};
use tokio::sync::watch;
use tonic::Status;
use tonic::body::Body;

/// The calls of a connection. Cheap to clone.
#[derive(Clone)]
pub struct Activity {
    calls: Arc<watch::Sender<usize>>,
}

/// A call under way.
pub struct Call(Arc<watch::Sender<usize>>);

/// A body that is a part of its call.
pub struct Counted {
    body: Body,
    _call: Option<Call>,
}

impl Activity {
    /// Of a connection that begins.
    pub fn new() -> Activity {
        Activity { calls: Arc::new(watch::channel(0).0) }
    }

    /// Begins a call.
    pub fn call(&self) -> Call {
        self.calls.send_modify(|count| *count += 1);
        Call(self.calls.clone())
    }

    /// Waits until there was no call for so long: other times before the first call, and after it.
    pub async fn idle(&self, first: Duration, later: Duration) {
        let mut calls = self.calls.subscribe();
        let mut patience = if *calls.borrow() == 0 { first } else { later };
        loop {
            // It is there for as long as `self` is.
            let _ = calls.wait_for(|count| *count == 0).await;
            // Any change: a call may have come and gone.
            if tokio::time::timeout(patience, calls.changed()).await.is_err() {
                return;
            }
            patience = later;
        }
    }
}

impl Call {
    /// An answer whose body is a part of this call, if it is one to a session: those carry its token.
    pub fn answered(self, answer: Response<Body>) -> Response<Counted> {
        let call = answer.headers().contains_key(AUTHORIZATION).then_some(self);
        answer.map(|body| Counted { body, _call: call })
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

impl hyper::body::Body for Counted {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::FutureExt;

    use super::Activity;

    #[tokio::test]
    async fn idleness_begins_when_no_call_is_left() {
        let activity = Activity::new();
        let (short, never) = (Duration::from_millis(1), Duration::from_secs(3600));
        tokio::time::timeout(Duration::from_secs(60), activity.idle(short, never))
            .await
            .expect("no call came");
        let call = activity.call();
        let mut idle = Box::pin(activity.idle(short, short));
        tokio::time::sleep(20 * short).await;
        assert!(idle.as_mut().now_or_never().is_none());
        drop(call);
        tokio::time::timeout(Duration::from_secs(60), idle).await.expect("the call has ended");
    }
}
