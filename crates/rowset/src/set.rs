//! The row set: an immutable sorted set of row keys, cheap to clone.
//!
//! ```text
//!  RowSet ─┬─ one run: two words, no allocation
//!          └─ Arc ▶ segments, each with its first key, end and rank:  [run][block][run][block] …
//!                                                                           └─ Arc ▶ offsets or bitmap
//! ```
//!
//! **Cost.** Clone is O(1). Rank, select and membership are a binary search over segments and work in one block.
//! Set algebra walks the segments of both sides and looks into payloads only where both have keys in a block;
//! other payloads are shared. Memory is two words for a run, about 1 bit for each key of the span where many
//! are scattered, and 2 bytes a key where few are, plus 48 bytes a segment.
//!
//! Measured (2 cores, 21 November 2026, `cargo run --release -p kinetable-rowset --example speed`): see the table
//! in `docs/decisions/0002-row-sets.md`.

use crate::builder::RowSetBuilder;
use crate::segment::Segment;
use std::fmt;
use std::ops::{Deref, Range};
use std::sync::Arc;

/// An immutable sorted set of row keys. `u64::MAX` is never a row key.
///
/// Two sets are equal when they hold the same keys. `Debug` prints maximal runs with both ends inclusive:
/// `{0-99,105}`.
#[derive(Clone, PartialEq, Eq)]
pub struct RowSet {
    repr: Repr,
}

#[derive(Clone)]
enum Repr {
    /// No key (`0..0`) or one run.
    Run(Range<u64>),
    /// All else.
    Many(Arc<[Segment]>),
}

/// The segments of a set, however it is represented.
pub(crate) enum Segments<'a> {
    Run(Option<Segment>),
    Many(&'a [Segment]),
}

impl Deref for Segments<'_> {
    type Target = [Segment];

    fn deref(&self) -> &[Segment] {
        match self {
            Segments::Run(run) => run.as_slice(),
            Segments::Many(segments) => segments,
        }
    }
}

/// # Making
impl RowSet {
    /// The set without keys.
    pub const fn empty() -> RowSet {
        RowSet { repr: Repr::Run(0..0) }
    }

    /// The keys of a range; the empty set when it has none.
    pub fn from_range(range: Range<u64>) -> RowSet {
        if range.is_empty() { RowSet::empty() } else { RowSet { repr: Repr::Run(range) } }
    }

    /// The set of one key.
    ///
    /// # Panics
    /// When the key is `u64::MAX`.
    pub fn single(key: u64) -> RowSet {
        assert!(key != u64::MAX, "u64::MAX is not a row key");
        RowSet::from_range(key..key + 1)
    }

    /// The keys `0..n`: a flat set, where key and position are the same.
    pub fn flat(n: u64) -> RowSet {
        RowSet::from_range(0..n)
    }

    /// From strictly ascending keys.
    ///
    /// # Panics
    /// When the keys do not ascend.
    pub fn from_sorted(keys: impl IntoIterator<Item = u64>) -> RowSet {
        let mut builder = RowSetBuilder::new();
        for key in keys {
            builder.push(key);
        }
        builder.finish()
    }

    /// From ascending disjoint ranges; they may touch or be empty.
    ///
    /// # Panics
    /// When the ranges do not ascend.
    pub fn from_ranges(ranges: impl IntoIterator<Item = Range<u64>>) -> RowSet {
        let mut builder = RowSetBuilder::new();
        for range in ranges {
            builder.push_range(range);
        }
        builder.finish()
    }

    /// From segments that keep the invariants of [`crate::segment`].
    pub(crate) fn from_segments(segments: Vec<Segment>) -> RowSet {
        match segments.as_slice() {
            [] => RowSet::empty(),
            [one] if one.payload.is_none() => RowSet::from_range(one.first..one.end),
            _ => RowSet { repr: Repr::Many(segments.into()) },
        }
    }
}

