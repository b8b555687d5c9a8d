//! `min`, `max`, `median` and percentiles from the values of each group in order.
//!
//! **State**: a map from value to count a group: the distinct values. Besides, for each percentile, a cursor: a value
//! and how many values lie below it. **Update rule**: a value that comes or goes changes its count, and moves the
//! cursors' ranks; when results are asked for, a cursor walks to its place, which is at most as many values away as
//! came and went. Values that come wait until results are asked for: many at once are sorted and merged with the map.
//! **Cost**: O(log distinct values) a row.
//!
//! **Invariants**: 1. no count is zero; 2. a cursor's rank is the number of values below it; 3. nothing waits when
//! values go or results are read.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::iter::Peekable;
use std::ops::Bound::{Excluded, Unbounded};

use arrow_array::ArrayRef;
use arrow_schema::DataType;
use kinetable_engine::Result;

use super::accumulator::{Accumulator, Rows, Wanted, forked};
use super::ordinal::Ordinal;
use super::spec::Extremum;
use crate::estimate;

/// What is read off a group's values in order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Rank {
    Extreme(Extremum),
    Percentile { share: f64, average: bool },
}

/// The values of each group in order.
pub(super) struct Ordered<O: Ordinal> {
    outputs: Vec<Rank>,
    data_type: DataType,
    groups: Vec<Group<O::Kept>>,
}

#[derive(Clone)]
struct Group<K> {
    counts: BTreeMap<K, u64>,
    waiting: Vec<K>,
    total: u64,
    cursors: Vec<Cursor<K>>,
}

#[derive(Clone)]
struct Cursor<K> {
    at: Option<K>,
    below: u64,
}

impl<O: Ordinal> Ordered<O> {
    /// The values of a column of a type, with these outputs.
    pub(super) fn new(outputs: Vec<Rank>, data_type: DataType) -> Ordered<O> {
        Ordered { outputs, data_type, groups: Vec::new() }
    }

    fn empty(&self) -> Group<O::Kept> {
        let cursor = Cursor { at: None, below: 0 };
        let is_percentile = |rank: &&Rank| matches!(rank, Rank::Percentile { .. });
        Group {
            counts: BTreeMap::new(),
            waiting: Vec::new(),
            total: 0,
            cursors: vec![cursor; self.outputs.iter().filter(is_percentile).count()],
        }
    }

    fn extreme(&self, which: Extremum, slots: &[u32]) -> Result<ArrayRef> {
        let value = |slot: &u32| {
            let counts = &self.groups[*slot as usize].counts;
            let (greatest, _) = counts.last_key_value()?;
            let is_nan = O::is_nan(greatest, &self.data_type);
            match which {
                Extremum::Least if !is_nan => counts.first_key_value().map(|(least, _)| least),
                _ => Some(greatest),
            }
        };
        O::array(&self.data_type, slots.iter().map(value))
    }

    fn percentile(&mut self, cursor: usize, share: f64, average: bool, slots: &[u32]) -> Result<ArrayRef> {
        let mut pairs = Vec::with_capacity(slots.len());
        for slot in slots {
            let group = &mut self.groups[*slot as usize];
            pairs.push(group.middle(cursor, share, average));
        }
        match average {
            true => O::means(&self.data_type, &pairs),
            false => {
                let uppers = pairs.iter().map(|pair| pair.as_ref().map(|(_, upper)| upper));
                O::array(&self.data_type, uppers)
            }
        }
    }
}

impl<O: Ordinal> Accumulator for Ordered<O> {
    fn grow(&mut self, slots: usize) {
        if slots > self.groups.len() {
            let empty = self.empty();
            self.groups.resize(slots, empty);
        }
    }

    fn add(&mut self, rows: &Rows<'_>) -> Result<()> {
        let groups = &mut self.groups;
        O::visit(&rows.values[0], rows.slots, |slot, value| {
            groups[slot as usize].wait(O::keep(value));
        });
        Ok(())
    }

    fn remove(&mut self, rows: &Rows<'_>) -> Result<()> {
        let groups = &mut self.groups;
        O::visit(&rows.values[0], rows.slots, |slot, value| {
            let group = &mut groups[slot as usize];
            group.settle();
            let count = group.counts.get_mut(value).expect("a value that goes is there");
            *count -= 1;
            if *count == 0 {
                group.counts.remove(value);
            }
            group.total -= 1;
            group.cursors_above(value).for_each(|cursor| cursor.below -= 1);
        });
        Ok(())
    }

    fn clear(&mut self, slot: u32) {
        self.groups[slot as usize] = self.empty();
    }

    fn fork(&self) -> Option<Box<dyn Accumulator>> {
        Some(Box::new(Ordered::<O>::new(self.outputs.clone(), self.data_type.clone())))
    }

    fn absorb(&mut self, fork: Box<dyn Accumulator>, slots: &[u32]) -> Result<()> {
        for (slot, theirs) in slots.iter().zip(forked::<Ordered<O>>(fork).groups) {
            self.groups[*slot as usize].absorb(theirs);
        }
        Ok(())
    }

    fn results(&mut self, wanted: &Wanted<'_>) -> Result<Vec<ArrayRef>> {
        for slot in wanted.slots {
            self.groups[*slot as usize].settle();
        }
        let mut cursor = 0;
        let mut results = Vec::with_capacity(self.outputs.len());
        for rank in self.outputs.clone() {
            results.push(match rank {
                Rank::Extreme(which) => self.extreme(which, wanted.slots)?,
                Rank::Percentile { share, average } => {
                    cursor += 1;
                    self.percentile(cursor - 1, share, average, wanted.slots)?
                }
            });
        }
        Ok(results)
    }

