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

use super::send::{Sending, Task};

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
        let done = begun.map_err(|error| Failure::of(id, &error).unwrap_or_else(|| failure(&error)));
        let done = done.and_then(|()| {
            tasks.iter().for_each(|task| self.publish(task));
            match self.tally.is_over() {
                true => Err(Failure::Aborted("not all records of a cycle could be sent".to_owned())),
                false => self.until_done(id, || self.producer.commit_transaction(STEP)),
            }
        });
        if let Err(Failure::Aborted(_)) = &done {
            self.until_done(id, || self.producer.abort_transaction(STEP))?;
        }
        done
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
            // Not all was sent in time.
            KafkaError::Flush(_) => None,
            other => Some(failure(other)),
        }
    }
}

fn failure(error: &KafkaError) -> Failure {
    Failure::Aborted(error.to_string())
}

/// The end of a producer.
pub(super) fn fatal(id: &str, code: RDKafkaErrorCode, reason: &str) -> Error {
    use RDKafkaErrorCode::{Fenced, InvalidProducerEpoch, ProducerFenced};
    match code {
        Fenced | ProducerFenced | InvalidProducerEpoch => Error::source(format!(
            "another producer has transactional.id \"{id}\" now, or the broker gave up on a transaction: {reason}"
        ))
        .with_hint("give each publication a transactional.id of its own"),
        _ => Error::source(format!("the producer has failed for good: {reason}")),
    }
}

fn out_of_time(reason: &str) -> Error {
    Error::source(format!("the publication ended before the last transaction was committed: {reason}"))
}
