//! A segment: the part of a row set that is one run of any length, or lies in one block.
//!
//! **Invariants.** 1. Segments ascend, and no two share a block: what a set has in a block is in one segment.
//! 2. A block whose keys are one run belongs to a run segment, and run segments that would touch are one.
//! Together with the invariants of [`crate::block`] they make the representation a function of the keys.

use crate::block::{Payload, block_of, block_start, offset_of};
use std::ops::Range;

/// A part of a row set, with its place in it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Segment {
    /// The first key.
    pub(crate) first: u64,
    /// One past the last key.
    pub(crate) end: u64,
    /// The number of keys of the set in segments before this one.
    pub(crate) before: u64,
    /// The keys where they are not a run.
    pub(crate) payload: Option<Payload>,
}

impl Segment {
    pub(crate) fn run(range: Range<u64>, before: u64) -> Segment {
        Segment { first: range.start, end: range.end, before, payload: None }
    }

    /// The block of a segment with a payload; the first block of a run.
    pub(crate) fn block(&self) -> u64 {
        block_of(self.first)
    }

    /// The block of the last key.
    pub(crate) fn last_block(&self) -> u64 {
        block_of(self.end - 1)
    }

    pub(crate) fn len(&self) -> u64 {
        match &self.payload {
            None => self.end - self.first,
            Some(payload) => payload.len(),
        }
    }

    pub(crate) fn contains(&self, key: u64) -> bool {
        let inside = self.first <= key && key < self.end;
        inside && self.payload.as_ref().is_none_or(|payload| payload.contains(offset_of(key)))
    }

    /// The number of keys of the segment below a key.
    pub(crate) fn rank(&self, key: u64) -> u64 {
        if key <= self.first {
            return 0;
        }
        if key >= self.end {
            return self.len();
        }
        match &self.payload {
            None => key - self.first,
            Some(payload) => u64::from(payload.rank(offset_of(key))),
        }
    }

    /// The key at a rank of the segment below its length.
    pub(crate) fn select(&self, rank: u64) -> u64 {
        match &self.payload {
            None => self.first + rank,
            Some(payload) => block_start(self.block()) + u64::from(payload.select(rank as u32)),
        }
    }
}
