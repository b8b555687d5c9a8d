//! Set algebra: union, intersection, difference, symmetric difference, subset and disjointness.
//!
//! One walk serves all. It goes over the segments of both sides at once; where they do not meet in a block, a
//! segment goes to the result whole, or is skipped by galloping; two runs are cut against each other; a block that
//! one side holds as a payload is taken as a whole against what the other side has in it.
//!
//! **Cost.** The segments of both sides that go to the result, O(log) for those skipped, and at most 8 KiB of
//! words for a block in which both sides have keys.

use crate::block::{BLOCK_LEN, Outcome, Payload, Words, block_start, no_words, offset_of, set_range};
use crate::builder::RowSetBuilder;
use crate::segment::Segment;
use crate::set::RowSet;
use std::borrow::Cow;
use std::ops::Range;

impl RowSet {
    /// The keys of either set.
    pub fn union(&self, other: &RowSet) -> RowSet {
        if other.is_empty() || self.is_same(other) {
            return self.clone();
        }
        if self.is_empty() {
            return other.clone();
        }
        build::<Union>(self, other)
    }

    /// The keys of both sets.
    pub fn intersect(&self, other: &RowSet) -> RowSet {
        if self.is_same(other) {
            return self.clone();
        }
        if let Some(run) = other.as_run() {
            return self.restrict(run);
        }
        if let Some(run) = self.as_run() {
            return other.restrict(run);
        }
        build::<Intersection>(self, other)
    }

    /// The keys of this set that are not in the other.
    pub fn difference(&self, other: &RowSet) -> RowSet {
        if self.is_same(other) {
            return RowSet::empty();
        }
        if other.is_empty() {
            return self.clone();
        }
        build::<Difference>(self, other)
    }

    /// The keys of exactly one of the sets.
    pub fn symmetric_difference(&self, other: &RowSet) -> RowSet {
        if self.is_same(other) {
            return RowSet::empty();
        }
        build::<SymmetricDifference>(self, other)
    }

    /// Whether all keys are in the other set.
    pub fn is_subset(&self, of: &RowSet) -> bool {
        if self.is_same(of) {
            return true;
        }
        if self.len() > of.len() {
            return false;
        }
        !finds_any::<Difference>(self, of)
    }

    /// Whether no key is in both sets.
    pub fn is_disjoint(&self, other: &RowSet) -> bool {
        !finds_any::<Intersection>(self, other)
    }
}

/// A set operation, told by which keys it keeps.
trait Op {
    /// Keys only in the left set are kept.
    const LEFT: bool;
    /// Keys only in the right set are kept.
    const RIGHT: bool;
    /// Keys in both sets are kept.
    const BOTH: bool;
}

struct Union;
struct Intersection;
struct Difference;
struct SymmetricDifference;

impl Op for Union {
    const LEFT: bool = true;
    const RIGHT: bool = true;
    const BOTH: bool = true;
}

impl Op for Intersection {
    const LEFT: bool = false;
    const RIGHT: bool = false;
    const BOTH: bool = true;
}

impl Op for Difference {
    const LEFT: bool = true;
    const RIGHT: bool = false;
    const BOTH: bool = false;
}

impl Op for SymmetricDifference {
    const LEFT: bool = true;
    const RIGHT: bool = true;
    const BOTH: bool = false;
}

/// Longest run of a block that is taken key by key.
const FEW: usize = 64;

/// Where the kept keys go, ascending.
trait Sink {
    fn range(&mut self, range: Range<u64>);
    fn segments(&mut self, segments: &[Segment]);
    fn block(&mut self, block: u64, payload: &Payload);
    /// Whether the answer is known.
    fn is_done(&self) -> bool;
}

impl Sink for RowSetBuilder {
    fn range(&mut self, range: Range<u64>) {
        self.push_range(range);
    }

    fn segments(&mut self, segments: &[Segment]) {
        self.push_segments(segments);
    }

    fn block(&mut self, block: u64, payload: &Payload) {
        self.push_payload(block, payload);
    }

