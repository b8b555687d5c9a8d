//! `count_distinct`, `unique`, and `distinct` where rows only come at the end.
//!
//! **State**: 32 bytes for each distinct value of each group, in one table for all groups; 48 a group. **Update
//! rule**: a value that comes or goes changes its count; the group keeps how many distinct values it has, and the
//! exclusive or of their words, which is the word of the only one when there is one. **Cost**: one hash a row.

use std::sync::Arc;

use ahash::RandomState;
use arrow_array::{Array, ArrayRef, Int64Array};
use arrow_schema::DataType;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use kinetable_engine::Result;

use super::accumulator::{Accumulator, Rows, Wanted, forked};
use super::keys::{Codec, NULL, hasher};
use super::members::distinct_list;
use crate::estimate;

/// What is made of a group's distinct values.
#[derive(Debug, Clone)]
pub(super) enum Choice {
    /// How many there are; null counts as one or not.
    Count { nulls: bool },
    /// The only one; null is one or not.
    Only { nulls: bool, otherwise: Option<ArrayRef> },
    /// All of them in the order in which they came. Only where rows come in order and stay.
    List { nulls: bool },
}

/// The distinct values of each group.
pub(super) struct Distinct {
    codec: Codec,
    outputs: Vec<Choice>,
    table: HashTable<Counted>,
    hasher: RandomState,
    groups: Vec<Group>,
    /// By slot, the words in the order in which they came; only if a list is asked for.
    order: Option<Vec<Vec<u128>>>,
    words: Vec<u128>,
}

#[derive(Debug)]
struct Counted {
    word: u128,
    count: u64,
    slot: u32,
}

#[derive(Debug, Clone, Copy, Default)]
struct Group {
    distinct: u64,
    nulls: u64,
    fold: u128,
}

impl Distinct {
    /// The distinct values of a column of a type, with these outputs.
    pub(super) fn new(outputs: Vec<Choice>, data_type: &DataType) -> Result<Distinct> {
        let is_list = |choice: &Choice| matches!(choice, Choice::List { .. });
        Ok(Distinct {
            codec: Codec::new(data_type)?,
            order: outputs.iter().any(is_list).then(Vec::new),
            outputs,
            table: HashTable::new(),
            hasher: hasher(),
            groups: Vec::new(),
            words: Vec::new(),
        })
    }

    /// Takes in a word of a group so many times.
    #[inline]
    fn put(&mut self, slot: u32, word: u128, count: u64) {
        let group = &mut self.groups[slot as usize];
        let is_first = if word == NULL {
            group.nulls += count;
            group.nulls == count
        } else {
            let hasher = &self.hasher;
            let same = |other: &Counted| other.slot == slot && other.word == word;
            let rehash = |other: &Counted| hasher.hash_one((other.slot, other.word));
            match self.table.entry(hasher.hash_one((slot, word)), same, rehash) {
                Entry::Occupied(mut entry) => {
                    entry.get_mut().count += count;
                    false
                }
                Entry::Vacant(entry) => {
                    entry.insert(Counted { word, count, slot });
                    self.codec.retain(word);
                    group.distinct += 1;
                    group.fold ^= word;
                    true
                }
            }
        };
        if let Some(order) = self.order.as_mut().filter(|_| is_first) {
            order[slot as usize].push(word);
        }
    }

    /// The distinct values of all groups, null too; in the order in which they came if that is kept.
    fn entries(&self) -> Vec<Counted> {
        let nulls = |slot: u32| self.groups[slot as usize].nulls;
        let Some(order) = &self.order else {
            let values = self.table.iter().map(|other| Counted { ..*other });
            let slots = 0..self.groups.len() as u32;
            let nulls = slots.filter(|slot| nulls(*slot) > 0);
            return values
                .chain(nulls.map(|slot| Counted {
                    word: NULL,
                    count: self.groups[slot as usize].nulls,
                    slot,
                }))
                .collect();
        };
        let count = |slot: u32, word: u128| {
            let same = |other: &Counted| other.slot == slot && other.word == word;
            let found = self.table.find(self.hasher.hash_one((slot, word)), same);
            found.map_or_else(|| nulls(slot), |found| found.count)
        };
        let groups = (0..).zip(order);
        let entry = |slot: u32, word: &u128| Counted { word: *word, count: count(slot, *word), slot };
        groups
            .flat_map(|(slot, words)| words.iter().map(move |word| (slot, word)))
            .map(|(s, w)| entry(s, w))
            .collect()
    }

    fn read(&mut self, values: &ArrayRef) -> Result<()> {
        self.words.clear();
        self.words.resize(values.len(), 0);
        self.codec.words(values, &mut self.words, 0, 1)
    }

