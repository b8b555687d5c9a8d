//! Before the first record: which partitions there are, and at which offset each is to be started.
//!
//! Every start becomes a number while the table is being made, so that "the end" is the end at that moment and what is
//! produced after the call is not missed.
//!
//! A member of a group starts where the group stands, whatever offsets it was given: these are for a group that has no position
//! yet. A partition without a position in a group that has some of others was added later, and is read whole: members commit the
//! place of every partition they are given, read or not.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kinetable_engine::{Error, Result};
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::{Offset, TopicPartitionList};

use super::config::{ConsumerConfig, Partitions};
use super::watch::Watch;
use crate::client::{attended, configure, creation_error, request_error};
use crate::spec::StartAt;
use crate::token::{Bearer, Tokens};

/// The broker, as asked before a table is made, and when partitions come.
pub(super) struct Survey {
    pub(super) client: Arc<BaseConsumer<Watch>>,
    pub(super) config: ConsumerConfig,
    /// The user's settings of librdkafka.
    pub(super) user: BTreeMap<String, String>,
    pub(super) servers: String,
    pub(super) timeout: Duration,
    /// Whether the source is a member of its group.
    pub(super) is_member: bool,
}

/// Where a partition starts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Start {
    pub(super) partition: i32,
    /// The first offset that is wanted.
    pub(super) next: i64,
    /// The offset to fetch from.
    pub(super) fetch: i64,
}

impl Survey {
    /// Where each partition starts, ascending.
    pub(super) fn starts(&self) -> Result<Vec<Start>> {
        let partitions = self.partitions()?;
        let committed = self.committed(&partitions)?;
        let start = |partition: &i32| self.resolve(*partition, self.start_of(*partition, &committed)?);
        partitions.iter().map(start).collect()
    }

    fn start_of(&self, partition: i32, committed: &BTreeMap<i32, i64>) -> Result<StartAt> {
        let position = committed.get(&partition).map(|offset| StartAt::Offset(*offset));
        match self.config.offsets.start_of(partition) {
            start if self.is_member => match (position, start) {
                (Some(position), _) => Ok(position),
                (None, _) if !committed.is_empty() => Ok(StartAt::Beginning),
                (None, StartAt::DontSeek) => self.reset_policy(),
                (None, start) => Ok(start),
            },
            StartAt::DontSeek => position.map_or_else(|| self.reset_policy(), Ok),
            start => Ok(start),
        }
    }

    fn partitions(&self) -> Result<Vec<i32>> {
        let topic = &self.config.topic;
        let all = self.all_partitions()?;
        let wanted = match &self.config.partitions {
            Partitions::All => return Ok(all),
            Partitions::Listed(list) => {
                let mut wanted = list.clone();
                wanted.sort_unstable();
                wanted.dedup();
                wanted
            }
            Partitions::Chosen(filter) => {
                let answers = all.iter().map(|partition| Ok((*partition, filter(*partition)?)));
                let answers = answers.collect::<Result<Vec<_>>>()?;
                answers
                    .into_iter()
                    .filter_map(|(partition, is_wanted)| is_wanted.then_some(partition))
                    .collect()
            }
        };
        if let Some(missing) = wanted.iter().find(|partition| !all.contains(partition)) {
            return Err(Error::invalid(format!("topic \"{topic}\" has no partition {missing}"))
                .with_hint(format!("it has partitions 0 to {}", all.len() as i32 - 1)));
        }
        if wanted.is_empty() {
            return Err(Error::invalid(format!("no partition of topic \"{topic}\" is asked for")));
        }
        Ok(wanted)
    }

    /// The topic's partitions as its brokers know them now, ascending; none if there is no such topic.
    pub(super) fn partitions_now(&self) -> Result<Vec<i32>> {
        let topic = &self.config.topic;
        let metadata = self.client.fetch_metadata(Some(topic), self.timeout).map_err(|error| {
            request_error(&format!("asking for topic \"{topic}\""), &self.servers, &error)
        })?;
        let found = metadata.topics().iter().find(|found| found.name() == topic);
        let mut partitions: Vec<i32> = found
            .filter(|found| found.error().is_none())
            .map(|found| found.partitions().iter().map(|partition| partition.id()).collect())
            .unwrap_or_default();
        partitions.sort_unstable();
        Ok(partitions)
    }

