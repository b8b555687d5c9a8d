//! The topic that is read is another, or one of its partitions is: `kinetable.on.topic.recreated` says what is done.
//!
//! | seen | `ask` | `new_incarnation` | `stop` |
//! |---|---|---|---|
//! | the topic has another id | nothing is read until told, then the new one from its beginning | at once from its beginning | stop |
//! | a partition ends before our place, same topic | it is not read until told, then from its oldest record; the others go on | at once from its oldest record | stop |
//!
//! **Invariants**: 1. places of the log that was read before are nobody's to go on from: partitions that were given away and come
//! back, and commits that are under way, know by the count of readings; 2. a partition that was not cut is never read again.

use std::sync::atomic::Ordering;

use super::choices::{OnMissing, OnRecreated};
use super::conditions::{ATTENTION, TOPIC_RECREATED};
use super::poll::Poller;
use super::stats::{Order, PartitionCounters};

impl Poller {
    /// Whether nothing is read until the user says so.
    pub(super) fn is_held(&self) -> bool {
        self.counters.conditions.has("recreated")
    }

    /// Does what the watch thread and the user ask for, and what the policies say of a topic that is gone.
    pub(super) fn follow_orders(&mut self) {
        let orders = std::mem::take(&mut *self.counters.orders.lock());
        for order in orders {
            match order {
                Order::Recreated => {
                    self.lost.clear();
                    self.forget_cuts();
                    self.topic_is_another();
                }
                Order::Resume if self.is_held() => self.read_anew(),
                Order::Resume => self.read_cut(),
            }
        }
        if self.policies.missing == OnMissing::Stop && self.counters.conditions.has("missing") {
            self.stop_because(format!("topic \"{}\" is gone", self.topic));
        }
    }

    fn topic_is_another(&mut self) {
        let topic = &self.topic;
        match self.policies.recreated {
            OnRecreated::NewIncarnation => self.read_anew(),
            OnRecreated::Stop => self.stop_because(format!("topic \"{topic}\" was deleted and made anew")),
            OnRecreated::Ask => {
                let detail = format!(
                    "topic \"{topic}\" was deleted and made anew; nothing is read until resume() is called, \
                     which reads the new topic from its beginning"
                );
                self.counters.conditions.set(TOPIC_RECREATED, "recreated", detail);
                // What is being committed is of the old topic.
                self.counters.readings.fetch_add(1, Ordering::AcqRel);
                for (partition, _) in self.counters.places() {
                    self.drain.stop(partition);
                }
            }
        }
    }

    /// Reads all partitions from their beginning.
    fn read_anew(&mut self) {
        self.lost.clear();
        self.counters.begin_anew();
        self.counters.conditions.clear("recreated");
        for place in self.places.clone() {
            self.drain.stop(place.partition);
            self.start_or_lose(place.partition, 0);
        }
    }

    /// A partition of the same topic ends before our place; false if it cannot be read yet.
    pub(super) fn partition_is_cut(&mut self, place: &PartitionCounters, low: i64, high: i64) -> bool {
        let (partition, next) = (place.partition, place.next.load(Ordering::Relaxed));
        let what = format!(
            "partition {partition} ends at {high}, before offset {next}: the topic was made anew or cut"
        );
        self.counters.note_error(what.clone());
        match self.policies.recreated {
            OnRecreated::NewIncarnation => {
                let detail = format!("{what}; reading on from {low}");
                self.events.tell(TOPIC_RECREATED, format!("anew {partition} {next}"), detail);
                self.begin_partition(place, low);
                self.start_at(partition, low)
            }
            OnRecreated::Stop => {
                self.stop_because(what);
                true
            }
            OnRecreated::Ask => {
                let detail = format!(
                    "{what}; it is not read until resume() is called, which reads it from offset {low}; \
                     the other partitions are read on"
                );
                self.counters.conditions.set(TOPIC_RECREATED, cut_key(partition), detail);
                // What is being committed may be of what was cut.
                self.counters.readings.fetch_add(1, Ordering::AcqRel);
                self.drain.stop(partition);
                self.cut.insert(partition, low);
                true
            }
        }
    }

    /// Reads the partitions that were cut, from the oldest records they had then, and no others.
    fn read_cut(&mut self) {
        for (partition, low) in std::mem::take(&mut self.cut) {
            self.counters.conditions.clear(&cut_key(partition));
            let Some(place) = self.counters.partition(partition) else { continue };
            self.begin_partition(&place, low);
            if self.places.iter().any(|read| read.partition == partition) {
                self.start_or_lose(partition, low);
            }
        }
    }

    fn forget_cuts(&mut self) {
        for partition in std::mem::take(&mut self.cut).into_keys() {
            self.counters.conditions.clear(&cut_key(partition));
        }
    }

    fn begin_partition(&self, place: &PartitionCounters, low: i64) {
        place.begin_at(low);
        self.counters.readings.fetch_add(1, Ordering::AcqRel);
    }

    /// Starts a partition; one that cannot be started is tried again.
    pub(super) fn start_or_lose(&mut self, partition: i32, offset: i64) {
        if let Err(error) = self.drain.start(partition, offset) {
            self.events.tell(ATTENTION, format!("start {partition}"), error.to_string());
            self.lose(partition);
        }
    }

    pub(super) fn stop_because(&self, reason: String) {
        self.counters.stop_reason.lock().get_or_insert(reason);
        self.is_stopping.store(true, Ordering::Release);
    }
}

fn cut_key(partition: i32) -> String {
    format!("cut {partition}")
}
