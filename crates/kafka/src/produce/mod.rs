//! A live table as a topic.
//!
//! ```text
//!  table ─▶ listener (hands values on, never waits) ─▶ producing thread: rows → records ─▶ librdkafka ─▶ broker
//! ```
//!
//! **Update rule**: of a blink table, each row that comes is a record. Of any other, a row that goes is its key with a null
//! value (a tombstone), a row that comes or changes is a full record; a change of nothing but row keys is nothing. A row whose
//! key changes is a tombstone and a record. **State**: changes not yet sent; each holds the versions it lies between.
//! **Back-pressure**: a cycle never waits. librdkafka's queue is bounded; changes beyond it wait here, count toward the memory budget,
//! over which sources pause, and are told in the table of sources.

mod avro;
mod cells;
mod config;
mod deliveries;
mod encode;
mod limit;
mod protobuf;
mod publication;
mod send;
mod spec;
mod tally;
#[cfg(test)]
mod tests;
mod transact;
mod watch;

pub use avro::AvroProduce;
pub(crate) use cells::instant;
pub use config::ProducerConfig;
pub use protobuf::ProtobufProduce;
pub use publication::{Publication, PublicationStats, produce};
pub use spec::ProduceSpec;
