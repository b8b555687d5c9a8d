//! When the topic is not what it was: what the poll thread does about it.
//!
//! | seen | done |
//! |---|---|
//! | our offset is older than the oldest record | `kinetable.on.gap`: go on at the oldest, at the end, or fail; the lost offsets are named |
//! | the topic has another id, or a partition ends before our offset | `anew.rs` |
//! | the topic is gone | `kinetable.on.topic.missing`: wait or stop |
//!
//! **Invariant**: 1. no partition is ever read on at another place than the one after its last record without a row in
//! the status table that names what was lost, or that the topic is another.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use kinetable_engine::Error;
use rdkafka::consumer::Consumer;
use rdkafka::error::RDKafkaErrorCode;

use super::choices::OnGap;
use super::conditions::{ATTENTION, AUTH_FAILED, FAILED};
use super::poll::Poller;
use super::stats::{PartitionCounters, find};
use super::tables::BadRecord;

const AGAIN: Duration = Duration::from_secs(1);
/// So long is the broker given to say whether the topic is another one, before a partition is taken for cut.
const ID_WAIT: Duration = Duration::from_secs(4);

/// A partition whose place the broker does not have.
pub(super) struct Lost {
    pub(super) partition: i32,
    since: Instant,
    tried: Option<Instant>,
}

impl Lost {
    pub(super) fn now(partition: i32) -> Lost {
        Lost { partition, since: Instant::now(), tried: None }
    }
}

impl Poller {
    /// Tells of a problem; true if the partition has to be started again.
    pub(super) fn report(&mut self, partition: i32, offset: i64, code: RDKafkaErrorCode, text: &str) -> bool {
        let key = format!("{partition} {code:?}");
        match code {
            RDKafkaErrorCode::AutoOffsetReset
            | RDKafkaErrorCode::OffsetOutOfRange
            | RDKafkaErrorCode::LogTruncation => return true,
            RDKafkaErrorCode::PartitionEOF => {}
            RDKafkaErrorCode::UnknownTopic
            | RDKafkaErrorCode::UnknownTopicOrPartition
            | RDKafkaErrorCode::UnknownPartition => {
                // One answer may come from a broker that has just started: the inspector waits for a second.
                self.counters.note_error(format!("partition {partition}: {text}"));
            }
            RDKafkaErrorCode::TopicAuthorizationFailed => {
                let principal = self.client.client().context().principal();
                let detail = format!("{principal} may not read topic \"{}\"", self.topic);
                self.counters.conditions.set(AUTH_FAILED, "topic", detail);
            }
            RDKafkaErrorCode::BadMessage
            | RDKafkaErrorCode::InvalidMessage
            | RDKafkaErrorCode::InvalidMessageSize
            | RDKafkaErrorCode::MessageSizeTooLarge => {
                let reason = format!("the broker's record could not be taken: {text}");
                self.flow.refuse(BadRecord::unseen(partition, offset, reason));
            }
            _ => {
                self.counters.note_error(format!("partition {partition}: {text}"));
                self.events.tell(ATTENTION, key, format!("partition {partition}: {text}"));
            }
        }
        false
    }

    /// Notes that a partition has to be started again.
    pub(super) fn lose(&mut self, partition: i32) {
        if !self.lost.iter().any(|lost| lost.partition == partition) {
            self.lost.push(Lost::now(partition));
        }
    }

    /// Starts a partition again whose offset the broker does not have (any more); false if that cannot be done yet.
    pub(super) fn mend(&mut self, lost: &mut Lost) -> bool {
        if self.is_held() || self.cut.contains_key(&lost.partition) {
            return true;
        }
        if lost.tried.is_some_and(|tried| tried.elapsed() < AGAIN) {
            return false;
        }
        lost.tried = Some(Instant::now());
        let Some(place) = find(&self.places, lost.partition).cloned() else {
            return true;
        };
        let marks = self.client.fetch_watermarks(&self.topic, lost.partition, Duration::from_secs(2));
        let Ok((low, high)) = marks else {
            return false;
        };
        let next = place.next.load(Ordering::Relaxed);
        if next < low {
            return self.cross_gap(&place, low, high);
        }
        if next > high && next > place.awaited.load(Ordering::Relaxed) {
            return self.is_same_topic(lost) && self.partition_is_cut(&place, low, high);
        }
        self.start_at(place.partition, next.min(high))
    }

    /// Whether the broker has named the topic we read since the partition was lost, or says nothing of it.
    fn is_same_topic(&self, lost: &Lost) -> bool {
        let confirmed = *self.counters.confirmed.lock();
        confirmed.is_some_and(|confirmed| confirmed > lost.since) || lost.since.elapsed() > ID_WAIT
    }

    fn cross_gap(&mut self, place: &PartitionCounters, low: i64, high: i64) -> bool {
        let (partition, next) = (place.partition, place.next.load(Ordering::Relaxed));
        let on = if self.policies.gap == OnGap::Latest { high } else { low };
        let detail = match on == low {
            true => format!("offsets {next} to {} of partition {partition} are no longer there", low - 1),
            false => format!(
                "offsets {next} to {} of partition {partition} are no longer there, and {low} to {} are left out",
                low - 1,
                high - 1
            ),
        };
        self.counters.note_error(detail.clone());
        self.events.tell("GAP", format!("gap {partition} {next}"), detail.clone());
        if self.policies.gap == OnGap::Fail {
            let error = Error::source(format!("topic \"{}\": {detail}", self.topic));
            self.flow
                .outlet()
                .rows()
                .fail(&error.with_hint("\"kinetable.on.gap\" says to fail; earliest and latest go on"));
            self.counters.conditions.set(FAILED, "gap", detail.clone());
            self.stop_because(detail);
            return true;
        }
        place.next.store(on, Ordering::Relaxed);
        self.start_at(partition, on)
    }

    pub(super) fn start_at(&mut self, partition: i32, offset: i64) -> bool {
        self.drain.stop(partition);
        self.drain.start(partition, offset).is_ok()
    }
}
