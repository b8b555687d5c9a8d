//! How a publication fares: its state, and its row in the table of sources and sinks.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::tally::Tally;
use crate::board::{MemberRow, Place};
use crate::clock::now;

const TICK: Duration = Duration::from_millis(200);
/// Rates are of so long a time at least.
const WINDOW: Duration = Duration::from_secs(1);
/// Records that could not be published call for attention for so long, ns.
const ATTENTION_NS: i64 = 60_000_000_000;

impl Tally {
    /// The state of the publication, and what there is to say of it.
    pub(super) fn state(&self) -> (&'static str, String) {
        if let Some(failure) = &*self.failure.lock() {
            return ("FAILED", failure.to_string());
        }
        if self.has_ended.load(Ordering::Acquire) {
            return ("STOPPED", String::new());
        }
        let heard = self.heard.lock();
        if let Some(refusal) = &heard.refusal {
            return ("AUTH FAILED", refusal.clone());
        }
        if let Some(problem) = &heard.problem {
            return ("DEGRADED", problem.clone());
        }
        drop(heard);
        if let Some(trouble) = &*self.trouble.lock() {
            return ("DEGRADED", format!("a transaction is tried again: {trouble}"));
        }
        match &*self.last_failure.lock() {
            Some((when, reason)) if now() - when < ATTENTION_NS => {
                let failed = self.failed.load(Ordering::Relaxed);
                ("ATTENTION", format!("{failed} records could not be published; the last: {reason}"))
            }
            _ => ("RUNNING", String::new()),
        }
    }
}

/// Shows a publication on the board until it has ended.
pub(super) struct Watcher {
    tally: Arc<Tally>,
    place: Place,
    state: &'static str,
    since: i64,
    last: (Instant, u64, u64),
    rates: (f64, f64),
}

impl Watcher {
    pub(super) fn new(tally: Arc<Tally>, place: Place) -> Watcher {
        let last = (Instant::now(), 0, 0);
        Watcher { tally, place, state: "", since: now(), last, rates: (0.0, 0.0) }
    }

    /// Shows until the producing thread has ended.
    pub(super) fn run(mut self) {
        loop {
            let is_last = self.tally.has_ended.load(Ordering::Acquire);
            self.show();
            if is_last {
                return;
            }
            std::thread::sleep(TICK);
        }
    }

    fn show(&mut self) {
        let tally = &self.tally;
        let (state, detail) = tally.state();
        if state != self.state {
            (self.state, self.since) = (state, now());
        }
        let (rows, bytes) = (tally.delivered.load(Ordering::Relaxed), tally.bytes.load(Ordering::Relaxed));
        let (when, rows_then, bytes_then) = self.last;
        if when.elapsed() >= WINDOW {
            let seconds = when.elapsed().as_secs_f64();
            self.rates = ((rows - rows_then) as f64 / seconds, (bytes - bytes_then) as f64 / seconds);
            self.last = (Instant::now(), rows, bytes);
        }
        let row = MemberRow {
            state,
            detail,
            since: self.since,
            lag: i64::try_from(tally.lag()).ok(),
            rows,
            rows_per_second: self.rates.0,
            bytes,
            bytes_per_second: self.rates.1,
            queued_bytes: tally.queued_bytes(),
            errors: tally.failed.load(Ordering::Relaxed),
            last_error: tally.last_failure.lock().clone(),
            retries: tally.heard.lock().retries,
            ..MemberRow::default()
        };
        self.place.show(row, Vec::new());
    }
}
