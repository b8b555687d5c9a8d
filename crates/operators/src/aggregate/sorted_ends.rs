//! `sorted_first` and `sorted_last`: the row at an end of a group sorted by another column.
//!
//! Null is least, NaN greatest, −0.0 and 0.0 are equal; among equal rows, the first or last in row order wins.
//!
//! **State** where rows only come: one value and row key a group, for all columns together. Elsewhere: values and row
//! keys of all rows, in order. **Update rule**: rows that come compete with the end row, or join the order; rows that
//! go or shift leave it. **Cost**: one comparison a row, or O(log rows of the group).

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type};
use arrow_array::{Array, ArrayRef, UInt64Array};
use arrow_schema::DataType;
use kinetable_engine::Result;

use super::accumulator::{Accumulator, Rows, Wanted, forked};
use super::ends::gather_changed;
use super::ordinal::Ordinal;
use super::spec::End;
use crate::estimate;

/// The end row of each group, where rows only come.
pub(super) struct SortedEnds<O: Ordinal> {
    end: End,
    columns: Vec<usize>,
    blink: bool,
    cycle: u64,
    cells: Vec<Option<Row<O::Kept>>>,
}

/// A row as it competes: its value, then when it came (in a blink table), then its key.
#[derive(Debug, Clone)]
struct Row<K> {
    value: Option<K>,
    age: u64,
    key: u64,
    /// The cycle in which it became the end row.
    since: u64,
}

impl<O: Ordinal> SortedEnds<O> {
    /// The ends of groups of an input that only adds rows, or of a blink input; outputs are its columns.
    pub(super) fn new(end: End, columns: Vec<usize>, blink: bool) -> SortedEnds<O> {
        SortedEnds { end, columns, blink, cycle: 1, cells: Vec::new() }
    }
}

impl<O: Ordinal> Accumulator for SortedEnds<O> {
    fn grow(&mut self, slots: usize) {
        self.cells.resize(slots.max(self.cells.len()), None);
    }

    fn begin(&mut self) {
        self.cycle += 1;
    }

    fn add(&mut self, rows: &Rows<'_>) -> Result<()> {
        let age = if self.blink { self.cycle } else { 0 };
        let (cells, end, since) = (&mut self.cells, self.end, self.cycle);
        let keys = rows.keys.to_vec();
        visit::<O>(&rows.values[0], |row, value| {
            let cell = &mut cells[rows.slots[row] as usize];
            let key = keys[row];
            let wins = cell.as_ref().is_none_or(|held| {
                let order = value
                    .cmp(&held.value.as_ref().map(std::borrow::Borrow::borrow))
                    .then((age, key).cmp(&(held.age, held.key)));
                order == end.wins()
            });
            if wins {
                let value = value.map(O::keep);
                *cell = Some(Row { value, age, key, since });
            }
        });
        Ok(())
    }

    fn remove(&mut self, _: &Rows<'_>) -> Result<()> {
        unreachable!("rows only come where this state is chosen")
    }

    fn clear(&mut self, slot: u32) {
        self.cells[slot as usize] = None;
    }

    fn fork(&self) -> Option<Box<dyn Accumulator>> {
        let fork = SortedEnds::<O>::new(self.end, self.columns.clone(), self.blink);
        Some(Box::new(SortedEnds { cycle: self.cycle, ..fork }))
    }

    fn absorb(&mut self, fork: Box<dyn Accumulator>, slots: &[u32]) -> Result<()> {
        for (slot, row) in slots.iter().zip(forked::<SortedEnds<O>>(fork).cells) {
            let Some(row) = row else { continue };
            let cell = &mut self.cells[*slot as usize];
            let wins = cell.as_ref().is_none_or(|held| {
                let order = (&row.value, row.age, row.key).cmp(&(&held.value, held.age, held.key));
                order == self.end.wins()
            });
            if wins {
                *cell = Some(row);
            }
        }
        Ok(())
    }

    fn results(&mut self, wanted: &Wanted<'_>) -> Result<Vec<ArrayRef>> {
        let key = |slot: &u32| {
            let row = self.cells[*slot as usize].as_ref()?;
            (row.since == self.cycle).then_some(row.key)
        };
        let keys: UInt64Array = wanted.slots.iter().map(key).collect();
        gather_changed(&self.columns, &keys, wanted)
    }

