//! Taking rows into groups and states, chunk by chunk, and on several threads where rows only come.
//!
//! ```text
//!  rows ─┬─ first part ─▶ the groups and states ◀─┐
//!        ├─ second part ─▶ forks of them ─────────┤ absorbed in the order of the parts
//!        └─ …                                     ┘
//! ```
//!
//! **Invariants**: 1. groups have the slots and places they would have without parts: a part's new groups follow those of the
//! parts before it, in the order of their first rows; 2. states are put together exactly ([`super::accumulator`]), so the
//! results do not depend on how many threads there are.

use std::ops::Range;

use arrow_array::ArrayRef;
use kinetable_engine::column::Computed;
use kinetable_engine::{ColumnSource, Result, RowSet, Version};
use rayon::prelude::*;

use super::accumulator::Rows;
use super::groups::{Groups, Visit};
use super::plan::{Source, Unit};

/// Rows looked up at a time: their slots and words stay in the second-level cache. Small in debug builds, so that tests
/// take in tables in parts.
const CHUNK: u64 = if cfg!(debug_assertions) { 1 << 3 } else { 1 << 14 };

/// From how many rows on a part is worth its forks.
const PART: u64 = 8 * CHUNK;

/// Most parts: each has groups and states of its own for a while.
const PARTS_MAX: u64 = 8;

/// Whether rows come into states or go from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    In,
    Out,
}

/// The groups, and the states of all units.
pub(super) struct Intake {
    by: Vec<usize>,
    pub(super) groups: Groups,
    pub(super) units: Vec<Unit>,
    slots: Vec<u32>,
}

impl Intake {
    /// Nothing taken in; the key columns are those at `by`.
    pub(super) fn new(by: Vec<usize>, groups: Groups, units: Vec<Unit>) -> Intake {
        Intake { by, groups, units, slots: Vec::new() }
    }

    /// The key columns.
    pub(super) fn by(&self) -> &[usize] {
        &self.by
    }

    /// Takes rows in that were not in, for all units.
    pub(super) fn join(&mut self, version: &Version, rows: &RowSet) -> Result<()> {
        let parts = parts(rows.len());
        let forks: Option<Vec<Intake>> = parts.iter().skip(1).map(|_| self.fork()).collect();
        let Some(mut forks) = forks.filter(|forks| !forks.is_empty()) else {
            return self.feed(version, rows, Visit::Join, Way::In, |_| true);
        };
        let intakes: Vec<&mut Intake> = std::iter::once(&mut *self).chain(&mut forks).collect();
        intakes.into_par_iter().zip(parts).try_for_each(|(intake, part)| {
            intake.feed(version, &rows.slice(part), Visit::Join, Way::In, |_| true)
        })?;
        forks.into_iter().try_for_each(|fork| self.absorb(fork))
    }

    /// Looks up the groups of rows, and hands the rows to the units that are concerned.
    pub(super) fn feed(
        &mut self,
        version: &Version,
        rows: &RowSet,
        visit: Visit,
        way: Way,
        concerned: impl Fn(&Unit) -> bool,
    ) -> Result<()> {
        let concerned: Vec<bool> = self.units.iter().map(concerned).collect();
        for start in (0..rows.len()).step_by(CHUNK as usize) {
            let chunk = rows.slice(start..(start + CHUNK).min(rows.len()));
            self.feed_chunk(version, &chunk, visit, way, &concerned)?;
        }
        Ok(())
    }

    fn feed_chunk(
        &mut self,
        version: &Version,
        rows: &RowSet,
        visit: Visit,
        way: Way,
        concerned: &[bool],
    ) -> Result<()> {
        let mut reader = Reader::new(version, rows);
        let by: Vec<_> = self.by.iter().map(|column| Source::Column(*column)).collect();
        let keys = reader.read_all(&by)?;
        let count = rows.len() as usize;
        self.groups.find(&keys, count, visit, &mut self.slots)?;
        let slots = self.groups.slots();
        for (unit, concerned) in self.units.iter_mut().zip(concerned) {
            if !concerned {
                continue;
            }
            let values = reader.read_all(&unit.inputs)?;
            let chunk = Rows { slots: &self.slots, values: &values, keys: rows };
            unit.accumulator.grow(slots);
            match way {
                Way::In => unit.accumulator.add(&chunk)?,
                Way::Out => unit.accumulator.remove(&chunk)?,
            }
        }
        Ok(())
    }

    /// Makes room in all units for the slots there are.
    pub(super) fn grow(&mut self) {
        let slots = self.groups.slots();
        self.units.iter_mut().for_each(|unit| unit.accumulator.grow(slots));
    }

    fn fork(&self) -> Option<Intake> {
        let units = self.units.iter().map(Unit::fork).collect::<Option<Vec<_>>>()?;
        Some(Intake::new(self.by.clone(), self.groups.fork().ok()?, units))
    }

    /// Takes in what a fork has, whose rows come after all that are in.
    fn absorb(&mut self, mut fork: Intake) -> Result<()> {
        fork.grow();
        let slots = self.groups.absorb(&fork.groups)?;
        self.grow();
        let units = self.units.iter_mut().zip(fork.units);
        let units: Vec<_> = units.collect();
        units.into_par_iter().try_for_each(|(unit, fork)| unit.accumulator.absorb(fork.accumulator, &slots))
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        let units: usize = self.units.iter().map(|unit| unit.accumulator.bytes()).sum();
        units + self.groups.bytes() + self.slots.capacity() * 4
    }
}

/// Ranges of positions that are taken in apart from each other: one a thread, if that pays.
fn parts(rows: u64) -> Vec<Range<u64>> {
    let threads = rayon::current_num_threads() as u64;
    let count = (rows / PART).clamp(1, threads.min(PARTS_MAX));
    let size = rows.div_ceil(count).next_multiple_of(CHUNK);
    (0..count).map(|index| index * size..((index + 1) * size).min(rows)).collect()
}

/// Reads the columns of a chunk, each once.
struct Reader<'a> {
    version: &'a Version,
    rows: &'a RowSet,
    read: Vec<(usize, ArrayRef)>,
}

impl<'a> Reader<'a> {
    fn new(version: &'a Version, rows: &'a RowSet) -> Reader<'a> {
        Reader { version, rows, read: Vec::new() }
    }

    fn read_all(&mut self, sources: &[Source]) -> Result<Vec<ArrayRef>> {
        sources.iter().map(|source| self.read(source)).collect()
    }

    fn read(&mut self, source: &Source) -> Result<ArrayRef> {
        match source {
            Source::Function(function) => {
                let (columns, rows) = (self.version.columns(), self.version.rows());
                Computed::new(function.clone(), columns.clone(), rows.clone()).read(self.rows)
            }
            Source::Column(column) => {
                if let Some((_, values)) = self.read.iter().find(|(other, _)| other == column) {
                    return Ok(values.clone());
                }
                let values = self.version.read(*column, self.rows)?;
                self.read.push((*column, values.clone()));
                Ok(values)
            }
        }
    }
}
