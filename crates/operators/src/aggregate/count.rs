//! `count` and `count_where`.
//!
//! **State**: none for `count`, which reads the groups' row counts; 8 bytes a group for `count_where`.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, BooleanArray, Int64Array};
use kinetable_engine::Result;

use super::accumulator::{Accumulator, Rows, Wanted, forked};

/// The number of rows.
pub(super) struct RowCount;

impl Accumulator for RowCount {
    fn grow(&mut self, _: usize) {}

    fn add(&mut self, _: &Rows<'_>) -> Result<()> {
        Ok(())
    }

    fn remove(&mut self, _: &Rows<'_>) -> Result<()> {
        Ok(())
    }

    fn clear(&mut self, _: u32) {}

    fn fork(&self) -> Option<Box<dyn Accumulator>> {
        Some(Box::new(RowCount))
    }

    fn absorb(&mut self, _: Box<dyn Accumulator>, _: &[u32]) -> Result<()> {
        Ok(())
    }

    fn results(&mut self, wanted: &Wanted<'_>) -> Result<Vec<ArrayRef>> {
        Ok(vec![counts(wanted.slots, wanted.counts)])
    }

    fn bytes(&self) -> usize {
        0
    }
}

/// The number of rows on which a predicate is true.
#[derive(Default)]
pub(super) struct CountWhere {
    counts: Vec<u64>,
}

impl Accumulator for CountWhere {
    fn grow(&mut self, slots: usize) {
        self.counts.resize(slots.max(self.counts.len()), 0);
    }

    fn add(&mut self, rows: &Rows<'_>) -> Result<()> {
        let passed = rows.values[0].as_boolean();
        for (slot, passes) in rows.slots.iter().zip(passes(passed)) {
            self.counts[*slot as usize] += u64::from(passes);
        }
        Ok(())
    }

    fn remove(&mut self, rows: &Rows<'_>) -> Result<()> {
        let passed = rows.values[0].as_boolean();
        for (slot, passes) in rows.slots.iter().zip(passes(passed)) {
            // A predicate that does not say the same of a row twice is the user's, and no reason to stop.
            let count = &mut self.counts[*slot as usize];
            *count = count.saturating_sub(u64::from(passes));
        }
        Ok(())
    }

    fn clear(&mut self, slot: u32) {
        self.counts[slot as usize] = 0;
    }

    fn fork(&self) -> Option<Box<dyn Accumulator>> {
        Some(Box::<CountWhere>::default())
    }

    fn absorb(&mut self, fork: Box<dyn Accumulator>, slots: &[u32]) -> Result<()> {
        for (slot, count) in slots.iter().zip(forked::<CountWhere>(fork).counts) {
            self.counts[*slot as usize] += count;
        }
        Ok(())
    }

    fn results(&mut self, wanted: &Wanted<'_>) -> Result<Vec<ArrayRef>> {
        Ok(vec![counts(wanted.slots, &self.counts)])
    }

    fn bytes(&self) -> usize {
        self.counts.capacity() * 8
    }
}

/// Null is not true.
fn passes(passed: &BooleanArray) -> impl Iterator<Item = bool> + '_ {
    (0..passed.len()).map(|row| passed.is_valid(row) && passed.value(row))
}

fn counts(slots: &[u32], counts: &[u64]) -> ArrayRef {
    let count = |slot: &u32| counts[*slot as usize] as i64;
    Arc::new(Int64Array::from_iter_values(slots.iter().map(count)))
}
