//! What the parts of a desk work with: the way to the page, and the way back from threads that may block.

use std::sync::Arc;

use tokio::sync::{Notify, mpsc};

use super::turns::{Turns, Work};
use crate::access::User;
use crate::services::Shared;
use crate::web::messages::tell::{Fault, Tell};
use crate::web::tables::Done;

/// A message to the browser.
pub(in crate::web) enum Out {
    Text(Tell),
    Frame(Vec<u8>),
}

/// What is to be sent.
#[derive(Default)]
pub(in crate::web) struct Outbox(Vec<Out>);

impl Outbox {
    pub(in crate::web) fn tell(&mut self, message: Tell) {
        self.0.push(Out::Text(message));
    }

    pub(in crate::web) fn refuse(&mut self, fault: Fault) {
        self.tell(Tell::Error(fault));
    }

    pub(in crate::web) fn frame(&mut self, bytes: Vec<u8>) {
        self.0.push(Out::Frame(bytes));
    }

    /// Takes it all.
    pub(in crate::web) fn take(&mut self) -> Vec<Out> {
        std::mem::take(&mut self.0)
    }
}

/// What a desk works with as long as its page is connected.
pub(in crate::web) struct Means {
    pub(in crate::web) shared: Arc<Shared>,
    pub(in crate::web) user: User,
    /// Rung when there is something to look at.
    pub(in crate::web) wake: Arc<Notify>,
    pub(in crate::web) done: mpsc::UnboundedSender<Done>,
    /// The threads that its work may have.
    pub(in crate::web) turns: Arc<Turns>,
}

impl Means {
    /// Works on a thread that may block, when it is its turn; what it comes to is told to the desk.
    pub(in crate::web) fn work(
        &self,
        kind: Work,
        work: impl FnOnce(&Arc<Shared>, &User) -> Done + Send + 'static,
    ) {
        let (shared, user, done) = (self.shared.clone(), self.user.clone(), self.done.clone());
        let turn = self.turns.take(kind, &self.shared.web.threads);
        tokio::spawn(async move {
            let place = turn.come().await;
            if done.is_closed() {
                // The page has gone.
                return;
            }
            let worked = tokio::task::spawn_blocking(move || {
                // An error says that the page has gone meanwhile.
                let _ = done.send(work(&shared, &user));
                drop(place);
            });
            // What panics has told so: see `guarded`.
            let _ = worked.await;
        });
    }

    /// Refuses work if too much of it waits.
    ///
    /// # Errors
    /// If so.
    pub(in crate::web) fn may_ask(&self) -> Result<(), Fault> {
        match self.turns.are_taken() {
            true => Err(Fault::limit("too much that this page has asked waits already")),
            false => Ok(()),
        }
    }
}
