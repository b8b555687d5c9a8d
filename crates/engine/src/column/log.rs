//! A column that grows at its end: sealed blocks of 65,536 rows, then a short tail of smaller arrays.
//!
//! The tail is kept like a binary counter: an array is joined with the one before it while that one is not twice as
//! long, so there are O(log) of them, and each value is copied O(log block) times before it is sealed.
//!
//! **Cost** of an append: the rows appended, amortised O(log block) copies each; the list of sealed blocks is
//! copied when one is sealed (eight bytes a 65,536 rows).
//!
//! What is forgotten is freed by whole blocks, and by half of the oldest part when that much of it is forgotten: a log of few
//! but large rows does not hold on to the rest of a block. Each value is copied once more at most for it.
//!
//! **Invariants**: 1. every sealed block has `BLOCK` rows, but the first lacks `skipped`; 2. the tail has fewer than `BLOCK`
//! rows in all.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use kinetable_rowset::RowSet;

use super::packed::read_positions;
use super::{ColumnSource, compact, concat_chunks};
use crate::Result;

/// Rows in a sealed block.
const BLOCK: usize = 1 << 16;

/// An immutable version of a growing column. Row key = `base` + place in the log.
#[derive(Debug, Clone)]
pub struct Log {
    data_type: DataType,
    base: u64,
    sealed: Arc<Vec<ArrayRef>>,
    /// Rows at the start of the first sealed block that are no longer there.
    skipped: usize,
    tail: Vec<ArrayRef>,
}

impl Log {
    /// An empty log whose first row will have this key.
    pub fn new(data_type: DataType, base: u64) -> Log {
        Log { data_type, base, sealed: Arc::default(), skipped: 0, tail: Vec::new() }
    }

    /// The key the next row will get.
    pub fn end(&self) -> u64 {
        self.base + (self.sealed.len() * BLOCK + self.tail_len()) as u64
    }

    /// The log with these values at its end.
    pub fn append(&self, values: ArrayRef) -> Result<Log> {
        debug_assert_eq!(values.data_type(), &self.data_type, "a log keeps one type");
        let mut next = self.clone();
        if values.is_empty() {
            return Ok(next);
        }
        next.tail.push(values);
        if next.tail_len() >= BLOCK {
            next.seal()?;
        }
        next.balance()?;
        Ok(next)
    }

    /// The log without what lies before a key, where that frees memory: what a ring table forgets.
    pub fn forget_before(&self, key: u64) -> Log {
        let key = key.clamp(self.base, self.end());
        let blocks = ((key - self.base) as usize / BLOCK).min(self.sealed.len());
        let mut next = self.clone();
        if blocks > 0 {
            next.sealed = Arc::new(self.sealed[blocks..].to_vec());
            next.skipped = 0;
            next.base += (blocks * BLOCK) as u64;
        }
        if next.sealed.is_empty() {
            next.shorten_tail(key);
        } else {
            next.shorten_block((key - next.base) as usize);
        }
        next
    }

    /// Frees the start of the first sealed block, if it is half of it.
    fn shorten_block(&mut self, dead: usize) {
        let left = BLOCK - self.skipped;
        if dead.saturating_sub(self.skipped) * 2 < left {
            return;
        }
        if let Some(short) = without_first(&self.sealed[0], dead - self.skipped) {
            Arc::make_mut(&mut self.sealed)[0] = short;
            self.skipped = dead;
        }
    }

    /// Frees the parts of the tail before a key, and half a part.
    fn shorten_tail(&mut self, key: u64) {
        let ends_before = |part: &ArrayRef, base: u64| base + part.len() as u64 <= key;
        let mut parts = 0;
        while parts < self.tail.len() && ends_before(&self.tail[parts], self.base) {
            self.base += self.tail[parts].len() as u64;
            parts += 1;
        }
        self.tail.drain(..parts);
        let dead = (key - self.base) as usize;
        if let Some(first) = self.tail.first_mut()
            && dead > 0
            && dead * 2 >= first.len()
            && let Some(short) = without_first(first, dead)
        {
            *first = short;
            self.base = key;
        }
    }

    fn tail_len(&self) -> usize {
        self.tail.iter().map(|part| part.len()).sum()
    }

    fn seal(&mut self) -> Result<()> {
        let all = concat_chunks(&self.data_type, &self.tail)?;
        let whole = all.len() / BLOCK * BLOCK;
        let sealed = Arc::make_mut(&mut self.sealed);
        for start in (0..whole).step_by(BLOCK) {
            sealed.push(compact(all.slice(start, BLOCK))?);
        }
        self.tail.clear();
        if whole < all.len() {
            self.tail.push(compact(all.slice(whole, all.len() - whole))?);
        }
        Ok(())
    }

    fn balance(&mut self) -> Result<()> {
        let mut start = self.tail.len().saturating_sub(1);
        let mut joined = self.tail.last().map_or(0, |part| part.len());
        while start > 0 && self.tail[start - 1].len() < 2 * joined {
            start -= 1;
            joined += self.tail[start].len();
        }
        if start + 1 < self.tail.len() {
            let last = compact(concat_chunks(&self.data_type, &self.tail[start..])?)?;
            self.tail.truncate(start);
            self.tail.push(last);
        }
        Ok(())
    }

    /// The part that holds a place in the log, and the places it covers.
    fn part(&self, place: usize) -> (&ArrayRef, std::ops::Range<usize>) {
        let block = place / BLOCK;
        if let Some(values) = self.sealed.get(block) {
            let skipped = if block == 0 { self.skipped } else { 0 };
            return (values, block * BLOCK + skipped..(block + 1) * BLOCK);
        }
        let mut start = self.sealed.len() * BLOCK;
        for part in &self.tail {
            if place < start + part.len() {
                return (part, start..start + part.len());
            }
            start += part.len();
        }
        panic!("row {} is past the end {} of the log", self.base + place as u64, self.end());
    }
}

/// An array without its first values, in memory of its own; `None` if it cannot be copied, which costs memory alone.
fn without_first(values: &ArrayRef, count: usize) -> Option<ArrayRef> {
    compact(values.slice(count, values.len() - count)).ok()
}

impl ColumnSource for Log {
    fn data_type(&self) -> &DataType {
        &self.data_type
    }

    fn read(&self, rows: &RowSet) -> Result<ArrayRef> {
        let mut chunks = Vec::new();
        let mut next = rows.first();
        while let Some(key) = next {
            let start = self.base + self.skipped as u64;
            assert!(key >= start, "row {key} was forgotten: the log starts at {start}");
            let (values, places) = self.part((key - self.base) as usize);
            let (start, end) = (self.base + places.start as u64, self.base + places.end as u64);
            let wanted = rows.restrict(key..end);
            let positions = wanted.ranges().map(|run| run.start - start..run.end - start);
            chunks.push(read_positions(values, &RowSet::from_ranges(positions))?);
            next = rows.select(rows.rank(end));
        }
        concat_chunks(&self.data_type, &chunks)
    }

    fn bytes(&self) -> usize {
        let parts = self.sealed.iter().chain(&self.tail);
        parts.map(|part| part.get_array_memory_size()).sum()
    }
}
