//! Kafka topics as live tables, and live tables as topics: `kinetable-kafka` in a session.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use kinetable_engine::{Error, Result};
pub use kinetable_kafka::{
    AvroProduce, AvroSchema, Board, ConsumerConfig, ErrorPolicy, JsonShape, Keep, LetterStats, Offsets,
    OnError, PartitionFilter, PartitionStats, Partitions, ProduceSpec, ProducerConfig, ProtobufProduce,
    ProtobufProtocol, ProtobufSchema, ProtobufSpec, Publication, PublicationStats, ReplaySpecs, Replayed,
    Retention, SourceHandle, SourceStats, Spec, StartAt, Token, TokenFunction, memory_budget, memory_used,
    set_memory_budget, topics,
};

use kinetable_operators::partition::keyed;

use crate::{PartitionedTable, Session, Table};

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

/// A topic that became a live table for each of its partitions.
#[derive(Clone)]
pub struct TopicParts {
    /// Partition (i32), and the partition's records in column Table. Grows when partitions are added.
    pub table: PartitionedTable,
    /// As of [`Topic`].
    pub errors: Table,
    /// As of [`Topic`].
    pub status: Table,
    /// As of [`Topic`].
    pub source: SourceHandle,
}

impl Session {
    /// Opens a topic as a live table.
    ///
    /// # Errors
    /// If a setting is wrong, or the broker, topic or schema is not there.
    pub fn consume(&self, config: &ConsumerConfig) -> Result<Topic> {
        let mut config = config.clone();
        config.board.get_or_insert_with(|| self.board().clone());
        let consumed = kinetable_kafka::consume(self.graph(), config)?;
        Ok(Topic {
            table: Table::of(self, consumed.table),
            errors: Table::of(self, consumed.errors),
            status: Table::of(self, consumed.status),
            source: consumed.source,
        })
    }

    /// Opens a topic as a live table for each of its partitions.
    ///
    /// # Errors
    /// As [`Session::consume`].
    pub fn consume_parts(&self, config: &ConsumerConfig) -> Result<TopicParts> {
        let mut config = config.clone();
        config.board.get_or_insert_with(|| self.board().clone());
        let consumed = kinetable_kafka::consume_parts(self.graph(), config)?;
        let constituents = consumed.constituents;
        let find = move |partitions: &ArrayRef| {
            let table = |partition: Option<i32>| constituents.table(partition?);
            let tables = partitions.as_primitive::<Int32Type>().iter().map(table);
            tables.collect::<Option<Vec<_>>>().ok_or_else(|| Error::internal("a partition without a table"))
        };
        let keys = keyed(&consumed.partitions, 0, "Table", Arc::new(find))?;
        let key_columns = Some(vec!["Partition".to_owned()]);
        let part = Some("Table".to_owned());
        let keys = Table::of(self, keys);
        let table = PartitionedTable::of_table(&keys, key_columns, true, part, Some(consumed.schema), true)?;
        Ok(TopicParts {
            table,
            errors: Table::of(self, consumed.errors),
            status: Table::of(self, consumed.status),
            source: consumed.source,
        })
    }
}

impl Session {
    /// How every Kafka source and sink of the session fares, live: a row each; see [`Board::sources`].
    pub fn sources(&self) -> Table {
        Table::of(self, self.board().sources().clone())
    }

    /// How far each partition of each source is read, live; see [`Board::partitions`].
    pub fn source_partitions(&self) -> Table {
        Table::of(self, self.board().partitions().clone())
    }
}

impl Table {
    /// Publishes the table to a topic: its rows now, then each change.
    ///
    /// # Errors
    /// If a setting is wrong, or there is no such column.
    pub fn produce(&self, mut config: ProducerConfig) -> Result<Publication> {
        config.board.get_or_insert_with(|| self.session().board().clone());
        kinetable_kafka::produce(&self.engine()?, config)
    }
}
