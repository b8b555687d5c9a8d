//! A topic as a live table.
//!
//! ```text
//!  open ─▶ start offsets resolved ─▶ poll thread: Drain ─▶ Batch ─▶ Workers ─▶ in order ─▶ Publisher
//!                                       │ position guard, pause             └▶ Quarantine: errors, dead letters, breaker
//!                                       └ faults ─▶ watch thread: statistics, states ─▶ status
//!                                       ▲ start, stop, mark
//!                     discover thread (new partitions), or group thread (member: rebalances, commits)
//! ```
//!
//! **State**: the next offset of each partition; batches not yet decoded (bounded); the programs of writer schemas.
//! **Invariants**: 1. rows of a partition are published in the order of their offsets, each once; 2. what is polled
//! is published or quarantined, or counted where the policy is to skip; 3. while queued bytes exceed the budget nothing is polled.

mod anew;
mod ask;
mod batch;
mod breaker;
mod budget;
mod choices;
mod conditions;
mod config;
mod control;
mod dead_letters;
mod discover;
mod flow;
mod group;
mod headers;
mod inspect;
mod lag;
mod member;
mod mend;
mod open;
mod policy;
mod poll;
mod quarantine;
mod raw;
mod refused;
mod replay;
mod report;
mod rows;
mod start;
mod stats;
mod tables;
mod watch;
mod worker;

pub(crate) use budget::{Holder, count_in};
pub use budget::{memory_budget, memory_used, set_memory_budget};
pub use config::{ConsumerConfig, PartitionFilter, Partitions};
pub use dead_letters::LetterStats;
pub use open::{Consumed, ConsumedParts, SourceHandle, consume, consume_parts};
pub use policy::{ErrorPolicy, OnError};
pub use replay::{ReplaySpecs, Replayed};
pub use rows::Constituents;
pub use stats::{PartitionStats, SourceStats};
