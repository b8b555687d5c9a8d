//! What a publication is made of.

use std::collections::BTreeMap;
use std::fmt;

use arrow_schema::Schema;
use kinetable_engine::Result;

use super::avro::{Destination, used_columns};
use super::protobuf::ProtobufEncoder;
use super::spec::ProduceSpec;
use crate::board::Board;
use crate::client::Shown;
use crate::settings::Settings;
use crate::token::TokenFunction;

/// Where and how a table is published.
///
/// With the setting `transactional.id` the records of each cycle are in one transaction: who reads with `read_committed` sees all of
/// them or none. Each publication needs an id of its own.
///
/// To publish the newest row of each key only, publish `table.last_by(key columns)`; [`ProducerConfig::key_columns`] names them.
#[derive(Clone)]
pub struct ProducerConfig {
    /// Settings of librdkafka; see the crate's page.
    pub client: BTreeMap<String, String>,
    /// The topic, where no column says it.
    pub topic: Option<String>,
    /// What becomes the key.
    pub key: ProduceSpec,
    /// What becomes the value.
    pub value: ProduceSpec,
    /// Whether the rows there are at the start are published too.
    pub publish_initial: bool,
    /// The partition, where no column says it; `None`: chosen by the key.
    pub partition: Option<i32>,
    /// A text column that says the topic of a row; null: `topic`.
    pub topic_column: Option<String>,
    /// An integer column that says the partition of a row; null: `partition`.
    pub partition_column: Option<String>,
    /// An instant column that says the timestamp of a record; null: now.
    pub timestamp_column: Option<String>,
    /// Headers of each record: name and column. Text and bytes as they are, other values as text; null: no such header.
    pub headers: Vec<(String, String)>,
    /// The board that the publication is shown on.
    pub board: Option<Board>,
    /// Gives tokens for SASL OAUTHBEARER.
    pub tokens: Option<TokenFunction>,
}

impl fmt::Debug for ProducerConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("ProducerConfig");
        shown.field("client", &Shown(&self.client)).field("topic", &self.topic);
        shown.field("key", &self.key).field("value", &self.value);
        shown.finish_non_exhaustive()
    }
}

impl ProducerConfig {
    /// Publishes to a topic of a broker, with all rows there are.
    pub fn new(
        bootstrap: impl Into<String>,
        topic: impl Into<String>,
        key: ProduceSpec,
        value: ProduceSpec,
    ) -> ProducerConfig {
        ProducerConfig {
            client: BTreeMap::from([("bootstrap.servers".to_owned(), bootstrap.into())]),
            topic: Some(topic.into()),
            key,
            value,
            publish_initial: true,
            partition: None,
            topic_column: None,
            partition_column: None,
            timestamp_column: None,
            headers: Vec::new(),
            board: None,
            tokens: None,
        }
    }

    fn destination(&self) -> Result<Destination<'_>> {
        Destination::new(&Settings::new(&self.client), self.topic.as_deref(), "key")
    }

    /// The columns of a table that keys are made of.
    ///
    /// # Errors
    /// If a column is not there, or the schema of an Avro spec cannot be had.
    pub fn key_columns(&self, schema: &Schema) -> Result<Vec<String>> {
        let chosen = self.key.columns(schema)?;
        match &self.key {
            ProduceSpec::Avro(avro) => used_columns(avro, &chosen, schema, &self.destination()?),
            ProduceSpec::Protobuf(spec) => Ok(ProtobufEncoder::new(spec, schema, &self.destination()?)?.1),
            _ => Ok(chosen),
        }
    }
}
