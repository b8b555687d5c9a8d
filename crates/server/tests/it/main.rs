//! The server, part by part and as its clients see it.

mod operations;
mod remote;
mod subscriptions;
