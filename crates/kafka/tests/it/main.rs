//! The Kafka crate against a broker: the embedded one, or Apache Kafka if `KINETABLE_TEST_BROKER=apache`.

mod changing;
mod committing;
mod consuming;
mod cut;
mod evolving;
mod faults;
mod garbage;
mod groups;
mod headers;
mod live;
mod offsets;
mod partitions;
mod producing;
mod protobuf;
mod refusing;
mod secure;
mod specs;
mod stand;
mod supervised;
mod transactions;
