//! The error-rate breaker: too many bad records among the newest ones are told, and stop the reading if the user says so.
//!
//! **State**: how many of the newest batches' records were bad, of just enough batches to hold the window.
//! **Update rule**: with a tenth of the window seen, a share above the limit trips it. One that does not pause
//! goes back by itself once the share is at the limit or below; one that pauses is resumed by a call, or by a replay
//! that leaves no errors: while nothing is read, nothing else can show that it is over.
//! **Cost**: constant a batch.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;

use super::policy::RateLimit;
use super::refused::Cause;
use super::worker::Recipe;

/// Judges the share of bad records.
pub(super) struct Breaker {
    limit: RateLimit,
    recipe: Arc<Recipe>,
    recent: Mutex<Recent>,
    is_holding: AtomicBool,
}

#[derive(Default)]
struct Recent {
    batches: VecDeque<(u64, u64)>,
    records: u64,
    bad: u64,
    /// What is told while the breaker is tripped.
    told: Option<String>,
}

impl Breaker {
    pub(super) fn new(limit: RateLimit, recipe: Arc<Recipe>) -> Breaker {
        Breaker { limit, recipe, recent: Mutex::default(), is_holding: AtomicBool::new(false) }
    }

    /// Notes a batch.
    pub(super) fn note(&self, records: u64, bad: u64, cause: Option<Cause>) {
        let mut recent = self.recent.lock();
        recent.batches.push_back((records, bad));
        recent.records += records;
        recent.bad += bad;
        while let Some((oldest, were_bad)) = recent.batches.front().copied()
            && recent.records - oldest >= self.limit.window
        {
            recent.batches.pop_front();
            recent.records -= oldest;
            recent.bad -= were_bad;
        }
        let is_enough = recent.records * 10 >= self.limit.window;
        let is_over = is_enough && recent.bad as f64 > self.limit.share_max * recent.records as f64;
        if !is_over && !self.is_holding() {
            recent.told = None;
        } else if is_over && recent.told.is_none() {
            recent.told = Some(self.describe(recent.bad, recent.records, cause));
            self.is_holding.store(self.limit.pauses, Ordering::Relaxed);
        }
    }

    /// What is to be told, if the breaker is tripped.
    pub(super) fn attention(&self) -> Option<String> {
        self.recent.lock().told.clone()
    }

    /// Whether nothing more is to be read.
    pub(super) fn is_holding(&self) -> bool {
        self.is_holding.load(Ordering::Relaxed)
    }

    /// Begins anew.
    pub(super) fn resume(&self) {
        let mut recent = self.recent.lock();
        *recent = Recent::default();
        // Under the lock: what a batch trips after this stays tripped.
        self.is_holding.store(false, Ordering::Relaxed);
    }

    fn describe(&self, bad: u64, records: u64, cause: Option<Cause>) -> String {
        let mut text = format!("{bad} of the last {records} records are bad");
        if let Some(cause) = cause {
            text += &format!(", the {}: {}", cause.side, cause.reason);
            let side = if cause.side == "key" { &self.recipe.key } else { &self.recipe.value };
            text += &format!("; expected: {}", side.expected());
            if let Some(id) = cause.schema_id {
                let found = side.decoder.known_schema(id).map(|text| clip(&text));
                text += &format!("; found: schema {id}");
                text += &found.map_or_else(String::new, |text| format!(" {text}"));
            }
        }
        if self.limit.pauses {
            text + "; reading waits for resume() or for replay_errors() to succeed"
        } else {
            text
        }
    }
}

/// A schema as far as it can be shown in a cell.
fn clip(text: &str) -> String {
    const SHOWN: usize = 500;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use arrow_schema::{DataType, Field};

    use super::*;
    use crate::decode::{Decoder, Side};

    fn breaker(pauses: bool) -> Breaker {
        let mut recipe = Recipe::for_tests();
        recipe.value =
            Side { fields: vec![Field::new("A", DataType::Int64, true)], decoder: Decoder::Ignore };
        Breaker::new(RateLimit { window: 100, share_max: 0.1, pauses }, Arc::new(recipe))
    }

    fn cause() -> Option<Cause> {
        Some(Cause { side: "value", reason: "no sense".into(), schema_id: Some(7) })
    }

    #[test]
    fn it_trips_above_the_share_and_goes_back_by_itself() {
        let breaker = breaker(false);
        breaker.note(9, 9, cause());
        assert_eq!(breaker.attention(), None, "too few to judge");
        breaker.note(91, 1, cause());
        assert_eq!(breaker.attention(), None, "ten of a hundred are allowed");
        breaker.note(10, 10, cause());
        let told = breaker.attention().expect("eleven of 101 are too many");
        assert_eq!(
            told,
            "11 of the last 101 records are bad, the value: no sense; expected: A Int64; found: schema 7"
        );
        breaker.note(20, 12, cause());
        assert_eq!(breaker.attention(), Some(told), "it is told once");
        assert!(!breaker.is_holding());
        breaker.note(100, 0, None);
        assert_eq!(breaker.attention(), None);
    }

    #[test]
    fn one_that_pauses_waits_for_a_call() {
        let breaker = breaker(true);
        breaker.note(50, 50, cause());
        assert!(breaker.is_holding() && breaker.attention().unwrap().contains("resume()"));
        breaker.note(5_000, 0, None);
        assert!(breaker.is_holding() && breaker.attention().is_some());
        breaker.resume();
        assert!(!breaker.is_holding() && breaker.attention().is_none());
    }
}
