//! The log, as a page is told it: what is kept, then what comes.

use std::time::{Duration, Instant};

use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;

use crate::log::{Line, Log};
use crate::web::messages::tell::{Logged, Tell};
use crate::web::page::Outbox;

/// Between two messages.
const PAUSE: Duration = Duration::from_millis(100);

/// Lines of the log that were not told yet.
pub(super) struct Lines {
    kept: Vec<Line>,
    coming: Receiver<Line>,
    due: Option<Instant>,
}

impl Lines {
    pub(super) fn of(log: &Log) -> Lines {
        let (kept, coming) = log.watch(0);
        Lines { kept, coming, due: None }
    }

    /// Tells what came; when that is to be looked at again. Lines come whenever they like, so they are looked for rather than waited
    /// for: a script that prints without end would wake the page for each.
    pub(super) fn pump(&mut self, now: Instant, out: &mut Outbox) -> Instant {
        if let Some(due) = self.due.filter(|due| *due > now) {
            return due;
        }
        let mut lines: Vec<Logged> = std::mem::take(&mut self.kept).into_iter().map(logged).collect();
        let mut skipped = 0;
        loop {
            match self.coming.try_recv() {
                Ok(line) => lines.push(logged(line)),
                // Those that come after them are told.
                Err(TryRecvError::Lagged(missed)) => skipped += missed,
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        if !lines.is_empty() || skipped > 0 {
            out.tell(Tell::Log { lines, skipped: (skipped > 0).then_some(skipped) });
        }
        *self.due.insert(now + PAUSE)
    }
}

fn logged(line: Line) -> Logged {
    let at = i128::from(line.micros) * 1000;
    Logged { at: at.to_string(), level: line.level, text: line.message }
}
