//! Parts of a row set, and the map between keys and positions.
//!
//! **Cost.** A part is the segments in it. A map between keys and positions is a rank or select for each run of
//! what is mapped, and O(1) where the set is flat.

use crate::builder::RowSetBuilder;
use crate::segment::Segment;
use crate::set::RowSet;
use std::ops::Range;

impl RowSet {
    /// The keys at a range of positions; what is past the end is left out.
    pub fn slice(&self, positions: Range<u64>) -> RowSet {
        let positions = positions.start..positions.end.min(self.len());
        if positions.is_empty() {
            return RowSet::empty();
        }
        match (self.select(positions.start), self.select(positions.end - 1)) {
            (Some(first), Some(last)) => self.restrict(first..last + 1),
            _ => RowSet::empty(),
        }
    }

    /// The keys that lie in a range of keys.
    pub fn restrict(&self, keys: Range<u64>) -> RowSet {
        if let Some(run) = self.as_run() {
            return RowSet::from_range(run.start.max(keys.start)..run.end.min(keys.end));
        }
        let segments = self.segments();
        let inside = touched(&segments, &keys);
        if inside.len() == segments.len()
            && self.first().is_none_or(|first| keys.start <= first)
            && self.end() <= keys.end
        {
            return self.clone();
        }
        let mut builder = RowSetBuilder::new();
        builder.push_parts(inside, keys, 0);
        builder.finish()
    }

    /// The positions in this set of keys, all of which are in it.
    ///
    /// # Panics
    /// When a key is not in the set.
    pub fn positions_of(&self, keys: &RowSet) -> RowSet {
        if let Some(run) = self.as_run() {
            let inside = keys.is_empty()
                || keys.first().is_some_and(|first| run.contains(&first)) && keys.end() <= run.end;
            assert!(inside, "keys {keys:?} are not all in {self:?}");
            return keys.moved_down(run.start);
        }
        if self.is_same(keys) {
            return RowSet::flat(self.len());
        }
        let segments = self.segments();
        let mut rest = &*segments;
        let mut builder = RowSetBuilder::new();
        for run in keys.ranges() {
            if rest.first().is_none_or(|segment| segment.end <= run.start) {
                rest = &rest[rest.partition_point(|segment| segment.end <= run.start)..];
            }
            let segment = rest.first().filter(|segment| segment.contains(run.start));
            let segment = segment.unwrap_or_else(|| panic!("key {} is not in the set", run.start));
            let position = segment.before + segment.rank(run.start);
            builder.push_range(position..position + (run.end - run.start));
        }
        let positions = builder.finish();
        debug_assert!(keys.is_subset(self), "keys {keys:?} are not all in {self:?}");
        positions
    }

    /// The keys of this set at positions, all of which are below its length.
    ///
    /// # Panics
    /// When a position is past the end.
    pub fn keys_at(&self, positions: &RowSet) -> RowSet {
        assert!(positions.end() <= self.len(), "position past the end of {} keys", self.len());
        if self.is_flat() {
            return positions.clone();
        }
        let segments = self.segments();
        let mut at = 0;
        let mut builder = RowSetBuilder::new();
        for mut run in positions.ranges() {
            while !run.is_empty() {
                let ends_before = |segment: &Segment| segment.before + segment.len() <= run.start;
                if ends_before(&segments[at]) {
                    at += segments[at..].partition_point(ends_before);
                }
                let segment = &segments[at];
                let until = run.end.min(segment.before + segment.len());
                let first = segment.select(run.start - segment.before);
                let last = segment.select(until - 1 - segment.before);
                builder.push_part(segment, first..last + 1, 0);
                run.start = until;
            }
        }
        builder.finish()
    }

    /// All keys less a number that is not above the first.
    fn moved_down(&self, by: u64) -> RowSet {
        if by == 0 {
            return self.clone();
        }
        if let Some(run) = self.as_run() {
            return RowSet::from_range(run.start.saturating_sub(by)..run.end.saturating_sub(by));
        }
        let mut builder = RowSetBuilder::new();
        match i64::try_from(by) {
            Ok(by) => {
                builder.push_parts(&self.segments(), 0..u64::MAX, -by);
            }
            Err(_) => {
                for run in self.ranges() {
                    builder.push_range(run.start - by..run.end - by);
                }
            }
        }
        builder.finish()
    }
}

/// The segments that may have keys in a range.
pub(crate) fn touched<'a>(segments: &'a [Segment], keys: &Range<u64>) -> &'a [Segment] {
    if keys.is_empty() {
        return &[];
    }
    let from = segments.partition_point(|segment| segment.end <= keys.start);
    let until = segments.partition_point(|segment| segment.first < keys.end);
    &segments[from..until.max(from)]
}
