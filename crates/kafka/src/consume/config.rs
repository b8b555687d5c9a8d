//! What a consumer is made of.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use kinetable_engine::Result;
use kinetable_engine::source::Retention;

use super::policy::ErrorPolicy;
use crate::board::Board;
use crate::client::Shown;
use crate::spec::{Offsets, Spec, StartAt};
use crate::token::TokenFunction;

/// How long first rows wait where nothing else is said.
const PATIENCE: Duration = Duration::from_secs(1);

/// Which topic becomes a table, and how.
#[derive(Clone)]
pub struct ConsumerConfig {
    /// Settings of librdkafka, the registry and ours; see the crate's page.
    pub client: BTreeMap<String, String>,
    /// The topic.
    pub topic: String,
    /// Which of its partitions are read.
    pub partitions: Partitions,
    /// Where to start. In group mode: where the group has no position yet.
    pub offsets: Offsets,
    /// What keys become.
    pub key: Spec,
    /// What values become.
    pub value: Spec,
    /// Which rows the table keeps.
    pub retention: Retention,
    /// What becomes of records that cannot be decoded.
    pub errors: ErrorPolicy,
    /// Where the source shows how it fares, if anywhere.
    pub board: Option<Board>,
    /// Where tokens for SASL OAUTHBEARER come from, if not from where the settings say.
    pub tokens: Option<TokenFunction>,
    /// How long the first rows of a blink table wait for its users, from when they are there.
    pub patience: Duration,
}

impl fmt::Debug for ConsumerConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("ConsumerConfig");
        shown.field("client", &Shown(&self.client)).field("topic", &self.topic);
        shown.field("partitions", &self.partitions).field("offsets", &self.offsets);
        shown.field("key", &self.key).field("value", &self.value).field("retention", &self.retention);
        shown.finish_non_exhaustive()
    }
}

impl ConsumerConfig {
    /// A topic from a broker, as a blink table, with what scripts mean when they say no more.
    pub fn new(bootstrap: impl Into<String>, topic: impl Into<String>) -> ConsumerConfig {
        ConsumerConfig {
            client: BTreeMap::from([("bootstrap.servers".to_owned(), bootstrap.into())]),
            topic: topic.into(),
            partitions: Partitions::All,
            offsets: Offsets::All(StartAt::DontSeek),
            key: Spec::FromProperties,
            value: Spec::FromProperties,
            retention: Retention::BLINK,
            errors: ErrorPolicy::default(),
            board: None,
            tokens: None,
            patience: PATIENCE,
        }
    }

    /// The same with one more setting.
    pub fn with_setting(mut self, key: impl Into<String>, value: impl Into<String>) -> ConsumerConfig {
        self.client.insert(key.into(), value.into());
        self
    }
}

/// Says of a partition whether it is read.
pub type PartitionFilter = Arc<dyn Fn(i32) -> Result<bool> + Send + Sync>;

/// Which partitions of a topic are read.
#[derive(Clone, Default)]
pub enum Partitions {
    /// All, also those that are added later.
    #[default]
    All,
    /// These; they must be there when the table is made.
    Listed(Vec<i32>),
    /// Those for which a function says so, which is asked again when partitions are added.
    Chosen(PartitionFilter),
}

impl fmt::Debug for Partitions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Partitions::All => f.write_str("all"),
            Partitions::Listed(list) => write!(f, "{list:?}"),
            Partitions::Chosen(_) => f.write_str("chosen"),
        }
    }
}
