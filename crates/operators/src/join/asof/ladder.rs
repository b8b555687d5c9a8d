//! The rows of one side that changes, in order: slot by slot, by point, and by row.
//!
//! **State**: 24 bytes a row in a B-tree, and the bytes of points that have any. **Cost**: O(log n) for a row that comes, goes or
//! is looked for.

use std::collections::BTreeSet;
use std::ops::Bound::{Excluded, Included, Unbounded};

use super::point::Point;

/// How many classes a slot has room for.
const CLASS_BITS: u32 = 2;

/// One row's place in the order. Row keys are turned as the points are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rung<P> {
    /// The slot, and the class of the point in it.
    tag: u64,
    point: P,
    row: u64,
}

impl<P: Point> Rung<P> {
    pub(super) fn new(slot: u32, (class, point): (u8, &P), row: u64) -> Rung<P> {
        Rung { tag: u64::from(slot) << CLASS_BITS | u64::from(class), point: point.clone(), row }
    }

    fn slot(&self) -> u64 {
        self.tag >> CLASS_BITS
    }

    /// The place before all rows of a slot.
    fn start(slot: u64) -> Rung<P> {
        Rung { tag: slot << CLASS_BITS, point: P::default(), row: 0 }
    }

    /// The place before, or after, all rows of this point.
    fn at(&self, row: u64) -> Rung<P> {
        Rung { tag: self.tag, point: self.point.clone(), row }
    }

    /// The row, turned as it was given.
    pub(super) fn row(&self) -> u64 {
        self.row
    }
}

/// Rows in order.
pub(super) struct Ladder<P>(BTreeSet<Rung<P>>);

impl<P: Point> Ladder<P> {
    /// The rows given, which are quickly put in if they are in order.
    pub(super) fn new(rungs: impl IntoIterator<Item = Rung<P>>) -> Ladder<P> {
        Ladder(rungs.into_iter().collect())
    }

    pub(super) fn insert(&mut self, rung: Rung<P>) {
        let is_new = self.0.insert(rung);
        debug_assert!(is_new, "a row comes once");
    }

    pub(super) fn remove(&mut self, rung: &Rung<P>) {
        let was_there = self.0.remove(rung);
        debug_assert!(was_there, "a row that goes is where it was put");
    }

    /// Whether a slot has rows.
    pub(super) fn has(&self, slot: u32) -> bool {
        let slot = u64::from(slot);
        self.0.range(Rung::start(slot)..Rung::start(slot + 1)).next().is_some()
    }

    /// The last row of the place's slot at or before its point; strictly before, if `is_strict`.
    pub(super) fn last(&self, place: &Rung<P>, is_strict: bool) -> Option<u64> {
        let found = if is_strict {
            self.0.range(..place.at(0)).next_back()
        } else {
            self.0.range(..=place.at(u64::MAX)).next_back()
        };
        found.filter(|found| found.slot() == place.slot()).map(Rung::row)
    }

    /// The rows of `lefts` whose nearest row here is the one at a place, or would be if it were here.
    pub(super) fn nearest_to<'a>(
        &self,
        place: &Rung<P>,
        lefts: &'a Ladder<P>,
        is_strict: bool,
    ) -> impl Iterator<Item = &'a Rung<P>> + use<'a, P> {
        let next = self.0.range((Excluded(place), Unbounded)).next();
        let next = next.filter(|next| next.slot() == place.slot());
        let low = if is_strict { Excluded(place.at(u64::MAX)) } else { Included(place.at(0)) };
        let high = match next {
            Some(next) if is_strict => Included(next.at(u64::MAX)),
            Some(next) => Excluded(next.at(0)),
            None => Excluded(Rung::start(place.slot() + 1)),
        };
        lefts.0.range((low, high))
    }

    /// Bytes held: nodes of a B-tree are two thirds full or better.
    pub(super) fn bytes(&self) -> usize {
        let own: usize = self.0.iter().take(1).map(|rung| rung.point.bytes()).sum();
        self.0.len() * (size_of::<Rung<P>>() * 4 / 3 + own)
    }
}
