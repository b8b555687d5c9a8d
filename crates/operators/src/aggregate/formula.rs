//! `formula`: what a function makes of the rows of a group.
//!
//! **State**: the row keys of each group, as [`Members`] keep them. **Update rule**: a group that is touched is computed
//! anew; others are not looked at. **Cost**: the rows of the touched groups: their values are put together as lists,
//! up to [`BATCH`] rows of several groups at a time.

use std::ops::Range;

use arrow_array::ArrayRef;
use kinetable_engine::column::concat_chunks;
use kinetable_engine::{Error, Result};

use super::accumulator::{Accumulator, Rows, Wanted};
use super::members::Members;
use super::spec::{End, GroupFormula};

/// Rows of groups put together at a time, where a group has not more.
const BATCH: u64 = 1 << 20;

impl GroupFormula {
    /// The columns it reads.
    pub(super) fn columns(&self) -> impl Iterator<Item = usize> + '_ {
        self.function.inputs().iter().filter_map(|input| input.column())
    }
}

/// Functions of the rows of each group.
pub(super) struct Formulas {
    formulas: Vec<GroupFormula>,
    members: Members,
}

impl Formulas {
    /// The results of these functions, in their order.
    pub(super) fn new(formulas: Vec<GroupFormula>) -> Formulas {
        Formulas { formulas, members: Members::new(Vec::new()) }
    }

    fn batch(&self, wanted: &Wanted<'_>) -> Result<Vec<ArrayRef>> {
        let mut lists: Vec<(usize, ArrayRef)> = Vec::new();
        let mut list = |column: usize| {
            if let Some((_, list)) = lists.iter().find(|(other, _)| *other == column) {
                return Ok(list.clone());
            }
            let list = self.members.list(column, wanted)?;
            lists.push((column, list.clone()));
            Ok::<ArrayRef, Error>(list)
        };
        let mut result = |formula: &GroupFormula| {
            let input = |column: usize| match formula.keys.contains(&column) {
                true => self.members.end(End::First, column, wanted),
                false => list(column),
            };
            let inputs = formula.columns().map(input).collect::<Result<Vec<_>>>()?;
            formula.function.eval(&inputs, wanted.slots.len())
        };
        self.formulas.iter().map(&mut result).collect()
    }
}

/// Runs of slots with not many more rows in all than a batch has.
fn batches(wanted: &Wanted<'_>) -> Vec<Range<usize>> {
    let mut batches = Vec::new();
    let (mut start, mut rows) = (0, 0);
    for (index, slot) in wanted.slots.iter().enumerate() {
        let count = wanted.counts[*slot as usize];
        if rows + count > BATCH && index > start {
            batches.push(start..index);
            (start, rows) = (index, 0);
        }
        rows += count;
    }
    batches.push(start..wanted.slots.len());
    batches
}

impl Accumulator for Formulas {
    fn grow(&mut self, slots: usize) {
        self.members.grow(slots);
    }

    fn add(&mut self, rows: &Rows<'_>) -> Result<()> {
        self.members.add(rows)
    }

    fn remove(&mut self, rows: &Rows<'_>) -> Result<()> {
        self.members.remove(rows)
    }

    fn clear(&mut self, slot: u32) {
        self.members.clear(slot);
    }

    fn results(&mut self, wanted: &Wanted<'_>) -> Result<Vec<ArrayRef>> {
        let batches = batches(wanted);
        let part = |slots: Range<usize>| self.batch(&Wanted { slots: &wanted.slots[slots], ..*wanted });
        let parts = batches.into_iter().map(part).collect::<Result<Vec<_>>>()?;
        let result = |(index, formula): (usize, &GroupFormula)| {
            let chunks: Vec<ArrayRef> = parts.iter().map(|part| part[index].clone()).collect();
            concat_chunks(formula.function.data_type(), &chunks)
        };
        self.formulas.iter().enumerate().map(result).collect()
    }

    fn bytes(&self) -> usize {
        self.members.bytes()
    }
}
