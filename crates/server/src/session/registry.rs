//! Sessions by their tokens: how they begin, stay and end.
//!
//! A token is a random UUID. One that is older than a fifth of the duration is followed by a new one; the old one holds until its
//! own deadline, so calls that are under way with it pass. A session ends when its newest token's deadline has passed.
//! The time is handed in.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::sync::watch;
use tonic::Status;
use uuid::Uuid;

use super::{Exports, Runs, Statements};
use crate::access::User;

/// How long sessions last, and how much they may hold.
#[derive(Debug, Clone)]
pub struct Lifetime {
    /// How long a session lasts after its last call.
    pub duration: Duration,
    /// Exports of a session, at most.
    pub exports_max: usize,
    /// Sessions at a time, at most.
    pub sessions_max: usize,
}

impl Default for Lifetime {
    fn default() -> Lifetime {
        Lifetime { duration: Duration::from_secs(300), exports_max: 100_000, sessions_max: 10_000 }
    }
}

/// A client's session.
#[derive(Debug)]
pub struct Session {
    user: User,
    exports: Arc<Exports>,
    statements: Statements,
    runs: Runs,
    newest: Mutex<Issued>,
    ended: watch::Sender<bool>,
}

#[derive(Debug, Clone, Copy)]
struct Issued {
    token: Uuid,
    at: Instant,
}

impl Session {
    /// Who it is.
    pub fn user(&self) -> &User {
        &self.user
    }

    /// What it exported.
    pub fn exports(&self) -> &Arc<Exports> {
        &self.exports
    }

    /// Its statements of SQL.
    pub fn statements(&self) -> &Statements {
        &self.statements
    }

    /// Its commands that wait or run.
    pub fn runs(&self) -> &Runs {
        &self.runs
    }

    /// The token that was issued last.
    pub fn token(&self) -> Uuid {
        self.newest.lock().token
    }

    /// Waits for the session's end.
    pub async fn ended(&self) {
        let mut ended = self.ended.subscribe();
        // The sender lives as long as this session.
        let _ = ended.wait_for(|ended| *ended).await;
    }

    /// Whether it has ended.
    pub fn has_ended(&self) -> bool {
        *self.ended.borrow()
    }

    fn end(&self) {
        self.ended.send_replace(true);
        self.exports.close();
        self.statements.end();
    }
}

/// All sessions.
#[derive(Debug)]
pub struct Sessions {
    lifetime: Lifetime,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    tokens: HashMap<Uuid, Held>,
    /// Sessions that have not ended.
    alive: usize,
}

#[derive(Debug, Clone)]
struct Held {
    session: Arc<Session>,
    deadline: Instant,
}

impl Sessions {
    /// No sessions.
    pub fn new(lifetime: Lifetime) -> Sessions {
        Sessions { lifetime, inner: Mutex::default() }
    }

    /// How long sessions last.
    pub fn lifetime(&self) -> &Lifetime {
        &self.lifetime
    }

    /// Begins a session.
    ///
    /// # Errors
    /// If there are too many.
    pub fn open(&self, user: User, now: Instant) -> Result<Arc<Session>, Status> {
        let issued = Issued { token: Uuid::new_v4(), at: now };
        let session = Arc::new(Session {
            user,
            exports: Arc::new(Exports::new(self.lifetime.exports_max)),
            statements: Statements::default(),
            runs: Runs::default(),
            newest: Mutex::new(issued),
            ended: watch::channel(false).0,
        });
        let mut inner = self.inner.lock();
        if inner.alive >= self.lifetime.sessions_max {
            let message = format!("the server has {} sessions, which is its limit", inner.alive);
            return Err(Status::resource_exhausted(message));
        }
        inner.alive += 1;
        let deadline = now + self.lifetime.duration;
        inner.tokens.insert(issued.token, Held { session: session.clone(), deadline });
        Ok(session)
    }

    /// The session of a token that holds; its token is renewed if it is old.
    pub fn find(&self, token: &Uuid, now: Instant) -> Option<Arc<Session>> {
        let mut inner = self.inner.lock();
        let held = inner.tokens.get(token)?;
        if held.deadline <= now || held.session.has_ended() {
            return None;
        }
        let session = held.session.clone();
        let mut newest = session.newest.lock();
        if now.duration_since(newest.at) > self.lifetime.duration / 5 {
            *newest = Issued { token: Uuid::new_v4(), at: now };
            let deadline = now + self.lifetime.duration;
            inner.tokens.insert(newest.token, Held { session: session.clone(), deadline });
        }
        drop(newest);
        Some(session)
    }

