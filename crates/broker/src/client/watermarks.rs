//! What partitions a topic has, and where their logs begin and end.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rdkafka::consumer::{BaseConsumer, Consumer};

use crate::target::Target;

const TIMEOUT: Duration = Duration::from_secs(60);

/// How many partitions `topic` has; an error if there is no such topic.
pub fn partition_count(target: &Target, topic: &str) -> Result<i32> {
    partitions(&consumer(target)?, topic).map(|count| count as i32)
}

/// The offset after the newest record of each partition.
pub fn end_offsets(target: &Target, topic: &str) -> Result<BTreeMap<i32, i64>> {
    watermarks(target, topic, |(_, end)| end)
}

/// The offset of the oldest record of each partition.
pub fn start_offsets(target: &Target, topic: &str) -> Result<BTreeMap<i32, i64>> {
    watermarks(target, topic, |(start, _)| start)
}

/// Whether the broker answers within `timeout`.
pub fn is_ready(target: &Target, timeout: Duration) -> bool {
    let metadata = consumer(target).and_then(|consumer| Ok(consumer.fetch_metadata(None, timeout)?));
    metadata.is_ok_and(|metadata| !metadata.brokers().is_empty())
}

/// A consumer in no group, with settings for speed.
pub(super) fn consumer(target: &Target) -> Result<BaseConsumer> {
    target
        .client()
        .set("group.id", "kinetable-broker-reader")
        .set("enable.auto.commit", "false")
        .set("enable.partition.eof", "true")
        .set("auto.offset.reset", "error")
        .set("fetch.wait.max.ms", "20")
        .set("queued.min.messages", "1000000")
        .create()
        .context("the consumer cannot be made")
}

pub(super) fn partitions(consumer: &BaseConsumer, topic: &str) -> Result<usize> {
    let metadata = consumer.fetch_metadata(Some(topic), TIMEOUT).context("the broker gives no metadata")?;
    let found = metadata.topics().iter().find(|found| found.name() == topic);
    let count = found.filter(|found| found.error().is_none()).map_or(0, |found| found.partitions().len());
    if count == 0 {
        bail!("the broker has no topic \"{topic}\"");
    }
    Ok(count)
}

fn watermarks(target: &Target, topic: &str, pick: impl Fn((i64, i64)) -> i64) -> Result<BTreeMap<i32, i64>> {
    let consumer = consumer(target)?;
    let count = partitions(&consumer, topic)?;
    let offset = |partition| {
        let both = consumer.fetch_watermarks(topic, partition, TIMEOUT);
        Ok((partition, pick(both.with_context(|| format!("no offsets of {topic}/{partition}"))?)))
    };
    (0..count as i32).map(offset).collect()
}