    fn bytes(&self) -> usize {
        let entry = size_of::<O::Kept>() + 8 + 4;
        let group = |group: &Group<O::Kept>| {
            let heap = estimate::of_part(group.counts.keys(), O::heap);
            let waiting = group.waiting.capacity() * size_of::<O::Kept>();
            size_of::<Group<O::Kept>>() + group.counts.len() * entry + waiting + heap
        };
        estimate::of_slice(&self.groups, group)
    }
}

impl<K: Ord + Clone> Group<K> {
    /// Takes in a value, later.
    fn wait(&mut self, value: K) {
        self.waiting.push(value);
        if self.waiting.len() > self.counts.len().max(1 << 12) {
            self.settle();
        }
    }

    /// Takes in the values of another group.
    fn absorb(&mut self, mut other: Group<K>) {
        self.waiting.append(&mut other.waiting);
        let counts = std::mem::take(&mut other.counts);
        self.waiting
            .extend(counts.into_iter().flat_map(|(value, count)| std::iter::repeat_n(value, count as usize)));
    }

    /// Takes in the values that wait.
    fn settle(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        self.total += waiting.len() as u64;
        match waiting.len() > 16 && waiting.len() > self.counts.len() / 8 {
            true => self.merge(waiting),
            false => waiting.into_iter().for_each(|value| self.insert(value)),
        }
    }

    fn insert(&mut self, value: K) {
        self.cursors_above(&value).for_each(|cursor| cursor.below += 1);
        *self.counts.entry(value).or_insert(0) += 1;
    }

    /// Takes in many values: a map is built of sorted values much faster than value by value.
    fn merge(&mut self, mut values: Vec<K>) {
        for cursor in &mut self.cursors {
            cursor.at = None;
        }
        values.sort_unstable();
        let mut counts: Vec<(K, u64)> = Vec::with_capacity(self.counts.len() + values.len());
        let mut old = std::mem::take(&mut self.counts).into_iter().peekable();
        let mut new = values.into_iter().map(|value| (value, 1)).peekable();
        while let Some((value, count)) = next_of(&mut old, &mut new) {
            match counts.last_mut() {
                Some((last, total)) if *last == value => *total += count,
                _ => counts.push((value, count)),
            }
        }
        self.counts = counts.into_iter().collect();
    }

    /// The cursors at greater values than one.
    fn cursors_above<Q: Ord + ?Sized>(&mut self, value: &Q) -> impl Iterator<Item = &mut Cursor<K>>
    where
        K: Borrow<Q>,
    {
        let above = |cursor: &&mut Cursor<K>| cursor.at.as_ref().is_some_and(|at| *at.borrow() > *value);
        self.cursors.iter_mut().filter(above)
    }

    /// The values about a share of the group: twice the same where it falls on one, or is not to be averaged.
    fn middle(&mut self, cursor: usize, share: f64, average: bool) -> Option<(K, K)> {
        let (lower, upper) = place_of(self.total, share, average)?;
        let value = self.walk(cursor, lower);
        match lower == upper {
            true => Some((value.clone(), value)),
            false => Some((value, self.walk(cursor, upper))),
        }
    }

    /// Moves a cursor to the value of a rank.
    fn walk(&mut self, cursor: usize, rank: u64) -> K {
        let cursor = &mut self.cursors[cursor];
        let (mut at, mut below) = match cursor.at.take() {
            Some(at) => (at, cursor.below),
            None => at_rank(&self.counts, rank),
        };
        loop {
            let here = self.counts.get(&at).copied().unwrap_or(0);
            let next = if rank < below {
                let (value, count) = self.counts.range(..&at).next_back().expect("a value below");
                below -= count;
                value
            } else if rank >= below + here {
                below += here;
                let after = (Excluded(&at), Unbounded);
                self.counts.range(after).next().expect("a value above").0
            } else {
                break;
            };
            at = next.clone();
        }
        *cursor = Cursor { at: Some(at.clone()), below };
        at
    }
}

/// The ranks of the values about a share of so many: twice the same where it falls on one, or is not to be averaged.
pub(super) fn place_of(total: u64, share: f64, average: bool) -> Option<(u64, u64)> {
    let place = total.checked_sub(1)? as f64 * share;
    let nearest = (place + 0.5).floor() as u64;
    match average && place - place.floor() == 0.5 {
        true => Some((place.floor() as u64, nearest)),
        false => Some((nearest, nearest)),
    }
}

/// The lesser head of two ascending sequences.
fn next_of<T: Ord>(
    old: &mut Peekable<impl Iterator<Item = T>>,
    new: &mut Peekable<impl Iterator<Item = T>>,
) -> Option<T> {
    match (old.peek(), new.peek()) {
        (Some(first), Some(second)) if second < first => new.next(),
        (Some(_), _) => old.next(),
        (None, _) => new.next(),
    }
}

/// The value of a rank, and how many are below it, counted from the least.
fn at_rank<K: Clone>(counts: &BTreeMap<K, u64>, rank: u64) -> (K, u64) {
    let mut below = 0;
    for (value, count) in counts {
        if rank < below + count {
            return (value.clone(), below);
        }
        below += count;
    }
    panic!("rank {rank} of {below} values");
}