    /// Ends a session: its tokens hold no longer, what it exported is let go.
    pub fn close(&self, session: &Arc<Session>) {
        {
            let mut inner = self.inner.lock();
            let before = inner.tokens.len();
            inner.tokens.retain(|_, held| !Arc::ptr_eq(&held.session, session));
            if inner.tokens.len() < before {
                inner.alive -= 1;
            }
        }
        session.end();
    }

    /// Ends all sessions.
    pub fn close_all(&self) {
        let tokens = {
            let mut inner = self.inner.lock();
            inner.alive = 0;
            std::mem::take(&mut inner.tokens)
        };
        for held in tokens.values() {
            held.session.end();
        }
    }

    /// Ends the sessions whose time has passed, forgets old tokens, and lets go of results that nobody reads.
    pub fn sweep(&self, now: Instant) {
        let mut over = Vec::new();
        let sessions: Vec<Arc<Session>> = {
            let mut inner = self.inner.lock();
            inner.tokens.retain(|token, held| {
                let holds = held.deadline > now;
                if !holds && held.session.token() == *token {
                    over.push(held.session.clone());
                }
                holds
            });
            inner.alive -= over.len();
            inner.tokens.values().map(|held| held.session.clone()).collect()
        };
        sessions.iter().for_each(|session| session.statements.sweep(now));
        for session in over {
            session.end();
        }
    }

    /// How many sessions there are.
    pub fn len(&self) -> usize {
        self.inner.lock().alive
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Exports of all sessions.
    pub fn exports(&self) -> usize {
        let inner = self.inner.lock();
        let newest = inner.tokens.iter().filter(|(token, held)| held.session.token() == **token);
        newest.map(|(_, held)| held.session.exports().len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Lifetime, Sessions};
    use crate::access::User;
    use crate::session::Stage;

    fn sessions() -> Sessions {
        Sessions::new(Lifetime { duration: Duration::from_secs(60), ..Lifetime::default() })
    }

    fn after(start: Instant, seconds: u64) -> Instant {
        start + Duration::from_secs(seconds)
    }

    #[test]
    fn a_token_is_renewed_after_a_fifth_and_the_old_one_holds_until_its_end() {
        let (sessions, start) = (sessions(), Instant::now());
        let session = sessions.open(User::anonymous(), start).expect("room");
        let first = session.token();
        assert_eq!(sessions.find(&first, after(start, 11)).expect("holds").token(), first);
        let second = sessions.find(&first, after(start, 13)).expect("holds").token();
        assert_ne!(second, first);
        assert!(sessions.find(&first, after(start, 59)).is_some());
        assert!(sessions.find(&first, after(start, 61)).is_none());
        assert!(sessions.find(&session.token(), after(start, 61)).is_some());
        sessions.sweep(after(start, 62));
        assert!(!session.has_ended());
        assert_eq!(sessions.len(), 1);
    }

    #[test]
    fn a_session_ends_when_nobody_calls_and_lets_go_what_it_exported() {
        let (sessions, start) = (sessions(), Instant::now());
        let session = sessions.open(User::anonymous(), start).expect("room");
        let export = session.exports().get(1).expect("an id");
        sessions.sweep(after(start, 59));
        assert!(!session.has_ended());
        sessions.sweep(after(start, 61));
        assert!(session.has_ended());
        assert_eq!(export.stage(), Stage::Released);
        assert!(session.exports().get(2).is_err());
        assert_eq!(sessions.len(), 0);
    }

    #[test]
    fn a_closed_session_is_unknown() {
        let (sessions, start) = (sessions(), Instant::now());
        let session = sessions.open(User::anonymous(), start).expect("room");
        sessions.close(&session);
        sessions.close(&session);
        assert!(sessions.find(&session.token(), start).is_none());
        assert_eq!(sessions.len(), 0);
    }

    #[test]
    fn there_are_no_more_sessions_than_allowed() {
        let sessions = Sessions::new(Lifetime { sessions_max: 1, ..Lifetime::default() });
        let session = sessions.open(User::anonymous(), Instant::now()).expect("room");
        let refused = sessions.open(User::anonymous(), Instant::now()).expect_err("no room");
        assert_eq!(refused.code(), tonic::Code::ResourceExhausted);
        sessions.close(&session);
        sessions.open(User::anonymous(), Instant::now()).expect("room again");
    }
}
