//! The update rule of `head_by` and `tail_by`.

use std::ops::Range;
use std::sync::Arc;

use arrow_schema::{DataType, Schema};
use kinetable_engine::column::{Blocks, Redirected};
use kinetable_engine::{
    Column, Error, ErrorKind, Input, Operator, Output, Result, RowSet, StepCtx, Update, Version,
};

use super::super::groups::{Groups, Visit};
use super::super::plan::Flow;
use super::super::spec::End;
use super::members::Members;
use super::windows::{Changes, Shown};

/// Rows looked up at a time.
const CHUNK: u64 = 1 << 14;

/// Keys that all groups together may take.
const KEYS: u64 = 1 << 62;

/// Keeps the first or last rows of each group up to date.
pub(super) struct EndsBy {
    by: Vec<usize>,
    /// The columns of the input in the order of the result.
    columns: Vec<usize>,
    groups: Groups,
    members: Members,
    /// From result key to input key.
    map: Blocks,
    /// The keys a group has, as a power of two.
    room_bits: u32,
    slots: Vec<u32>,
}

/// What happens to a row's membership.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Insert,
    Remove,
    Touch,
}

impl EndsBy {
    pub(super) fn new(
        schema: &Schema,
        (end, count): (End, u64),
        by: Vec<usize>,
        columns: Vec<usize>,
        flow: Flow,
    ) -> Result<EndsBy> {
        let types: Vec<DataType> = by.iter().map(|key| schema.field(*key).data_type().clone()).collect();
        Ok(EndsBy {
            by,
            columns,
            groups: Groups::new(&types)?,
            members: Members::new(end, count as usize, flow.only_grows()),
            map: Blocks::new([DataType::UInt64]),
            room_bits: (4 * count).max(8).next_power_of_two().trailing_zeros(),
            slots: Vec::new(),
        })
    }

    /// Takes in the rows there are.
    pub(super) fn start(&mut self, input: &Version) -> Result<Output> {
        self.visit(input, input.rows(), Visit::Join, Step::Insert)?;
        self.finish(input, &Update::default(), &RowSet::empty())
    }

    /// Looks up the groups of rows, and changes their members.
    fn visit(&mut self, version: &Version, rows: &RowSet, visit: Visit, step: Step) -> Result<()> {
        for start in (0..rows.len()).step_by(CHUNK as usize) {
            let chunk = rows.slice(start..start + CHUNK);
            let keys = self.by.iter().map(|column| version.read(*column, &chunk));
            let keys = keys.collect::<Result<Vec<_>>>()?;
            self.groups.find(&keys, chunk.len() as usize, visit, &mut self.slots)?;
            self.members.grow(self.groups.slots());
            for (slot, key) in self.slots.iter().zip(chunk.iter()) {
                match step {
                    Step::Insert => self.members.insert(*slot, key),
                    Step::Remove => self.members.remove(*slot, key),
                    Step::Touch => self.members.touch(*slot, key),
                }
            }
        }
        Ok(())
    }

    fn follow(&mut self, input: &Input<'_>, update: &Update) -> Result<()> {
        let regrouped = match update.modified_columns.intersects(self.by.iter().copied()) {
            true => update.modified.clone(),
            false => RowSet::empty(),
        };
        let left = update.removed.union(&update.shifted.unapply(&regrouped));
        let moved = match update.shifted.is_empty() {
            true => RowSet::empty(),
            false => update.shifted.moved_keys(&input.before.rows().difference(&left)),
        };
        self.visit(input.before, &left, Visit::Leave, Step::Remove)?;
        self.visit(input.before, &moved, Visit::Look, Step::Remove)?;
        self.visit(input.now, &update.added.union(&regrouped), Visit::Join, Step::Insert)?;
        self.visit(input.now, &update.shifted.apply(&moved), Visit::Look, Step::Insert)?;
        if regrouped.is_empty() {
            self.visit(input.now, &update.modified, Visit::Look, Step::Touch)?;
        }
        Ok(())
    }

    fn finish(&mut self, now: &Version, update: &Update, previous: &RowSet) -> Result<Output> {
        let settled = self.groups.settle(false);
        self.members.grow(self.groups.slots());
        let mut slots: Vec<(Range<u64>, u32)> = Vec::with_capacity(self.members.dirty().len());
        for slot in self.members.dirty() {
            slots.push((self.room(*slot)?, *slot));
        }
        slots.sort_unstable_by_key(|(room, _)| room.start);
        let rooms: Vec<Range<u64>> = slots.iter().map(|(room, _)| room.clone()).collect();
        let shown = Shown::read(&rooms, previous, &self.map)?;
        let mut changes = Changes::default();
        for (room, slot) in slots {
            if self.groups.counts()[slot as usize] == 0 {
                changes.forget(&shown, &room);
            } else {
                changes.show(&shown, &room, &self.members.window(slot), update);
            }
        }
        for slot in settled.gone {
            self.members.clear(slot);
            self.groups.forget(slot);
        }
        let (map, mut result) = changes.finish(&self.map)?;
        self.map = map;
        if !result.modified.is_empty() {
            let outputs = self.columns.iter().enumerate();
            let modified = outputs.filter(|(_, column)| update.modified_columns.contains(**column));
            result.modified_columns = modified.map(|(output, _)| output).collect();
        }
        Ok(Output { rows: result.apply_to(previous), columns: self.redirected(now), update: result })
    }

    /// The keys of a group.
    fn room(&self, slot: u32) -> Result<Range<u64>> {
        let place = self.groups.rows(&[slot]).first().expect("a group has a place");
        let start = place.checked_mul(1 << self.room_bits).filter(|start| *start < KEYS);
        let start = start.ok_or_else(|| {
            Error::new(ErrorKind::Limit, "the rows of all groups that ever were do not fit the space of keys")
                .with_hint("show fewer rows a group")
        })?;
        Ok(start..start + (1 << self.room_bits))
    }

    fn redirected(&self, now: &Version) -> Vec<Column> {
        let map = self.map.column(0);
        let column =
            |index: &usize| Arc::new(Redirected::new(now.column(*index).clone(), map.clone())) as Column;
        self.columns.iter().map(column).collect()
    }
}

impl Operator for EndsBy {
    fn kind(&self) -> &'static str {
        self.members.kind()
    }

    fn apply(&mut self, inputs: &[Input<'_>], previous: &Version, _: &StepCtx) -> Result<Option<Output>> {
        let input = &inputs[0];
        let Some(update) = input.update else {
            return Ok(None);
        };
        self.groups.begin();
        self.members.begin(!update.shifted.is_empty());
        self.follow(input, update)?;
        Ok(Some(self.finish(input.now, update, previous.rows())?))
    }

    fn bytes(&self) -> usize {
        self.groups.bytes() + self.members.bytes() + self.map.column(0).bytes() + self.slots.capacity() * 4
    }
}