/// # Asking
impl RowSet {
    pub(crate) fn segments(&self) -> Segments<'_> {
        match &self.repr {
            Repr::Run(run) => Segments::Run((!run.is_empty()).then(|| Segment::run(run.clone(), 0))),
            Repr::Many(segments) => Segments::Many(segments),
        }
    }

    /// The only run, which is `0..0` in the empty set; none when there are more.
    pub(crate) fn as_run(&self) -> Option<Range<u64>> {
        match &self.repr {
            Repr::Run(run) => Some(run.clone()),
            Repr::Many(_) => None,
        }
    }

    /// Whether both are one allocation or one run, hence equal.
    pub(crate) fn is_same(&self, other: &RowSet) -> bool {
        match (&self.repr, &other.repr) {
            (Repr::Run(a), Repr::Run(b)) => a == b,
            (Repr::Many(a), Repr::Many(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }

    /// The number of keys.
    pub fn len(&self) -> u64 {
        match &self.repr {
            Repr::Run(run) => run.end - run.start,
            Repr::Many(segments) => segments.last().map_or(0, |last| last.before + last.len()),
        }
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        matches!(&self.repr, Repr::Run(run) if run.is_empty())
    }

    /// The least key.
    pub fn first(&self) -> Option<u64> {
        self.segments().first().map(|segment| segment.first)
    }

    /// The greatest key.
    pub fn last(&self) -> Option<u64> {
        self.segments().last().map(|segment| segment.end - 1)
    }

    /// One past the greatest key; 0 in the empty set.
    pub fn end(&self) -> u64 {
        self.segments().last().map_or(0, |segment| segment.end)
    }

    /// Whether the keys are `0..len`: key and position are the same. The empty set is flat.
    pub fn is_flat(&self) -> bool {
        matches!(&self.repr, Repr::Run(run) if run.start == 0)
    }

    /// Whether the keys are one run. The empty set is contiguous.
    pub fn is_contiguous(&self) -> bool {
        matches!(&self.repr, Repr::Run(_))
    }

    /// Whether a key is in the set.
    pub fn contains(&self, key: u64) -> bool {
        match &self.repr {
            Repr::Run(run) => run.contains(&key),
            Repr::Many(segments) => {
                let at = segments.partition_point(|segment| segment.end <= key);
                segments.get(at).is_some_and(|segment| segment.contains(key))
            }
        }
    }

    /// The number of keys below a key, which need not be in the set.
    pub fn rank(&self, key: u64) -> u64 {
        match &self.repr {
            Repr::Run(run) => key.clamp(run.start, run.end) - run.start,
            Repr::Many(segments) => {
                let at = segments.partition_point(|segment| segment.end <= key);
                segments.get(at).map_or(self.len(), |segment| segment.before + segment.rank(key))
            }
        }
    }

    /// The position of a key; none when it is not in the set.
    pub fn position(&self, key: u64) -> Option<u64> {
        match &self.repr {
            Repr::Run(run) => run.contains(&key).then(|| key - run.start),
            Repr::Many(segments) => {
                let at = segments.partition_point(|segment| segment.end <= key);
                let segment = segments.get(at).filter(|segment| segment.contains(key))?;
                Some(segment.before + segment.rank(key))
            }
        }
    }

    /// The key at a position; none when it is past the end.
    pub fn select(&self, position: u64) -> Option<u64> {
        match &self.repr {
            Repr::Run(run) => (position < run.end - run.start).then(|| run.start + position),
            Repr::Many(segments) => {
                let at = segments.partition_point(|segment| segment.before <= position) - 1;
                let rank = position - segments[at].before;
                (rank < segments[at].len()).then(|| segments[at].select(rank))
            }
        }
    }

    /// The keys in order.
    pub fn to_vec(&self) -> Vec<u64> {
        let mut keys = Vec::new();
        self.extend_into(&mut keys);
        keys
    }

    /// Appends the keys in order.
    pub fn extend_into(&self, keys: &mut Vec<u64>) {
        keys.reserve(self.len() as usize);
        for segment in self.segments().iter() {
            match &segment.payload {
                None => keys.extend(segment.first..segment.end),
                Some(payload) => {
                    payload.extend_into(crate::block::block_start(segment.block()), keys);
                }
            }
        }
    }

    /// How many of this set's blocks are held in one allocation with the other's, and how many there are.
    /// For tests and figures of memory.
    pub fn shared_payloads(&self, other: &RowSet) -> (usize, usize) {
        let theirs = other.segments();
        let is_shared = |segment: &&Segment| {
            let at = theirs.partition_point(|their| their.end <= segment.first);
            let their = theirs.get(at).and_then(|their| their.payload.as_ref());
            matches!((&segment.payload, their), (Some(a), Some(b)) if a.is_same(b))
        };
        let ours = self.segments();
        let held = ours.iter().filter(|segment| segment.payload.is_some());
        (held.clone().filter(is_shared).count(), held.count())
    }

    /// Bytes held, in and behind the value. What is shared with other sets is counted in each.
    pub fn bytes(&self) -> usize {
        let behind = match &self.repr {
            Repr::Run(_) => 0,
            Repr::Many(segments) => {
                let payloads = segments.iter().filter_map(|segment| segment.payload.as_ref());
                16 + size_of_val(&**segments) + payloads.map(|payload| payload.bytes()).sum::<usize>()
            }
        };
        size_of::<RowSet>() + behind
    }
}

impl Default for RowSet {
    fn default() -> RowSet {
        RowSet::empty()
    }
}

impl PartialEq for Repr {
    fn eq(&self, other: &Repr) -> bool {
        match (self, other) {
            (Repr::Run(a), Repr::Run(b)) => a == b,
            (Repr::Many(a), Repr::Many(b)) => Arc::ptr_eq(a, b) || a == b,
            _ => false,
        }
    }
}

impl Eq for Repr {}

impl fmt::Debug for RowSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (at, run) in self.ranges().enumerate() {
            let comma = if at > 0 { "," } else { "" };
            match run.end - run.start {
                1 => write!(f, "{comma}{}", run.start)?,
                _ => write!(f, "{comma}{}-{}", run.start, run.end - 1)?,
            }
        }
        f.write_str("}")
    }
}

impl FromIterator<u64> for RowSet {
    /// From keys in any order, duplicates allowed.
    fn from_iter<I: IntoIterator<Item = u64>>(keys: I) -> RowSet {
        let mut keys: Vec<u64> = keys.into_iter().collect();
        if !keys.is_sorted() {
            keys.sort_unstable();
        }
        keys.dedup();
        RowSet::from_sorted(keys)
    }
}
