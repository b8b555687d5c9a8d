//! The group thread: polls the member's client, starts the partitions it was given, and commits now and then.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, TryRecvError};
use kinetable_engine::{Error, Result};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::RDKafkaErrorCode;

use super::control::{Mark, Reins};
use super::discover::{start_of_added, told};
use super::flow::{Outlet, Settling};
use super::group::{Member, State, listed};
use super::start::{Start, Survey};
use super::stats::Counters;
use super::watch::Events;
use crate::client::{Secrets, configure, creation_error};
use crate::spec::StartAt;
use crate::token::Tokens;

const TICK: Duration = Duration::from_millis(20);
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// The member's client keeps to the membership: it has next to no room for records.
const DEFAULTS: [(&str, &str); 2] = [("queued.min.messages", "1"), ("queued.max.messages.kbytes", "64")];
const FIXED: [(&str, &str); 4] = [
    ("enable.auto.commit", "false"),
    ("enable.auto.offset.store", "false"),
    ("allow.auto.create.topics", "false"),
    ("auto.offset.reset", "latest"),
];

/// What the group thread works with.
pub(super) struct Membership {
    client: BaseConsumer<Member>,
    survey: Survey,
    counters: Arc<Counters>,
    /// Where the partitions of the topic start that the group has no position of, as found when the table was made.
    starts: BTreeMap<i32, Start>,
    commit_every: Duration,
    progress: Progress,
    tried: Instant,
    /// The user's wish.
    is_stopping: Arc<AtomicBool>,
    /// Ends the poll thread, once everything is handed over.
    is_ending: Arc<AtomicBool>,
    is_stopped: Arc<AtomicBool>,
}

/// The way of a commit: asked how far reading is; decoded up to there; shown by a finished step.
enum Progress {
    Resting(Instant),
    Asked(Receiver<Mark>),
    Decoding(Mark),
    Taking(Mark, Settling),
}

/// What a membership is made of.
pub(super) struct Joining {
    pub(super) survey: Survey,
    pub(super) starts: Vec<Start>,
    pub(super) reins: Reins,
    pub(super) outlet: Arc<Outlet>,
    pub(super) events: Arc<Events>,
    pub(super) counters: Arc<Counters>,
    pub(super) commit_every: Duration,
    pub(super) discover_every: Duration,
    pub(super) is_stopping: Arc<AtomicBool>,
    pub(super) is_ending: Arc<AtomicBool>,
    pub(super) is_stopped: Arc<AtomicBool>,
}

impl Joining {
    /// Asks to be let into the group.
    pub(super) fn join(self) -> Result<Membership> {
        let topic = self.survey.config.topic.clone();
        let refresh = self.discover_every.as_millis().max(10).to_string();
        let mut defaults = DEFAULTS.to_vec();
        defaults.push(("topic.metadata.refresh.interval.ms", &refresh));
        let member = Member {
            topic: topic.clone(),
            secrets: Secrets::of(&self.survey.config.client),
            tokens: Tokens::new(&self.survey.user, self.survey.config.tokens.clone())?,
            reins: self.reins,
            outlet: self.outlet,
            events: self.events,
            counters: self.counters.clone(),
            state: parking_lot::Mutex::new(State::default()),
        };
        let client: BaseConsumer<Member> = configure(&self.survey.user, &defaults, &FIXED)
            .create_with_context(member)
            .map_err(creation_error)?;
        client
            .subscribe(&[&topic])
            .map_err(|error| Error::invalid(format!("topic \"{topic}\" cannot be subscribed to: {error}")))?;
        Ok(Membership {
            client,
            survey: self.survey,
            counters: self.counters,
            starts: self.starts.into_iter().map(|start| (start.partition, start)).collect(),
            commit_every: self.commit_every,
            progress: Progress::Resting(Instant::now()),
            tried: Instant::now() - TRY_AGAIN,
            is_stopping: self.is_stopping,
            is_ending: self.is_ending,
            is_stopped: self.is_stopped,
        })
    }
}

impl Membership {
    /// Stays a member until told to stop, or until the source has stopped. Leaving hands everything over.
    pub(super) fn run(mut self) {
        while !self.is_stopping.load(Ordering::Acquire) && !self.is_stopped.load(Ordering::Acquire) {
            // A record that slipped in before its partition was paused is dropped: the other client has it.
            if let Some(Err(error)) = self.client.poll(TICK) {
                self.report(error.rdkafka_error_code(), &error.to_string());
            }
            self.take_up();
            self.go_on();
        }
        // Closing takes all partitions away, in the same words as a rebalance.
        let is_ending = self.is_ending.clone();
        drop(self);
        is_ending.store(true, Ordering::Release);
    }

    fn member(&self) -> &Member {
        self.client.context()
    }

