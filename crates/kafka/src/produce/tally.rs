//! What became of records: the figures of a publication.
//!
//! **State**: counts. Within a transaction those of the attempt under way, which count when it is committed and are forgotten when
//! it is aborted. **Invariant**: 1. a record counts as delivered when its readers may see it.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use kinetable_engine::Error;
use parking_lot::Mutex;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use crate::clock::now;
use crate::consume::Holder;

/// A row that is not yet a record is taken for so large before the first record is made, bytes.
const ROW_BYTES: u64 = 100;
/// Attempts are told apart by the bits above those of a record's number; they are counted anew when these are used up.
const NUMBER_BITS: u32 = 40;
const ATTEMPTS: u64 = 1 << (u64::BITS - NUMBER_BITS);

/// The figures of a publication.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) sent: AtomicU64,
    pub(super) delivered: AtomicU64,
    pub(super) failed: AtomicU64,
    /// Of keys and values that were delivered.
    pub(super) bytes: AtomicU64,
    pub(super) first_failure: Mutex<Option<String>>,
    /// When, and why.
    pub(super) last_failure: Mutex<Option<(i64, String)>>,
    /// Rows of changes that are not records yet.
    pub(super) waiting: AtomicU64,
    on_their_way: AtomicU64,
    bytes_on_their_way: AtomicU64,
    attempt: Mutex<Option<Attempt>>,
    /// Transactions that were begun.
    pub(super) attempts: AtomicU64,
    /// Why the transaction under way was aborted the last time.
    pub(super) trouble: Mutex<Option<String>>,
    pub(super) heard: Mutex<Heard>,
    /// Why nothing is published any more, if it is not by the user's wish.
    pub(super) failure: Mutex<Option<Error>>,
    /// Whether the producing thread has ended.
    pub(super) has_ended: AtomicBool,
    pub(super) last_while: Mutex<LastWhile>,
}

/// How long what is on its way is waited for, once the publication has ended.
pub(super) struct LastWhile {
    /// So long as nothing of it arrives.
    pub(super) patience: Duration,
    ends_by: Option<Instant>,
}

impl Default for LastWhile {
    fn default() -> LastWhile {
        LastWhile { patience: Duration::from_secs(30), ends_by: None }
    }
}

/// What librdkafka says of the brokers.
#[derive(Default)]
pub(super) struct Heard {
    /// What the last statistics show to be wrong.
    pub(super) problem: Option<String>,
    /// A refused log-in.
    pub(super) refusal: Option<String>,
    pub(super) retries: u64,
}

/// A transaction under way.
#[derive(Default)]
struct Attempt {
    id: u64,
    /// The number of the next record.
    next: usize,
    /// Records that the broker does not take, as an earlier attempt has shown: they count as failed and are left out.
    left_out: BTreeSet<usize>,
    /// Those that it did not take this time.
    refused: BTreeSet<usize>,
    /// Why it cannot be committed any more.
    over: Option<String>,
    sent: u64,
    delivered: u64,
    bytes: u64,
    failed: u64,
    first_failure: Option<String>,
}

impl Tally {
    /// Counts a row that cannot be published.
    pub(super) fn fail(&self, reason: impl Into<String>) {
        let reason = reason.into();
        match &mut *self.attempt.lock() {
            Some(attempt) => attempt.fail(reason),
            None => self.failed(1, reason),
        }
    }

    fn failed(&self, records: u64, reason: String) {
        tracing::warn!(reason, records, "not published");
        self.failed.fetch_add(records, Ordering::Relaxed);
        *self.last_failure.lock() = Some((now(), reason.clone()));
        self.first_failure.lock().get_or_insert(reason);
    }

    /// The tag of the next record; `None` if it is left out.
    pub(super) fn admit(&self) -> Option<usize> {
        let mut attempt = self.attempt.lock();
        let Some(attempt) = &mut *attempt else { return Some(0) };
        let number = attempt.next;
        attempt.next += 1;
        let is_in = attempt.over.is_none() && !attempt.left_out.contains(&number);
        is_in.then_some((attempt.id as usize) << NUMBER_BITS | number)
    }

