//! A run of a page, and what of it was told. When the page is let go of, which is some time after its connection was lost, nobody is left
//! to be told: what waits then does not begin.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::printed::Stream;
use crate::run::{Ended, Run};
use crate::web::messages::tell::{Ran, Tell, WentWrong};
use crate::web::page::Outbox;

/// Between two messages with what a run printed.
const PAUSE: Duration = Duration::from_millis(50);

/// A run of a page.
pub(super) struct Held {
    pub(super) id: u64,
    pub(super) run: Arc<Run>,
    is_begin_told: bool,
    told_at: Option<Instant>,
    /// What it came to, once that was told.
    ended: Option<Arc<Ended>>,
}

impl Held {
    pub(super) fn new(id: u64, run: Arc<Run>) -> Held {
        Held { id, run, is_begin_told: false, told_at: None, ended: None }
    }

    /// Whether its end was told.
    pub(super) fn is_over(&self) -> bool {
        self.ended.is_some()
    }

    /// Tells its end, if it was told before.
    pub(super) fn tell_end(&self, out: &mut Outbox) {
        if let Some(ended) = &self.ended {
            out.tell(Tell::Ran(Box::new(ran(self.id, ended))));
        }
    }

    /// Tells what is due; when that is to be looked at again.
    pub(super) fn pump(&mut self, now: Instant, out: &mut Outbox) -> Option<Instant> {
        if self.is_over() || !self.run.has_begun() {
            return None;
        }
        let due = self.told_at.map_or(now, |told| told + PAUSE);
        if self.is_begin_told && due > now && !self.run.has_ended() {
            return self.run.has_printed().then_some(due);
        }
        let told = self.run.take();
        if !std::mem::replace(&mut self.is_begin_told, true) {
            out.tell(Tell::Running { id: self.id });
        }
        for piece in told.printed {
            self.told_at = Some(now);
            let stream = match piece.stream {
                Stream::Out => "stdout",
                Stream::Err => "stderr",
            };
            out.tell(Tell::Out { id: self.id, stream, text: piece.text });
        }
        self.ended = told.ended;
        self.tell_end(out);
        None
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.run.give_up();
    }
}

fn ran(id: u64, ended: &Ended) -> Ran {
    let error = ended.outcome.error.as_ref().map(|mistake| WentWrong {
        kind: mistake.kind.clone(),
        message: mistake.message.clone(),
        line: mistake.line,
        code: mistake.code.clone(),
        trace: mistake.trace.clone(),
        interrupted: mistake.interrupted,
    });
    Ran { id, ms: ended.milliseconds, error, names: ended.outcome.names.clone() }
}
