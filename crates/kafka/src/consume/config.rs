//! What a consumer is made of.

use std::collections::BTreeMap;

use kinetable_engine::source::Retention;

use crate::spec::{Offsets, Spec, StartAt};

/// Which topic becomes a table, and how.
#[derive(Debug, Clone)]
pub struct ConsumerConfig {
    /// Settings of librdkafka, the registry and ours; see the crate's page.
    pub client: BTreeMap<String, String>,
    /// The topic.
    pub topic: String,
    /// Its partitions; `None`: all that exist when the table is made.
    pub partitions: Option<Vec<i32>>,
    /// Where to start.
    pub offsets: Offsets,
    /// What keys become.
    pub key: Spec,
    /// What values become.
    pub value: Spec,
    /// Which rows the table keeps.
    pub retention: Retention,
}

impl ConsumerConfig {
    /// A topic from a broker, as a blink table, with what scripts mean when they say no more.
    pub fn new(bootstrap: impl Into<String>, topic: impl Into<String>) -> ConsumerConfig {
        ConsumerConfig {
            client: BTreeMap::from([("bootstrap.servers".to_owned(), bootstrap.into())]),
            topic: topic.into(),
            partitions: None,
            offsets: Offsets::All(StartAt::DontSeek),
            key: Spec::FromProperties,
            value: Spec::FromProperties,
            retention: Retention::BLINK,
        }
    }

    /// The same with one more setting.
    pub fn with_setting(mut self, key: impl Into<String>, value: impl Into<String>) -> ConsumerConfig {
        self.client.insert(key.into(), value.into());
        self
    }
}
