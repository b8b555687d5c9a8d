//! Before the first record: which partitions there are, and at which offset each is to be started.
//!
//! Every start becomes a number while the table is being made, so that "the end" is the end at that moment and what is
//! produced after the call is not missed.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use kinetable_engine::{Error, Result};
use rdkafka::TopicPartitionList;
use rdkafka::consumer::{BaseConsumer, Consumer};

use super::config::ConsumerConfig;
use super::watch::Watch;
use crate::client::{configure, creation_error, request_error};
use crate::spec::StartAt;

/// The broker, as asked before a table is made.
pub(super) struct Survey<'a> {
    pub(super) client: &'a BaseConsumer<Watch>,
    pub(super) config: &'a ConsumerConfig,
    /// The user's settings of librdkafka.
    pub(super) user: &'a BTreeMap<String, String>,
    pub(super) servers: &'a str,
    pub(super) timeout: Duration,
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

impl Survey<'_> {
    /// Where each partition starts, ascending.
    pub(super) fn starts(&self) -> Result<Vec<Start>> {
        let partitions = self.partitions()?;
        let committed = self.committed(&partitions)?;
        let start = |partition: &i32| {
            let start = match self.config.offsets.start_of(*partition) {
                StartAt::DontSeek => match committed.get(partition) {
                    Some(offset) => StartAt::Offset(*offset),
                    None => self.reset_policy()?,
                },
                start => start,
            };
            self.resolve(*partition, start)
        };
        partitions.iter().map(start).collect()
    }

    fn partitions(&self) -> Result<Vec<i32>> {
        let topic = &self.config.topic;
        let mut all = self.all_partitions()?;
        all.sort_unstable();
        let Some(wanted) = &self.config.partitions else {
            return Ok(all);
        };
        let mut wanted = wanted.clone();
        wanted.sort_unstable();
        wanted.dedup();
        if let Some(missing) = wanted.iter().find(|partition| !all.contains(partition)) {
            return Err(Error::invalid(format!("topic \"{topic}\" has no partition {missing}"))
                .with_hint(format!("it has partitions 0 to {}", all.len() as i32 - 1)));
        }
        if wanted.is_empty() {
            return Err(Error::invalid(format!("no partition of topic \"{topic}\" is asked for")));
        }
        Ok(wanted)
    }

    /// Asks until the topic's partitions are known; one that was just created takes a moment.
    fn all_partitions(&self) -> Result<Vec<i32>> {
        let topic = &self.config.topic;
        let deadline = Instant::now() + self.timeout.min(Duration::from_secs(2));
        loop {
            let metadata = self.client.fetch_metadata(Some(topic), self.timeout).map_err(|error| {
                request_error(&format!("asking for topic \"{topic}\""), self.servers, &error)
            })?;
            let found = metadata.topics().iter().find(|found| found.name() == topic);
            let partitions: Vec<i32> = found
                .filter(|found| found.error().is_none())
                .map(|found| found.partitions().iter().map(|partition| partition.id()).collect())
                .unwrap_or_default();
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

    fn resolve(&self, partition: i32, start: StartAt) -> Result<Start> {
        let (low, high) = self.watermarks(partition)?;
        let next = match start {
            StartAt::Offset(offset) => offset,
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
                return Err(request_error(&doing, self.servers, &failed));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
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

    /// The positions of the group the user named, of partitions that are not sought elsewhere.
    fn committed(&self, partitions: &[i32]) -> Result<BTreeMap<i32, i64>> {
        let unsought = |partition: &&i32| self.config.offsets.start_of(**partition) == StartAt::DontSeek;
        if !self.user.contains_key("group.id") || !partitions.iter().any(|p| unsought(&p)) {
            return Ok(BTreeMap::new());
        }
        let mut list = TopicPartitionList::new();
        for partition in partitions.iter().filter(unsought) {
            list.add_partition(&self.config.topic, *partition);
        }
        let group: BaseConsumer =
            configure(self.user, &[], &[("enable.auto.commit", "false")]).create().map_err(creation_error)?;
        let positions = group
            .committed_offsets(list, self.timeout)
            .map_err(|error| request_error("asking for the group's position", self.servers, &error))?;
        let position = |element: &rdkafka::topic_partition_list::TopicPartitionListElem<'_>| {
            let offset = element.offset().to_raw().filter(|offset| *offset >= 0)?;
            Some((element.partition(), offset))
        };
        Ok(positions.elements().iter().filter_map(position).collect())
    }
}
