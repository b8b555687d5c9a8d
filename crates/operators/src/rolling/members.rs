//! Which group each row is in, and the rows of each group.
//!
//! **State**: a slot a key; of a live input, the row keys of each group.
//!
//! **Invariants**: 1. the rows of all groups are the rows of the table; 2. a group without rows has no slot.

use std::collections::BTreeMap;

use arrow_schema::DataType;
use kinetable_engine::{Input, Result, RowSet, Update, Version};
use rayon::prelude::*;

use super::layout::Layout;
use super::task::Run;
use crate::estimate;
use crate::join::index::{KeyIndex, NO_SLOT};
use crate::join::keys::{Encoder, Keys};

/// Keys looked up one after the other before the rest is looked up in parallel: enough to have met most of them.
const PRIMED: usize = 1 << 16;

/// The groups of a table.
pub(super) struct Members {
    by: Vec<usize>,
    keys: Option<(Encoder, KeyIndex)>,
    groups: Vec<RowSet>,
}

/// A group that an update concerns.
#[derive(Debug, Default)]
pub(super) struct Touched {
    /// The rows of the group, now.
    pub(super) rows: RowSet,
    /// Those that came or joined it.
    pub(super) joined: RowSet,
    /// Those that stayed in it and changed.
    pub(super) modified: RowSet,
    /// Those that went or left it, by old key.
    pub(super) left: RowSet,
    /// Where rows left: the positions that the rows after them now have.
    pub(super) gaps: Vec<u64>,
}

impl Members {
    /// No rows yet.
    pub(super) fn new(by: Vec<usize>, key_types: &[DataType]) -> Result<Members> {
        let keys = match by.is_empty() {
            true => None,
            false => {
                let encoder = Encoder::new(key_types)?;
                let index = KeyIndex::new(&encoder);
                Some((encoder, index))
            }
        };
        Ok(Members { by, keys, groups: Vec::new() })
    }

    /// The order of all rows; knows their keys from then on.
    pub(super) fn layout(&mut self, version: &Version) -> Result<Layout> {
        let Some((encoder, index)) = &mut self.keys else {
            return Ok(Layout::single(version.rows().len() as usize));
        };
        let keys = encoder.read(version, &self.by, version.rows())?;
        let slots = insert_all(index, &keys);
        Ok(Layout::of_slots(&slots, index.end()))
    }

    /// Keeps which rows are in each group, from the order of all rows that there ever were.
    pub(super) fn keep(&mut self, rows: &RowSet, layout: &Layout) {
        let Some(order) = &layout.order else {
            self.groups = vec![rows.clone()];
            return;
        };
        // No key has been forgotten yet, so that run and slot have the same number.
        debug_assert_eq!(layout.runs.len(), self.index_end(), "every slot has rows");
        let keys = rows.to_vec();
        let group =
            |run: &Run| RowSet::from_sorted(order[run.places()].iter().map(|row| keys[*row as usize]));
        self.groups = layout.runs.iter().map(group).collect();
    }

    /// The groups of rows that come, with those rows.
    pub(super) fn join(&mut self, version: &Version, rows: &RowSet) -> Result<Vec<(u32, RowSet)>> {
        let slots = self.insert(version, rows)?;
        Ok(by_slot(&slots, rows))
    }

    /// Whether changed columns put rows into other groups.
    pub(super) fn regroups(&self, update: &Update) -> bool {
        update.modified_columns.intersects(self.by.iter().copied())
    }

    /// Follows an update; gives the groups that it concerns. Rows modified in other columns than keys are looked for
    /// only if `looks` says that somebody reads what changed.
    pub(super) fn follow(&mut self, input: &Input<'_>, update: &Update, looks: bool) -> Result<Vec<Touched>> {
        let (mut left, mut joined) = (update.removed.clone(), update.added.clone());
        let mut modified = RowSet::empty();
        if self.regroups(update) {
            left = left.union(&update.modified_before());
            joined = joined.union(&update.modified);
        } else if looks {
            modified = update.modified.clone();
        }
        let (left_slots, left_keys) = self.find(input.before, &left)?;
        let joined_slots = self.insert(input.now, &joined)?;
        let (modified_slots, _) = self.find(input.now, &modified)?;
        let mut touched: BTreeMap<u32, Touched> = BTreeMap::new();
        for (slot, rows) in by_slot(&left_slots, &left) {
            touched.entry(slot).or_default().left = rows;
        }
        for (slot, rows) in by_slot(&joined_slots, &joined) {
            touched.entry(slot).or_default().joined = rows;
        }
        for (slot, rows) in by_slot(&modified_slots, &modified) {
            touched.entry(slot).or_default().modified = rows;
        }
        for slot in self.moved(input, update, &left)? {
            touched.entry(slot).or_default();
        }
        let groups = self.index_end();
        self.groups.resize(groups.max(self.groups.len()), RowSet::empty());
        for (slot, group) in &mut touched {
            let rows = &mut self.groups[*slot as usize];
            group.settle(rows, update);
            *rows = group.rows.clone();
        }
        self.forget_empty(&left, &left_slots, left_keys);
        Ok(touched.into_values().collect())
    }

