//! The rows of one table by slot.
//!
//! **State**: 8 bytes a slot, and a row set for each slot with several rows.
//!
//! **Invariants**: 1. a row set kept apart has at least two rows.

use std::collections::HashMap;

use kinetable_engine::RowSet;

use super::index::NO_SLOT;
use crate::estimate;

const NOTHING: u64 = u64::MAX;
const SEVERAL: u64 = u64::MAX - 1;

/// Rows by slot.
#[derive(Default)]
pub(crate) struct Side {
    one: Vec<u64>,
    several: HashMap<u32, RowSet, ahash::RandomState>,
}

/// A row and the slot of its key.
pub(crate) type Placed = (u32, u64);

impl Side {
    /// The rows of a slot.
    pub(crate) fn rows(&self, slot: u32) -> RowSet {
        match self.entry(slot) {
            NOTHING => RowSet::empty(),
            SEVERAL => self.several[&slot].clone(),
            key => RowSet::single(key),
        }
    }

    /// How many rows a slot has.
    pub(crate) fn count(&self, slot: u32) -> u64 {
        match self.entry(slot) {
            NOTHING => 0,
            SEVERAL => self.several[&slot].len(),
            _ => 1,
        }
    }

    /// The first row of a slot.
    pub(crate) fn first(&self, slot: u32) -> Option<u64> {
        match self.entry(slot) {
            NOTHING => None,
            SEVERAL => self.several[&slot].first(),
            key => Some(key),
        }
    }

    /// The last row of a slot.
    pub(crate) fn last(&self, slot: u32) -> Option<u64> {
        match self.entry(slot) {
            NOTHING => None,
            SEVERAL => self.several[&slot].last(),
            key => Some(key),
        }
    }

    fn entry(&self, slot: u32) -> u64 {
        self.one.get(slot as usize).copied().unwrap_or(NOTHING)
    }

    /// Adds rows that are not there.
    pub(crate) fn add(&mut self, rows: impl Iterator<Item = Placed>, slots: usize) {
        if self.one.len() < slots {
            self.one.resize(slots, NOTHING);
        }
        let mut more: Vec<Placed> = Vec::new();
        for (slot, key) in rows {
            let entry = &mut self.one[slot as usize];
            if *entry == NOTHING {
                *entry = key;
            } else {
                more.push((slot, key));
            }
        }
        by_slot(more, |slot, keys| {
            let rows = self.rows(slot).union(&keys);
            self.set(slot, rows);
        });
    }

    /// Removes rows that are there.
    pub(crate) fn remove(&mut self, rows: impl Iterator<Item = Placed>) {
        let mut more: Vec<Placed> = Vec::new();
        for (slot, key) in rows {
            debug_assert_ne!(slot, NO_SLOT, "a row that goes has a slot");
            let entry = &mut self.one[slot as usize];
            if *entry == key {
                *entry = NOTHING;
            } else {
                more.push((slot, key));
            }
        }
        by_slot(more, |slot, keys| {
            let rows = self.rows(slot).difference(&keys);
            self.set(slot, rows);
        });
    }

    fn set(&mut self, slot: u32, rows: RowSet) {
        let entry = &mut self.one[slot as usize];
        if rows.len() > 1 {
            *entry = SEVERAL;
            self.several.insert(slot, rows);
            return;
        }
        *entry = rows.first().unwrap_or(NOTHING);
        self.several.remove(&slot);
    }

    /// Bytes held.
    pub(crate) fn bytes(&self) -> usize {
        let several = estimate::of_all(self.several.values(), RowSet::bytes);
        self.one.capacity() * size_of::<u64>() + self.several.capacity() * 32 + several
    }
}

/// Hands out the rows of each slot together.
fn by_slot(mut rows: Vec<Placed>, mut take: impl FnMut(u32, RowSet)) {
    rows.sort_unstable();
    for group in rows.chunk_by(|a, b| a.0 == b.0) {
        let keys = group.iter().map(|(_, key)| *key);
        take(group[0].0, RowSet::from_sorted(keys));
    }
}
