//! Statements of SQL that a session prepared, and results that wait to be read.
//!
//! **State**: a text a prepared statement, a table a result; both bounded. A result is read once; one that nobody reads goes
//! after [`RESULT_KEPT`], and of too many the oldest.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use bytes::Bytes;
use kinetable::Table;
use parking_lot::Mutex;
use tonic::Status;
use uuid::Uuid;

/// Prepared statements of a session.
const PREPARED_MAX: usize = 1_000;
/// Results of a session that wait.
const RESULTS_MAX: usize = 100;
/// How long a result waits to be read. One of live tables costs its cycles meanwhile.
const RESULT_KEPT: Duration = Duration::from_secs(600);

/// Of a session.
#[derive(Debug, Default)]
pub struct Statements(Mutex<Held>);

#[derive(Debug, Default)]
struct Held {
    prepared: HashMap<Uuid, String>,
    /// The oldest first.
    results: VecDeque<Waiting>,
    closed: bool,
}

#[derive(Debug)]
struct Waiting {
    handle: Uuid,
    table: Table,
    since: Instant,
}

impl Statements {
    /// Keeps a statement under a handle.
    ///
    /// # Errors
    /// If there are too many, or the session has ended.
    pub fn prepare(&self, text: String) -> Result<Bytes, Status> {
        let mut held = self.0.lock();
        if held.closed {
            return Err(Status::unauthenticated("Session has ended"));
        }
        if held.prepared.len() >= PREPARED_MAX {
            let message = format!("a session has at most {PREPARED_MAX} prepared statements: close some");
            return Err(Status::resource_exhausted(message));
        }
        let handle = Uuid::new_v4();
        held.prepared.insert(handle, text);
        Ok(Bytes::copy_from_slice(handle.as_bytes()))
    }

    /// The statement of a handle.
    ///
    /// # Errors
    /// If there is none.
    pub fn prepared(&self, handle: &[u8]) -> Result<String, Status> {
        let found =
            Uuid::from_slice(handle).ok().and_then(|handle| self.0.lock().prepared.get(&handle).cloned());
        found.ok_or_else(|| Status::not_found("Flight SQL: there is no such prepared statement"))
    }

    /// Lets go of the statement of a handle.
    ///
    /// # Errors
    /// If there is none.
    pub fn close(&self, handle: &[u8]) -> Result<(), Status> {
        let found = Uuid::from_slice(handle).ok().and_then(|handle| self.0.lock().prepared.remove(&handle));
        found.map(drop).ok_or_else(|| Status::not_found("Flight SQL: there is no such prepared statement"))
    }

    /// Keeps a result until it is read.
    ///
    /// # Errors
    /// If the session has ended.
    pub fn keep(&self, table: Table) -> Result<Bytes, Status> {
        let handle = Uuid::new_v4();
        let (ended, oldest) = {
            let mut held = self.0.lock();
            let ended = held.closed;
            if !ended {
                held.results.push_back(Waiting { handle, table, since: Instant::now() });
            }
            (ended, if held.results.len() > RESULTS_MAX { held.results.pop_front() } else { None })
        };
        drop(oldest);
        match ended {
            true => Err(Status::unauthenticated("Session has ended")),
            false => Ok(Bytes::copy_from_slice(handle.as_bytes())),
        }
    }

    /// Takes the result of a handle.
    ///
    /// # Errors
    /// If it was read before, or never was.
    pub fn take(&self, handle: &[u8]) -> Result<Table, Status> {
        let mut held = self.0.lock();
        let place = held.results.iter().position(|one| one.handle.as_bytes() == handle);
        let found = place.and_then(|place| held.results.remove(place));
        found.map(|one| one.table).ok_or_else(|| {
            Status::failed_precondition(
                "Flight SQL: this result is not there (any more): it is read once, so ask again",
            )
        })
    }

    /// Lets go of results that have waited too long.
    pub fn sweep(&self, now: Instant) {
        let gone: Vec<Waiting> = {
            let mut held = self.0.lock();
            let over = held.results.iter().take_while(|one| now.duration_since(one.since) >= RESULT_KEPT);
            let over = over.count();
            held.results.drain(..over).collect()
        };
        drop(gone);
    }

    /// Lets go of everything, for good.
    pub fn end(&self) {
        let gone = {
            let mut held = self.0.lock();
            held.closed = true;
            (std::mem::take(&mut held.prepared), std::mem::take(&mut held.results))
        };
        drop(gone);
    }
}

#[cfg(test)]
mod tests {
    use kinetable::{Session, SessionConfig};

    use std::time::Instant;

    use super::{PREPARED_MAX, RESULT_KEPT, RESULTS_MAX, Statements};

    #[test]
    fn handles_are_bounded_and_results_are_read_once() {
        let session = Session::start(SessionConfig { threads: 1, ..SessionConfig::default() }).unwrap();
        let statements = Statements::default();
        let first = statements.keep(session.empty_table(1)).unwrap();
        let second = statements.keep(session.empty_table(2)).unwrap();
        for _ in 1..RESULTS_MAX {
            statements.keep(session.empty_table(0)).unwrap();
        }
        assert!(statements.take(&first).is_err(), "the oldest of too many is gone");
        assert_eq!(statements.take(&second).unwrap().size().unwrap(), 2);
        assert!(statements.take(&second).is_err());
        let waits = statements.keep(session.empty_table(3)).unwrap();
        statements.sweep(Instant::now());
        assert_eq!(statements.take(&waits).unwrap().size().unwrap(), 3, "it waits no ten minutes yet");
        let waited = statements.keep(session.empty_table(3)).unwrap();
        statements.sweep(Instant::now() + RESULT_KEPT);
        assert!(statements.take(&waited).is_err());
        let handles: Vec<_> =
            (0..PREPARED_MAX).map(|_| statements.prepare("SELECT 1".into()).unwrap()).collect();
        assert!(statements.prepare("SELECT 1".into()).is_err());
        statements.close(&handles[0]).unwrap();
        assert!(statements.close(&handles[0]).is_err() && statements.prepared(&handles[0]).is_err());
        assert_eq!(statements.prepared(&handles[1]).unwrap(), "SELECT 1");
        statements.end();
        assert!(
            statements.prepared(&handles[1]).is_err() && statements.keep(session.empty_table(0)).is_err()
        );
    }
}
