//! Which groups there are: their keys, slots, row counts and places in the result.
//!
//! A *slot* is a small number under which all of a group's state is kept; it is used again when the group is gone.
//! The *place* is the group's row key in the result; it ascends in order of appearance and is never used again.
//!
//! **State**: 32 bytes a group and its key. **Invariants**: 1. a slot is in use exactly if its key is in the map;
//! 2. a group without rows is gone at the end of the cycle unless empty groups are kept; 3. places ascend in order
//! of creation.

use arrow_array::ArrayRef;
use arrow_schema::DataType;
use kinetable_engine::{Result, RowSet};

use super::keys::{Codec, KeyMap};

/// The place of a group that was made in this cycle.
const NEW: u64 = u64::MAX;

/// The groups of an aggregation.
#[derive(Debug)]
pub(super) struct Groups {
    codecs: Vec<Codec>,
    map: KeyMap,
    /// By slot.
    counts: Vec<u64>,
    places: Vec<u64>,
    marks: Vec<u32>,
    free: Vec<u32>,
    cycle: u32,
    touched: Vec<u32>,
    created: Vec<u32>,
    next_place: u64,
    words: Vec<u128>,
}

/// What looking up the groups of rows does besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Visit {
    /// The rows come: new keys make groups.
    Join,
    /// The rows go.
    Leave,
    /// The rows stay; their groups are touched.
    Touch,
    /// The rows stay; nothing of their groups changes.
    Look,
}

/// What became of the groups in a cycle: slots in the order of their places.
#[derive(Debug, Default)]
pub(super) struct Settled {
    pub(super) created: Vec<u32>,
    pub(super) stayed: Vec<u32>,
    pub(super) gone: Vec<u32>,
}

impl Groups {
    /// No groups; keys of these types. Without key columns there is one group.
    pub(super) fn new(key_types: &[DataType]) -> Result<Groups> {
        let codecs = key_types.iter().map(Codec::new).collect::<Result<Vec<_>>>()?;
        Ok(Groups {
            map: KeyMap::new(codecs.len()),
            codecs,
            counts: Vec::new(),
            places: Vec::new(),
            marks: Vec::new(),
            free: Vec::new(),
            cycle: 1,
            touched: Vec::new(),
            created: Vec::new(),
            next_place: 0,
            words: Vec::new(),
        })
    }

    /// No groups, of keys of the same types.
    pub(super) fn fork(&self) -> Result<Groups> {
        let types: Vec<DataType> = self.codecs.iter().map(|codec| codec.data_type().clone()).collect();
        Groups::new(&types)
    }

    /// Takes in the groups of a fork, which have rows that come after all that are in; gives our slots by theirs.
    pub(super) fn absorb(&mut self, fork: &Groups) -> Result<Vec<u32>> {
        debug_assert!(fork.created.iter().copied().eq(0..fork.slots() as u32), "a fork only makes groups");
        let mut slots = Vec::with_capacity(fork.slots());
        if fork.slots() > 0 {
            self.find(&fork.keys(&fork.created)?, fork.slots(), Visit::Join, &mut slots)?;
        }
        for (slot, count) in slots.iter().zip(&fork.counts) {
            self.counts[*slot as usize] += count - 1;
        }
        Ok(slots)
    }

    /// Begins a cycle.
    pub(super) fn begin(&mut self) {
        self.cycle += 1;
        self.touched.clear();
        self.created.clear();
    }

    /// How many slots there are, in use or not.
    pub(super) fn slots(&self) -> usize {
        self.counts.len()
    }

    /// Rows by slot.
    pub(super) fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// Makes the group of no key, if there are no key columns: for results that keep it when it is empty.
    pub(super) fn seed_single(&mut self) {
        if self.codecs.is_empty() && self.counts.is_empty() {
            self.single();
        }
    }

    /// Makes the groups of these keys, without rows.
    pub(super) fn seed(&mut self, keys: &[ArrayRef], rows: usize) -> Result<()> {
        let mut slots = Vec::new();
        self.find(keys, rows, Visit::Join, &mut slots)?;
        slots.iter().for_each(|slot| self.counts[*slot as usize] -= 1);
        Ok(())
    }

    /// The slots of a chunk's rows by its key columns.
    pub(super) fn find(
        &mut self,
        keys: &[ArrayRef],
        rows: usize,
        visit: Visit,
        slots: &mut Vec<u32>,
    ) -> Result<()> {
        slots.clear();
        if self.codecs.is_empty() {
            let slot = if rows == 0 { 0 } else { self.single() };
            slots.resize(rows, slot);
        } else {
            self.write_words(keys, rows)?;
            self.look_up(slots);
        }
        match visit {
            Visit::Join => self.count(slots, |count| *count += 1),
            Visit::Leave => self.count(slots, |count| *count -= 1),
            Visit::Touch => self.count(slots, |_| ()),
            Visit::Look => {}
        }
        Ok(())
    }