    /// The groups of rows that move: all of them, if they are fewer than these rows.
    fn moved(&self, input: &Input<'_>, update: &Update, left: &RowSet) -> Result<Vec<u32>> {
        if update.shifted.is_empty() {
            return Ok(Vec::new());
        }
        let moved = update.shifted.moved_keys(&input.before.rows().difference(left));
        if (self.groups.len() as u64) < moved.len() {
            return Ok((0..self.groups.len() as u32).collect());
        }
        Ok(self.find(input.before, &moved)?.0)
    }

    fn index_end(&self) -> usize {
        self.keys.as_ref().map_or(1, |(_, index)| index.end())
    }

    /// The slots of rows whose keys are known, and the keys.
    fn find(&self, version: &Version, rows: &RowSet) -> Result<(Vec<u32>, Option<Keys>)> {
        match &self.keys {
            None => Ok((vec![0; rows.len() as usize], None)),
            Some(_) if rows.is_empty() => Ok((Vec::new(), None)),
            Some((encoder, index)) => {
                let keys = encoder.read(version, &self.by, rows)?;
                Ok((index.find(&keys), Some(keys)))
            }
        }
    }

    fn insert(&mut self, version: &Version, rows: &RowSet) -> Result<Vec<u32>> {
        match &mut self.keys {
            None => Ok(vec![0; rows.len() as usize]),
            Some(_) if rows.is_empty() => Ok(Vec::new()),
            Some((encoder, index)) => Ok(index.insert(&encoder.read(version, &self.by, rows)?)),
        }
    }

    /// Forgets the keys of groups that lost their last row.
    fn forget_empty(&mut self, left: &RowSet, slots: &[u32], keys: Option<Keys>) {
        let (Some((_, index)), Some(keys)) = (&mut self.keys, keys) else {
            return;
        };
        debug_assert_eq!(left.len() as usize, slots.len());
        let mut gone: Vec<(u32, usize)> = slots.iter().copied().zip(0..).collect();
        gone.retain(|(slot, _)| self.groups[*slot as usize].is_empty());
        gone.sort_unstable();
        gone.dedup_by_key(|(slot, _)| *slot);
        gone.into_iter().for_each(|(_, place)| index.remove(&keys, place));
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        let index = self.keys.as_ref().map_or(0, |(_, index)| index.bytes());
        index + estimate::of_slice(&self.groups, RowSet::bytes)
    }
}

impl Touched {
    /// The group's rows now, and the gaps in them, from those it had.
    fn settle(&mut self, had: &RowSet, update: &Update) {
        let kept = had.difference(&self.left);
        self.rows = update.shifted.apply(&kept).union(&self.joined);
        let mut last = None;
        for key in self.left.iter() {
            let rank = kept.rank(key);
            if last == Some(rank) {
                continue;
            }
            last = Some(rank);
            let before = rank.checked_sub(1).and_then(|rank| kept.select(rank));
            self.gaps.push(before.map_or(0, |key| self.rows.rank(update.shifted.shift_key(key)) + 1));
        }
    }

    /// Whether any result of the group may change.
    pub(super) fn is_dirty(&self) -> bool {
        !(self.joined.is_empty() && self.modified.is_empty() && self.gaps.is_empty())
    }
}

/// Rows by slot.
fn by_slot(slots: &[u32], rows: &RowSet) -> Vec<(u32, RowSet)> {
    let mut pairs: Vec<(u32, u64)> = slots.iter().copied().zip(rows.iter()).collect();
    if pairs.first().is_none_or(|(first, _)| pairs.iter().all(|(slot, _)| slot == first)) {
        return pairs.first().map(|(slot, _)| (*slot, rows.clone())).into_iter().collect();
    }
    pairs.sort_unstable();
    let set = |same: &[(u32, u64)]| (same[0].0, RowSet::from_sorted(same.iter().map(|(_, key)| *key)));
    pairs.chunk_by(|a, b| a.0 == b.0).map(set).collect()
}

/// The slots of many keys, most of them looked up in parallel.
fn insert_all(index: &mut KeyIndex, keys: &Keys) -> Vec<u32> {
    let primed = keys.len().min(PRIMED);
    let mut slots: Vec<u32> = (0..primed).map(|place| index.insert_one(keys, place)).collect();
    if primed == keys.len() {
        return slots;
    }
    let known = &*index;
    let rest = (primed..keys.len()).into_par_iter().with_min_len(PRIMED / 4);
    slots.par_extend(rest.map(|place| known.find_one(keys, place)));
    for (place, slot) in slots.iter_mut().enumerate().filter(|(_, slot)| **slot == NO_SLOT) {
        *slot = index.insert_one(keys, place);
    }
    slots
}
