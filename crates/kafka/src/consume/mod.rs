//! A topic as a live table.
//!
//! ```text
//!  open ─▶ start offsets resolved ─▶ poll thread: Drain ─▶ Batch ─▶ Workers ─▶ in order ─▶ Publisher
//!                                       │ position guard, pause             └▶ errors
//!                                       └ faults ─▶ watch thread: statistics, states ─▶ status
//!                                       ▲ start, stop, mark
//!                     discover thread (new partitions), or group thread (member: rebalances, commits)
//! ```
//!
//! **State**: the next offset of each partition; batches not yet decoded (bounded); the programs of writer schemas.
//! **Invariants**: 1. rows of a partition are published in the order of their offsets, each once; 2. what is polled
//! is published or in `errors`; 3. while queued bytes exceed the budget nothing is polled.

mod ask;
mod batch;
mod choices;
mod conditions;
mod config;
mod control;
mod discover;
mod flow;
mod group;
mod headers;
mod health;
mod inspect;
mod lag;
mod member;
mod mend;
mod open;
mod poll;
mod raw;
mod report;
mod rows;
mod start;
mod stats;
mod tables;
mod watch;
mod worker;

pub use config::{ConsumerConfig, PartitionFilter, Partitions};
pub use open::{Consumed, ConsumedParts, SourceHandle, consume, consume_parts};
pub use rows::Constituents;
pub use stats::{PartitionStats, SourceStats};
