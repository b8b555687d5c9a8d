//! A Kafka broker inside this process: `krafka`'s fake broker behind a front that makes it whole.
//!
//! ```text
//!  client ──▶ front (given port) ──▶ FakeBroker (port 0)    every request but Fetch
//!                └── fetch ────────▶ the FakeBroker's log    Fetch, within the client's byte limits
//! ```
//!
//! The fake broker answers a `Fetch` with all that a partition holds, copied three times, whatever limits the
//! client sets, and scans the whole log for it. The front answers `Fetch` itself from the same log: it finds the batch by
//! binary search, keeps `fetch.max.bytes` and `max.partition.fetch.bytes`, and sends the stored bytes uncopied,
//! so that topics of many millions of records can be drained by any client with its own defaults.
//! The front also gives the broker a port of one's choice, an advertised address (for a proxy before it) and
//! a kill that refuses connections.

mod broker;
mod cluster;
mod fetch;
mod front;
mod wire;

pub use broker::{EmbeddedBroker, Options};
pub use cluster::EmbeddedCluster;
