//! Finding the ranks of new rows among sorted rows, many at a time.
//!
//! Sorted rows are looked at through the row map: the first round reads the rows of marks ([`super::marks`]), each further one a
//! few pivots of each search, all rounds together a logarithm of the rows between marks. When there are many new rows, all sorted rows are read once instead.

use std::cmp::Ordering;

use arrow_array::cast::AsArray;
use arrow_array::types::UInt64Type;
use arrow_array::{ArrayRef, UInt64Array};
use arrow_row::Rows;
use kinetable_engine::{Column, Result, RowSet, Version};

use super::marks::Marks;
use super::order::{Order, compare};
use crate::support::chunks::CHUNK;

/// Pivots read in a round, about.
const PIVOTS: usize = 64;

/// Rows that are sorted: result rows, the row map that leads to the input's rows, and the input.
pub(super) struct Sorted<'a> {
    pub(super) order: &'a Order,
    pub(super) rows: &'a RowSet,
    pub(super) map: &'a Column,
    pub(super) input: &'a Version,
    /// Where searches begin.
    pub(super) marks: &'a Marks,
}

impl Sorted<'_> {
    /// For each new row (its place in `keys`, and its input key), in sorted order: how many sorted rows come before.
    pub(super) fn ranks(&self, keys: &Rows, new: &[(usize, u64)]) -> Result<Vec<u64>> {
        if self.rows.is_empty() {
            return Ok(vec![0; new.len()]);
        }
        let rounds = 64 - self.rows.len().leading_zeros() as u64;
        if new.len() as u64 * rounds > self.rows.len() {
            return self.merge(keys, new);
        }
        self.search(keys, new)
    }

    fn merge(&self, keys: &Rows, new: &[(usize, u64)]) -> Result<Vec<u64>> {
        let mut ranks = Vec::with_capacity(new.len());
        let mut left = new.iter().peekable();
        for start in (0..self.rows.len()).step_by(CHUNK as usize) {
            if left.peek().is_none() {
                break;
            }
            let chunk = self.rows.slice(start..start + CHUNK);
            let inputs = self.map.read(&chunk)?;
            let inputs = inputs.as_primitive::<UInt64Type>();
            let sorted = self.order.gather(self.input, inputs)?;
            for (place, (key, row)) in sorted.iter().zip(inputs.values()).enumerate() {
                let sorted = (key.data(), *row);
                while left
                    .next_if(|(at, row)| compare((keys.row(*at).data(), *row), sorted).is_lt())
                    .is_some()
                {
                    ranks.push(start + place as u64);
                }
            }
        }
        ranks.extend(left.map(|_| self.rows.len()));
        Ok(ranks)
    }

    fn search(&self, keys: &Rows, new: &[(usize, u64)]) -> Result<Vec<u64>> {
        let mut ranges = vec![(0, self.rows.len()); new.len()];
        let fan = (PIVOTS / new.len().max(1)).clamp(1, 15) as u64;
        let near = |(place, row): &(usize, u64)| self.marks.around(keys.row(*place).data(), *row);
        let mut looked_at: Vec<u64> = new.iter().flat_map(near).map(|row| self.rows.rank(row)).collect();
        // The last mark's row may be gone, and there be none after it.
        looked_at.retain(|rank| *rank < self.rows.len());
        if looked_at.is_empty() {
            looked_at.extend(pivots((0, self.rows.len()), PIVOTS as u64));
        }
        while !looked_at.is_empty() {
            looked_at.sort_unstable();
            looked_at.dedup();
            self.narrow(keys, new, &looked_at, &mut ranges)?;
            looked_at.clear();
            looked_at.extend(ranges.iter().flat_map(|range| pivots(*range, fan)));
        }
        Ok(ranges.into_iter().map(|(low, _)| low).collect())
    }

    /// Narrows the range of ranks of each new row by the rows at some ranks.
    fn narrow(
        &self,
        keys: &Rows,
        new: &[(usize, u64)],
        pivots: &[u64],
        ranges: &mut [(u64, u64)],
    ) -> Result<()> {
        let (sorted, inputs) = self.keys_of(&self.rows_at(pivots))?;
        let inputs = inputs.as_primitive::<UInt64Type>();
        for ((place, row), (low, high)) in new.iter().zip(ranges) {
            let own = (keys.row(*place).data(), *row);
            let first = pivots.partition_point(|pivot| pivot < low);
            let end = pivots.partition_point(|pivot| pivot < high);
            let less = partition(first, end, |at| {
                compare((sorted.row(at).data(), inputs.value(at)), own) == Ordering::Less
            });
            if less > first {
                *low = pivots[less - 1] + 1;
            }
            if less < end {
                *high = pivots[less];
            }
        }
        Ok(())
    }

    /// The result rows at ranks.
    pub(super) fn rows_at(&self, ranks: &[u64]) -> UInt64Array {
        let row = |rank: &u64| self.rows.select(*rank).expect("a rank below the length");
        UInt64Array::from_iter_values(ranks.iter().map(row))
    }

    /// The sort keys and input keys of result rows.
    pub(super) fn keys_of(&self, rows: &UInt64Array) -> Result<(Rows, ArrayRef)> {
        let inputs = self.map.gather(rows)?;
        let keys = self.order.gather(self.input, inputs.as_primitive::<UInt64Type>())?;
        Ok((keys, inputs))
    }
}

fn pivots((low, high): (u64, u64), fan: u64) -> impl Iterator<Item = u64> {
    let size = u128::from(high - low);
    let count = fan.min(high - low);
    (0..count).map(move |index| low + (size * u128::from(index + 1) / u128::from(count + 1)) as u64)
}

/// The first place in a range at which a condition that turns once does not hold.
fn partition(mut low: usize, mut high: usize, holds: impl Fn(usize) -> bool) -> usize {
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}