    fn is_done(&self) -> bool {
        false
    }
}

/// Sees only whether there is a key.
#[derive(Default)]
struct Any {
    seen: bool,
}

impl Sink for Any {
    fn range(&mut self, range: Range<u64>) {
        self.seen |= !range.is_empty();
    }

    fn segments(&mut self, segments: &[Segment]) {
        self.seen |= !segments.is_empty();
    }

    fn block(&mut self, _: u64, _: &Payload) {
        self.seen = true;
    }

    fn is_done(&self) -> bool {
        self.seen
    }
}

fn build<O: Op>(left: &RowSet, right: &RowSet) -> RowSet {
    let mut builder = RowSetBuilder::new();
    walk::<O, _>(&left.segments(), &right.segments(), &mut builder);
    builder.finish()
}

fn finds_any<O: Op>(left: &RowSet, right: &RowSet) -> bool {
    let mut any = Any::default();
    walk::<O, _>(&left.segments(), &right.segments(), &mut any);
    any.seen
}

/// One side of the walk: segments, and from which key on the one at hand is still to be seen.
struct Cursor<'a> {
    segments: &'a [Segment],
    from: u64,
}

/// What a side has in one block.
enum Content<'a> {
    Empty,
    Run(Range<u32>),
    Many(&'a Payload),
}

fn walk<O: Op, S: Sink>(left: &[Segment], right: &[Segment], sink: &mut S) {
    let mut a = Cursor { segments: left, from: 0 };
    let mut b = Cursor { segments: right, from: 0 };
    while !sink.is_done() {
        let (Some(x), Some(y)) = (a.segments.first(), b.segments.first()) else {
            break;
        };
        let (x_block, y_block) = (a.block(x), b.block(y));
        if x.last_block() < y_block {
            a.take_before::<S>(y_block, O::LEFT.then_some(&mut *sink));
        } else if y.last_block() < x_block {
            b.take_before::<S>(x_block, O::RIGHT.then_some(&mut *sink));
        } else if x.payload.is_none() && y.payload.is_none() {
            cut_runs::<O, S>(&mut a, &mut b, sink);
        } else {
            // One side is a payload; the run of the other may begin in an earlier block.
            let block = x_block.max(y_block);
            a.take_run_before(block, O::LEFT.then_some(&mut *sink));
            b.take_run_before(block, O::RIGHT.then_some(&mut *sink));
            let (one, two) = (a.take_block(block), b.take_block(block));
            match combine::<O>(&one, &two) {
                Outcome::Empty => {}
                Outcome::Run(run) => sink.range(keys(block, &run)),
                Outcome::Many(payload) => sink.block(block, &payload),
            }
        }
    }
    a.take_rest(O::LEFT.then_some(&mut *sink));
    b.take_rest(O::RIGHT.then_some(sink));
}

/// Cuts two runs that are at hand, up to where the first of them ends.
fn cut_runs<O: Op, S: Sink>(a: &mut Cursor, b: &mut Cursor, sink: &mut S) {
    let (x, y) = (a.run(), b.run());
    let both = x.start.max(y.start)..x.end.min(y.end);
    let until = x.end.min(y.end);
    if O::LEFT && x.start < y.start {
        sink.range(x.start..until.min(y.start));
    }
    if O::RIGHT && y.start < x.start {
        sink.range(y.start..until.min(x.start));
    }
    if O::BOTH && !both.is_empty() {
        sink.range(both);
    }
    a.skip_to(until);
    b.skip_to(until);
}

impl<'a> Cursor<'a> {
    /// The block of the first key still to be seen of the segment at hand.
    fn block(&self, segment: &Segment) -> u64 {
        crate::block::block_of(segment.first.max(self.from))
    }

    /// What is still to be seen of the run at hand.
    fn run(&self) -> Range<u64> {
        self.segments[0].first.max(self.from)..self.segments[0].end
    }

