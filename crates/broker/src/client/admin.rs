//! Topics: made, grown and removed through librdkafka's admin client.

use std::future::Future;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use rdkafka::admin::{
    AdminClient, AdminOptions, AlterConfig, NewPartitions, NewTopic, ResourceSpecifier, TopicReplication,
    TopicResult,
};
use rdkafka::client::DefaultClientContext;
use rdkafka::error::{KafkaResult, RDKafkaErrorCode};
use rdkafka::{Offset, TopicPartitionList};

use super::watermarks::partition_count;
use crate::target::Target;

const TIMEOUT: Duration = Duration::from_secs(120);

/// Creates a topic and waits until clients see it; false if it exists already.
pub fn create_topic(target: &Target, topic: &str, partitions: i32) -> Result<bool> {
    let new = [NewTopic::new(topic, partitions, TopicReplication::Fixed(1))];
    let admin = admin(target)?;
    let deadline = Instant::now() + TIMEOUT;
    loop {
        match one(block_on(admin.create_topics(&new, &options()))?, topic)? {
            None => return wait_for_partitions(target, topic, partitions).map(|()| true),
            Some(RDKafkaErrorCode::TopicAlreadyExists) => return Ok(false),
            // A broker that its controller has not heard of for a while is given no topics until it is heard again.
            Some(RDKafkaErrorCode::InvalidReplicationFactor) if Instant::now() < deadline => {
                std::thread::sleep(Duration::from_millis(100));
            }
            Some(code) => bail!("topic \"{topic}\" cannot be created: {code}"),
        }
    }
}

/// Grows a topic to `partitions`. The embedded broker does this by its own handle only.
pub fn add_partitions(target: &Target, topic: &str, partitions: i32) -> Result<()> {
    let new = NewPartitions::new(topic, usize::try_from(partitions)?);
    let admin = admin(target)?;
    let result = block_on(admin.create_partitions(&[new], &options()))?;
    match one(result, topic)? {
        None => wait_for_partitions(target, topic, partitions),
        Some(code) => bail!("topic \"{topic}\" cannot be grown to {partitions} partitions: {code}"),
    }
}

/// Deletes a topic with all its records. The embedded broker does this by its own handle only.
pub fn delete_topic(target: &Target, topic: &str) -> Result<()> {
    let admin = admin(target)?;
    match one(block_on(admin.delete_topics(&[topic], &options()))?, topic)? {
        None => Ok(()),
        Some(code) => bail!("topic \"{topic}\" cannot be deleted: {code}"),
    }
}

/// Deletes the records of a partition before an offset. The embedded broker does this by its own handle only.
pub fn delete_records(target: &Target, topic: &str, partition: i32, before: i64) -> Result<()> {
    let mut offsets = TopicPartitionList::new();
    offsets.add_partition_offset(topic, partition, Offset::Offset(before))?;
    let admin = admin(target)?;
    let results = block_on(admin.delete_records(&offsets, &options()))?;
    for result in results.elements() {
        result.error().with_context(|| format!("records of topic \"{topic}\" cannot be deleted"))?;
    }
    Ok(())
}

/// Sets a topic's configuration. The embedded broker has none.
pub fn set_topic_config(target: &Target, topic: &str, settings: &[(&str, &str)]) -> Result<()> {
    let mut config = AlterConfig::new(ResourceSpecifier::Topic(topic));
    config.entries.extend(settings.iter().copied());
    let admin = admin(target)?;
    let results = block_on(admin.alter_configs([&config], &options()))?;
    for result in results {
        result.map_err(|(_, code)| anyhow!("topic \"{topic}\" cannot be configured: {code}"))?;
    }
    Ok(())
}

fn admin(target: &Target) -> Result<AdminClient<DefaultClientContext>> {
    target.client().create().context("the admin client cannot be made")
}

fn options() -> AdminOptions {
    AdminOptions::new().operation_timeout(Some(TIMEOUT)).request_timeout(Some(TIMEOUT))
}

fn block_on<T>(future: impl Future<Output = KafkaResult<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(future).context("the broker did not do what the admin client asked")
}

/// The error of the one topic asked for, if any.
fn one(results: Vec<TopicResult>, topic: &str) -> Result<Option<RDKafkaErrorCode>> {
    let result = results.into_iter().next();
    let result = result.ok_or_else(|| anyhow!("the broker said nothing of topic \"{topic}\""))?;
    Ok(result.err().map(|(_, code)| code))
}

fn wait_for_partitions(target: &Target, topic: &str, partitions: i32) -> Result<()> {
    let deadline = Instant::now() + TIMEOUT;
    while partition_count(target, topic).unwrap_or(0) < partitions {
        if Instant::now() > deadline {
            bail!("topic \"{topic}\" was created, but is not seen after {} s", TIMEOUT.as_secs());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}
