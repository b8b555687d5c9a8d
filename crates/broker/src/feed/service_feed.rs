//! Replays the use of services into a topic, as fast as wanted.

use std::collections::BTreeMap;

use anyhow::Result;
use serde::Serialize;

use super::avro::{self, SERVICE_SCHEMA};
use super::pace::Pace;
use super::publisher::{Publisher, Record};
use super::running::{Control, Running};
use crate::client;
use crate::model::{Anomaly, DAY_MS, LIVE_START, Model, STEP_MS, steps};
use crate::target::Target;

/// The topic of the services' use, unless another is given.
pub const SERVICE_TOPIC: &str = "service.use";

const LINGER_MS: f64 = 2.0;
/// Most steps sent before looking whether to stop.
const BURST_MAX: usize = 1024;

/// What to replay where.
#[derive(Clone, Debug)]
pub struct ServiceFeed {
    /// The topic; created if it does not exist. Its schema is registered as `TOPIC-value`.
    pub topic: String,
    /// Partitions of the topic if it is created; a service's partition follows from its name, the key.
    pub partitions: i32,
    /// Where the values come from.
    pub model: Model,
    /// First instant, in milliseconds since the epoch.
    pub from: i64,
    /// The instant to end before.
    pub to: i64,
    /// Seconds of the model that pass in one; 0 is as fast as possible, 1 is live.
    pub speed: f64,
}

impl Default for ServiceFeed {
    fn default() -> Self {
        Self {
            topic: SERVICE_TOPIC.to_owned(),
            partitions: 1,
            model: Model::default(),
            from: LIVE_START,
            to: LIVE_START + DAY_MS,
            speed: 0.0,
        }
    }
}

/// What was replayed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ServiceReport {
    /// Records sent and taken by the broker.
    pub records: u64,
    /// The planted anomalies among them.
    pub anomalies: Vec<Anomaly>,
    /// How long it took.
    pub seconds: f64,
    /// The offset after the newest record of each partition.
    pub end_offsets: BTreeMap<i32, i64>,
}

impl ServiceFeed {
    /// Sends all values, and returns when the broker has them.
    pub fn run(&self, target: &Target) -> Result<ServiceReport> {
        self.run_until(target, &Control::default())
    }

    /// As [`run`](Self::run), but tells `control` how far it is, and ends early when that says so.
    pub fn run_until(&self, target: &Target, control: &Control) -> Result<ServiceReport> {
        client::create_topic(target, &self.topic, self.partitions)?;
        let schema_id = client::register_schema(target, &format!("{}-value", self.topic), SERVICE_SCHEMA)?;
        let publisher = Publisher::new(target, LINGER_MS)?;
        let times: Vec<i64> = steps(self.from, self.to).collect();
        let pace = Pace::new(self.speed * 1000.0 / STEP_MS as f64);
        let mut sent = 0;
        while sent < times.len() && !control.is_stopped() {
            let due = (pace.due(sent as u64, times.len() as u64) as usize).clamp(sent, sent + BURST_MAX);
            for timestamp in &times[sent..due] {
                self.send_step(&publisher, schema_id, *timestamp)?;
            }
            sent = due;
            control.set_sent((sent * self.model.services().len()) as u64);
        }
        publisher.finish()?;
        let end = times.get(sent).copied().unwrap_or(self.to);
        Ok(ServiceReport {
            records: (sent * self.model.services().len()) as u64,
            anomalies: self.model.anomalies(self.from, end),
            seconds: pace.seconds(),
            end_offsets: client::end_offsets(target, &self.topic)?,
        })
    }

    /// Runs the feed on a thread of its own.
    pub fn spawn(self, target: &Target) -> Running<ServiceReport> {
        let target = target.clone();
        Running::start(move |control| self.run_until(&target, control))
    }

    fn send_step(&self, publisher: &Publisher, schema_id: i32, timestamp: i64) -> Result<()> {
        let mut value = Vec::with_capacity(32);
        for (service, name) in self.model.services().iter().enumerate() {
            avro::begin(&mut value, schema_id);
            avro::long(&mut value, timestamp);
            avro::long(&mut value, self.model.value(service, timestamp));
            publisher.send(Record {
                topic: &self.topic,
                key: Some(name.as_bytes()),
                value: Some(&value),
                ..Record::default()
            })?;
        }
        Ok(())
    }
}
