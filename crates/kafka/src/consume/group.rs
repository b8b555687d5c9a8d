//! A source as a member of its consumer group: it reads the partitions it is given, and commits what a finished step shows.
//!
//! ```text
//!  coordinator ─▶ Member (a client of its own, which fetches nothing) ─▶ start, stop ─▶ poll thread ─▶ … ─▶ table
//!       ▲ commits, hand-over                                          └── mark: how far? decoded? at a finished step?
//! ```
//!
//! Membership and reading are two clients: reading is the same whoever decides on the partitions, and a member answers
//! its coordinator also while reading is paused. Both rebalance protocols, eager and cooperative, come to the same two events.
//!
//! **State**: the partitions to be started; what was committed of each; the last places that a finished step shows.
//! **Invariants**: 1. an offset is committed only when the rows before it are in the table (or in `errors`) at a finished step;
//! 2. a partition that is taken away is read no more before it is let go, and what was read of it is committed, unless the group
//! has thrown us out or the step does not end within [`HAND_OVER_MAX`]; 3. a partition that comes back goes on after the later of the
//! group's position and the last record that this table has; 4. of a log that is no longer read, because the topic was made anew or cut,
//! no place is committed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rdkafka::client::{ClientContext, OAuthToken};
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer, ConsumerContext, RebalanceProtocol};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::types::RDKafkaRespErr;
use rdkafka::{Offset, TopicPartitionList};

use super::control::{Mark, Reins};
use super::flow::Outlet;
use super::stats::Counters;
use super::watch::Events;
use crate::client::Secrets;
use crate::token::Tokens;

/// How long a step may take to show what was read of partitions that are taken away.
const HAND_OVER_MAX: Duration = Duration::from_secs(30);
const LOOK_AGAIN: Duration = Duration::from_millis(1);

/// A member of a group, as its client calls it.
pub(super) struct Member {
    pub(super) topic: String,
    pub(super) secrets: Secrets,
    pub(super) tokens: Tokens,
    pub(super) reins: Reins,
    pub(super) outlet: Arc<Outlet>,
    pub(super) events: Arc<Events>,
    pub(super) counters: Arc<Counters>,
    pub(super) state: Mutex<State>,
}

/// What a member knows of its partitions.
#[derive(Default)]
pub(super) struct State {
    /// The partitions that are ours.
    pub(super) owned: BTreeSet<i32>,
    /// Those of them that are still to be started.
    pub(super) waiting: BTreeSet<i32>,
    /// Whether the table is still to be told which partitions are read.
    pub(super) has_changed: bool,
    /// The last places that a finished step shows.
    pub(super) settled: BTreeMap<i32, i64>,
    /// What was committed of ours.
    pub(super) committed: BTreeMap<i32, i64>,
    /// The reading that these places are of.
    reading: u64,
    /// Rebalances so far.
    turns: u64,
}

impl ClientContext for Member {
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = true;

    fn generate_oauth_token(&self, config: Option<&str>) -> Result<OAuthToken, Box<dyn std::error::Error>> {
        self.tokens.token(config.unwrap_or_default())
    }

    fn error(&self, error: KafkaError, reason: &str) {
        let reason = self.secrets.hide(reason);
        tracing::debug!(topic = self.topic, %error, reason, "member of a group");
        if error.rdkafka_error_code() == Some(RDKafkaErrorCode::Fatal) {
            self.events.tell("ATTENTION", "fatal", format!("the group has shut us out: {reason}"));
        }
    }
}

impl ConsumerContext for Member {
    fn rebalance(
        &self,
        client: &BaseConsumer<Member>,
        event: RDKafkaRespErr,
        partitions: &mut TopicPartitionList,
    ) {
        let is_cooperative = matches!(client.rebalance_protocol(), RebalanceProtocol::Cooperative);
        let ids: BTreeSet<i32> = partitions.elements().iter().map(|element| element.partition()).collect();
        let done = match (event, is_cooperative) {
            (RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS, _) => {
                self.state.lock().take_up(&ids);
                let assigned = match is_cooperative {
                    true => client.incremental_assign(partitions),
                    false => client.assign(partitions),
                };
                // This client is for the membership: the records come by the other.
                assigned.and_then(|()| client.pause(partitions))
            }
            (_, true) => {
                self.give_up(client, &ids);
                client.incremental_unassign(partitions)
            }
            (_, false) => {
                self.give_up(client, &ids);
                client.unassign()
            }
        };
        if let Err(error) = done {
            self.events.tell("ATTENTION", "rebalance", format!("a rebalance did not end well: {error}"));
        }
    }