    fn count(&self, nulls: bool, wanted: &Wanted<'_>) -> ArrayRef {
        let count = |slot: &u32| {
            let group = self.groups[*slot as usize];
            let count = group.distinct + u64::from(nulls && group.nulls > 0);
            (nulls || count > 0).then_some(count as i64)
        };
        Arc::new(wanted.slots.iter().map(count).collect::<Int64Array>())
    }

    fn only(&mut self, nulls: bool, otherwise: Option<&ArrayRef>, wanted: &Wanted<'_>) -> Result<ArrayRef> {
        let mut other = [NULL];
        if let Some(otherwise) = otherwise {
            self.codec.words(otherwise, &mut other, 0, 1)?;
        }
        let word = |slot: &u32| {
            let group = self.groups[*slot as usize];
            match group.distinct + u64::from(nulls && group.nulls > 0) {
                0 => NULL,
                1 if group.distinct == 1 => group.fold,
                1 => NULL,
                _ => other[0],
            }
        };
        let words: Vec<u128> = wanted.slots.iter().map(word).collect();
        self.codec.values(&words)
    }

    fn list(&self, nulls: bool, wanted: &Wanted<'_>) -> Result<ArrayRef> {
        let order = self.order.as_ref().expect("kept if a list is asked for");
        let mut words = Vec::new();
        let mut lengths = Vec::with_capacity(wanted.slots.len());
        for slot in wanted.slots {
            let before = words.len();
            let kept = |word: &&u128| nulls || **word != NULL;
            words.extend(order[*slot as usize].iter().filter(kept));
            lengths.push(words.len() - before);
        }
        distinct_list(self.codec.values(&words)?, lengths)
    }
}

impl Accumulator for Distinct {
    fn grow(&mut self, slots: usize) {
        let slots = slots.max(self.groups.len());
        self.groups.resize(slots, Group::default());
        if let Some(order) = &mut self.order {
            order.resize(slots, Vec::new());
        }
    }

    fn add(&mut self, rows: &Rows<'_>) -> Result<()> {
        self.read(&rows.values[0])?;
        let words = std::mem::take(&mut self.words);
        for (slot, word) in rows.slots.iter().zip(&words) {
            self.put(*slot, *word, 1);
        }
        self.words = words;
        Ok(())
    }

    fn remove(&mut self, rows: &Rows<'_>) -> Result<()> {
        debug_assert!(self.order.is_none(), "the order of arrival is kept only where rows stay");
        self.read(&rows.values[0])?;
        for (slot, word) in rows.slots.iter().zip(&self.words) {
            let group = &mut self.groups[*slot as usize];
            if *word == NULL {
                group.nulls -= 1;
                continue;
            }
            let same = |other: &Counted| other.slot == *slot && other.word == *word;
            let found = self.table.find_entry(self.hasher.hash_one((*slot, *word)), same);
            let mut entry = found.expect("a value that goes is there");
            entry.get_mut().count -= 1;
            if entry.get().count == 0 {
                entry.remove();
                self.codec.release(*word);
                group.distinct -= 1;
                group.fold ^= *word;
            }
        }
        Ok(())
    }

    fn clear(&mut self, slot: u32) {
        debug_assert_eq!(self.groups[slot as usize].distinct, 0, "all values went before");
        self.groups[slot as usize] = Group::default();
    }

    fn fork(&self) -> Option<Box<dyn Accumulator>> {
        let fork = Distinct::new(self.outputs.clone(), self.codec.data_type());
        fork.ok().map(|fork| Box::new(fork) as Box<dyn Accumulator>)
    }

    fn absorb(&mut self, fork: Box<dyn Accumulator>, slots: &[u32]) -> Result<()> {
        let fork = forked::<Distinct>(fork);
        let entries = fork.entries();
        let words: Vec<u128> = entries.iter().map(|entry| entry.word).collect();
        self.read(&fork.codec.values(&words)?)?;
        let words = std::mem::take(&mut self.words);
        for (entry, word) in entries.iter().zip(&words) {
            self.put(slots[entry.slot as usize], *word, entry.count);
        }
        self.words = words;
        Ok(())
    }

    fn results(&mut self, wanted: &Wanted<'_>) -> Result<Vec<ArrayRef>> {
        let mut results = Vec::with_capacity(self.outputs.len());
        for choice in self.outputs.clone() {
            results.push(match choice {
                Choice::Count { nulls } => self.count(nulls, wanted),
                Choice::Only { nulls, otherwise } => self.only(nulls, otherwise.as_ref(), wanted)?,
                Choice::List { nulls } => self.list(nulls, wanted)?,
            });
        }
        Ok(results)
    }

    fn bytes(&self) -> usize {
        let words = |words: &Vec<_>| 24 + words.capacity() * 16;
        let order = self.order.as_deref().map_or(0, |order| estimate::of_slice(order, words));
        let groups = self.groups.capacity() * size_of::<Group>();
        self.table.allocation_size() + self.codec.bytes() + groups + order
    }
}
