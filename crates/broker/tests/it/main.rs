//! The brokers, registries, feeds and the binary, each checked by a client that shares no code with it.

mod apache;
mod embedded;
mod feeds;
mod history;
mod model;
mod proxy;
mod registry;
mod serve;
mod support;
