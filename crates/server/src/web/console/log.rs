//! The log, as a page is told it: what is kept, then what comes.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;

use crate::log::{Line, Log};
use crate::web::messages::tell::{Logged, Tell};
use crate::web::page::Outbox;

/// Between two messages.
const PAUSE: Duration = Duration::from_millis(100);
/// Bytes of a message, about; the rest comes in the next one.
const BYTES_MAX: usize = 1 << 20;
/// What a line costs beside its text.
const LINE_BYTES: usize = 64;

/// Lines of the log that were not told yet.
pub(super) struct Lines {
    kept: VecDeque<Arc<Line>>,
    coming: Receiver<Arc<Line>>,
    due: Option<Instant>,
}

impl Lines {
    pub(super) fn of(log: &Log) -> Lines {
        let (kept, coming) = log.watch(0);
        Lines { kept: kept.into(), coming, due: None }
    }

    /// Tells what came; when that is to be looked at again. Lines come whenever they like, so they are looked for rather than waited
    /// for: a script that prints without end would wake the page for each.
    pub(super) fn pump(&mut self, now: Instant, out: &mut Outbox) -> Instant {
        if let Some(due) = self.due.filter(|due| *due > now) {
            return due;
        }
        let (lines, skipped) = self.take();
        if !lines.is_empty() || skipped > 0 {
            out.tell(Tell::Log { lines, skipped: (skipped > 0).then_some(skipped) });
        }
        *self.due.insert(now + PAUSE)
    }

    /// Lines for one message, and how many were missed before the last ones of them.
    fn take(&mut self) -> (Vec<Logged>, u64) {
        let (mut lines, mut skipped, mut bytes) = (Vec::new(), 0, 0);
        while bytes < BYTES_MAX {
            let line = match self.kept.pop_front().map_or_else(|| self.coming.try_recv(), Ok) {
                Ok(line) => line,
                // Those that come after them are told.
                Err(TryRecvError::Lagged(missed)) => {
                    skipped += missed;
                    continue;
                }
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            };
            bytes += line.message.len() + LINE_BYTES;
            lines.push(logged(&line));
        }
        (lines, skipped)
    }
}

fn logged(line: &Line) -> Logged {
    let at = i128::from(line.micros) * 1000;
    Logged { at: at.to_string(), level: line.level, text: line.message.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn much_is_told_in_pieces_and_in_order() {
        let log = Log::default();
        let write = |number: usize| log.write("STDOUT", &format!("{number:02}{}", "x".repeat(60_000)));
        (0..40).for_each(write);
        let mut lines = Lines::of(&log);
        (40..50).for_each(write);
        let mut told = Vec::new();
        for _ in 0..4 {
            let (piece, skipped) = lines.take();
            assert_eq!(skipped, 0);
            assert!(piece.iter().map(|line| line.text.len()).sum::<usize>() < BYTES_MAX + 60_002);
            told.extend(piece.iter().map(|line| line.text[..2].to_owned()));
        }
        assert_eq!(told, (0..50).map(|number| format!("{number:02}")).collect::<Vec<_>>());
    }
}