    fn report(&self, code: Option<RDKafkaErrorCode>, text: &str) {
        let events = &self.member().events;
        let key = format!("group {code:?}");
        match code {
            Some(
                RDKafkaErrorCode::GroupAuthorizationFailed
                | RDKafkaErrorCode::TopicAuthorizationFailed
                | RDKafkaErrorCode::Authentication,
            ) => events.tell("AUTH FAILED", key, format!("the group may not be joined: {text}")),
            // Told of by whoever reads.
            Some(
                RDKafkaErrorCode::AllBrokersDown
                | RDKafkaErrorCode::BrokerTransportFailure
                | RDKafkaErrorCode::Resolve
                | RDKafkaErrorCode::AutoOffsetReset
                | RDKafkaErrorCode::UnknownTopicOrPartition,
            )
            | None => tracing::debug!(text, "member of a group"),
            Some(_) => events.tell("ATTENTION", key, format!("the group: {text}")),
        }
    }

    /// Starts the partitions that the group has given us, and tells which are read.
    fn take_up(&mut self) {
        let (waiting, has_changed) = {
            let state = self.member().state.lock();
            (state.waiting.clone(), state.has_changed)
        };
        if !waiting.is_empty() && self.tried.elapsed() >= TRY_AGAIN {
            self.tried = match self.start(&waiting) {
                Ok(()) => Instant::now() - TRY_AGAIN,
                Err(error) => {
                    let detail = format!("{} cannot be started yet: {error}", listed(&waiting));
                    self.member().events.tell("ATTENTION", "group start", detail);
                    Instant::now()
                }
            };
        }
        let member = self.member();
        let mut state = member.state.lock();
        if has_changed && state.waiting.is_empty() {
            state.has_changed = false;
            let detail = match state.owned.is_empty() {
                true => "no partition: the others of the group have them all".to_owned(),
                false => listed(&state.owned),
            };
            member.events.tell("RUNNING", format!("reads {detail} {:?}", Instant::now()), detail);
        }
    }

    fn start(&mut self, waiting: &BTreeSet<i32>) -> Result<()> {
        let all = self.survey.partitions_now()?;
        let positions = self.survey.positions(&self.client, &all)?;
        for partition in waiting {
            let is_new = !self.starts.contains_key(partition);
            let start = self.start_of(*partition, positions.get(partition).copied())?;
            if is_new {
                self.member().events.tell("PARTITION ADDED", format!("added {partition}"), told(&start));
                self.starts.insert(*partition, start);
            }
            self.member().reins.start(start);
            // Not one of an old topic.
            let position = positions.get(partition).copied().filter(|position| *position <= start.next);
            self.member().state.lock().started(*partition, position);
        }
        Ok(())
    }

    /// Where a partition goes on: at the group's position or after the last record that this table has, whichever is later.
    fn start_of(&self, partition: i32, position: Option<i64>) -> Result<Start> {
        let is_anew = self.counters.is_anew.load(Ordering::Acquire);
        let found = self.starts.get(&partition).filter(|_| !is_anew);
        let start = match (position, found) {
            (Some(position), _) => StartAt::Offset(position),
            (None, Some(start)) => StartAt::Offset(start.next),
            (None, None) if is_anew => StartAt::Beginning,
            (None, None) => start_of_added(&self.survey.config.offsets, partition),
        };
        let mut start = self.survey.resolve(partition, start)?;
        if is_anew && start.next > start.fetch {
            // A position beyond the end is one that the group had in the old topic.
            return self.survey.resolve(partition, StartAt::Beginning);
        }
        let place = self.counters.partition(partition);
        let next = place.as_ref().map(|place| place.next.load(Ordering::Relaxed));
        // The table may have records that were never committed.
        let has_more = next.is_some_and(|next| next > start.next);
        if let Some(next) = next.filter(|_| has_more) {
            start = self.survey.resolve(partition, StartAt::Offset(next))?;
        }
        let is_awaited = place.is_some_and(|place| place.awaited.load(Ordering::Relaxed) == start.next);
        if (position.is_some() || has_more) && !is_awaited {
            // That place was reached: the broker is to say so if the partition ends before it, which is then another.
            start.fetch = start.next;
        }
        Ok(start)
    }

    /// Goes on with the commit under way, or begins one when it is time.
    fn go_on(&mut self) {
        let outlet = self.member().outlet.clone();
        let progress = std::mem::replace(&mut self.progress, Progress::Resting(Instant::now()));
        self.progress = match progress {
            Progress::Resting(since) if since.elapsed() < self.commit_every => Progress::Resting(since),
            Progress::Resting(_) => Progress::Asked(self.member().reins.mark()),
            Progress::Asked(answer) => match answer.try_recv() {
                Ok(mark) => Progress::Decoding(mark),
                Err(TryRecvError::Empty) => Progress::Asked(answer),
                Err(TryRecvError::Disconnected) => return,
            },
            Progress::Decoding(mark) if outlet.published() < mark.sequence => Progress::Decoding(mark),
            Progress::Decoding(mark) => Progress::Taking(mark, outlet.mark()),
            Progress::Taking(mark, published) if !outlet.is_settled(&published) => {
                Progress::Taking(mark, published)
            }
            Progress::Taking(mark, _) => {
                self.member().settled(mark);
                self.member().commit_settled(&self.client);
                return;
            }
        };
    }
}