    /// A record of so many bytes is handed to librdkafka.
    pub(super) fn hand_over(&self, bytes: usize) {
        self.on_their_way.fetch_add(1, Ordering::Relaxed);
        self.bytes_on_their_way.fetch_add(bytes as u64, Ordering::Relaxed);
        match &mut *self.attempt.lock() {
            Some(attempt) => attempt.sent += 1,
            None => drop(self.sent.fetch_add(1, Ordering::Relaxed)),
        }
    }

    /// librdkafka does not take a record that was handed to it.
    pub(super) fn hand_back(&self, bytes: usize, error: &KafkaError, reason: String) {
        self.arrived(bytes);
        match &mut *self.attempt.lock() {
            Some(attempt) if is_of_transaction(error) => drop(attempt.over.get_or_insert(reason)),
            Some(attempt) => attempt.fail(reason),
            None => self.failed(1, reason),
        }
    }

    /// Why the transaction under way cannot be committed any more; `None` if it can, or there is none.
    pub(super) fn why_over(&self) -> Option<String> {
        self.attempt.lock().as_ref().and_then(|attempt| attempt.over.clone())
    }

    pub(super) fn arrived(&self, bytes: usize) {
        self.on_their_way.fetch_sub(1, Ordering::Relaxed);
        self.bytes_on_their_way.fetch_sub(bytes as u64, Ordering::Relaxed);
    }

    pub(super) fn delivered(&self, tag: usize, bytes: usize) {
        match &mut *self.attempt.lock() {
            Some(attempt) if attempt.id as usize == tag >> NUMBER_BITS => {
                attempt.delivered += 1;
                attempt.bytes += bytes as u64;
            }
            Some(_) => {}
            None => {
                self.delivered.fetch_add(1, Ordering::Relaxed);
                self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
                self.put_off_the_end();
            }
        }
    }

    pub(super) fn refused(&self, tag: usize, error: &KafkaError) {
        match &mut *self.attempt.lock() {
            Some(attempt) if attempt.id as usize == tag >> NUMBER_BITS => {
                // The others may wait for ever: for brokers that are away, or since the client sends no more.
                attempt.over.get_or_insert_with(|| error.to_string());
                if is_final(error) {
                    attempt.refused.insert(number_of(tag));
                    attempt.first_failure.get_or_insert(error.to_string());
                }
            }
            Some(_) => {}
            None => self.failed(1, error.to_string()),
        }
    }

    /// Begins a transaction without some of its records, which have failed for good for a reason.
    pub(super) fn begin(&self, left_out: BTreeSet<usize>, reason: Option<String>) {
        let id = (self.attempts.fetch_add(1, Ordering::Relaxed) + 1) % ATTEMPTS;
        let failed = left_out.len() as u64;
        let attempt = Attempt { id, left_out, failed, first_failure: reason, ..Attempt::default() };
        *self.attempt.lock() = Some(attempt);
    }

    /// The transaction is committed.
    pub(super) fn commit(&self) {
        let Some(attempt) = self.attempt.lock().take() else { return };
        self.sent.fetch_add(attempt.sent, Ordering::Relaxed);
        self.delivered.fetch_add(attempt.delivered, Ordering::Relaxed);
        self.bytes.fetch_add(attempt.bytes, Ordering::Relaxed);
        if attempt.failed > 0 {
            self.failed(attempt.failed, attempt.first_failure.unwrap_or_default());
        }
        *self.trouble.lock() = None;
        self.put_off_the_end();
    }

    /// The transaction was aborted; gives the records that the broker does not take, and why.
    pub(super) fn abort(&self) -> (BTreeSet<usize>, Option<String>) {
        let attempt = self.attempt.lock().take().unwrap_or_default();
        let reason = attempt.first_failure.filter(|_| !attempt.refused.is_empty());
        (attempt.refused, reason)
    }

