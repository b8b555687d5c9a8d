//! Decoded blocks, the least recently used of which go when the budget is full.
//!
//! An entry is a block, or as much of one as the pages of a file made it worth decoding.
//!
//! **Cost**: a lookup is a hash and two steps in a tree of as many entries as there are blocks, under one lock that
//! is never held while a block is decoded.
//!
//! **Invariants**: 1. `held` is the sum of the entries' bytes and never above the budget; 2. every entry is in
//! `by_age` under its own age; 3. `by_column` holds the same bytes, column by column.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef};
use kinetable_engine::Result;
use kinetable_engine::column::concat_chunks;
use parking_lot::Mutex;

/// Which block: of which directory, column, file, row group, and which in the row group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct BlockId {
    pub dataset: u64,
    pub column: u32,
    pub file: u32,
    pub group: u32,
    pub block: u32,
}

/// A cache of decoded blocks with a budget in bytes. Tables may share one.
#[derive(Debug)]
pub struct Cache(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    budget: usize,
    held: usize,
    clock: u64,
    blocks: HashMap<BlockId, Entry>,
    by_age: BTreeMap<u64, BlockId>,
    by_column: HashMap<(u64, u32), usize>,
}

#[derive(Debug)]
struct Entry {
    piece: Piece,
    bytes: usize,
    age: u64,
}

/// The values of some rows of a block, which follow each other.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    /// The first row, counted from the start of the block.
    pub start: u32,
    pub values: ArrayRef,
}

impl Piece {
    /// Rows of the block.
    pub(crate) fn rows(&self) -> Range<u32> {
        self.start..self.start + self.values.len() as u32
    }

    /// What is missing of some rows, as one range.
    pub(crate) fn lacks(&self, wanted: Range<u32>) -> Range<u32> {
        let has = self.rows();
        if has.start <= wanted.start && wanted.start < has.end {
            has.end.min(wanted.end)..wanted.end
        } else if has.start < wanted.end && wanted.end <= has.end {
            wanted.start..has.start
        } else {
            wanted
        }
    }

    /// This and another piece of the same block as one, if they touch; else the other.
    pub(crate) fn joined(&self, other: Piece) -> Result<Piece> {
        let (has, new) = (self.rows(), other.rows());
        if has.end < new.start || new.end < has.start {
            return Ok(other);
        }
        let part = |rows: Range<u32>| {
            (rows.start < rows.end).then(|| self.values.slice((rows.start - has.start) as usize, rows.len()))
        };
        let parts = [part(has.start..new.start), Some(other.values.clone()), part(new.end..has.end)];
        let parts: Vec<ArrayRef> = parts.into_iter().flatten().collect();
        let values = concat_chunks(other.values.data_type(), &parts)?;
        Ok(Piece { start: has.start.min(new.start), values })
    }
}

impl Cache {
    /// The budget of a table that was given no cache: 256 MiB.
    pub const BUDGET_DEFAULT: usize = 256 << 20;

    /// An empty cache that may hold so many bytes.
    pub fn new(budget: usize) -> Arc<Cache> {
        Arc::new(Cache(Mutex::new(State { budget, ..State::default() })))
    }

    /// Bytes held now.
    pub fn bytes(&self) -> usize {
        self.0.lock().held
    }

    /// Bytes that may be held.
    pub fn budget(&self) -> usize {
        self.0.lock().budget
    }

    /// Changes the budget; what no longer fits is dropped.
    pub fn set_budget(&self, budget: usize) {
        let mut state = self.0.lock();
        state.budget = budget;
        state.shrink_to(budget);
    }

    pub(crate) fn get(&self, id: &BlockId) -> Option<Piece> {
        let mut state = self.0.lock();
        let state = &mut *state;
        let entry = state.blocks.get_mut(id)?;
        state.by_age.remove(&entry.age);
        state.clock += 1;
        entry.age = state.clock;
        state.by_age.insert(entry.age, *id);
        Some(entry.piece.clone())
    }

