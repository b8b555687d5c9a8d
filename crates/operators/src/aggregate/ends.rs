//! `first` and `last` where rows only come.
//!
//! **State**: 16 bytes a group for all columns together: the row key of the end row. Its values are read from the
//! input when the group's end is another. **Update rule**: in a table that keeps its rows, the end is the least or
//! greatest row key; in a blink table, whose keys say nothing across cycles, cycles come in order and row keys count
//! within one. **Cost**: one comparison a row, one read a group with another end.

use arrow_arith::boolean::is_not_null;
use arrow_array::{Array, ArrayRef, UInt64Array};
use arrow_select::zip::zip;
use kinetable_engine::Result;

use super::accumulator::{Accumulator, Rows, Wanted, forked};
use super::spec::End;

/// The end row of each group.
pub(super) struct Ends {
    end: End,
    columns: Vec<usize>,
    blink: bool,
    cycle: u64,
    cells: Vec<Cell>,
}

#[derive(Debug, Clone, Copy)]
struct Cell {
    key: u64,
    /// The cycle in which the end row came; 0: there is none.
    cycle: u64,
}

const NONE: Cell = Cell { key: 0, cycle: 0 };

impl Ends {
    /// The ends of groups of an input that only adds rows, or of a blink input; outputs are its columns.
    pub(super) fn new(end: End, columns: Vec<usize>, blink: bool) -> Ends {
        Ends { end, columns, blink, cycle: 1, cells: Vec::new() }
    }

    fn put(&mut self, rows: impl Iterator<Item = (u32, Cell)>) {
        match (self.end, self.blink) {
            (End::First, true) => self.put_if(rows, |row, end| row.cycle == end.cycle && row.key < end.key),
            (End::First, false) => self.put_if(rows, |row, end| row.key < end.key),
            (End::Last, true) => self.put_if(rows, |row, end| row.cycle > end.cycle || row.key > end.key),
            (End::Last, false) => self.put_if(rows, |row, end| row.key > end.key),
        }
    }

    fn put_if(&mut self, rows: impl Iterator<Item = (u32, Cell)>, beyond: impl Fn(Cell, Cell) -> bool) {
        for (slot, row) in rows {
            let cell = &mut self.cells[slot as usize];
            if cell.cycle == 0 || beyond(row, *cell) {
                *cell = row;
            }
        }
    }
}

impl Accumulator for Ends {
    fn grow(&mut self, slots: usize) {
        self.cells.resize(slots.max(self.cells.len()), NONE);
    }

    fn begin(&mut self) {
        self.cycle += 1;
    }

    fn add(&mut self, rows: &Rows<'_>) -> Result<()> {
        let cycle = self.cycle;
        let cells = rows.keys.iter().map(|key| Cell { key, cycle });
        self.put(rows.slots.iter().copied().zip(cells));
        Ok(())
    }

    fn remove(&mut self, _: &Rows<'_>) -> Result<()> {
        unreachable!("rows only come where this state is chosen")
    }

    fn clear(&mut self, slot: u32) {
        self.cells[slot as usize] = NONE;
    }

    fn fork(&self) -> Option<Box<dyn Accumulator>> {
        let fork = Ends::new(self.end, self.columns.clone(), self.blink);
        Some(Box::new(Ends { cycle: self.cycle, ..fork }))
    }

    fn absorb(&mut self, fork: Box<dyn Accumulator>, slots: &[u32]) -> Result<()> {
        let fork = forked::<Ends>(fork);
        let there = slots.iter().copied().zip(fork.cells).filter(|(_, cell)| cell.cycle > 0);
        self.put(there);
        Ok(())
    }

    fn results(&mut self, wanted: &Wanted<'_>) -> Result<Vec<ArrayRef>> {
        let key = |slot: &u32| {
            let cell = self.cells[*slot as usize];
            (cell.cycle == self.cycle).then_some(cell.key)
        };
        let keys: UInt64Array = wanted.slots.iter().map(key).collect();
        gather_changed(&self.columns, &keys, wanted)
    }

    fn bytes(&self) -> usize {
        self.cells.capacity() * size_of::<Cell>()
    }
}

/// The values of columns at row keys, and at null keys the old results.
pub(super) fn gather_changed(
    columns: &[usize],
    keys: &UInt64Array,
    wanted: &Wanted<'_>,
) -> Result<Vec<ArrayRef>> {
    let read = || columns.iter().map(|column| wanted.now.column(*column).gather(keys)).collect();
    let Some(old) = wanted.old else {
        return read();
    };
    if keys.null_count() == keys.len() {
        return Ok(old.to_vec());
    }
    let new: Vec<ArrayRef> = read()?;
    if keys.null_count() == 0 {
        return Ok(new);
    }
    let changed = is_not_null(keys)?;
    let merge = |(new, old): (&ArrayRef, &ArrayRef)| Ok(zip(&changed, new, old)?);
    new.iter().zip(old).map(merge).collect()
}
