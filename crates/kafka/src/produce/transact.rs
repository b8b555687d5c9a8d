//! Cycles in transactions: who reads with `read_committed` sees all of a cycle's records or none, each once.
//!
//! ```text
//!  changes that wait, 100 cycles at most ─▶ begin ─▶ records ─▶ commit ─▶ counted
//!                                             ▲                  └ abort ─┐
//!                                             └──── a moment later ◀──────┘
//! ```
//!
//! A commit of which nothing is heard is asked for again until its outcome is known: it is never aborted after it may have been
//! done. What a broker refuses for good is left out of the next attempt and counted as failed, as without transactions. A fatal
//! error (another producer has the `transactional.id` now, mostly) ends the publication: going on would fence the other in turn.
//!
//! **Invariants**: 1. the records of a cycle are in one transaction; 2. cycles are committed in their order.

use std::collections::BTreeSet;
use std::time::Duration;

use kinetable_engine::Error;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::Producer;

use super::send::{LOOK_EVERY, Sending, Task};

/// How long one question to the coordinator may take before we look around.
const STEP: Duration = Duration::from_secs(5);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(2);

/// Why a transaction was not committed.
enum Failure {
    /// It can be tried again.
    Aborted(String),
    /// Nothing can be published any more.
    Fatal(Error),
}

impl Sending {
    /// Publishes cycles in a transaction, however many attempts it takes.
    ///
    /// # Errors
    /// If nothing can be published any more, or there is no more time.
    pub(super) fn transact(&self, id: &str, tasks: &[Task]) -> Result<(), Error> {
        let (mut left_out, mut reason, mut pause) = (BTreeSet::new(), None, FIRST_PAUSE);
        loop {
            let aborted = match self.attempt(id, tasks, left_out.clone(), reason.clone()) {
                Ok(()) => {
                    self.tally.commit();
                    return Ok(());
                }
                Err(Failure::Fatal(error)) => return Err(error),
                Err(Failure::Aborted(aborted)) => aborted,
            };
            let (refused, why) = self.tally.abort();
            if !refused.is_empty() {
                // The next attempt is another.
                pause = FIRST_PAUSE;
            }
            left_out.extend(refused);
            reason = reason.or(why);
            *self.tally.trouble.lock() = Some(aborted.clone());
            if self.tally.is_out_of_time() {
                return Err(out_of_time(&aborted));
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }

    fn attempt(
        &self,
        id: &str,
        tasks: &[Task],
        left_out: BTreeSet<usize>,
        reason: Option<String>,
    ) -> Result<(), Failure> {
        self.tally.begin(left_out, reason);
        let begun = self.producer.begin_transaction();
        let done = begun.map_err(|error| Failure::of(id, &error).unwrap_or_else(|| failure_of(&error)));
        let done = done.and_then(|()| {
            tasks.iter().for_each(|task| self.publish(task));
            self.until_delivered(id)?;
            self.until_done(id, || self.producer.commit_transaction(STEP))
        });
        if let Err(Failure::Aborted(_)) = &done {
            self.until_done(id, || self.producer.abort_transaction(STEP))?;
        }
        done
    }

    /// Waits until all records of the transaction under way have arrived.
    ///
    /// Some may never: when a transaction has failed, the client keeps what a broker wants once more, and does not send it. It tells
    /// of the failure only when it is asked to commit, which waits for the records first.
    fn until_delivered(&self, id: &str) -> Result<(), Failure> {
        loop {
            if let Some(reason) = self.tally.why_over() {
                return Err(Failure::Aborted(reason));
            }
            let Err(error) = self.producer.flush(LOOK_EVERY) else { return Ok(()) };
            if let Some((code, reason)) = self.producer.client().fatal_error() {
                return Err(Failure::Fatal(fatal(id, code, &reason)));
            }
            // None can begin within another; the refusal says whether the one under way has failed.
            if let Err(KafkaError::Transaction(refusal)) = self.producer.begin_transaction()
                && (refusal.is_fatal() || refusal.txn_requires_abort())
            {
                let failure = Failure::of(id, &KafkaError::Transaction(refusal));
                return Err(failure.unwrap_or_else(|| failure_of(&error)));
            }
            if self.tally.is_out_of_time() {
                return Err(Failure::Fatal(out_of_time(&error.to_string())));
            }
        }
    }

    /// Asks until the outcome is known.
    fn until_done(&self, id: &str, ask: impl Fn() -> Result<(), KafkaError>) -> Result<(), Failure> {
        loop {
            let Err(error) = ask() else { return Ok(()) };
            if let Some(failure) = Failure::of(id, &error) {
                return Err(failure);
            }
            *self.tally.trouble.lock() = Some(error.to_string());
            if self.tally.is_out_of_time() {
                return Err(Failure::Fatal(out_of_time(&error.to_string())));
            }
        }
    }
}

impl Failure {
    /// What an error is; `None` if the question is to be asked again.
    fn of(id: &str, error: &KafkaError) -> Option<Failure> {
        match error {
            KafkaError::Transaction(error) if error.is_fatal() => {
                Some(Failure::Fatal(fatal(id, error.code(), &error.string())))
            }
            KafkaError::Transaction(error) if error.txn_requires_abort() => {
                Some(Failure::Aborted(error.string()))
            }
            KafkaError::Transaction(error) if error.is_retriable() => None,
            other => Some(failure_of(other)),
        }
    }
}

fn failure_of(error: &KafkaError) -> Failure {
    Failure::Aborted(error.to_string())
}

/// The end of a producer.
pub(super) fn fatal(id: &str, code: RDKafkaErrorCode, reason: &str) -> Error {
    use RDKafkaErrorCode::{Fenced, InvalidProducerEpoch, ProducerFenced};
    match code {
        Fenced | ProducerFenced | InvalidProducerEpoch => Error::source(format!(
            "another producer has transactional.id \"{id}\" now, or the broker gave up on a transaction: {reason}"
        ))
        .with_hint(
            "give each publication a transactional.id of its own; \
             if a cycle takes longer to send than transaction.timeout.ms, raise that",
        ),
        _ => Error::source(format!("the producer has failed for good: {reason}")),
    }
}

fn out_of_time(reason: &str) -> Error {
    Error::source(format!("the publication ended before the last transaction was committed: {reason}"))
}
