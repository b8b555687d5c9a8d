//! Kafka topics as live tables, and live tables as topics.
//!
//! ```text
//!  broker ─▶ librdkafka ─▶ poll thread ─▶ decoders (parallel, order kept) ─▶ Publisher ─▶ table
//!               ▲ kept bounded: over budget the poll thread pauses      └▶ errors, status tables
//!  table ─▶ listener ─▶ producing thread ─▶ librdkafka ─▶ broker
//! ```
//!
//! | to | call | get |
//! |---|---|---|
//! | read a topic | [`consume`]`(&graph, `[`ConsumerConfig`]`)` | [`Consumed`]: table, errors, status, source handle |
//! | the same, a table for each partition | [`consume_parts`] | [`ConsumedParts`] |
//! | write a topic | [`produce`]`(&table, `[`ProducerConfig`]`)` | [`Publication`]: flush, stop, counts |
//! | list topics | [`topics`]`(&client)` | names |
//!
//! `client` settings are librdkafka's, as they are, and these of ours: `deephaven.*.column.name|type` (or
//! `kinetable.*`), `schema.registry.url`, `basic.auth.user.info`, `key.deserializer`, `value.deserializer`,
//! `kinetable.queue.bytes.max`, `kinetable.decode.threads`, `kinetable.record.bytes.max`, `kinetable.errors.rows.max`,
//! `kinetable.errors.bytes.max`, `kinetable.errors.rate.max`, `….window`, `….action`,
//! `kinetable.registry.wait.ms`, `kinetable.connect.timeout.ms`, `kinetable.partitions.discover.ms`,
//! `kinetable.group.mode`, `kinetable.group.commit.ms`.
//!
//! Promises: a record that cannot be decoded goes to `errors` and the others go on; nothing is lost and nothing doubled
//! while the broker is away; rows of one partition come in the order of their offsets; what is over budget waits in the
//! broker. `docs/kafka.md` says more.

mod avro;
mod base64;
mod board;
mod client;
mod clock;
mod consume;
mod decode;
mod health;
#[doc(hidden)]
pub mod measure;
mod produce;
mod protobuf;
mod registry;
mod settings;
mod shape;
mod spec;
mod token;
mod topics;

pub use board::Board;
pub use consume::{
    Constituents, Consumed, ConsumedParts, ConsumerConfig, PartitionFilter, PartitionStats, Partitions,
    SourceHandle, SourceStats, consume, consume_parts,
};
pub use consume::{ErrorPolicy, LetterStats, OnError, ReplaySpecs, Replayed};
pub use consume::{memory_budget, memory_used, set_memory_budget};
pub use produce::{
    AvroProduce, ProduceSpec, ProducerConfig, ProtobufProduce, Publication, PublicationStats, produce,
};
pub use protobuf::{ProtobufProtocol, ProtobufSchema, ProtobufSpec};
pub use shape::JsonShape;
pub use spec::{AvroSchema, Offsets, Spec, StartAt};
pub use token::{Token, TokenFunction};
pub use topics::topics;

pub use kinetable_engine::source::{Keep, Retention};
pub use kinetable_engine::{Error, Result};