    /// Keeps a block, unless it alone is more than the budget.
    pub(crate) fn put(&self, id: BlockId, piece: Piece) {
        let bytes = piece.values.get_array_memory_size();
        let mut state = self.0.lock();
        state.remove(&id);
        if bytes > state.budget {
            return;
        }
        let room = state.budget - bytes;
        state.shrink_to(room);
        state.clock += 1;
        let age = state.clock;
        state.held += bytes;
        *state.by_column.entry((id.dataset, id.column)).or_default() += bytes;
        state.by_age.insert(age, id);
        state.blocks.insert(id, Entry { piece, bytes, age });
    }

    /// Bytes held of one column of a directory.
    pub(crate) fn column_bytes(&self, dataset: u64, column: u32) -> usize {
        let state = self.0.lock();
        state.by_column.get(&(dataset, column)).copied().unwrap_or(0)
    }

    /// Drops all blocks of a directory.
    pub(crate) fn forget(&self, dataset: u64) {
        let mut state = self.0.lock();
        let gone: Vec<BlockId> = state.blocks.keys().filter(|id| id.dataset == dataset).copied().collect();
        gone.iter().for_each(|id| state.remove(id));
        state.by_column.retain(|(owner, _), _| *owner != dataset);
    }
}

impl State {
    fn shrink_to(&mut self, bytes: usize) {
        while self.held > bytes {
            let (_, oldest) = self.by_age.first_key_value().expect("what is held has an age");
            let oldest = *oldest;
            self.remove(&oldest);
        }
    }

    fn remove(&mut self, id: &BlockId) {
        let Some(entry) = self.blocks.remove(id) else {
            return;
        };
        self.by_age.remove(&entry.age);
        self.held -= entry.bytes;
        if let Some(bytes) = self.by_column.get_mut(&(id.dataset, id.column)) {
            *bytes -= entry.bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::Int64Array;

    use super::*;

    fn id(column: u32, block: u32) -> BlockId {
        BlockId { dataset: 1, column, file: 0, group: 0, block }
    }

    fn block() -> Piece {
        Piece { start: 0, values: Arc::new(Int64Array::from(vec![7; 1000])) }
    }

    #[test]
    fn the_block_used_longest_ago_goes_first() {
        let size = block().values.get_array_memory_size();
        let cache = Cache::new(3 * size);
        (0..3).for_each(|number| cache.put(id(0, number), block()));
        assert!(cache.get(&id(0, 0)).is_some());
        cache.put(id(1, 3), block());
        assert!(cache.get(&id(0, 1)).is_none());
        assert!(cache.get(&id(0, 0)).is_some());
        assert_eq!(cache.bytes(), 3 * size);
        assert_eq!(cache.column_bytes(1, 0), 2 * size);
        cache.set_budget(size);
        assert_eq!(cache.bytes(), size);
        assert!(cache.get(&id(0, 0)).is_some());
        cache.forget(1);
        assert_eq!((cache.bytes(), cache.column_bytes(1, 0)), (0, 0));
    }

    #[test]
    fn pieces_that_touch_become_one() {
        let piece = |rows: Range<u32>| Piece {
            start: rows.start,
            values: Arc::new(Int64Array::from_iter_values(rows.map(i64::from))),
        };
        for (one, other, both) in
            [(0..10, 10..20, 0..20), (10..20, 5..12, 5..20), (0..30, 10..20, 0..30), (0..5, 6..9, 6..9)]
        {
            let joined = piece(one).joined(piece(other)).unwrap();
            assert_eq!(joined.rows(), both);
            assert_eq!(&joined.values, &piece(both).values);
        }
        assert_eq!(piece(0..10).lacks(5..15), 10..15);
        assert_eq!(piece(10..20).lacks(5..15), 5..10);
        assert_eq!(piece(10..12).lacks(5..15), 5..15);
    }

    #[test]
    fn a_block_above_the_budget_is_not_kept() {
        let cache = Cache::new(100);
        cache.put(id(0, 0), block());
        assert_eq!(cache.bytes(), 0);
    }

    #[test]
    fn a_block_put_twice_is_counted_once() {
        let cache = Cache::new(1 << 20);
        cache.put(id(0, 0), block());
        cache.put(id(0, 0), block());
        assert_eq!(cache.bytes(), block().values.get_array_memory_size());
    }
}
