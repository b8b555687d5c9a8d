//! A schema registry inside this process, with Confluent's REST API as clients really call it, in memory.
//!
//! **State**: every schema ever registered, once each, under one number; the versions of every subject.
//!
//! Avro schemas are read and compared, with the schemas they refer to; those of Protobuf and JSON are kept as texts and get on
//! with whatever was there before. Not offered: contexts, exporters, rules.

mod compatibility;
mod failure;
mod http;
mod posted;
mod server;
mod store;

pub use server::Registry;
