//! A schema registry inside this process, with Confluent's REST API as clients really call it; Avro only, in memory.
//!
//! **State**: every schema ever registered, once each, under one number; the versions of every subject.
//!
//! Not offered: references between schemas, JSON Schema, Protobuf, contexts, exporters. A request for these is
//! answered with an error that says so.

mod compatibility;
mod failure;
mod http;
mod server;
mod store;

pub use server::Registry;
