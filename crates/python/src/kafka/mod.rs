//! Kafka: topics as live tables, live tables as topics.

pub mod consume;
pub mod produce;
pub mod protobuf;
mod tokens;
