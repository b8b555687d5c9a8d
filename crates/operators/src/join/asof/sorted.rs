//! The right rows of each slot in order, for a right table that does not change and for a first version.
//!
//! **Cost**: one pass where rows of a slot come in order already, as those of a log do; else a sort of the slot.

use std::ops::Range;

use rayon::prelude::*;

use super::point::{Point, Points, Ruler, VALUE};
use crate::estimate;

/// From how many rows on a slot is sorted by several threads.
const PARALLEL_FROM: usize = 1 << 14;

/// Right rows, slot by slot, each slot by point and then by row.
pub(crate) struct Sorted<P> {
    /// Where the rows of a slot start, and after the last slot the end.
    starts: Vec<usize>,
    points: Points<P>,
    rows: Vec<u64>,
    /// Every so many points one, so that a search in many of them touches few cache lines.
    samples: Vec<P>,
}

/// Points that are looked at one by one.
const NEAR: usize = 8;

/// Points from one sample to the next.
const SAMPLED: usize = 64;

impl<P: Point> Sorted<P> {
    /// Orders rows, which ascend, given their slots below `end`.
    pub(crate) fn new(
        ruler: &Ruler,
        slots: &[u32],
        end: usize,
        points: &Points<P>,
        rows: &[u64],
    ) -> Sorted<P> {
        let (starts, mut places) = by_slot(slots, end, ruler.turn(0) != 0);
        for slot in starts.windows(2) {
            // Places come in the order of rows, turned as points are: that is how equal points stay.
            let own = &mut places[slot[0]..slot[1]];
            if own.is_sorted_by(|a, b| points.at(*a) <= points.at(*b)) {
                continue;
            }
            match &points.classes {
                None => sort_places(own, |place| points.values[place].clone()),
                Some(classes) => sort_places(own, |place| (classes[place], points.values[place].clone())),
            }
        }
        let classes = points.classes.as_ref();
        let points = Points {
            classes: classes.map(|classes| places.iter().map(|place| classes[*place]).collect()),
            values: places.iter().map(|place| points.values[*place].clone()).collect::<Vec<P>>(),
        };
        let samples = points.values.iter().step_by(SAMPLED).cloned().collect();
        Sorted { starts, points, rows: places.into_iter().map(|place| rows[place]).collect(), samples }
    }

    /// The last row of a slot at or before a point; strictly before, if `is_strict`.
    pub(crate) fn last(&self, slot: u32, at: (u8, &P), is_strict: bool) -> Option<u64> {
        let span = self.span(slot);
        let end = self.end_before(span.clone(), at, is_strict);
        (end > span.start).then(|| self.rows[end - 1])
    }

    /// How many slots there are.
    pub(crate) fn slots(&self) -> usize {
        self.starts.len() - 1
    }

    /// As [`Sorted::last`], for points that mostly come in order: `near` is where the search of the slot before this one ended, and is
    /// looked at first.
    pub(crate) fn last_near(&self, slot: u32, at: (u8, &P), is_strict: bool, near: &mut u32) -> Option<u64> {
        let span = self.span(slot);
        let end = match self.end_near(&span, at, is_strict, span.start + *near as usize) {
            Some(end) => end,
            None => self.end_before(span.clone(), at, is_strict),
        };
        *near = (end - span.start) as u32;
        (end > span.start).then(|| self.rows[end - 1])
    }

    /// As [`Sorted::end_before`], if it is at `near` or a few places from it and there are no nulls.
    fn end_near(
        &self,
        span: &Range<usize>,
        (class, point): (u8, &P),
        is_strict: bool,
        near: usize,
    ) -> Option<usize> {
        if self.points.classes.is_some() || class != VALUE {
            return None;
        }
        let is_before = |other: &P| if is_strict { other < point } else { other <= point };
        let behind = &self.points.values[span.start..near];
        match behind.iter().rev().take(NEAR).take_while(|other| !is_before(other)).count() {
            0 => {}
            NEAR => return None,
            passed => return Some(near - passed),
        }
        let ahead = &self.points.values[near..span.end];
        let passed = ahead.iter().take(NEAR).take_while(|other| is_before(other)).count();
        (passed < NEAR).then_some(near + passed)
    }

