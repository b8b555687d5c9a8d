//! From keys of several words to slots.
//!
//! **State**: 16 bytes a word and 16–32 a key. **Cost**: one hash and about one comparison a key.

use ahash::RandomState;
use hashbrown::HashTable;

/// Slots by key; every key has the same number of words.
#[derive(Debug)]
pub(crate) struct KeyMap {
    width: usize,
    table: HashTable<(u64, u32)>,
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
        KeyMap { width, table: HashTable::new(), words: Vec::new(), hasher: hasher() }
    }

    /// Gives the slot of each key to `found`, in order; a key that is new gets the slot that `assign` names.
    pub(crate) fn slots(
        &mut self,
        keys: &[u128],
        assign: impl FnMut(&[u128]) -> u32,
        found: impl FnMut(u32),
    ) {
        match self.width {
            1 => self.slots_of::<1>(keys, assign, found),
            2 => self.slots_of::<2>(keys, assign, found),
            3 => self.slots_of::<3>(keys, assign, found),
            4 => self.slots_of::<4>(keys, assign, found),
            _ => self.slots_of_any(keys, assign, found),
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
                _ => {
                    let hash = self.hasher.hash_one(key);
                    let (words, _) = self.words.as_chunks::<W>();
                    let same = |(other, slot): &(u64, u32)| *other == hash && words[*slot as usize] == *key;
                    match self.table.find(hash, same) {
                        Some((_, slot)) => *slot,
                        None => self.insert(hash, key, assign(key)),
                    }
                }
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
        let start = slot as usize * self.width;
        if self.words.len() < start + self.width {
            self.words.resize(start + self.width, 0);
        }
        self.words[start..start + self.width].copy_from_slice(key);
        self.table.insert_unique(hash, (hash, slot), |(hash, _)| *hash);
        slot
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
        self.table.allocation_size() + self.words.capacity() * 16
    }
}
