//! `min` and `max` where rows only come.
//!
//! **State**: one value a group and end. **Cost**: one comparison a row. A NaN in a group is its result.

use std::borrow::Borrow;

use arrow_array::ArrayRef;
use arrow_schema::DataType;
use kinetable_engine::Result;

use super::accumulator::{Accumulator, Rows, Wanted, forked};
use super::ordinal::Ordinal;
use super::spec::Extremum;
use crate::estimate;

/// The least and greatest values of each group.
pub(super) struct Extremes<O: Ordinal> {
    outputs: Vec<Extremum>,
    data_type: DataType,
    cells: Vec<Option<(O::Kept, O::Kept)>>,
}

impl<O: Ordinal> Extremes<O> {
    /// Extremes of a column of a type, with these outputs.
    pub(super) fn new(outputs: Vec<Extremum>, data_type: DataType) -> Extremes<O> {
        Extremes { outputs, data_type, cells: Vec::new() }
    }
}

impl<O: Ordinal> Accumulator for Extremes<O> {
    fn grow(&mut self, slots: usize) {
        self.cells.resize(slots.max(self.cells.len()), None);
    }

    fn add(&mut self, rows: &Rows<'_>) -> Result<()> {
        let cells = &mut self.cells;
        O::visit(&rows.values[0], rows.slots, |slot, value| match &mut cells[slot as usize] {
            Some((least, greatest)) => {
                if *value < *Borrow::<O::Seen>::borrow(least) {
                    *least = O::keep(value);
                }
                if *value > *Borrow::<O::Seen>::borrow(greatest) {
                    *greatest = O::keep(value);
                }
            }
            empty => *empty = Some((O::keep(value), O::keep(value))),
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
        Some(Box::new(Extremes::<O>::new(self.outputs.clone(), self.data_type.clone())))
    }

    fn absorb(&mut self, fork: Box<dyn Accumulator>, slots: &[u32]) -> Result<()> {
        for (slot, theirs) in slots.iter().zip(forked::<Extremes<O>>(fork).cells) {
            let Some((low, high)) = theirs else { continue };
            match &mut self.cells[*slot as usize] {
                Some((least, greatest)) => {
                    if low < *least {
                        *least = low;
                    }
                    if high > *greatest {
                        *greatest = high;
                    }
                }
                empty => *empty = Some((low, high)),
            }
        }
        Ok(())
    }

    fn results(&mut self, wanted: &Wanted<'_>) -> Result<Vec<ArrayRef>> {
        let output = |output: &Extremum| {
            let cells = wanted.slots.iter().map(|slot| self.cells[*slot as usize].as_ref());
            let values = cells.map(|cell| {
                let (least, greatest) = cell?;
                let is_nan = O::is_nan(greatest, &self.data_type);
                let wants_least = *output == Extremum::Least && !is_nan;
                Some(if wants_least { least } else { greatest })
            });
            O::array(&self.data_type, values)
        };
        self.outputs.iter().map(output).collect()
    }

    fn bytes(&self) -> usize {
        let heap = |cell: &Option<(O::Kept, O::Kept)>| {
            cell.as_ref().map_or(0, |(one, other)| O::heap(one) + O::heap(other))
        };
        self.cells.capacity() * size_of::<Option<(O::Kept, O::Kept)>>()
            + estimate::of_slice(&self.cells, heap)
    }
}
