//! An operation's message and its input tables → a table. Pure: no session, no socket, nothing asynchronous.
//!
//! ```text
//!  Op ─ inputs ─▶ references, which the caller resolves ─▶ tables ─┐
//!  Op ─────────────────────────────────────────────────────────────┴─ apply ─▶ table, or a status
//!  BatchTableRequest ─ batch::plan ─▶ steps in an order in which each finds its inputs made
//! ```
//!
//! What an operation means is what the façade's method means; here is only what messages say in other words: signs that stand for
//! directions, reversed names of rules, conditions as trees, durations as texts, and numbers that must be checked.
//!
//! **Invariants**: 1. no message, however made, panics (`tests/it/operations/hostile.rs`). 2. Names and values that a message brings
//! into a formula cannot become anything else there: names are columns of the table, values are literals.

mod context;
mod fault;
mod references;

mod apply;

mod columns;
mod make;
mod rows;

mod filter;
mod literal;
mod quick;

mod about;
mod downsample;
mod preview;

mod joins;

mod aggregate;
mod aggregate_spec;

mod update_by;

pub mod batch;
pub mod hierarchy;
pub mod input;
pub mod partitioned;

mod seek;

pub use apply::apply;
pub use context::Context;
pub use references::{inputs, result_id};
pub use seek::seek_row;
