//! From keys to slots: small numbers that are handed out as keys come, and again after a key was forgotten.
//!
//! **State**: 17 bytes a key of one word; 9 bytes, the key's bytes and their 16-byte handle otherwise. Keys of one word that lie
//! close together and never change have a table of 4 bytes a word from the least to the greatest instead, which needs no hashing.

use ahash::RandomState;
use arrow_buffer::NullBuffer;
use hashbrown::HashTable;

use super::keys::{Encoder, Keys};
use crate::estimate;

/// No slot: the key is not known.
pub(crate) const NO_SLOT: u32 = u32::MAX;

/// From how many keys on a table without hashing is thought of, and how many words there may be for each key.
const DENSE_FROM: usize = 1 << 12;
const DENSE_SPAN: u64 = 4;

/// Slots by key.
pub(crate) struct KeyIndex {
    known: Known,
    null: u32,
    free: Vec<u32>,
    /// One past the greatest slot handed out.
    end: u32,
    hasher: RandomState,
}

enum Known {
    Words(HashTable<(u64, u32)>),
    /// The slots of words from `first` on, for keys that do not change.
    Dense {
        first: u64,
        slots: Vec<u32>,
    },
    Bytes {
        table: HashTable<(u64, u32)>,
        keys: Vec<Box<[u8]>>,
    },
}

impl KeyIndex {
    /// An index without keys.
    pub(crate) fn new(encoder: &Encoder) -> KeyIndex {
        let known = if encoder.gives_words() {
            Known::Words(HashTable::new())
        } else {
            Known::Bytes { table: HashTable::new(), keys: Vec::new() }
        };
        // The seeds are the same in every run: the engine reads no randomness.
        let hasher = RandomState::with_seeds(0x71c3, 0x2f0b_9d17, 0x5bd1_e995, 0x1656_67b1);
        KeyIndex { known, null: NO_SLOT, free: Vec::new(), end: 0, hasher }
    }

    /// An index of keys to start from, to which others may come if it is live; and their slots.
    pub(crate) fn start(encoder: &Encoder, keys: &Keys, is_live: bool) -> (KeyIndex, Vec<u32>) {
        let mut index = KeyIndex::new(encoder);
        if !is_live
            && let Keys::Words(words, nulls) = keys
            && let Some(first) = dense_from(words, nulls.as_ref())
        {
            let slots = index.insert_dense(first, words, nulls.as_ref());
            return (index, slots);
        }
        let slots = index.insert(keys);
        (index, slots)
    }

    fn insert_dense(
        &mut self,
        (first, count): (u64, usize),
        words: &[u64],
        nulls: Option<&NullBuffer>,
    ) -> Vec<u32> {
        let mut dense = vec![NO_SLOT; count];
        let mut slots = Vec::with_capacity(words.len());
        for (place, word) in words.iter().enumerate() {
            if nulls.is_some_and(|nulls| nulls.is_null(place)) {
                slots.push(self.insert_null());
                continue;
            }
            let slot = &mut dense[word.wrapping_sub(first) as usize];
            if *slot == NO_SLOT {
                *slot = next(&mut self.free, &mut self.end);
            }
            slots.push(*slot);
        }
        self.known = Known::Dense { first, slots: dense };
        slots
    }

    /// One past the greatest slot handed out.
    pub(crate) fn end(&self) -> usize {
        self.end as usize
    }

    /// The slot of one of the keys; [`NO_SLOT`] if it is not known.
    pub(crate) fn find_one(&self, batch: &Keys, place: usize) -> u32 {
        match (batch, &self.known) {
            (Keys::Words(_, Some(nulls)), _) if nulls.is_null(place) => self.null,
            (Keys::Words(words, _), Known::Words(table)) => self.find_word(table, words[place]),
            (Keys::Words(words, _), Known::Dense { first, slots }) => {
                slots.get(words[place].wrapping_sub(*first) as usize).copied().unwrap_or(NO_SLOT)
            }
            _ => bytes_at(batch, place).map_or(self.null, |bytes| self.find_bytes(bytes)),
        }
    }

    /// The slots of keys; [`NO_SLOT`] for those not known.
    pub(crate) fn find(&self, keys: &Keys) -> Vec<u32> {
        match (keys, &self.known) {
            (Keys::Words(words, None), Known::Words(table)) => {
                words.iter().map(|word| self.find_word(table, *word)).collect()
            }
            (Keys::Words(words, None), Known::Dense { first, slots }) => {
                let find = |word: &u64| slots.get(word.wrapping_sub(*first) as usize).copied();
                words.iter().map(|word| find(word).unwrap_or(NO_SLOT)).collect()
            }
            _ => (0..keys.len()).map(|place| self.find_one(keys, place)).collect(),
        }
    }

    fn find_word(&self, table: &HashTable<(u64, u32)>, word: u64) -> u32 {
        let found = table.find(self.hasher.hash_one(word), |(other, _)| *other == word);
        found.map_or(NO_SLOT, |(_, slot)| *slot)
    }

    fn find_bytes(&self, bytes: &[u8]) -> u32 {
        let Known::Bytes { table, keys } = &self.known else {
            unreachable!("an index of words is asked for words");
        };
        let hash = self.hasher.hash_one(bytes);
        let same = |(other, slot): &(u64, u32)| *other == hash && *keys[*slot as usize] == *bytes;
        table.find(hash, same).map_or(NO_SLOT, |(_, slot)| *slot)
    }

