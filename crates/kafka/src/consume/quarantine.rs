//! Where refused records go: the `errors` table, the dead-letter topic, the counters, the breaker.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use kinetable_engine::Error;
use kinetable_engine::source::Publisher;

use super::breaker::Breaker;
use super::dead_letters::{DeadLetters, LetterStats};
use super::refused::{Cause, Refused};
use super::stats::Counters;
use super::tables::{BadRecord, error_rows};

/// What becomes of refused records.
pub(super) struct Quarantine {
    pub(super) topic: String,
    pub(super) errors: Publisher,
    pub(super) letters: Option<DeadLetters>,
    pub(super) breaker: Breaker,
    pub(super) counters: Arc<Counters>,
}

impl Quarantine {
    /// Takes what was refused of a batch of so many records.
    pub(super) fn take(&self, received: i64, records: u64, refused: &Refused) {
        self.breaker.note(records, refused.count, refused.cause.clone());
        if refused.count > 0 {
            if let Some(Cause { side, reason, .. }) = &refused.cause {
                self.counters.note_error(format!("a {side} is refused: {reason}"));
            }
            self.counters.errors.fetch_add(refused.count, Ordering::Relaxed);
            self.keep(received, &refused.bad);
        }
    }

    fn keep(&self, time: i64, bad: &[BadRecord]) {
        if bad.is_empty() {
            return;
        }
        if let Some(letters) = &self.letters {
            bad.iter().for_each(|bad| letters.send(&self.topic, bad));
        }
        let published = self.errors.publish(error_rows(&self.topic, time, bad));
        published.expect("errors have the errors table's columns");
    }

    /// Why a table fails that is to fail with its first bad record.
    pub(super) fn failure(&self, bad: &BadRecord) -> Error {
        let BadRecord { partition, offset, side, reason, .. } = bad;
        let topic = &self.topic;
        Error::source(format!(
            "the {side} at offset {offset} of partition {partition} of topic \"{topic}\" cannot be read: {reason}"
        ))
        .with_hint("with on_error=\"dead_letter\" such records are kept apart and the others go on")
    }

    /// What is to be told a user now.
    pub(super) fn attention(&self) -> Option<String> {
        let letters = self.letters.as_ref().and_then(DeadLetters::trouble);
        self.breaker.attention().or(letters)
    }

    /// Lets reading go on, and takes what was told for read.
    pub(super) fn resume(&self) {
        self.breaker.resume();
        if let Some(letters) = &self.letters {
            letters.forget_trouble();
        }
    }

    /// The place after all that was refused so far.
    pub(super) fn mark(&self) -> (u64, u64) {
        (self.errors.mark(), self.letters.as_ref().map_or(0, DeadLetters::mark))
    }

    /// Whether all that was refused before a mark is where it belongs. Errors that nobody keeps are not waited for.
    pub(super) fn is_settled(&self, (errors, letters): (u64, u64)) -> bool {
        (self.errors.is_settled(errors) || !self.errors.is_open())
            && self.letters.as_ref().is_none_or(|post| post.is_settled(letters))
    }

    /// Bytes on their way to a table or a topic.
    pub(super) fn queued_bytes(&self) -> usize {
        self.errors.queued_bytes() + self.letters.as_ref().map_or(0, DeadLetters::queued_bytes)
    }

    pub(super) fn letter_stats(&self) -> LetterStats {
        self.letters.as_ref().map(DeadLetters::stats).unwrap_or_default()
    }
}
