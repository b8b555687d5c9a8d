//! A page without a socket: messages are said to it, and all that they begin is waited for. Those who drive `rt.v1` with foreign bytes use it.
//!
//! **Invariant**: no message, however odd, is answered by `internal`; that is a panic here.

use std::sync::Arc;
use std::time::{Duration, Instant};

use kinetable::{Error, Result};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::desk::Desk;
use super::outbox::{Means, Out};
use crate::access::{Access, Gate, User};
use crate::host::Host;
use crate::services::Shared;
use crate::session::{Lifetime, Sessions};
use crate::web::messages::tell::Tell;
use crate::web::tables::Done;

/// How long the end of work is looked for at a time.
const LOOK: Duration = Duration::from_millis(1);

/// A server of which pages say what they like.
pub struct Rehearsal {
    shared: Arc<Shared>,
    user: User,
    runtime: Runtime,
}

impl Rehearsal {
    /// Pages of somebody who may read and write the variables of a host, and run no code.
    ///
    /// # Errors
    /// If threads cannot be started.
    pub fn new(host: Arc<dyn Host>) -> Result<Rehearsal> {
        let failed = |error: std::io::Error| Error::invalid(format!("no threads: {error}"));
        let runtime = Builder::new_current_thread().enable_time().build().map_err(failed)?;
        let gate = Gate { access: Access::default(), sessions: Sessions::new(Lifetime::default()) };
        let user = User { name: "page".to_owned(), console: false, write: true, grants: None };
        Ok(Rehearsal { shared: Arc::new(Shared::new(host, gate, 1 << 20, None)), user, runtime })
    }

    /// Says the lines of a text, a message each, to a page that has just connected. The bytes of what it is told.
    pub fn say(&self, bytes: &[u8]) -> usize {
        self.runtime.block_on(async {
            let (done, mut results) = mpsc::unbounded_channel();
            let mut desk = Desk::new(self.user.clone());
            let (shared, user, wake) = (self.shared.clone(), self.user.clone(), desk.wake.clone());
            let means = Means { shared, user, wake, done, turns: desk.turns.clone() };
            let mut told = 0;
            for line in bytes.split(|byte| *byte == b'\n') {
                // As a socket would: what is no text ends the connection.
                let Ok(text) = std::str::from_utf8(line) else { break };
                desk.hear(text, &means);
                told += settled(&mut desk, &means, &mut results).await;
            }
            told
        })
    }
}

/// Waits for all that a page has begun; the bytes of what it is told of it.
async fn settled(desk: &mut Desk, means: &Means, results: &mut mpsc::UnboundedReceiver<Done>) -> usize {
    let mut told = 0;
    loop {
        desk.pump(Instant::now(), means);
        told += desk.out().iter().map(length).sum::<usize>();
        // What works holds a way back.
        if means.done.strong_count() == 1 && results.is_empty() {
            return told;
        }
        if let Ok(Some(done)) = timeout(LOOK, results.recv()).await {
            desk.done(done, means);
        }
    }
}

fn length(out: &Out) -> usize {
    match out {
        Out::Frame(bytes) => bytes.len(),
        Out::Text(Tell::Error(fault)) if fault.code == "internal" => {
            panic!("a page was told of a bug: {}", fault.message)
        }
        Out::Text(tell) => tell.text().len(),
    }
}
