//! A page: its connection, its desk, and what every page is told unasked.

mod desk;
mod listing;
mod outbox;
mod parked;
mod rehearsal;
mod socket;
#[cfg(test)]
mod tests;
mod turns;

pub(in crate::web) use listing::{Look, clock, kind, kind_word};
pub(in crate::web) use outbox::{Means, Outbox};
pub(in crate::web) use parked::Parked;
pub use rehearsal::Rehearsal;
pub use socket::Pages;
pub(in crate::web) use turns::{Threads, Work};
