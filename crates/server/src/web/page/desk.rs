//! What one page works at: it takes messages, and hands them to the parts that know what they mean.

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::Notify;

use super::listing::Listing;
use super::outbox::{Means, Out, Outbox};
use super::turns::Turns;
use crate::access::User;
use crate::web::console::Console;
use crate::web::messages::ask::Ask;
use crate::web::messages::tell::Fault;
use crate::web::once::Once;
use crate::web::tables::{Done, Followed};

/// What one page works at.
pub(in crate::web) struct Desk {
    user: User,
    /// Rung when a table changed.
    pub(in crate::web) wake: Arc<Notify>,
    /// The threads that its work may have.
    pub(in crate::web) turns: Arc<Turns>,
    followed: Followed,
    console: Console,
    once: Once,
    listing: Listing,
    out: Outbox,
}

impl Desk {
    /// Of a user who looks at nothing yet.
    pub(in crate::web) fn new(user: User) -> Desk {
        Desk {
            user,
            wake: Arc::default(),
            turns: Arc::default(),
            followed: Followed::default(),
            console: Console::default(),
            once: Once::default(),
            listing: Listing::default(),
            out: Outbox::default(),
        }
    }

    pub(in crate::web) fn user(&self) -> &User {
        &self.user
    }

    /// Whether it is of no use to keep it.
    pub(in crate::web) fn is_empty(&self) -> bool {
        self.followed.is_empty() && self.console.is_empty()
    }

    /// The page is back: nothing of what was sent or begun counts.
    pub(in crate::web) fn resume(&mut self, means: &Means) {
        self.out.take();
        self.listing = Listing::default();
        self.followed.resume(means);
        self.console.resume();
        self.once.resume();
    }

    /// What is to be told now.
    pub(in crate::web) fn out(&mut self) -> Vec<Out> {
        self.out.take()
    }

    pub(in crate::web) fn refuse(&mut self, fault: Fault) {
        self.out.refuse(fault);
    }

    /// Takes a message of the page.
    pub(in crate::web) fn hear(&mut self, text: &str, means: &Means) {
        match serde_json::from_str(text) {
            Ok(ask) => self.take(ask, means),
            Err(error) => self.refuse(Fault::invalid(format!("a message cannot be read: {error}"))),
        }
    }

    /// Does what the page asks.
    fn take(&mut self, ask: Ask, means: &Means) {
        let Desk { followed, console, once, out, .. } = self;
        match ask {
            Ask::Hello(_) => out.refuse(Fault::invalid("hello was said already")),
            Ask::Open(open) => followed.open(open, means, out),
            Ask::Viewport(asked) => followed.viewport(asked, out),
            Ask::Ops(asked) => followed.ops(asked, means, out),
            Ask::Rate { sub, max_hz } => followed.rate(sub, max_hz),
            Ask::Ack { sub, seq } => followed.ack(sub, seq),
            Ask::Close { sub } => followed.close(sub),
            Ask::Fetch(fetch) => followed.fetch(fetch, means, out),
            Ask::Exec(asked) => console.exec(asked, means, out),
            Ask::Interrupt { id } => console.interrupt(id, means),
            Ask::Complete(asked) => console.complete(asked, means, out),
            Ask::Log { on } => console.log(on, means, out),
            Ask::Find(asked) => once.find(followed.shown(asked.sub), asked, means, out),
            Ask::Export(asked) => {
                once.export(followed.shown(asked.sub), followed.name(asked.sub), asked, means, out);
            }
            Ask::Cancel { id } => once.cancel(id, means),
            Ask::Put(asked) => once.put(asked, means, out),
            Ask::Remove(asked) => once.remove(asked, means, out),
            Ask::Files { id, path } => once.files(id, path, means, out),
            Ask::Load(asked) => once.load(asked, means, out),
            Ask::Save(asked) => once.save(asked, means, out),
            Ask::Move(asked) => once.rename(asked, means, out),
            Ask::Discard(asked) => once.discard(asked, means, out),
            Ask::Value { id, name } => once.value(id, name, means, out),
        }
    }

    /// Looks at the tables there are.
    pub(in crate::web) fn list(&mut self, means: &Means) {
        self.listing.look(means);
    }

    /// Has done what is due; when that is to be looked at again.
    pub(in crate::web) fn pump(&mut self, now: Instant, means: &Means) -> Option<Instant> {
        let Desk { followed, console, once, out, .. } = self;
        let next = [followed.pump(now, means), console.pump(now, out), once.pump(now, out)];
        next.into_iter().flatten().min()
    }

    /// Tells what came of work.
    pub(in crate::web) fn done(&mut self, done: Done, means: &Means) {
        let (followed, out) = (&mut self.followed, &mut self.out);
        match done {
            Done::Derived { sub, asked, result } => followed.derived(sub, asked, result, means, out),
            Done::Read { sub, reading, vp, result } => followed.was_read(sub, (reading, vp), result, out),
            Done::Fetched { id, sub, result } => followed.fetched(id, sub, result, means, out),
            Done::Listed(result) => {
                if let Some(vars) = self.listing.told(result) {
                    out.tell(vars);
                }
            }
            Done::Completed { id, result } => self.console.completed(id, result, means, out),
            Done::Answered { question, result } => self.once.answered(&question, result, means, out),
        }
    }
}
