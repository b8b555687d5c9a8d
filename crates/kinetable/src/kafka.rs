//! Kafka topics as live tables, and live tables as topics: `kinetable-kafka` in a session.

use kinetable_engine::Result;
pub use kinetable_kafka::{
    AvroSchema, ConsumerConfig, JsonShape, Offsets, PartitionFilter, PartitionStats, Partitions, ProduceSpec,
    ProducerConfig, ProtobufProtocol, ProtobufSchema, ProtobufSpec, Publication, PublicationStats, Retention,
    SourceHandle, SourceStats, Spec, StartAt, topics,
};

use crate::{Session, Table};

/// A topic that became a live table.
#[derive(Clone)]
pub struct Topic {
    /// The records.
    pub table: Table,
    /// The records that could not be decoded, with their bytes.
    pub errors: Table,
    /// What happened to the source: its states, each with the time it began.
    pub status: Table,
    /// Offsets, lag, rows and bytes.
    pub source: SourceHandle,
}

impl Session {
    /// Opens a topic as a live table.
    ///
    /// # Errors
    /// If a setting is wrong, or the broker, topic or schema is not there.
    pub fn consume(&self, config: &ConsumerConfig) -> Result<Topic> {
        let consumed = kinetable_kafka::consume(self.graph(), config.clone())?;
        Ok(Topic {
            table: Table::of(self, consumed.table),
            errors: Table::of(self, consumed.errors),
            status: Table::of(self, consumed.status),
            source: consumed.source,
        })
    }
}

impl Table {
    /// Publishes the table to a topic: its rows now, then each change.
    ///
    /// # Errors
    /// If a setting is wrong, or there is no such column.
    pub fn produce(&self, config: ProducerConfig) -> Result<Publication> {
        kinetable_kafka::produce(&self.engine()?, config)
    }
}
