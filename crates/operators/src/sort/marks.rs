//! Where a sort key is among sorted rows, about: the leading bytes of the keys of some rows, in order.
//!
//! A search begins between the marks on either side of its key, rather than with all rows. Marks are not kept up to date: rows
//! may have come between them, gone, or moved, and a search that they mislead goes on from all rows. They are taken anew
//! when as many rows came as there were.
//!
//! **State**: 40 bytes a mark, of which there is one every 64 rows. **Cost**: a binary search of the marks for each row that is
//! looked for. Taking them reads one row of each 64.

use arrow_array::cast::AsArray;
use arrow_array::types::UInt64Type;
use arrow_array::{Array, UInt64Array};
use kinetable_engine::Result;

use super::search::Sorted;
use crate::support::chunks::CHUNK;

/// Rows from one mark to the next. Few in debug builds, so that tests search between marks.
const SPACING: u64 = if cfg!(debug_assertions) { 4 } else { 64 };

/// The leading bytes of a key, and the input row, which orders rows of one key.
type Mark = ([u64; 3], u64);

/// Marks of a sorted table.
#[derive(Default)]
pub(super) struct Marks {
    marks: Vec<Mark>,
    /// As many result rows.
    rows: Vec<u64>,
    /// Rows that came since they were taken, and how many there were then.
    came: u64,
    count: u64,
}

impl Marks {
    /// Counts rows that came. Takes the marks anew if they are too many for those there are.
    pub(super) fn follow(&mut self, came: u64, sorted: &Sorted<'_>) -> Result<()> {
        self.came += came;
        if self.came > self.count {
            *self = Marks::take(sorted)?;
        }
        Ok(())
    }

    /// Marks of the rows that there are.
    pub(super) fn take(sorted: &Sorted<'_>) -> Result<Marks> {
        let count = sorted.rows.len();
        let ranks: Vec<u64> = (SPACING / 2..count).step_by(SPACING as usize).collect();
        let mut taken = Marks { marks: Vec::with_capacity(ranks.len()), rows: Vec::new(), came: 0, count };
        taken.rows.reserve(ranks.len());
        for ranks in ranks.chunks(CHUNK as usize) {
            let rows = sorted.rows_at(ranks);
            let (keys, inputs) = sorted.keys_of(&rows)?;
            let inputs: &UInt64Array = inputs.as_primitive::<UInt64Type>();
            debug_assert_eq!(inputs.null_count(), 0, "every result row has an input row");
            let marks = keys.iter().zip(inputs.values()).map(|(key, input)| (leading(key.data()), *input));
            taken.marks.extend(marks);
            taken.rows.extend_from_slice(rows.values());
        }
        Ok(taken)
    }

    /// The result rows of the marks before and after a key.
    pub(super) fn around(&self, key: &[u8], input: u64) -> impl Iterator<Item = u64> {
        let own = (leading(key), input);
        let after = self.marks.partition_point(|mark| *mark < own);
        let places = [after.checked_sub(1), Some(after)];
        places.into_iter().flatten().filter_map(|place| self.rows.get(place).copied())
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        self.marks.capacity() * size_of::<Mark>() + self.rows.capacity() * size_of::<u64>()
    }
}

/// The first bytes as words that compare as they do; zeros where there are fewer.
fn leading(bytes: &[u8]) -> [u64; 3] {
    let mut words = [0; 3];
    for (word, part) in words.iter_mut().zip(bytes.chunks(8)) {
        let mut whole = [0; 8];
        whole[..part.len()].copy_from_slice(part);
        *word = u64::from_be_bytes(whole);
    }
    words
}
