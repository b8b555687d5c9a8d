//! Live tables for other processes: sessions, tickets, subscriptions, console, on one port.

pub mod operations;
pub mod remote;
pub mod subscriptions;