    /// Asks until the topic's partitions are known; one that was just created takes a moment.
    fn all_partitions(&self) -> Result<Vec<i32>> {
        let topic = &self.config.topic;
        let deadline = Instant::now() + self.timeout.min(Duration::from_secs(2));
        loop {
            let partitions = self.partitions_now()?;
            if !partitions.is_empty() {
                return Ok(partitions);
            }
            if Instant::now() >= deadline {
                return Err(Error::invalid(format!("there is no topic \"{topic}\" at \"{}\"", self.servers))
                    .with_hint("check its name, and that you may read it; topics() lists those there are"));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// The number of a start.
    pub(super) fn resolve(&self, partition: i32, start: StartAt) -> Result<Start> {
        let (low, high) = self.watermarks(partition)?;
        let next = match start {
            StartAt::Offset(offset) => offset,
            StartAt::Timestamp(ns) => self.offset_at(partition, ns)?.unwrap_or(high),
            StartAt::Beginning => low,
            StartAt::End | StartAt::DontSeek => high,
        };
        // An offset still to come is not there to be fetched: what comes before it is dropped by the guard.
        let fetch = next.min(high);
        Ok(Start { partition, next, fetch })
    }

    /// The oldest offset and the end of a partition. A partition that is electing its leader is asked again.
    fn watermarks(&self, partition: i32) -> Result<(i64, i64)> {
        let deadline = Instant::now() + self.timeout;
        loop {
            let failed = match self.client.fetch_watermarks(&self.config.topic, partition, self.timeout) {
                Ok(found) => return Ok(found),
                Err(error) => error,
            };
            if Instant::now() >= deadline {
                let doing = format!("asking for the ends of partition {partition}");
                return Err(request_error(&doing, &self.servers, &failed));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// The offset of the first record that is not older than an instant; `None` if there is none.
    fn offset_at(&self, partition: i32, ns: i64) -> Result<Option<i64>> {
        // Records have milliseconds: the first that is not before the instant.
        let ms = ns.div_euclid(1_000_000) + i64::from(ns.rem_euclid(1_000_000) > 0);
        let failed = |error| {
            let doing = format!("asking for the place of a time in partition {partition}");
            request_error(&doing, &self.servers, &error)
        };
        let mut times = TopicPartitionList::new();
        times
            .add_partition_offset(&self.config.topic, partition, Offset::Offset(ms.max(0)))
            .map_err(failed)?;
        let found = self.client.offsets_for_times(times, self.timeout).map_err(failed)?;
        let element = found.elements().into_iter().next();
        let Some(element) = element else { return Ok(None) };
        element.error().map_err(failed)?;
        Ok(element.offset().to_raw().filter(|offset| *offset >= 0))
    }

    /// Where a consumer starts that has no position.
    fn reset_policy(&self) -> Result<StartAt> {
        let policy = self.user.get("auto.offset.reset").map_or("latest", String::as_str);
        match policy {
            "latest" | "largest" | "end" => Ok(StartAt::End),
            "earliest" | "smallest" | "beginning" => Ok(StartAt::Beginning),
            "none" | "error" => Err(Error::invalid(
                "no position is committed, and \"auto.offset.reset\" says not to choose one",
            )
            .with_hint("give offsets, or set \"auto.offset.reset\" to earliest or latest")),
            other => Err(Error::invalid(format!("\"auto.offset.reset\" is \"{other}\""))
                .with_hint("use earliest or latest")),
        }
    }

    /// The positions of the group the user named: of all partitions for a member, else of those that are not sought elsewhere.
    fn committed(&self, partitions: &[i32]) -> Result<BTreeMap<i32, i64>> {
        let is_asked =
            |partition: &i32| self.is_member || self.config.offsets.start_of(*partition) == StartAt::DontSeek;
        let asked: Vec<i32> = partitions.iter().copied().filter(is_asked).collect();
        if !self.user.contains_key("group.id") || asked.is_empty() {
            return Ok(BTreeMap::new());
        }
        let bearer = Bearer(Tokens::new(&self.user, self.config.tokens.clone())?);
        let group: BaseConsumer<Bearer> = configure(&self.user, &[], &[("enable.auto.commit", "false")])
            .create_with_context(bearer)
            .map_err(creation_error)?;
        attended(&group, || self.positions(&group, &asked))
    }

    /// Where a group stands in partitions, as far as it has a position.
    pub(super) fn positions<C: ConsumerContext>(
        &self,
        group: &BaseConsumer<C>,
        partitions: &[i32],
    ) -> Result<BTreeMap<i32, i64>> {
        let mut list = TopicPartitionList::new();
        for partition in partitions {
            list.add_partition(&self.config.topic, *partition);
        }
        let positions = group
            .committed_offsets(list, self.timeout)
            .map_err(|error| request_error("asking for the group's position", &self.servers, &error))?;
        let position = |element: &rdkafka::topic_partition_list::TopicPartitionListElem<'_>| {
            let offset = element.offset().to_raw().filter(|offset| *offset >= 0)?;
            Some((element.partition(), offset))
        };
        Ok(positions.elements().iter().filter_map(position).collect())
    }
}
