//! The board: how every source and sink of a graph fares, as two live tables.
//!
//! ```text
//!  watch thread of each source ─┐                   ┌─▶ sources:           a row a source or sink
//!  watch of each producer      ─┴▶ Place::show ─▶ Board ─▶ source_partitions: a row a partition
//! ```
//!
//! **State**: the last row of each member, and of the hundred that ended last. **Update rule**: both tables have the rows that were
//! shown last; a member whose state changes is published at once, figures alone every half second. **Cost**: the rows of
//! all members a publication. **Invariant**: 1. members appear in the order in which they joined, each once.

mod members;
mod rows;

pub use members::Board;
pub(crate) use members::Place;
pub(crate) use rows::{MemberRow, PartitionRow};
