//! The command line: what can be asked for, and who does it.

mod args;
mod brokers;
mod command;
mod feeds;
mod history;
mod serve;

pub(crate) use serve::run;
