//! Shifts: how runs of row keys moved from one version of a table to the next.
//!
//! A shift is a run of *old* keys and a delta. Shifts are disjoint, ascend, and keep order, before and after.
//! A key in no shift stays. They say where rows that survive go; rows are removed before and added after.
//!
//! **Cost.** One key is a binary search. A set is the segments of the set and a search for each shift; where the
//! delta is a multiple of 65,536 payloads are shared, else a shifted block is rewritten run by run.

use crate::builder::{RowSetBuilder, moved};
use crate::positions::touched;
use crate::set::RowSet;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// When less than one of so many keys moves, those that stay are not gone through.
const FEW_OF: u64 = 8;

/// Disjoint ascending runs of old keys, each with the delta that its rows moved by; order is kept.
///
/// `Debug` prints both ends inclusive: `{10-19+5,30-39-2}`.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Shifts {
    /// None where there is no shift, so that the common value needs no allocation.
    moves: Option<Arc<[Move]>>,
}

#[derive(Clone, PartialEq, Eq)]
struct Move {
    old: Range<u64>,
    delta: i64,
}

impl Move {
    fn new_range(&self) -> Range<u64> {
        moved(&self.old, self.delta)
    }
}

impl Shifts {
    /// No shift.
    pub const fn empty() -> Shifts {
        Shifts { moves: None }
    }

    /// Whether no key moves.
    pub fn is_empty(&self) -> bool {
        self.moves.is_none()
    }

    /// The number of runs.
    pub fn len(&self) -> usize {
        self.moves().len()
    }

    /// The runs of old keys with their deltas, ascending.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (Range<u64>, i64)> + ExactSizeIterator {
        self.moves().iter().map(|shift| (shift.old.clone(), shift.delta))
    }

    /// Where a row with an old key goes.
    pub fn shift_key(&self, old: u64) -> u64 {
        let moves = self.moves();
        let at = moves.partition_point(|shift| shift.old.end <= old);
        match moves.get(at).filter(|shift| shift.old.contains(&old)) {
            Some(shift) => old.wrapping_add_signed(shift.delta),
            None => old,
        }
    }

    /// Where a row with a new key came from, given that it was there before.
    pub fn unshift_key(&self, new: u64) -> u64 {
        let moves = self.moves();
        let at = moves.partition_point(|shift| shift.new_range().end <= new);
        match moves.get(at).filter(|shift| shift.new_range().contains(&new)) {
            Some(shift) => new.wrapping_sub(shift.delta as u64),
            None => new,
        }
    }

    /// The new keys of rows that survive, given their old keys.
    ///
    /// # Panics
    /// When two rows would meet, or change order.
    pub fn apply(&self, old: &RowSet) -> RowSet {
        self.map(old, |shift| shift.old.clone(), |shift| shift.delta)
    }

    /// The old keys of rows that were there before, given their new keys.
    ///
    /// # Panics
    /// When two rows would meet, or change order.
    pub fn unapply(&self, new: &RowSet) -> RowSet {
        self.map(new, Move::new_range, |shift| -shift.delta)
    }

    /// The old keys that move.
    pub fn moved_keys(&self, old: &RowSet) -> RowSet {
        let mut builder = RowSetBuilder::new();
        let segments = old.segments();
        for shift in self.moves() {
            builder.push_parts(touched(&segments, &shift.old), shift.old.clone(), 0);
        }
        builder.finish()
    }

    /// What these shifts and then `next` do to rows that survive both, given by their old keys. Only as far as there are such rows:
    /// between them a run may have passed others in two steps.
    pub fn then(&self, next: &Shifts, survivors: &RowSet) -> Shifts {
        if next.is_empty() {
            return self.clone();
        }
        let mut builder = ShiftsBuilder::new();
        let mut push = |old: Range<u64>, delta: i64| {
            let Some(old) = between_rows(survivors, old) else { return };
            for (new, further) in next.cut(moved(&old, delta)) {
                if let Some(part) = between_rows(survivors, moved(&new, -delta)) {
                    builder.push(part, delta + further);
                }
            }
        };
        let mut still_from = 0;
        for (old, delta) in self.iter() {
            push(still_from..old.start, 0);
            push(old.clone(), delta);
            still_from = old.end;
        }
        push(still_from..u64::MAX, 0);
        builder.finish()
    }

    /// Whether rows with these old keys can all move: no two meet, and none changes order or is passed. **Cost**: a few searches
    /// for each shift.
    pub fn fits(&self, old: &RowSet) -> bool {
        self.keeps_order(old) && self.moves().iter().all(|shift| self.is_free(&shift.new_range(), old))
    }

    /// Whether rows that move stay between those around them. The rows of a piece of keys move alike, so its ends tell.
    fn keeps_order(&self, old: &RowSet) -> bool {
        let (mut still_from, mut end) = (0, 0);
        let mut passes = |piece: Range<u64>, delta: i64| {
            let Some(piece) = between_rows(old, piece) else { return true };
            let new = moved(&piece, delta);
            let follows = new.start >= end;
            end = new.end;
            follows
        };
        for shift in self.moves() {
            if !passes(still_from..shift.old.start, 0) || !passes(shift.old.clone(), shift.delta) {
                return false;
            }
            still_from = shift.old.end;
        }
        passes(still_from..u64::MAX, 0)
    }

    /// Whether no row that stays lies where a shift's run goes: its origin would be in doubt.
    fn is_free(&self, target: &Range<u64>, old: &RowSet) -> bool {
        let count = |range: Range<u64>| old.rank(range.end) - old.rank(range.start);
        let moves = self.moves();
        let at = moves.partition_point(|shift| shift.old.end <= target.start);
        let near = moves[at..].iter().take_while(|shift| shift.old.start < target.end);
        let inside = |shift: &Move| shift.old.start.max(target.start)..shift.old.end.min(target.end);
        count(target.clone()) == near.map(|shift| count(inside(shift))).sum::<u64>()
    }

    /// The parts of a run that move by one delta each.
    fn cut(&self, run: Range<u64>) -> Vec<(Range<u64>, i64)> {
        let moves = self.moves();
        let mut parts = Vec::new();
        let mut from = run.start;
        let at = moves.partition_point(|shift| shift.old.end <= from);
        for shift in moves[at..].iter().take_while(|shift| shift.old.start < run.end) {
            parts.push((from..shift.old.start.max(from), 0));
            parts.push((shift.old.start.max(from)..shift.old.end.min(run.end), shift.delta));
            from = shift.old.end.min(run.end);
        }
        parts.push((from..run.end, 0));
        parts.retain(|(part, _)| !part.is_empty());
        parts
    }

    fn map(&self, keys: &RowSet, from: impl Fn(&Move) -> Range<u64>, delta: impl Fn(&Move) -> i64) -> RowSet {
        if self.is_empty() || keys.is_empty() {
            return keys.clone();
        }
        let (first, end) = (keys.first().unwrap_or(0), keys.end());
        let moves = self.moves();
        let near = moves.partition_point(|shift| from(shift).end <= first);
        let near = moves[near..].iter().take_while(|shift| from(shift).start < end);
        let near: Vec<(Range<u64>, i64)> = near.map(|shift| (from(shift), delta(shift))).collect();
        let count = |(range, _): &(Range<u64>, i64)| keys.rank(range.end) - keys.rank(range.start);
        let moved = near.iter().map(count).sum::<u64>();
        // Row sets may hold nearly all numbers there are.
        if moved.saturating_mul(FEW_OF) >= keys.len() {
            return map_all(keys, &near);
        }
        let mapped = map_few(keys, &near);
        debug_assert_eq!(mapped, map_all(keys, &near), "rows that move meet or pass others");
        mapped
    }

    fn moves(&self) -> &[Move] {
        self.moves.as_deref().unwrap_or_default()
    }
}