    /// The slots of keys; those not known get one.
    pub(crate) fn insert(&mut self, keys: &Keys) -> Vec<u32> {
        (0..keys.len()).map(|place| self.insert_one(keys, place)).collect()
    }

    /// The slot of one of the keys; it gets one if it is not known.
    pub(crate) fn insert_one(&mut self, batch: &Keys, place: usize) -> u32 {
        match batch {
            Keys::Words(_, Some(nulls)) if nulls.is_null(place) => self.insert_null(),
            Keys::Words(words, _) => self.insert_word(words[place]),
            _ => match bytes_at(batch, place) {
                Some(bytes) => self.insert_bytes(bytes),
                None => self.insert_null(),
            },
        }
    }

    fn insert_word(&mut self, word: u64) -> u32 {
        let Known::Words(table) = &mut self.known else {
            unreachable!("an index of bytes is given bytes");
        };
        let hash = self.hasher.hash_one(word);
        if let Some((_, slot)) = table.find(hash, |(other, _)| *other == word) {
            return *slot;
        }
        let slot = next(&mut self.free, &mut self.end);
        let rehash = |(word, _): &(u64, u32)| self.hasher.hash_one(*word);
        table.insert_unique(hash, (word, slot), rehash);
        slot
    }

    fn insert_bytes(&mut self, bytes: &[u8]) -> u32 {
        let slot = self.find_bytes(bytes);
        if slot != NO_SLOT {
            return slot;
        }
        let slot = next(&mut self.free, &mut self.end);
        let Known::Bytes { table, keys } = &mut self.known else {
            unreachable!("an index of words is given words");
        };
        if keys.len() <= slot as usize {
            keys.resize_with(slot as usize + 1, Box::default);
        }
        keys[slot as usize] = bytes.into();
        let hash = self.hasher.hash_one(bytes);
        table.insert_unique(hash, (hash, slot), |(hash, _)| *hash);
        slot
    }

    fn insert_null(&mut self) -> u32 {
        if self.null == NO_SLOT {
            self.null = next(&mut self.free, &mut self.end);
        }
        self.null
    }

    /// Forgets one of the keys, which is known; its slot may be handed out again.
    pub(crate) fn remove(&mut self, batch: &Keys, place: usize) {
        let hasher = &self.hasher;
        let slot = match (batch, &mut self.known) {
            (Keys::Words(words, nulls), Known::Words(table)) => {
                if nulls.as_ref().is_some_and(|nulls| nulls.is_null(place)) {
                    std::mem::replace(&mut self.null, NO_SLOT)
                } else {
                    let word = words[place];
                    let hash = hasher.hash_one(word);
                    let entry = table.find_entry(hash, |(other, _)| *other == word);
                    entry.expect("the key is known").remove().0.1
                }
            }
            (_, Known::Bytes { table, keys }) => match bytes_at(batch, place) {
                None => std::mem::replace(&mut self.null, NO_SLOT),
                Some(bytes) => {
                    let hash = hasher.hash_one(bytes);
                    let same = |(other, slot): &(u64, u32)| *other == hash && *keys[*slot as usize] == *bytes;
                    let entry = table.find_entry(hash, same).expect("the key is known");
                    let slot = entry.remove().0.1;
                    keys[slot as usize] = Box::default();
                    slot
                }
            },
            (_, Known::Words(_)) => unreachable!("an index of words is given words"),
            (_, Known::Dense { .. }) => unreachable!("keys given once and for all do not change"),
        };
        self.free.push(slot);
    }

    /// Bytes held.
    pub(crate) fn bytes(&self) -> usize {
        let known = match &self.known {
            Known::Words(table) => table.allocation_size(),
            Known::Dense { slots, .. } => slots.capacity() * size_of::<u32>(),
            Known::Bytes { table, keys } => {
                let bytes = estimate::of_slice(keys, |key| key.len() + size_of::<Box<[u8]>>());
                table.allocation_size() + bytes
            }
        };
        known + self.free.capacity() * size_of::<u32>()
    }
}

/// Where words start and how many there are from the least to the greatest, if they lie close together.
fn dense_from(words: &[u64], nulls: Option<&NullBuffer>) -> Option<(u64, usize)> {
    let is_there = |place: usize| nulls.is_none_or(|nulls| nulls.is_valid(place));
    let signed = words.iter().enumerate().filter(|(place, _)| is_there(*place)).map(|(_, word)| *word as i64);
    let (least, greatest) = signed.fold((i64::MAX, i64::MIN), |(a, b), word| (a.min(word), b.max(word)));
    let span = greatest.checked_sub(least).filter(|span| *span >= 0)? as u64;
    let is_close = words.len() >= DENSE_FROM && span < DENSE_SPAN * words.len() as u64;
    is_close.then_some((least as u64, span as usize + 1))
}

fn next(free: &mut Vec<u32>, end: &mut u32) -> u32 {
    free.pop().unwrap_or_else(|| {
        *end += 1;
        assert!(*end < NO_SLOT, "fewer than 2^32 distinct keys");
        *end - 1
    })
}

/// The bytes of a key; `None` for a null text, and for the one key of no column.
fn bytes_at(keys: &Keys, place: usize) -> Option<&[u8]> {
    use arrow_array::Array;
    match keys {
        Keys::Nothing(_) => None,
        Keys::Words(..) => unreachable!("words are looked up as words"),
        Keys::Texts(texts) => texts.is_valid(place).then(|| texts.value(place).as_bytes()),
        Keys::Rows(rows) => Some(rows.row(place).data()),
    }
}
