//! From keys of several words to slots.
//!
//! Keys of one small word (an integer that counts from near zero, a code) are looked up in a direct table; all else is hashed.
//!
//! **State**: 16 bytes a word and 16–32 a hashed key; 4 bytes for each word below the end of the direct table, of which there are
//! at most 32 for each key looked up. **Cost**: one load, or one hash and about one comparison, a key.
//!
//! **Invariants**: 1. a key is in the direct table exactly if its word is below the table's end.

use ahash::RandomState;
use hashbrown::HashTable;

/// No slot.
const NONE: u32 = u32::MAX;
/// The greatest end of the direct table.
const DIRECT_MAX: u128 = 1 << 22;
/// Words of the direct table for each key looked up.
const DIRECT_SHARE: u128 = 32;

/// Slots by key; every key has the same number of words.
#[derive(Debug)]
pub(crate) struct KeyMap {
    width: usize,
    table: HashTable<(u64, u32)>,
    direct: Vec<u32>,
    /// Keys looked up until now.
    seen: u128,
    /// The words of every slot's key, one key after the other.
    words: Vec<u128>,
    hasher: RandomState,
}

/// A hasher whose seeds are the same in every run: the engine reads no randomness.
pub(crate) fn hasher() -> RandomState {
    RandomState::with_seeds(
        0x9e37_79b9_7f4a_7c15,
        0xbf58_476d_1ce4_e5b9,
        0x94d0_49bb_1331_11eb,
        0x2545_f491_4f6c_dd1d,
    )
}

impl KeyMap {
    /// A map of keys of so many words.
    pub(crate) fn new(width: usize) -> KeyMap {
        KeyMap {
            width,
            table: HashTable::new(),
            direct: Vec::new(),
            seen: 0,
            words: Vec::new(),
            hasher: hasher(),
        }
    }

    /// Gives the slot of each key to `found`, in order; a key that is new gets the slot that `assign` names.
    pub(crate) fn slots(
        &mut self,
        keys: &[u128],
        assign: impl FnMut(&[u128]) -> u32,
        found: impl FnMut(u32),
    ) {
        match self.width {
            1 => self.slots_of_one(keys, assign, found),
            2 => self.slots_of::<2>(keys, assign, found),
            3 => self.slots_of::<3>(keys, assign, found),
            4 => self.slots_of::<4>(keys, assign, found),
            _ => self.slots_of_any(keys, assign, found),
        }
    }

    fn slots_of_one(
        &mut self,
        keys: &[u128],
        mut assign: impl FnMut(&[u128]) -> u32,
        mut found: impl FnMut(u32),
    ) {
        self.widen(keys);
        let mut last: Option<(u128, u32)> = None;
        for key in keys {
            let direct = if *key < DIRECT_MAX { self.direct.get(*key as usize).copied() } else { None };
            let slot = match (direct, last) {
                (Some(NONE), _) => {
                    let slot = assign(std::slice::from_ref(key));
                    self.keep(std::slice::from_ref(key), slot);
                    self.direct[*key as usize] = slot;
                    slot
                }
                (Some(slot), _) => slot,
                (None, Some((same, slot))) if same == *key => slot,
                (None, _) => {
                    let slot = self.hashed_slot(&[*key], &mut assign);
                    last = Some((*key, slot));
                    slot
                }
            };
            found(slot);
        }
    }

    /// Makes the direct table reach over the keys, as far as it may reach, before they are looked up.
    fn widen(&mut self, keys: &[u128]) {
        self.seen += keys.len() as u128;
        let most = (self.seen * DIRECT_SHARE).min(DIRECT_MAX);
        if self.direct.len() as u128 >= most {
            return;
        }
        let wanted = keys.iter().copied().filter(|key| *key < most).max().map_or(0, |key| key as usize + 1);
        if wanted <= self.direct.len() {
            return;
        }
        self.direct.resize(wanted.next_power_of_two(), NONE);
        let (direct, words) = (&mut self.direct, &self.words);
        let moves = |(_, slot): &mut (u64, u32)| words[*slot as usize] < direct.len() as u128;
        let moved: Vec<u32> = self.table.extract_if(moves).map(|(_, slot)| slot).collect();
        for slot in moved {
            direct[words[slot as usize] as usize] = slot;
        }
    }

    #[inline(always)]
    fn hashed_slot<const W: usize>(
        &mut self,
        key: &[u128; W],
        assign: &mut impl FnMut(&[u128]) -> u32,
    ) -> u32 {
        let hash = self.hasher.hash_one(key);
        let (words, _) = self.words.as_chunks::<W>();
        let same = |(other, slot): &(u64, u32)| *other == hash && words[*slot as usize] == *key;
        match self.table.find(hash, same) {
            Some((_, slot)) => *slot,
            None => self.insert(hash, key, assign(key)),
        }
    }

    fn slots_of<const W: usize>(
        &mut self,
        keys: &[u128],
        mut assign: impl FnMut(&[u128]) -> u32,
        mut found: impl FnMut(u32),
    ) {
        let (keys, _) = keys.as_chunks::<W>();
        let mut last: Option<(&[u128; W], u32)> = None;
        for key in keys {
            let slot = match last {
                Some((same, slot)) if same == key => slot,
                _ => self.hashed_slot(key, &mut assign),
            };
            last = Some((key, slot));
            found(slot);
        }
    }

    fn slots_of_any(
        &mut self,
        keys: &[u128],
        mut assign: impl FnMut(&[u128]) -> u32,
        mut found: impl FnMut(u32),
    ) {
        for key in keys.chunks_exact(self.width) {
            let hash = self.hasher.hash_one(key);
            let same = |(other, slot): &(u64, u32)| *other == hash && self.key(*slot) == key;
            let slot = match self.table.find(hash, same) {
                Some((_, slot)) => *slot,
                None => self.insert(hash, key, assign(key)),
            };
            found(slot);
        }
    }

    fn insert(&mut self, hash: u64, key: &[u128], slot: u32) -> u32 {
        self.keep(key, slot);
        self.table.insert_unique(hash, (hash, slot), |(hash, _)| *hash);
        slot
    }

    /// Keeps the words of a slot's key.
    fn keep(&mut self, key: &[u128], slot: u32) {
        let start = slot as usize * self.width;
        if self.words.len() < start + self.width {
            self.words.resize(start + self.width, 0);
        }
        self.words[start..start + self.width].copy_from_slice(key);
    }

    /// The key of a slot.
    pub(crate) fn key(&self, slot: u32) -> &[u128] {
        let start = slot as usize * self.width;
        &self.words[start..start + self.width]
    }

    /// Forgets the key of a slot.
    pub(crate) fn remove(&mut self, slot: u32) {
        // An array and a slice of the same words hash differently: hash as the lookup did.
        let key = self.key(slot);
        if let ([word], true) = (key, key[0] < self.direct.len() as u128) {
            let place = *word as usize;
            self.direct[place] = NONE;
            return;
        }
        let hash = match self.width {
            1 => self.hash::<1>(key),
            2 => self.hash::<2>(key),
            3 => self.hash::<3>(key),
            4 => self.hash::<4>(key),
            _ => self.hasher.hash_one(key),
        };
        let found = self.table.find_entry(hash, |(_, other)| *other == slot);
        found.expect("a slot in use has its key in the table").remove();
    }

    fn hash<const W: usize>(&self, key: &[u128]) -> u64 {
        self.hasher.hash_one(key.as_chunks::<W>().0[0])
    }

    /// Bytes held.
    pub(crate) fn bytes(&self) -> usize {
        self.table.allocation_size() + self.direct.capacity() * 4 + self.words.capacity() * 16
    }
}
