//! From states to the result: values of the groups that were touched, and the update that says what changed.
//!
//! **Cost**: the touched groups, and the blocks they lie in.

use arrow_array::{ArrayRef, BooleanArray};
use arrow_buffer::BooleanBuffer;
use arrow_select::filter::filter;
use kinetable_engine::column::Blocks;
use kinetable_engine::{Column, ColumnSet, Result, RowSet, Update, Version};

use super::accumulator::Wanted;
use super::groups::{Groups, Settled};
use super::plan::Unit;
use crate::support::differing::differing;

/// The columns of the result.
pub(super) struct Columns {
    pub(super) keys: Blocks,
    pub(super) results: Blocks,
}

impl Columns {
    /// Key columns, then results.
    pub(super) fn all(&self) -> Vec<Column> {
        let mut columns = self.keys.columns();
        columns.extend(self.results.columns());
        columns
    }
}

/// Writes what changed; gives the rows of the result and the update.
pub(super) fn publish(
    columns: &mut Columns,
    groups: &Groups,
    units: &mut [Unit],
    stale: &[bool],
    settled: &Settled,
    now: &Version,
    previous: &RowSet,
) -> Result<(RowSet, Update)> {
    let mut publisher = Publisher { columns, groups, units, now };
    let removed = publisher.remove(&settled.gone)?;
    let (modified, modified_columns) = publisher.modify(&settled.stayed, stale)?;
    let added = publisher.add(&settled.created)?;
    let rows = previous.difference(&removed).union(&added);
    let update = Update { added, removed, modified, modified_columns, ..Update::default() };
    Ok((rows, update))
}

struct Publisher<'a> {
    columns: &'a mut Columns,
    groups: &'a Groups,
    units: &'a mut [Unit],
    now: &'a Version,
}

impl Publisher<'_> {
    fn remove(&mut self, slots: &[u32]) -> Result<RowSet> {
        let rows = self.groups.rows(slots);
        if !rows.is_empty() {
            self.columns.keys = self.columns.keys.remove(&rows)?;
            self.columns.results = self.columns.results.remove(&rows)?;
        }
        Ok(rows)
    }

    fn add(&mut self, slots: &[u32]) -> Result<RowSet> {
        let rows = self.groups.rows(slots);
        if rows.is_empty() {
            return Ok(rows);
        }
        let count = self.units.iter().map(|unit| unit.outputs.len()).sum();
        let mut results: Vec<Option<ArrayRef>> = vec![None; count];
        for unit in self.units.iter_mut() {
            let values = unit.accumulator.results(&wanted(self.groups, self.now, slots, None))?;
            for (output, values) in unit.outputs.iter().zip(values) {
                results[*output] = Some(values);
            }
        }
        self.columns.keys = self.columns.keys.write_all(&rows, self.groups.keys(slots)?)?;
        self.columns.results = self.columns.results.write(&rows, &results)?;
        Ok(rows)
    }

    /// Writes the results that are not what they were.
    fn modify(&mut self, slots: &[u32], stale: &[bool]) -> Result<(RowSet, ColumnSet)> {
        let unchanged = || (RowSet::empty(), ColumnSet::none());
        if slots.is_empty() {
            return Ok(unchanged());
        }
        let rows = self.groups.rows(slots);
        let key_count = self.columns.keys.columns().len();
        let mut changed = BooleanBuffer::new_unset(slots.len());
        let mut changed_columns = ColumnSet::none();
        let mut results: Vec<Option<ArrayRef>> = vec![None; self.columns.results.columns().len()];
        for (unit, _) in self.units.iter_mut().zip(stale).filter(|(_, stale)| **stale) {
            let read = |output: &usize| self.columns.results.column(*output).read(&rows);
            let old = unit.outputs.iter().map(read).collect::<Result<Vec<_>>>()?;
            let wanted = wanted(self.groups, self.now, slots, Some(&old));
            let new = unit.accumulator.results(&wanted)?;
            for ((output, old), new) in unit.outputs.iter().zip(old).zip(new) {
                let differs = differing(&old, &new)?;
                if differs.count_set_bits() > 0 {
                    changed = &changed | &differs;
                    changed_columns.insert(key_count + output);
                    results[*output] = Some(new);
                }
            }
        }
        if changed_columns.is_empty() {
            return Ok(unchanged());
        }
        let places = changed.set_indices().map(|index| slots[index]);
        let rows = self.groups.rows(&places.collect::<Vec<_>>());
        let mask = BooleanArray::new(changed, None);
        let pick = |values: Option<ArrayRef>| values.map(|values| filter(&values, &mask)).transpose();
        let results = results.into_iter().map(pick).collect::<Result<Vec<_>, _>>()?;
        self.columns.results = self.columns.results.write(&rows, &results)?;
        Ok((rows, changed_columns))
    }
}

fn wanted<'a>(
    groups: &'a Groups,
    now: &'a Version,
    slots: &'a [u32],
    old: Option<&'a [ArrayRef]>,
) -> Wanted<'a> {
    Wanted { slots, counts: groups.counts(), now, old }
}
