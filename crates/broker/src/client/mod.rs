//! Clients of a broker and registry that share no code with what we test: librdkafka and `apache-avro`.

mod access;
mod admin;
mod drain;
mod http;
mod read;
mod watermarks;

pub use access::{allow_reading, deny_reading};
pub use admin::{add_partitions, create_topic, delete_records, delete_topic, set_topic_config};
pub use drain::{Drained, drain};
pub use http::{fetch_schema, register_schema};
pub use read::{Decode, ReadRecord, Reading, read, read_all};
pub use watermarks::{end_offsets, is_ready, partition_count, start_offsets};