/// A range as far as rows reach in it.
fn between_rows(rows: &RowSet, range: Range<u64>) -> Option<Range<u64>> {
    let first = rows.select(rows.rank(range.start)).filter(|first| *first < range.end)?;
    let last = rows.select(rows.rank(range.end) - 1)?;
    Some(first..last + 1)
}

/// Moves ranges of a set by a pass over all of it.
fn map_all(keys: &RowSet, moves: &[(Range<u64>, i64)]) -> RowSet {
    let segments = keys.segments();
    let mut builder = RowSetBuilder::new();
    let mut push = |range: Range<u64>, delta: i64| {
        builder.push_parts(touched(&segments, &range), range, delta);
    };
    let mut still_from = 0;
    for (range, delta) in moves {
        push(still_from..range.start, 0);
        push(range.clone(), *delta);
        still_from = range.end;
    }
    push(still_from..u64::MAX, 0);
    builder.finish()
}

/// Moves ranges of a set: what moves leaves its places and takes others, in which nothing is. One pass over the blocks concerned.
fn map_few(keys: &RowSet, moves: &[(Range<u64>, i64)]) -> RowSet {
    let segments = keys.segments();
    let (mut old, mut new) = (RowSetBuilder::new(), RowSetBuilder::new());
    for (range, delta) in moves {
        let parts = touched(&segments, range);
        old.push_parts(parts, range.clone(), 0);
        new.push_parts(parts, range.clone(), *delta);
    }
    let (old, new) = (old.finish(), new.finish());
    let mapped = keys.symmetric_difference(&old.symmetric_difference(&new));
    assert_eq!(mapped.len(), keys.len(), "rows that move meet others");
    mapped
}

impl fmt::Debug for Shifts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (at, shift) in self.moves().iter().enumerate() {
            let comma = if at > 0 { "," } else { "" };
            match shift.old.end - shift.old.start {
                1 => write!(f, "{comma}{}{:+}", shift.old.start, shift.delta)?,
                _ => write!(f, "{comma}{}-{}{:+}", shift.old.start, shift.old.end - 1, shift.delta)?,
            }
        }
        f.write_str("}")
    }
}

/// Builds [`Shifts`] from ascending runs of old keys.
#[derive(Default)]
pub struct ShiftsBuilder {
    moves: Vec<Move>,
}

impl ShiftsBuilder {
    /// A builder without shifts.
    pub fn new() -> ShiftsBuilder {
        ShiftsBuilder::default()
    }

    /// Adds a run of old keys above those before it; an empty run and a delta of 0 add nothing, and a run that
    /// touches the one before with the same delta grows it.
    ///
    /// # Panics
    /// When the run is not above those before it, there or where it goes, or leaves the space of keys.
    pub fn push(&mut self, range: Range<u64>, delta: i64) {
        if range.is_empty() || delta == 0 {
            return;
        }
        let shift = Move { old: range, delta };
        let new = shift.new_range();
        if let Some(last) = self.moves.last_mut() {
            assert!(last.old.end <= shift.old.start, "shift of {:?} after {:?}", shift.old, last.old);
            assert!(
                last.new_range().end <= new.start,
                "shift to {new:?} after one to {:?}",
                last.new_range()
            );
            if last.old.end == shift.old.start && last.delta == delta {
                last.old.end = shift.old.end;
                return;
            }
        }
        self.moves.push(shift);
    }

    /// The shifts taken.
    pub fn finish(self) -> Shifts {
        Shifts { moves: (!self.moves.is_empty()).then(|| self.moves.into()) }
    }
}