    /// The places of a slot's rows.
    pub(crate) fn span(&self, slot: u32) -> Range<usize> {
        let ends = self.starts.get(slot as usize).zip(self.starts.get(slot as usize + 1));
        ends.map_or(0..0, |(start, end)| *start..*end)
    }

    /// Of the places of a slot, where those end that are at or before a point; strictly before, if `is_strict`.
    pub(crate) fn end_before(&self, span: Range<usize>, (class, point): (u8, &P), is_strict: bool) -> usize {
        let start = span.start;
        let before = match &self.points.classes {
            // Without nulls among the rows, a null is before or after them all.
            None if class < VALUE => 0,
            None if class > VALUE => span.len(),
            None if is_strict => self.search(span, |other| other < point),
            None => self.search(span, |other| other <= point),
            Some(_) => partition(span.len(), |place| {
                let other = self.points.at(start + place);
                other < (class, point) || !is_strict && other == (class, point)
            }),
        };
        start + before
    }

    /// How many points of a span a condition holds for, which turns once.
    fn search(&self, mut span: Range<usize>, holds: impl Fn(&P) -> bool) -> usize {
        let start = span.start;
        let samples = span.start.div_ceil(SAMPLED)..span.end.div_ceil(SAMPLED);
        if samples.len() > 1 {
            let passed = samples.start + self.samples[samples.clone()].partition_point(&holds);
            if passed > samples.start {
                span.start = (passed - 1) * SAMPLED;
            }
            span.end = span.end.min(passed * SAMPLED);
        }
        span.start - start + self.points.values[span].partition_point(holds)
    }

    /// The rows at all places.
    pub(crate) fn into_rows(self) -> Vec<u64> {
        self.rows
    }

    /// All rows, slot by slot in order: slot, class, point, row.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, u8, &P, u64)> {
        self.starts.windows(2).zip(0..).flat_map(move |(places, slot)| {
            (places[0]..places[1]).map(move |place| {
                let (class, point) = self.points.at(place);
                (slot, class, point, self.rows[place])
            })
        })
    }

    /// Bytes held.
    pub(crate) fn bytes(&self) -> usize {
        let classes = self.points.classes.as_ref().map_or(0, Vec::len);
        let points = estimate::of_slice(&self.points.values, |point| size_of::<P>() + point.bytes());
        (self.starts.len() + self.rows.len()) * 8 + classes + points + self.samples.len() * size_of::<P>()
    }
}

/// Places by slot, in ascending or in descending order within each; and where each slot starts.
fn by_slot(slots: &[u32], end: usize, descending: bool) -> (Vec<usize>, Vec<usize>) {
    let mut starts = vec![0; end + 1];
    for slot in slots {
        starts[*slot as usize + 1] += 1;
    }
    for slot in 0..end {
        starts[slot + 1] += starts[slot];
    }
    let mut next = starts.clone();
    let mut places = vec![0; slots.len()];
    let mut put = |place: usize| {
        let at = &mut next[slots[place] as usize];
        places[*at] = place;
        *at += 1;
    };
    if descending {
        (0..slots.len()).rev().for_each(&mut put);
    } else {
        (0..slots.len()).for_each(&mut put);
    }
    (starts, places)
}

/// Orders places by a key; those of equal keys stay in order.
fn sort_places<K: Ord + Send>(places: &mut [usize], key: impl Fn(usize) -> K) {
    let before = places.to_vec();
    let mut keyed: Vec<(K, u32)> = before.iter().zip(0..).map(|(place, at)| (key(*place), at)).collect();
    if keyed.len() < PARALLEL_FROM {
        keyed.sort_unstable();
    } else {
        keyed.par_sort_unstable();
    }
    places.iter_mut().zip(keyed).for_each(|(place, (_, at))| *place = before[at as usize]);
}

/// How many of so many places a condition holds for, which turns once.
fn partition(count: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}