    fn bytes(&self) -> usize {
        let heap =
            |cell: &Option<Row<O::Kept>>| cell.as_ref().and_then(|row| row.value.as_ref()).map_or(0, O::heap);
        self.cells.capacity() * size_of::<Option<Row<O::Kept>>>() + estimate::of_slice(&self.cells, heap)
    }
}

impl End {
    /// How a row compares with the end row that takes its place.
    fn wins(self) -> Ordering {
        match self {
            End::First => Ordering::Less,
            End::Last => Ordering::Greater,
        }
    }
}

/// All rows of each group in order.
pub(super) struct SortedMembers<O: Ordinal> {
    outputs: Vec<(End, usize)>,
    rows: Vec<BTreeSet<(Option<O::Kept>, u64)>>,
}

impl<O: Ordinal> SortedMembers<O> {
    /// The rows of groups in order, with the ends' values in columns of the input as outputs.
    pub(super) fn new(outputs: Vec<(End, usize)>) -> SortedMembers<O> {
        SortedMembers { outputs, rows: Vec::new() }
    }
}

impl<O: Ordinal> Accumulator for SortedMembers<O> {
    fn grow(&mut self, slots: usize) {
        self.rows.resize(slots.max(self.rows.len()), BTreeSet::new());
    }

    fn add(&mut self, rows: &Rows<'_>) -> Result<()> {
        let keys = rows.keys.to_vec();
        visit::<O>(&rows.values[0], |row, value| {
            let entry = (value.map(O::keep), keys[row]);
            self.rows[rows.slots[row] as usize].insert(entry);
        });
        Ok(())
    }

    fn remove(&mut self, rows: &Rows<'_>) -> Result<()> {
        let keys = rows.keys.to_vec();
        visit::<O>(&rows.values[0], |row, value| {
            let entry = (value.map(O::keep), keys[row]);
            let was_in = self.rows[rows.slots[row] as usize].remove(&entry);
            debug_assert!(was_in, "row {} leaves the group it was in", keys[row]);
        });
        Ok(())
    }

    fn clear(&mut self, slot: u32) {
        self.rows[slot as usize] = BTreeSet::new();
    }

    fn results(&mut self, wanted: &Wanted<'_>) -> Result<Vec<ArrayRef>> {
        let output = |(end, column): &(End, usize)| {
            let key = |slot: &u32| {
                let rows = &self.rows[*slot as usize];
                let row = match end {
                    End::First => rows.first(),
                    End::Last => rows.last(),
                };
                row.map(|(_, key)| *key)
            };
            let keys: UInt64Array = wanted.slots.iter().map(key).collect();
            wanted.now.column(*column).gather(&keys)
        };
        self.outputs.iter().map(output).collect()
    }

    fn bytes(&self) -> usize {
        let entry = size_of::<(Option<O::Kept>, u64)>() * 3 / 2;
        let heap = |rows: &BTreeSet<(Option<O::Kept>, u64)>| {
            estimate::of_part(rows.iter(), |(value, _)| value.as_ref().map_or(0, O::heap))
        };
        estimate::of_slice(&self.rows, |rows| 24 + rows.len() * entry + heap(rows))
    }
}

/// Visits all rows of an array by number, with their values or none for null.
fn visit<O: Ordinal>(array: &ArrayRef, mut visit: impl FnMut(usize, Option<&O::Seen>)) {
    let array = one_zero(array);
    for row in 0..array.len() {
        if array.is_null(row) {
            visit(row, None);
        }
    }
    let rows: Vec<u32> = (0..array.len() as u32).collect();
    O::visit(&array, &rows, |row, value| visit(row as usize, Some(value)));
}

/// The array with 0.0 for −0.0.
fn one_zero(array: &ArrayRef) -> ArrayRef {
    match array.data_type() {
        DataType::Float64 => {
            Arc::new(array.as_primitive::<Float64Type>().unary::<_, Float64Type>(|v| v + 0.0))
        }
        DataType::Float32 => {
            Arc::new(array.as_primitive::<Float32Type>().unary::<_, Float32Type>(|v| v + 0.0))
        }
        _ => array.clone(),
    }
}