    fn commit_callback(&self, result: KafkaResult<()>, offsets: &TopicPartitionList) {
        match result {
            Ok(()) => self.state.lock().note_committed(offsets),
            Err(error) => {
                let detail = format!("the place reached could not be committed: {error}");
                self.events.tell("ATTENTION", "commit", detail);
            }
        }
    }
}

impl State {
    fn take_up(&mut self, partitions: &BTreeSet<i32>) {
        self.owned.extend(partitions);
        self.waiting.extend(partitions);
        self.has_changed = true;
        self.turns += 1;
    }

    /// A partition of ours is read from now on; the group stands there, if it has a position.
    pub(super) fn started(&mut self, partition: i32, position: Option<i64>) {
        self.waiting.remove(&partition);
        // What this table had read before others went on is no place to go back to.
        self.committed.extend(position.map(|position| (partition, position)));
    }

    fn let_go(&mut self, partitions: &BTreeSet<i32>) {
        for partition in partitions {
            self.owned.remove(partition);
            self.committed.remove(partition);
        }
        self.has_changed = true;
    }

    fn note_committed(&mut self, offsets: &TopicPartitionList) {
        for element in offsets.elements() {
            let offset = element.offset().to_raw().filter(|offset| *offset >= 0);
            // An answer that comes after reading has begun anew is of the log that was read before.
            let is_ours =
                |offset: &i64| self.settled.get(&element.partition()).is_some_and(|place| place >= offset);
            if let Some(offset) = offset.filter(is_ours).filter(|_| element.error().is_ok()) {
                self.committed.insert(element.partition(), offset);
            }
        }
    }

    /// Forgets the places of the log that was read before, if reading has begun anew.
    pub(super) fn see(&mut self, reading: u64) {
        if std::mem::replace(&mut self.reading, reading) != reading {
            self.settled.clear();
            self.committed.clear();
        }
    }

    /// A finished step shows all before a mark.
    fn settle(&mut self, mark: Mark, reading: u64) {
        self.see(reading);
        if mark.reading == reading {
            self.settled.extend(mark.places);
        }
    }

    /// Places beyond what is committed, of these partitions.
    fn uncommitted(&self, partitions: &BTreeSet<i32>) -> Vec<(i32, i64)> {
        let is_new = |(partition, place): &(&i32, &i64)| {
            partitions.contains(partition)
                && self.committed.get(partition).is_none_or(|committed| committed < *place)
        };
        self.settled.iter().filter(is_new).map(|(partition, place)| (*partition, *place)).collect()
    }
}

impl Member {
    /// Stops reading partitions, waits for the step that shows what was read of them, and commits it.
    fn give_up(&self, client: &BaseConsumer<Member>, partitions: &BTreeSet<i32>) {
        let (turn, started) = {
            let mut state = self.state.lock();
            state.turns += 1;
            // What was never started is not ours to commit.
            let started: BTreeSet<i32> = partitions.difference(&state.waiting).copied().collect();
            state.waiting.retain(|partition| !partitions.contains(partition));
            (state.turns, started)
        };
        if !partitions.is_empty() {
            let detail = format!("{} taken away", listed(partitions));
            self.events.tell("REBALANCING", format!("rebalancing {turn}"), detail);
        }
        partitions.iter().for_each(|partition| self.reins.stop(*partition));
        let is_settled = self.settle(HAND_OVER_MAX);
        let is_lost = client.assignment_lost();
        let places = {
            let mut state = self.state.lock();
            state.see(self.reading());
            state.uncommitted(&started)
        };
        if is_lost {
            let detail =
                format!("the group has given {} away; others may read rows again", listed(partitions));
            self.events.tell("ATTENTION", format!("lost {turn}"), detail);
        } else if !places.is_empty()
            && let Err(error) = self.commit(client, &places, CommitMode::Sync)
        {
            let detail = format!("the place reached could not be committed: {error}");
            self.events.tell("ATTENTION", format!("hand-over {turn}"), detail);
        }
        if !is_settled && self.outlet.is_open() {
            let detail = format!("no step showed the last rows of {} in time", listed(partitions));
            self.events.tell("ATTENTION", format!("unsettled {turn}"), detail);
        }
        self.state.lock().let_go(partitions);
    }

