//! The server, part by part and as its clients see it.

mod definitions;
mod operations;
mod port;
mod remote;
mod subscriptions;
