//! Iteration over a row set: keys, and maximal runs, from both ends.
//!
//! **Invariants.** 1. Each end reads on its own; what is left between them is counted in keys, so that they meet.
//! 2. Runs are maximal: those of neighbouring segments that touch are one.

use crate::block::block_start;
use crate::segment::Segment;
use crate::set::{RowSet, Segments};
use std::iter::FusedIterator;
use std::ops::Range;

/// The maximal runs of a row set, ascending. Made by [`RowSet::ranges`].
pub struct Ranges<'a> {
    segments: Segments<'a>,
    front: Side,
    back: Side,
    /// Keys not yet handed out.
    left: u64,
}

/// How far one end has read.
struct Side {
    /// The segment at hand; for the back: one past it.
    at: usize,
    /// The cursor in its payload, once it has been begun.
    cursor: Option<u32>,
    /// A run that has been read but may go on in the next segment.
    held: Option<Range<u64>>,
}

/// The keys of a row set, ascending. Made by [`RowSet::iter`].
pub struct Iter<'a> {
    ranges: Ranges<'a>,
    front: Range<u64>,
    back: Range<u64>,
    left: u64,
}

impl RowSet {
    /// The keys, ascending.
    pub fn iter(&self) -> Iter<'_> {
        Iter { ranges: self.ranges(), front: 0..0, back: 0..0, left: self.len() }
    }

    /// The maximal runs, ascending.
    pub fn ranges(&self) -> Ranges<'_> {
        let segments = self.segments();
        let back = Side { at: segments.len(), cursor: None, held: None };
        Ranges { segments, front: Side { at: 0, cursor: None, held: None }, back, left: self.len() }
    }
}

impl<'a> IntoIterator for &'a RowSet {
    type Item = u64;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl Iterator for Iter<'_> {
    type Item = u64;

    #[inline]
    fn next(&mut self) -> Option<u64> {
        if self.left == 0 {
            return None;
        }
        if self.front.is_empty() {
            // The run between the ends may be the one the back is reading.
            self.front = self.ranges.next().unwrap_or_else(|| std::mem::take(&mut self.back));
        }
        self.left -= 1;
        self.front.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left as usize, Some(self.left as usize))
    }
}

impl DoubleEndedIterator for Iter<'_> {
    fn next_back(&mut self) -> Option<u64> {
        if self.left == 0 {
            return None;
        }
        if self.back.is_empty() {
            self.back = self.ranges.next_back().unwrap_or_else(|| std::mem::take(&mut self.front));
        }
        self.left -= 1;
        self.back.next_back()
    }
}

impl ExactSizeIterator for Iter<'_> {}
impl FusedIterator for Iter<'_> {}

impl Iterator for Ranges<'_> {
    type Item = Range<u64>;

    fn next(&mut self) -> Option<Range<u64>> {
        if self.left == 0 {
            return None;
        }
        let mut run = match self.front.held.take() {
            Some(run) => run,
            None => self.front.read(&self.segments)?,
        };
        // Only the last run of a segment can go on in the next.
        while self.front.cursor.is_none() || self.front.at_end(&self.segments, run.end) {
            match self.front.read(&self.segments) {
                Some(next) if next.start == run.end => run.end = next.end,
                next => {
                    self.front.held = next;
                    break;
                }
            }
        }
        self.left -= run.end - run.start;
        Some(run)
    }
}

impl DoubleEndedIterator for Ranges<'_> {
    fn next_back(&mut self) -> Option<Range<u64>> {
        if self.left == 0 {
            return None;
        }
        let mut run = match self.back.held.take() {
            Some(run) => run,
            None => self.back.read_back(&self.segments)?,
        };
        while let Some(before) = self.back.read_back(&self.segments) {
            if before.end != run.start {
                self.back.held = Some(before);
                break;
            }
            run.start = before.start;
        }
        self.left -= run.end - run.start;
        Some(run)
    }
}

impl FusedIterator for Ranges<'_> {}

impl Side {
    /// Whether a run ends the segment at hand.
    fn at_end(&self, segments: &[Segment], end: u64) -> bool {
        segments.get(self.at).is_none_or(|segment| segment.end == end)
    }

    /// The next run within a segment.
    fn read(&mut self, segments: &[Segment]) -> Option<Range<u64>> {
        loop {
            let segment = segments.get(self.at)?;
            let Some(payload) = &segment.payload else {
                self.at += 1;
                return Some(segment.first..segment.end);
            };
            let cursor = self.cursor.get_or_insert(0);
            if let Some(run) = payload.next_run(cursor) {
                return Some(in_block(segment, run));
            }
            self.at += 1;
            self.cursor = None;
        }
    }

    /// The run before, within a segment.
    fn read_back(&mut self, segments: &[Segment]) -> Option<Range<u64>> {
        loop {
            let segment = &segments[self.at.checked_sub(1)?];
            let Some(payload) = &segment.payload else {
                self.at -= 1;
                return Some(segment.first..segment.end);
            };
            let cursor = self.cursor.get_or_insert(payload.cursor_end());
            if let Some(run) = payload.previous_run(cursor) {
                return Some(in_block(segment, run));
            }
            self.at -= 1;
            self.cursor = None;
        }
    }
}

/// A run of offsets of a segment's block, as keys.
fn in_block(segment: &Segment, run: Range<u32>) -> Range<u64> {
    let base = block_start(segment.block());
    base + u64::from(run.start)..base + u64::from(run.end)
}
