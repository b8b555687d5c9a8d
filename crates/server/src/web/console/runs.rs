//! The runs of a page, its questions about what may be typed, and whether it follows the log.
//!
//! **State**: the runs that wait, run, or ended lately: a page whose connection was lost asks for those again whose end it lacks. A page
//! that does not come back gives up those that wait.

use std::collections::VecDeque;
use std::time::Instant;

use super::held::Held;
use super::log::Lines;
use crate::access::User;
use crate::run::Run;
use crate::web::messages::ask::{Complete, Exec};
use crate::web::messages::tell::{Completed, Fault, Tell};
use crate::web::page::{Means, Outbox, Work};
use crate::web::tables::{Done, guarded};

/// Runs of a page that wait or run.
const RUNS_MAX: usize = 100;

/// Runs that have ended and are still known.
const ENDED_MAX: usize = 16;

/// The console of a page.
#[derive(Default)]
pub(in crate::web) struct Console {
    runs: VecDeque<Held>,
    lines: Option<Lines>,
    is_completing: bool,
    /// The newest question that waits for the one before to be answered.
    next: Option<Complete>,
}

impl Console {
    /// Whether nothing of it is missed.
    pub(in crate::web) fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// The page is back.
    pub(in crate::web) fn resume(&mut self) {
        self.is_completing = false;
        self.next = None;
    }

    /// Runs code; of a run that is known, its end is told again.
    pub(in crate::web) fn exec(&mut self, asked: Exec, means: &Means, out: &mut Outbox) {
        let known = self.runs.iter().find(|held| held.id == asked.id);
        if let Some(known) = known {
            return known.tell_end(out);
        }
        let unended = self.runs.iter().filter(|held| !held.run.has_ended()).count();
        let refused = match unended {
            RUNS_MAX.. => Err(Fault::limit(format!("{RUNS_MAX} runs wait already"))),
            _ => may(&means.user),
        };
        if let Err(fault) = refused {
            return out.refuse(Fault { id: Some(asked.id), ..fault });
        }
        let run = Run::heard(means.wake.clone());
        run.start(&means.shared, asked.code);
        self.runs.push_back(Held::new(asked.id, run));
    }

    /// Stops a run.
    pub(in crate::web) fn interrupt(&mut self, id: u64, means: &Means) {
        // Of one that has ended meanwhile there is nothing to stop.
        let Some(held) = self.runs.iter().find(|held| held.id == id) else { return };
        let (run, host) = (held.run.clone(), means.shared.host.clone());
        tokio::task::spawn_blocking(move || run.interrupt(host.as_ref()));
    }

    /// Completes a text; the newest question counts, so that older ones that still wait have an empty answer.
    pub(in crate::web) fn complete(&mut self, asked: Complete, means: &Means, out: &mut Outbox) {
        if let Err(fault) = may(&means.user) {
            return out.refuse(Fault { id: Some(asked.id), ..fault });
        }
        if let Some(older) = self.next.replace(asked) {
            out.tell(Tell::Completions { id: older.id, items: Vec::new() });
        }
        self.next_completion(means);
    }

    fn next_completion(&mut self, means: &Means) {
        if self.is_completing {
            return;
        }
        let Some(asked) = self.next.take() else { return };
        self.is_completing = true;
        means.work(Work::Read, move |shared, _| {
            let result = guarded(|| {
                let found = shared.host.complete(&asked.text, asked.line, asked.character);
                let items = found.into_iter().map(|one| Completed {
                    text: one.text,
                    start: one.start,
                    detail: one.detail,
                });
                Ok(items.collect())
            });
            Done::Completed { id: asked.id, result }
        });
    }

    /// Completions are there.
    pub(in crate::web) fn completed(
        &mut self,
        id: u64,
        result: Result<Vec<Completed>, Fault>,
        means: &Means,
        out: &mut Outbox,
    ) {
        self.is_completing = false;
        match result {
            Ok(items) => out.tell(Tell::Completions { id, items }),
            Err(fault) => out.refuse(Fault { id: Some(id), ..fault }),
        }
        self.next_completion(means);
    }

    /// Begins to tell the log, or ends that.
    pub(in crate::web) fn log(&mut self, on: bool, means: &Means, out: &mut Outbox) {
        match may(&means.user) {
            Err(fault) => out.refuse(fault),
            Ok(()) => self.lines = on.then(|| Lines::of(&means.shared.log)),
        }
    }

    /// Tells what is due; when that is to be looked at again.
    pub(in crate::web) fn pump(&mut self, now: Instant, out: &mut Outbox) -> Option<Instant> {
        let runs = self.runs.iter_mut().filter_map(|held| held.pump(now, out));
        let next = runs.chain(None).min();
        let lines = self.lines.as_mut().map(|lines| lines.pump(now, out));
        let ended = self.runs.iter().filter(|held| held.is_over()).count();
        if ended > ENDED_MAX
            && let Some(oldest) = self.runs.iter().position(Held::is_over)
        {
            self.runs.remove(oldest);
        }
        next.into_iter().chain(lines).min()
    }
}

/// Whether a user may run code.
fn may(user: &User) -> Result<(), Fault> {
    match user.console {
        true => Ok(()),
        false => Err(Fault {
            hint: Some("start the server with --console, or give this user the right".to_owned()),
            ..Fault::new("forbidden", "running code in the server is a right of its own")
        }),
    }
}
