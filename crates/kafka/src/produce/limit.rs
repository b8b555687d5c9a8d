//! The largest batch that a topic takes.
//!
//! A broker refuses a batch as a whole. If ours are no larger than the topic's `max.message.bytes`, what is refused is a record that
//! is too large by itself, and never those that happen to travel with it.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};

use rdkafka::admin::{AdminClient, AdminOptions, ResourceSpecifier};

use crate::client::configure;
use crate::token::{Bearer, Tokens};

/// How long the broker may take to say.
const PATIENCE: Duration = Duration::from_secs(3);

/// The topic's `max.message.bytes`; `None` if the broker does not say so, or not to us.
pub(super) fn batch_bytes_max(user: &BTreeMap<String, String>, topic: &str) -> Option<u32> {
    // Nobody serves the client that could give it a token.
    let is_by_token = |key: &str| user.get(key).is_some_and(|by| by.eq_ignore_ascii_case("oauthbearer"));
    if is_by_token("sasl.mechanism") || is_by_token("sasl.mechanisms") {
        return None;
    }
    let mut user = user.clone();
    // Another client under the id would fence the first.
    user.remove("transactional.id");
    let admin: AdminClient<Bearer> =
        configure(&user, &[], &[]).create_with_context(Bearer(Tokens::Nowhere)).ok()?;
    let options = AdminOptions::new().request_timeout(Some(PATIENCE));
    let topic = [ResourceSpecifier::Topic(topic)];
    let answered = within(PATIENCE, admin.describe_configs(&topic, &options))?;
    let config = answered.ok()?.into_iter().next()?.ok()?;
    config.get("max.message.bytes")?.value.as_ref()?.parse().ok()
}

/// What a future gives within a time.
fn within<T>(patience: Duration, future: impl Future<Output = T>) -> Option<T> {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Unpark>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let (mut future, end) = (std::pin::pin!(future), Instant::now() + patience);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return Some(value);
        }
        let left = end.checked_duration_since(Instant::now())?;
        std::thread::park_timeout(left);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_future_is_waited_for_as_long_as_there_is_patience() {
        assert_eq!(within(PATIENCE, std::future::ready(1)), Some(1));
        assert_eq!(within(Duration::from_millis(5), std::future::pending::<()>()), None);
        let mut turns = 0;
        let later = std::future::poll_fn(|context| {
            turns += 1;
            let waker = context.waker().clone();
            std::thread::spawn(move || waker.wake());
            if turns < 3 { Poll::Pending } else { Poll::Ready(turns) }
        });
        assert_eq!(within(Duration::from_secs(20), later), Some(3));
    }
}
