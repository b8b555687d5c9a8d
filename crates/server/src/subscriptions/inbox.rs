//! What is pending for one subscriber: the listener's side puts it in and never waits, the task takes it out.
//!
//! **State**: one merged change, and the few changes since that nobody has merged yet. Of a blink table every cycle, since
//! its rows are gone from the next version. **Cost** of a cycle: a push; every [`FOLD`] cycles their merge.

use std::sync::Arc;

use kinetable::Error;
use kinetable::engine::{Change, Listener, RowSet, Version};
use kinetable::figures::Subscriber;
use parking_lot::Mutex;
use tokio::sync::Notify;

use super::merge::Merged;

/// How many changes are kept before they are merged.
const FOLD: usize = 32;

/// What is pending for one subscriber.
pub(super) struct Inbox {
    state: Mutex<State>,
    woken: Notify,
    limit: u64,
    /// Who is told.
    subscriber: Arc<Subscriber>,
}

#[derive(Default)]
struct State {
    merged: Option<Merged>,
    recent: Vec<Arc<Change>>,
    /// Of a blink table: the version and the rows of each cycle.
    cycles: Option<Cycles>,
    failure: Option<Error>,
    overflown: bool,
}

/// The rows that came with cycles of a blink table.
#[derive(Debug, Clone, Default)]
pub(super) struct Cycles {
    /// The first step of them.
    pub(super) first_step: u64,
    /// The last step of them.
    pub(super) last_step: u64,
    /// Versions, and the rows that came with each.
    pub(super) rows: Vec<(Version, RowSet)>,
    /// How many rows there are.
    pub(super) count: u64,
}

/// What a subscriber is told next.
pub(super) enum Pending {
    Nothing,
    Change(Box<Merged>),
    Cycles(Cycles),
    Failed(Error),
    /// There was more than anyone may have pending.
    TooMuch,
}

impl Inbox {
    /// An inbox for changes, or for each cycle of a blink table.
    pub(super) fn new(each_cycle: bool, limit: u64, subscriber: Arc<Subscriber>) -> Arc<Inbox> {
        let state = State { cycles: each_cycle.then(Cycles::default), ..State::default() };
        Arc::new(Inbox { state: Mutex::new(state), woken: Notify::new(), limit, subscriber })
    }

    /// Waits until something is pending. May be given up and begun again.
    pub(super) async fn wait(&self) {
        // Looked at first: a wake-up may have gone to a wait that was given up.
        while !self.state.lock().is_pending() {
            self.woken.notified().await;
        }
    }

    /// Takes what is pending. It merges changes: on a thread for blocking work, if it may take long.
    pub(super) fn take(&self) -> Pending {
        let mut state = self.state.lock();
        self.subscriber.take();
        if state.overflown {
            return Pending::TooMuch;
        }
        if let Some(cycles) = state.cycles.as_mut().filter(|cycles| !cycles.rows.is_empty()) {
            return Pending::Cycles(std::mem::take(cycles));
        }
        let (merged, recent) = (state.merged.take(), std::mem::take(&mut state.recent));
        let failure = state.failure.clone();
        drop(state);
        match (fold(merged, &recent), failure) {
            (Some(merged), _) => Pending::Change(Box::new(merged)),
            (None, Some(failure)) => Pending::Failed(failure),
            (None, None) => Pending::Nothing,
        }
    }
}

impl State {
    fn is_pending(&self) -> bool {
        let cycles = self.cycles.as_ref().is_some_and(|cycles| !cycles.rows.is_empty());
        cycles || self.merged.is_some() || !self.recent.is_empty() || self.failure.is_some() || self.overflown
    }
}

impl Listener for Inbox {
    fn on_update(&self, change: &Arc<Change>) {
        let mut state = self.state.lock();
        self.subscriber.cycle();
        if state.overflown {
            return;
        }
        if let Some(cycles) = &mut state.cycles {
            cycles.push(change);
            let overflown = cycles.count > self.limit;
            if overflown {
                *cycles = Cycles::default();
                state.overflown = true;
            }
        } else {
            state.recent.push(change.clone());
            if state.recent.len() >= FOLD {
                let recent = std::mem::take(&mut state.recent);
                state.merged = fold(state.merged.take(), &recent);
                let bytes = state.merged.as_ref().map_or(0, Merged::bytes) as u64;
                if bytes > self.limit.saturating_mul(16) {
                    state.merged = None;
                    state.overflown = true;
                }
            }
        }
        drop(state);
        self.woken.notify_one();
    }

    fn on_failure(&self, error: &Error) {
        self.state.lock().failure = Some(error.clone());
        self.woken.notify_one();
    }
}

impl Cycles {
    fn push(&mut self, change: &Change) {
        if self.rows.is_empty() {
            self.first_step = change.after.step();
        }
        self.last_step = change.after.step();
        self.count += change.update.added.len();
        // A cycle without rows is told too: those of the one before are gone.
        self.rows.push((change.after.clone(), change.update.added.clone()));
        if change.update.added.is_empty() && self.rows.len() > 1 {
            self.rows.pop();
        }
    }
}

fn fold(merged: Option<Merged>, recent: &[Arc<Change>]) -> Option<Merged> {
    recent.iter().fold(merged, |merged, change| match merged {
        None => Some(Merged::of(change)),
        Some(mut merged) => {
            merged.then(change);
            Some(merged)
        }
    })
}