    /// Waits until a finished step shows all that was read so far; whether it did, within a time.
    fn settle(&self, limit: Duration) -> bool {
        let deadline = Instant::now() + limit;
        let Ok(mark) = self.reins.mark().recv_timeout(limit) else {
            return false;
        };
        let until = |is_met: &dyn Fn() -> bool| {
            while !is_met() && Instant::now() < deadline && self.outlet.is_open() {
                std::thread::sleep(LOOK_AGAIN);
            }
            is_met()
        };
        if !until(&|| self.outlet.published() >= mark.sequence) {
            return false;
        }
        let published = self.outlet.mark();
        let is_settled = until(&|| self.outlet.is_settled(&published));
        if is_settled {
            self.settled(mark);
        }
        is_settled
    }

    /// Notes that a finished step shows all before a mark.
    pub(super) fn settled(&self, mark: Mark) {
        self.state.lock().settle(mark, self.reading());
    }

    fn reading(&self) -> u64 {
        self.counters.readings.load(Ordering::Acquire)
    }

    /// Commits what is settled and not yet committed of our partitions.
    pub(super) fn commit_settled(&self, client: &BaseConsumer<Member>) {
        let places = {
            let mut state = self.state.lock();
            state.see(self.reading());
            let started = state.owned.difference(&state.waiting).copied().collect();
            state.uncommitted(&started)
        };
        if places.is_empty() {
            return;
        }
        if let Err(error) = self.commit(client, &places, CommitMode::Async) {
            self.events.tell(
                "ATTENTION",
                "commit",
                format!("the place reached could not be committed: {error}"),
            );
        }
    }

    fn commit(
        &self,
        client: &BaseConsumer<Member>,
        places: &[(i32, i64)],
        mode: CommitMode,
    ) -> KafkaResult<()> {
        let mut list = TopicPartitionList::new();
        for (partition, place) in places {
            list.add_partition_offset(&self.topic, *partition, Offset::Offset(*place))?;
        }
        client.commit(&list, mode)
    }
}

/// `partitions 0, 2`.
pub(super) fn listed(partitions: &BTreeSet<i32>) -> String {
    let numbers: Vec<String> = partitions.iter().map(i32::to_string).collect();
    match numbers.len() {
        1 => format!("partition {}", numbers[0]),
        _ => format!("partitions {}", numbers.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_beyond_the_last_commit_is_committed() {
        let mut state = State::default();
        let ours = BTreeSet::from([0, 1, 2]);
        state.take_up(&ours);
        state.settled.extend([(0, 5), (1, 7), (3, 9)]);
        assert_eq!(state.uncommitted(&ours), [(0, 5), (1, 7)], "also the first place, read or not");
        let mut committed = TopicPartitionList::new();
        committed.add_partition_offset("t", 0, Offset::Offset(5)).unwrap();
        state.note_committed(&committed);
        assert_eq!(state.uncommitted(&ours), [(1, 7)]);
        state.settled.insert(0, 6);
        assert_eq!(state.uncommitted(&BTreeSet::from([0])), [(0, 6)]);
        state.let_go(&BTreeSet::from([0]));
        assert_eq!(state.owned, BTreeSet::from([1, 2]));
        assert!(!state.committed.contains_key(&0), "others commit it from now on");
    }

    #[test]
    fn places_of_a_log_that_is_read_no_more_are_not_committed() {
        let mut state = State::default();
        let ours = BTreeSet::from([0]);
        state.take_up(&ours);
        let mark = |place, reading| Mark { sequence: 0, places: vec![(0, place)], reading };
        let mut answer = TopicPartitionList::new();
        answer.add_partition_offset("t", 0, Offset::Offset(500)).unwrap();
        state.settle(mark(500, 0), 0);
        state.note_committed(&answer);
        state.settle(mark(700, 0), 1);
        assert_eq!(state.uncommitted(&ours), [], "a mark under way is of the old topic");
        state.settle(mark(2, 1), 1);
        state.note_committed(&answer);
        assert_eq!(state.uncommitted(&ours), [(0, 2)], "and so is the answer to a commit");
    }

    #[test]
    fn partitions_are_listed() {
        assert_eq!(listed(&BTreeSet::from([3])), "partition 3");
        assert_eq!(listed(&BTreeSet::from([3, 0])), "partitions 0, 3");
    }
}