    /// Marks keys of the run at hand as seen.
    fn skip_to(&mut self, key: u64) {
        self.from = key;
        if self.segments[0].end <= key {
            self.segments = &self.segments[1..];
        }
    }

    /// Takes all segments that end before a block.
    fn take_before<S: Sink>(&mut self, block: u64, sink: Option<&mut S>) {
        let until = block_start(block);
        let count = gallop(self.segments, |segment| segment.end <= until);
        self.take(count, sink);
    }

    /// Takes all that is left.
    fn take_rest<S: Sink>(&mut self, sink: Option<&mut S>) {
        self.take(self.segments.len(), sink);
    }

    fn take<S: Sink>(&mut self, count: usize, sink: Option<&mut S>) {
        let (taken, rest) = self.segments.split_at(count);
        if let (Some(sink), [first, others @ ..]) = (sink, taken) {
            if first.payload.is_none() && first.first < self.from {
                sink.range(self.from..first.end);
                sink.segments(others);
            } else {
                sink.segments(taken);
            }
        }
        self.segments = rest;
    }

    /// Takes what a run at hand has before a block.
    fn take_run_before<S: Sink>(&mut self, block: u64, sink: Option<&mut S>) {
        let until = block_start(block);
        let Some(segment) = self.segments.first().filter(|segment| segment.payload.is_none()) else {
            return;
        };
        let part = segment.first.max(self.from)..segment.end.min(until);
        if part.is_empty() {
            return;
        }
        if let Some(sink) = sink {
            sink.range(part.clone());
        }
        self.skip_to(part.end);
    }

    /// Takes what the segment at hand has in a block, nothing of which has been seen.
    fn take_block(&mut self, block: u64) -> Content<'a> {
        let segments: &'a [Segment] = self.segments;
        let Some(segment) = segments.first() else {
            return Content::Empty;
        };
        if let Some(payload) = &segment.payload {
            if segment.block() != block {
                return Content::Empty;
            }
            self.segments = &segments[1..];
            return Content::Many(payload);
        }
        let part = self.run().start..segment.end.min(block_start(block + 1));
        if part.is_empty() || crate::block::block_of(part.start) != block {
            return Content::Empty;
        }
        self.skip_to(part.end);
        Content::Run(offset_of(part.start)..offset_of(part.end - 1) + 1)
    }
}

/// The number of leading segments for which `holds`, found in time logarithmic in that number.
fn gallop(segments: &[Segment], holds: impl Fn(&Segment) -> bool) -> usize {
    let mut step = 1;
    while step < segments.len() && holds(&segments[step - 1]) {
        step *= 2;
    }
    let low = step / 2;
    let high = step.min(segments.len());
    low + segments[low..high].partition_point(holds)
}

/// Offsets of a block as keys.
fn keys(block: u64, run: &Range<u32>) -> Range<u64> {
    block_start(block) + u64::from(run.start)..block_start(block) + u64::from(run.end)
}

/// Applies the operation to what both sides have in a block.
fn combine<O: Op>(left: &Content, right: &Content) -> Outcome {
    if let (Content::Many(a), Content::Many(b)) = (left, right)
        && a.is_same(b)
    {
        return if O::BOTH { Outcome::Many((*a).clone()) } else { Outcome::Empty };
    }
    match (left.few(), right.few()) {
        (Some(a), Some(b)) => Outcome::from_offsets(&merge::<O>(&a, &b)),
        (Some(a), None) if !O::RIGHT => filter::<O>(&a, right, O::LEFT),
        (None, Some(b)) if !O::LEFT => filter::<O>(&b, left, O::RIGHT),
        (Some(a), None) => match right {
            Content::Many(Payload::Bits(b)) => Outcome::from_bits(b.edited(&a, O::BOTH, O::LEFT)),
            _ => combine_words::<O>(left, right),
        },
        (None, Some(b)) => match left {
            Content::Many(Payload::Bits(a)) => Outcome::from_bits(a.edited(&b, O::BOTH, O::RIGHT)),
            _ => combine_words::<O>(left, right),
        },
        (None, None) => combine_words::<O>(left, right),
    }
}

