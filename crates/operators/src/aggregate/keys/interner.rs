//! Byte strings with small ids, kept for as long as somebody counts on them.

use ahash::RandomState;
use hashbrown::HashTable;

/// Distinct byte strings by id. An id whose count falls to zero is given to another string.
#[derive(Debug)]
pub(super) struct Interner {
    table: HashTable<(u64, u32)>,
    entries: Vec<Entry>,
    free: Vec<u32>,
    hasher: RandomState,
    bytes: usize,
}

#[derive(Debug, Default)]
struct Entry {
    bytes: Box<[u8]>,
    uses: u32,
}

impl Interner {
    pub(super) fn new() -> Interner {
        Interner {
            table: HashTable::new(),
            entries: Vec::new(),
            free: Vec::new(),
            hasher: super::map::hasher(),
            bytes: 0,
        }
    }

    /// The id of a string; a new string gets one, which nobody counts on yet.
    pub(super) fn id(&mut self, bytes: &[u8]) -> u32 {
        let hash = self.hasher.hash_one(bytes);
        let entries = &self.entries;
        let same = |(other, id): &(u64, u32)| *other == hash && *entries[*id as usize].bytes == *bytes;
        if let Some((_, id)) = self.table.find(hash, same) {
            return *id;
        }
        let id = self.free.pop().unwrap_or(self.entries.len() as u32);
        if id as usize == self.entries.len() {
            self.entries.push(Entry::default());
        }
        self.entries[id as usize] = Entry { bytes: bytes.into(), uses: 0 };
        self.bytes += bytes.len();
        self.table.insert_unique(hash, (hash, id), |(hash, _)| *hash);
        id
    }

    /// The string of an id.
    pub(super) fn get(&self, id: u32) -> &[u8] {
        &self.entries[id as usize].bytes
    }

    /// Counts one more use.
    pub(super) fn retain(&mut self, id: u32) {
        self.entries[id as usize].uses += 1;
    }

    /// Counts one use less; a string without uses is forgotten.
    pub(super) fn release(&mut self, id: u32) {
        let entry = &mut self.entries[id as usize];
        entry.uses -= 1;
        if entry.uses > 0 {
            return;
        }
        let bytes = std::mem::take(&mut entry.bytes);
        let hash = self.hasher.hash_one(&*bytes);
        let found = self.table.find_entry(hash, |(_, other)| *other == id);
        found.expect("an id in use is in the table").remove();
        self.bytes -= bytes.len();
        self.free.push(id);
    }

    /// Bytes held.
    pub(super) fn size(&self) -> usize {
        self.table.allocation_size() + self.entries.capacity() * size_of::<Entry>() + self.bytes
    }
}
