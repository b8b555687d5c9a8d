//! Code that runs in the process: whose turn it is, what it prints, what it comes to.
//!
//! ```text
//!  gRPC, rt.v1 ─▶ Run ─ its turn ─▶ Host::run ─▶ print ─▶ at most 1 MB that nobody has taken yet
//!                                       └──────▶ Outcome
//! ```
//!
//! Code of all sessions runs one after the other, in the order in which it was sent: it shares its variables. Who gives up before the
//! turn runs nothing; what runs ends by itself, or by [`Run::interrupt`], whether somebody still waits for it or not.
//!
//! **Invariants**: 1. no two runs are in [`Host::run`] at a time; 2. what was printed before the end is taken before the end; 3. what was
//! taken back or given up before its turn is never in [`Host::run`].

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use parking_lot::Mutex;
use tokio::sync::{Notify, OwnedMutexGuard};

use crate::host::{Host, Mistake, Outcome};
use crate::printed::{Piece, Printed, Stream};
use crate::services::Shared;

static NUMBERS: AtomicU64 = AtomicU64::new(1);

/// The turn of one who runs code.
pub type Turn = OwnedMutexGuard<()>;

/// How code is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// As a script.
    Script,
    /// As at a prompt: the value of a last expression is printed.
    Prompt,
}

/// Code that runs, or will.
#[derive(Debug)]
pub struct Run {
    number: u64,
    manner: Manner,
    /// Rung when there is something to take; none: what it prints is in the log alone.
    wake: Option<Arc<Notify>>,
    taken_back: Notify,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    phase: Phase,
    printed: Printed,
    is_taken_back: bool,
}

#[derive(Debug, Default, Clone)]
enum Phase {
    #[default]
    Waiting,
    Running,
    Ended(Arc<Ended>),
}

/// What a run came to, and how long it took.
#[derive(Debug)]
pub struct Ended {
    /// What it came to.
    pub outcome: Outcome,
    /// Milliseconds from its turn to its end.
    pub milliseconds: f64,
}

/// What there is to be told of a run.
#[derive(Debug)]
pub struct Told {
    /// Whether its turn has come.
    pub has_begun: bool,
    /// What it printed since it was asked last.
    pub printed: Vec<Piece>,
    /// What it came to, if it has ended.
    pub ended: Option<Arc<Ended>>,
}

impl Run {
    /// Code whose output somebody takes, who is woken for it.
    pub fn heard(wake: Arc<Notify>) -> Arc<Run> {
        Run::new(Manner::Prompt, Some(wake))
    }

    /// Code whose output is in the log alone.
    pub fn unheard() -> Arc<Run> {
        Run::new(Manner::Script, None)
    }

    fn new(manner: Manner, wake: Option<Arc<Notify>>) -> Arc<Run> {
        let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
        Arc::new(Run { number, manner, wake, taken_back: Notify::new(), state: Mutex::default() })
    }

    /// A number that no other run of the process has.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// How it is run.
    pub fn manner(&self) -> Manner {
        self.manner
    }

    /// Whether somebody has asked it to stop. A host asks once it can be interrupted: what was asked before found nothing to interrupt.
    pub fn is_taken_back(&self) -> bool {
        self.state.lock().is_taken_back
    }

    /// Takes what it prints.
    pub fn print(&self, stream: Stream, text: &str) {
        let Some(wake) = &self.wake else { return };
        if self.state.lock().printed.add(stream, text) {
            wake.notify_one();
        }
    }

    /// Whether there is something to tell at once: its turn has come, or it has ended.
    pub fn has_begun(&self) -> bool {
        !matches!(self.state.lock().phase, Phase::Waiting)
    }

    /// Whether it has ended.
    pub fn has_ended(&self) -> bool {
        matches!(self.state.lock().phase, Phase::Ended(_))
    }

    /// Whether it printed what nobody took.
    pub fn has_printed(&self) -> bool {
        !self.state.lock().printed.is_empty()
    }

    /// Takes what there is to be told.
    pub fn take(&self) -> Told {
        let mut state = self.state.lock();
        let printed = state.printed.take();
        let ended = match &state.phase {
            Phase::Ended(ended) => Some(ended.clone()),
            _ => None,
        };
        Told { has_begun: !matches!(state.phase, Phase::Waiting), printed, ended }
    }

    /// Waits for its turn, and runs, unless it was taken back or given up before.
    pub fn start(self: &Arc<Run>, shared: &Arc<Shared>, code: String) {
        let (run, shared) = (self.clone(), shared.clone());
        tokio::spawn(async move {
            if let Ok(turn) = run.turn(&shared).await {
                run.during(&turn, &shared, code).await;
            }
        });
    }

    /// Waits for its turn.
    ///
    /// # Errors
    /// If it is taken back before: it has ended.
    pub async fn turn(&self, shared: &Shared) -> Result<Turn, Arc<Ended>> {
        tokio::select! {
            turn = shared.commands.clone().lock_owned() => Ok(turn),
            () = self.taken_back.notified() => Err(self.end(Instant::now(), taken_back())),
        }
    }

    /// Runs in a turn.
    pub async fn during(self: &Arc<Run>, _: &Turn, shared: &Arc<Shared>, code: String) -> Arc<Ended> {
        let begun = Instant::now();
        if !self.begin() {
            return self.end(begun, taken_back());
        }
        let (run, host) = (self.clone(), shared.host.clone());
        let running = tokio::task::spawn_blocking(move || host.run(&code, &run));
        let outcome = running.await.unwrap_or_else(|failure| {
            tracing::error!(%failure, "a command panicked");
            Outcome::failed(Mistake::new("InternalError", "a bug of the server: its log says more"))
        });
        shared.fields.notify();
        self.end(begun, outcome)
    }

    /// Asks it to stop: what waits does not begin, what runs is interrupted. It may wait for the host.
    pub fn interrupt(&self, host: &dyn Host) {
        let is_running = {
            let mut state = self.state.lock();
            state.is_taken_back = true;
            matches!(state.phase, Phase::Running)
        };
        self.taken_back.notify_one();
        if is_running {
            host.interrupt(self.number);
        }
    }

    /// Nobody waits for it any more: it does not begin. What runs goes on.
    pub fn give_up(&self) {
        {
            let mut state = self.state.lock();
            if !matches!(state.phase, Phase::Waiting) {
                return;
            }
            state.is_taken_back = true;
        }
        self.taken_back.notify_one();
    }

    /// Its turn has come; false: it was taken back.
    fn begin(&self) -> bool {
        let mut state = self.state.lock();
        if state.is_taken_back {
            return false;
        }
        state.phase = Phase::Running;
        drop(state);
        self.ring();
        true
    }

    fn end(&self, begun: Instant, outcome: Outcome) -> Arc<Ended> {
        let milliseconds = begun.elapsed().as_secs_f64() * 1000.0;
        let ended = Arc::new(Ended { outcome, milliseconds });
        self.state.lock().phase = Phase::Ended(ended.clone());
        self.ring();
        ended
    }

    fn ring(&self) {
        if let Some(wake) = &self.wake {
            wake.notify_one();
        }
    }
}

/// What comes of code that did not run.
fn taken_back() -> Outcome {
    let message = "it was taken back before its turn";
    Outcome::failed(Mistake { interrupted: true, ..Mistake::new("KeyboardInterrupt", message) })
}
