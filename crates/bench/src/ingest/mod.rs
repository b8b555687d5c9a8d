//! Kafka to table: throughput, memory and lag, on one topic of Avro trades.
//!
//! The baseline is librdkafka draining the same topic with the same settings and decoding nothing. Each contender
//! reads the topic from the beginning; runs alternate, and the best of each is reported, so that what else the
//! machine does weighs on all alike.

pub mod contenders;
mod lag;
mod throughput;

pub use throughput::{Options, run};