    fn write_words(&mut self, keys: &[ArrayRef], rows: usize) -> Result<()> {
        let width = self.codecs.len();
        self.words.clear();
        self.words.resize(rows * width, 0);
        if rows > 0 {
            for (index, (codec, array)) in self.codecs.iter_mut().zip(keys).enumerate() {
                codec.words(array, &mut self.words, index, width)?;
            }
        }
        Ok(())
    }

    fn look_up(&mut self, slots: &mut Vec<u32>) {
        let mut maker = Maker {
            codecs: &mut self.codecs,
            counts: &mut self.counts,
            places: &mut self.places,
            marks: &mut self.marks,
            free: &mut self.free,
            created: &mut self.created,
            cycle: self.cycle,
        };
        slots.reserve(self.words.len() / maker.codecs.len());
        let assign = |key: &[u128]| maker.make(key);
        self.map.slots(&self.words, assign, |slot| slots.push(slot));
    }

    /// The slot of the one group there is without key columns.
    fn single(&mut self) -> u32 {
        if self.counts.is_empty() || self.free.pop().is_some() {
            if self.counts.is_empty() {
                self.counts.push(0);
                self.places.push(NEW);
                self.marks.push(0);
            }
            self.places[0] = NEW;
            self.marks[0] = self.cycle;
            self.created.push(0);
        }
        0
    }

    fn count(&mut self, slots: &[u32], mut change: impl FnMut(&mut u64)) {
        if self.created.len() == self.counts.len() {
            // All groups are of this cycle: none needs a mark.
            return slots.iter().for_each(|slot| change(&mut self.counts[*slot as usize]));
        }
        for slot in slots {
            let index = *slot as usize;
            change(&mut self.counts[index]);
            if self.marks[index] != self.cycle {
                self.marks[index] = self.cycle;
                self.touched.push(*slot);
            }
        }
    }

    /// Ends the cycle's looking up: which groups were made, touched, and emptied. New groups get their places.
    pub(super) fn settle(&mut self, keep_empty: bool) -> Settled {
        let mut settled = Settled::default();
        for slot in std::mem::take(&mut self.created) {
            if self.counts[slot as usize] > 0 || keep_empty {
                self.places[slot as usize] = self.next_place;
                self.next_place += 1;
                settled.created.push(slot);
            } else {
                self.forget(slot);
            }
        }
        let mut touched = std::mem::take(&mut self.touched);
        touched.sort_unstable_by_key(|slot| self.places[*slot as usize]);
        let kept = |slot: &u32| keep_empty || self.counts[*slot as usize] > 0;
        (settled.stayed, settled.gone) = touched.into_iter().partition(kept);
        settled
    }

    /// Gives a group that was gone, and was not forgotten, a place at the end.
    pub(super) fn revive(&mut self, slot: u32) {
        self.places[slot as usize] = self.next_place;
        self.next_place += 1;
    }

    /// The rows of the result that groups have, given in the order of their places.
    pub(super) fn rows(&self, slots: &[u32]) -> RowSet {
        RowSet::from_sorted(slots.iter().map(|slot| self.places[*slot as usize]))
    }

    /// The key columns of groups.
    pub(super) fn keys(&self, slots: &[u32]) -> Result<Vec<ArrayRef>> {
        let column = |(index, codec): (usize, &Codec)| {
            let words: Vec<u128> = slots.iter().map(|slot| self.map.key(*slot)[index]).collect();
            codec.values(&words)
        };
        self.codecs.iter().enumerate().map(column).collect()
    }

    /// Forgets a group: its slot may be used again.
    pub(super) fn forget(&mut self, slot: u32) {
        debug_assert_eq!(self.counts[slot as usize], 0, "a group with rows is not forgotten");
        if !self.codecs.is_empty() {
            for (codec, word) in self.codecs.iter_mut().zip(self.map.key(slot)) {
                codec.release(*word);
            }
            self.map.remove(slot);
        }
        self.free.push(slot);
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        let codecs: usize = self.codecs.iter().map(Codec::bytes).sum();
        let slots = self.counts.capacity() * (8 + 8 + 4);
        codecs + self.map.bytes() + slots + self.words.capacity() * 16
    }
}

/// Makes groups while the map is searched.
struct Maker<'a> {
    codecs: &'a mut [Codec],
    counts: &'a mut Vec<u64>,
    places: &'a mut Vec<u64>,
    marks: &'a mut Vec<u32>,
    free: &'a mut Vec<u32>,
    created: &'a mut Vec<u32>,
    cycle: u32,
}

impl Maker<'_> {
    fn make(&mut self, key: &[u128]) -> u32 {
        for (codec, word) in self.codecs.iter_mut().zip(key) {
            codec.retain(*word);
        }
        let slot = self.free.pop().unwrap_or(self.counts.len() as u32);
        if slot as usize == self.counts.len() {
            self.counts.push(0);
            self.places.push(NEW);
            self.marks.push(0);
        }
        self.places[slot as usize] = NEW;
        // A group of this cycle is in `created`, so it need not be in `touched`.
        self.marks[slot as usize] = self.cycle;
        self.created.push(slot);
        slot
    }
}
