//! The cells of a transposed table: a row of cells for each group, a cell for each known column key.
//!
//! **State**: 8 bytes a cell: the input row that is shown there. **Update rule**: a row that comes or goes fills or
//! empties the cell of its keys. **Cost**: a hash a row; for results, the cells of the touched rows.

use arrow_array::{ArrayRef, UInt64Array};
use arrow_schema::DataType;
use kinetable_engine::{Error, Result};

use super::accumulator::{Accumulator, Rows, Wanted};
use super::groups::{Groups, Visit};
use super::transpose::NewColumn;

/// No input row.
const NONE: u64 = u64::MAX;

/// The cells of each group.
pub(super) struct Pivot {
    /// The column keys, in slots `0..known`.
    columns: Groups,
    known: usize,
    on_new: NewColumn,
    /// The columns of the input that are shown, for each column key.
    shown: Vec<usize>,
    /// By slot of the row, then by column key.
    cells: Vec<u64>,
    /// Slots of the column keys of a chunk.
    slots: Vec<u32>,
}

impl Pivot {
    /// Cells for distinct column keys, given as arrays a key column.
    pub(super) fn new(keys: &[ArrayRef], shown: Vec<usize>, on_new: NewColumn) -> Result<Pivot> {
        let types: Vec<DataType> = keys.iter().map(|key| key.data_type().clone()).collect();
        let known = keys.first().map_or(0, |key| key.len());
        let mut columns = Groups::new(&types)?;
        columns.seed(keys, known)?;
        columns.settle(true);
        debug_assert_eq!(columns.slots(), known, "the column keys are distinct");
        Ok(Pivot { columns, known, on_new, shown, cells: Vec::new(), slots: Vec::new() })
    }

    fn find(&mut self, rows: &Rows<'_>) -> Result<()> {
        self.columns.begin();
        self.columns.find(rows.values, rows.slots.len(), Visit::Look, &mut self.slots)?;
        // What is not known was made while it was looked up, and goes again.
        self.columns.settle(false);
        Ok(())
    }
}

impl Accumulator for Pivot {
    fn grow(&mut self, slots: usize) {
        self.cells.resize((slots * self.known).max(self.cells.len()), NONE);
    }

    fn add(&mut self, rows: &Rows<'_>) -> Result<()> {
        self.find(rows)?;
        for ((row, column), key) in rows.slots.iter().zip(&self.slots).zip(rows.keys.iter()) {
            let column = *column as usize;
            if column < self.known {
                self.cells[*row as usize * self.known + column] = key;
            } else if self.on_new == NewColumn::Fail {
                let message =
                    "keyed_transpose: a row came with a column key that there was none of at the start";
                return Err(Error::invalid(message)
                    .with_hint("list all keys in initial_groups, or use NewColumnBehaviorType.IGNORE"));
            }
        }
        Ok(())
    }

    fn remove(&mut self, rows: &Rows<'_>) -> Result<()> {
        self.find(rows)?;
        for (row, column) in rows.slots.iter().zip(&self.slots) {
            let column = *column as usize;
            if column < self.known {
                self.cells[*row as usize * self.known + column] = NONE;
            }
        }
        Ok(())
    }

    fn clear(&mut self, slot: u32) {
        let cells = &self.cells[slot as usize * self.known..(slot as usize + 1) * self.known];
        debug_assert!(cells.iter().all(|cell| *cell == NONE), "all rows went before");
    }

    fn results(&mut self, wanted: &Wanted<'_>) -> Result<Vec<ArrayRef>> {
        let mut results = Vec::with_capacity(self.known * self.shown.len());
        for column in 0..self.known {
            let cell = |slot: &u32| Some(self.cells[*slot as usize * self.known + column]);
            let keys: UInt64Array =
                wanted.slots.iter().map(|slot| cell(slot).filter(|key| *key != NONE)).collect();
            for shown in &self.shown {
                results.push(wanted.now.column(*shown).gather(&keys)?);
            }
        }
        Ok(results)
    }

    fn bytes(&self) -> usize {
        self.columns.bytes() + self.cells.capacity() * 8 + self.slots.capacity() * 4
    }
}
