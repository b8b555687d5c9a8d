//! How fast librdkafka alone takes a topic, decoding nothing: the measure for any consumer built on it.

use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rdkafka::consumer::BaseConsumer;
use rdkafka::error::KafkaError;
use serde::Serialize;

use super::read::{assign, is_passing};
use crate::target::Target;

/// What was drained, and how fast.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Drained {
    /// Records taken.
    pub records: u64,
    /// Bytes of their keys and values.
    pub bytes: u64,
    /// From the assignment of partitions to the last record.
    pub seconds: f64,
}

/// Takes every record that `topic` holds now; `settings` override librdkafka's own defaults.
pub fn drain(target: &Target, topic: &str, settings: &[(&str, &str)]) -> Result<Drained> {
    let mut config = target.client();
    config.set("group.id", "kinetable-broker-drain").set("enable.auto.commit", "false");
    config.set("enable.partition.eof", "true");
    for (name, value) in settings {
        config.set(*name, *value);
    }
    let consumer: BaseConsumer = config.create().context("the consumer cannot be made")?;
    let start = Instant::now();
    let partitions = assign(&consumer, topic, &BTreeMap::new())?;
    let mut drained = Drained::default();
    let mut at_end = HashSet::new();
    let mut last = Instant::now();
    while at_end.len() < partitions {
        match consumer.poll(Duration::from_millis(100)) {
            Some(Ok(message)) => {
                drained.records += 1;
                drained.bytes += (message.payload_len() + message.key_len()) as u64;
                last = Instant::now();
            }
            Some(Err(KafkaError::PartitionEOF(partition))) => {
                at_end.insert(partition);
            }
            Some(Err(error)) if is_passing(&error) => {}
            Some(Err(error)) => return Err(error).context(format!("topic \"{topic}\" cannot be drained")),
            None if last.elapsed() > Duration::from_secs(30) => bail!("topic \"{topic}\" dried up for 30 s"),
            None => {}
        }
    }
    drained.seconds = start.elapsed().as_secs_f64();
    Ok(drained)
}