    /// Records and rows that are not with the broker yet.
    pub(super) fn lag(&self) -> u64 {
        self.waiting.load(Ordering::Relaxed) + self.on_their_way.load(Ordering::Relaxed)
    }

    /// Bytes that are not with the broker yet. Rows that are no records yet are as large as records were. A publication that has
    /// ended holds nothing any more.
    pub(super) fn queued_bytes(&self) -> u64 {
        if self.has_ended.load(Ordering::Acquire) {
            return 0;
        }
        let (records, bytes) = (self.delivered.load(Ordering::Relaxed), self.bytes.load(Ordering::Relaxed));
        let each = bytes.checked_div(records).unwrap_or(ROW_BYTES);
        let waiting = self.waiting.load(Ordering::Relaxed).saturating_mul(each);
        waiting + self.bytes_on_their_way.load(Ordering::Relaxed)
    }

    /// Whether the publication has ended, and the broker has taken nothing for a while.
    pub(super) fn is_out_of_time(&self) -> bool {
        self.last_while.lock().ends_by.is_some_and(|end| Instant::now() >= end)
    }

    /// Gives the broker a last while for what is on its way: from now on, and from each time it has taken something.
    pub(super) fn end(&self) {
        let mut last = self.last_while.lock();
        last.ends_by = last.ends_by.or(Some(Instant::now() + last.patience));
    }

    fn put_off_the_end(&self) {
        let mut last = self.last_while.lock();
        last.ends_by = last.ends_by.map(|_| Instant::now() + last.patience);
    }
}

impl Holder for Tally {
    fn memory(&self) -> usize {
        usize::try_from(self.queued_bytes()).unwrap_or(usize::MAX)
    }
}

impl Attempt {
    fn fail(&mut self, reason: String) {
        self.failed += 1;
        self.first_failure.get_or_insert(reason);
    }
}

fn number_of(tag: usize) -> usize {
    tag & ((1 << NUMBER_BITS) - 1)
}

/// Whether a record is refused because the transaction it is sent in has failed, or for what may be otherwise in the next.
fn is_of_transaction(error: &KafkaError) -> bool {
    use RDKafkaErrorCode::{Fatal, Fenced, QueueFull, State, TopicAuthorizationFailed};
    matches!(error.rdkafka_error_code(), Some(Fatal | Fenced | QueueFull | State | TopicAuthorizationFailed))
}