fn combine_words<O: Op>(left: &Content, right: &Content) -> Outcome {
    let mut words = left.words();
    let mut apply = |other: &Words| {
        for (a, b) in words.iter_mut().zip(other) {
            let left = if O::LEFT { *a & !b } else { 0 };
            let right = if O::RIGHT { !*a & b } else { 0 };
            let both = if O::BOTH { *a & b } else { 0 };
            *a = left | right | both;
        }
    };
    match right {
        Content::Many(Payload::Bits(bits)) => apply(bits.words()),
        _ => apply(&right.words()),
    }
    Outcome::from_words(words)
}

/// Keeps offsets by whether the other side, none of whose own offsets are kept, has them too.
fn filter<O: Op>(offsets: &[u16], other: &Content, alone: bool) -> Outcome {
    let keep = |offset: &u16| {
        if other.contains(u32::from(*offset)) { O::BOTH } else { alone }
    };
    let kept: Vec<u16> = offsets.iter().copied().filter(keep).collect();
    Outcome::from_offsets(&kept)
}

fn merge<O: Op>(mut a: &[u16], mut b: &[u16]) -> Vec<u16> {
    if O::LEFT && b.len() * 8 <= a.len() {
        return merge_few(a, b, O::BOTH, O::RIGHT);
    }
    if O::RIGHT && a.len() * 8 <= b.len() {
        return merge_few(b, a, O::BOTH, O::LEFT);
    }
    let mut kept = Vec::with_capacity(if O::RIGHT { a.len() + b.len() } else { a.len() });
    while let (Some(&x), Some(&y)) = (a.first(), b.first()) {
        let keep = if x == y {
            O::BOTH
        } else if x < y {
            O::LEFT
        } else {
            O::RIGHT
        };
        if keep {
            kept.push(x.min(y));
        }
        a = &a[usize::from(x <= y)..];
        b = &b[usize::from(y <= x)..];
    }
    if O::LEFT {
        kept.extend_from_slice(a);
    }
    if O::RIGHT {
        kept.extend_from_slice(b);
    }
    kept
}

/// Keeps the many, but at the offsets of the few: there `both` says whether an offset of both sides is kept, `alone`
/// whether one of the few only is. What lies between is copied as a whole.
fn merge_few(many: &[u16], few: &[u16], both: bool, alone: bool) -> Vec<u16> {
    let mut kept = Vec::with_capacity(many.len() + few.len());
    let mut rest = many;
    for &offset in few {
        let (below, above) = rest.split_at(rest.partition_point(|&other| other < offset));
        kept.extend_from_slice(below);
        let is_in_both = above.first() == Some(&offset);
        if is_in_both && both || !is_in_both && alone {
            kept.push(offset);
        }
        rest = &above[usize::from(is_in_both)..];
    }
    kept.extend_from_slice(rest);
    kept
}

impl Content<'_> {
    fn contains(&self, offset: u32) -> bool {
        debug_assert!(offset < BLOCK_LEN, "offset {offset} is not in a block");
        match self {
            Content::Empty => false,
            Content::Run(run) => run.contains(&offset),
            Content::Many(payload) => payload.contains(offset),
        }
    }

    /// The offsets, where they are few enough to be taken one by one.
    fn few(&self) -> Option<Cow<'_, [u16]>> {
        match self {
            Content::Empty => Some(Cow::Borrowed(&[])),
            Content::Run(run) if run.len() <= FEW => {
                Some((run.start as u16..=(run.end - 1) as u16).collect())
            }
            Content::Many(Payload::Sparse(offsets)) => Some(Cow::Borrowed(offsets)),
            _ => None,
        }
    }

    fn words(&self) -> Words {
        let mut words = no_words();
        match self {
            Content::Empty => {}
            Content::Run(run) => set_range(&mut words, run.clone()),
            Content::Many(Payload::Bits(bits)) => words = *bits.words(),
            Content::Many(payload) => payload.set_in(&mut words),
        }
        words
    }
}