/// Whether a broker that does not take a record will not take it later either.
fn is_final(error: &KafkaError) -> bool {
    use RDKafkaErrorCode as Code;
    matches!(
        error.rdkafka_error_code(),
        Some(
            Code::MessageSizeTooLarge
                | Code::MessageBatchTooLarge
                | Code::InvalidMessage
                | Code::InvalidMessageSize
                | Code::InvalidRecord
                | Code::InvalidTimestamp
                | Code::InvalidTopic
                | Code::PolicyViolation
                | Code::UnknownPartition
                | Code::UnknownTopic
        )
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(code: RDKafkaErrorCode) -> KafkaError {
        KafkaError::MessageProduction(code)
    }

    #[test]
    fn an_aborted_attempt_counts_nothing_and_the_next_leaves_out_what_is_refused() {
        let tally = Tally::default();
        tally.begin(BTreeSet::new(), None);
        let tags: Vec<usize> = (0..3).map(|_| tally.admit().expect("all are in")).collect();
        (0..3).for_each(|_| tally.hand_over(10));
        tally.delivered(tags[0], 10);
        tally.refused(tags[1], &refusal(RDKafkaErrorCode::MessageSizeTooLarge));
        tally.refused(tags[2], &refusal(RDKafkaErrorCode::PurgeQueue));
        (0..3).for_each(|_| tally.arrived(10));
        let (refused, reason) = tally.abort();
        assert_eq!(refused, BTreeSet::from([1]), "the purged one is tried again");
        let counts = |tally: &Tally| {
            [&tally.sent, &tally.delivered, &tally.failed, &tally.bytes]
                .map(|count| count.load(Ordering::Relaxed))
        };
        assert_eq!((counts(&tally), tally.lag()), ([0; 4], 0));
        tally.begin(refused, reason);
        let again: Vec<Option<usize>> = (0..3).map(|_| tally.admit()).collect();
        assert!(again[0].is_some() && again[1].is_none() && again[2].is_some());
        (0..2).for_each(|_| tally.hand_over(10));
        tally.delivered(tags[2], 10);
        tally.delivered(again[0].unwrap(), 10);
        tally.delivered(again[2].unwrap(), 10);
        tally.commit();
        assert_eq!(counts(&tally), [2, 2, 1, 20], "what the first attempt hears late is not counted");
        assert!(tally.first_failure.lock().as_ref().unwrap().contains("too large"));
    }

    #[test]
    fn attempts_are_told_apart_however_many_there_were() {
        let tally = Tally::default();
        tally.attempts.store(ATTEMPTS - 3, Ordering::Relaxed);
        for delivered in 1..6 {
            tally.begin(BTreeSet::new(), None);
            let late = tally.admit().expect("it is in");
            tally.abort();
            tally.begin(BTreeSet::new(), None);
            tally.delivered(late, 1);
            tally.delivered(tally.admit().expect("it is in"), 1);
            tally.commit();
            assert_eq!(tally.delivered.load(Ordering::Relaxed), delivered);
        }
    }

    #[test]
    fn a_record_that_is_refused_ends_the_attempt() {
        let tally = Tally::default();
        tally.begin(BTreeSet::new(), None);
        let first = tally.admit().expect("it is in");
        tally.refused(first, &refusal(RDKafkaErrorCode::PolicyViolation));
        assert!(tally.why_over().is_some() && tally.admit().is_none());
        tally.abort();
        tally.begin(BTreeSet::new(), None);
        tally.refused(first, &refusal(RDKafkaErrorCode::PurgeQueue));
        assert!(tally.why_over().is_none(), "what an earlier attempt hears late does not end the next");
    }

    #[test]
    fn a_publication_that_has_ended_holds_no_memory() {
        let tally = Tally::default();
        tally.waiting.fetch_add(10, Ordering::Relaxed);
        tally.hand_over(500);
        assert_eq!(tally.memory() as u64, 10 * ROW_BYTES + 500);
        tally.has_ended.store(true, Ordering::Release);
        assert_eq!((tally.memory(), tally.queued_bytes(), tally.lag()), (0, 0, 11));
    }

    #[test]
    fn a_broker_that_goes_on_taking_records_is_waited_for() {
        let tally = Tally::default();
        tally.end();
        let soon = Instant::now();
        tally.last_while.lock().ends_by = Some(soon);
        assert!(tally.is_out_of_time());
        tally.hand_over(1);
        tally.arrived(1);
        tally.delivered(0, 1);
        assert!(!tally.is_out_of_time());
        tally.last_while.lock().ends_by = Some(soon);
        tally.begin(BTreeSet::new(), None);
        tally.delivered(tally.admit().expect("it is in"), 1);
        assert!(tally.is_out_of_time(), "what is not committed may never be");
        tally.commit();
        assert!(!tally.is_out_of_time());
    }

    #[test]
    fn rows_that_wait_are_as_large_as_records_were() {
        let tally = Tally::default();
        tally.waiting.fetch_add(10, Ordering::Relaxed);
        assert_eq!((tally.lag(), tally.queued_bytes()), (10, 10 * ROW_BYTES));
        (0..2).for_each(|_| tally.hand_over(500));
        tally.arrived(500);
        tally.delivered(0, 500);
        assert_eq!((tally.lag(), tally.queued_bytes()), (11, 5_500));
    }
}
