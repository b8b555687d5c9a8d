//! The update rule of a split.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::ArrayRef;
use kinetable_engine::column::Blocks;
use kinetable_engine::{Column, Input, Operator, Output, Result, RowSet, StepCtx, Table, Update, Version};

use super::create::Split;
use super::state::{Draft, State};
use crate::aggregate::groups::Visit;
use crate::partition::{HANDLE, HeldColumn, handles};

/// Rows looked up at a time.
const CHUNK: u64 = 1 << 14;

/// Keeps a keys table up to date, and the state of its constituents.
pub(super) struct SplitOperator {
    split: Arc<Split>,
    /// Key columns and handles.
    columns: Option<Blocks>,
}

type Drafts = BTreeMap<u32, Draft>;

impl SplitOperator {
    pub(super) fn new(split: Arc<Split>) -> SplitOperator {
        SplitOperator { split, columns: None }
    }

    /// Takes in the rows there are.
    pub(super) fn start(&mut self, input: &Version) -> Result<(RowSet, Vec<Column>)> {
        let split = self.split.clone();
        let mut state = split.state.lock();
        let update = Update::adding(input.rows().clone());
        let none = Version::new(0, RowSet::empty(), input.columns().clone());
        let (output, _) =
            self.follow(&mut state, Input { before: &none, now: input, update: None }, &update)?;
        self.settle(&state, output, &RowSet::empty()).map(|output| (output.rows, output.columns))
    }

    /// Follows the table; gives what became of the keys, and the constituents that are concerned.
    fn follow(&mut self, state: &mut State, input: Input<'_>, update: &Update) -> Result<(Keys, Vec<Table>)> {
        state.groups.begin();
        let mut drafts = drafts(state, input, update)?;
        let shifted = shifted_slots(state, input, update)?;
        shifted.into_iter().for_each(|slot| _ = drafts.entry(slot).or_default());
        state.set_parent(input.now);
        let keep_empty = state.keep_empty;
        let settled = state.groups.settle(keep_empty);
        let removed = state.groups.rows(&settled.gone);
        settled.created.iter().for_each(|slot| state.begin_slot(*slot));
        let woken = state.wake_dormant(&settled.stayed);
        woken.iter().for_each(|slot| state.groups.revive(*slot));
        let mut concerned = Vec::new();
        for (slot, draft) in drafts {
            concerned.extend(state.change(slot, draft, update));
        }
        let created: Vec<u32> = settled.created.into_iter().chain(woken).collect();
        let added = state.groups.rows(&created);
        let mut arrays = state.groups.keys(&created)?;
        let serials = created.iter().map(|slot| Some(state.serial(*slot)));
        arrays.push(handles(&self.split.number, serials)?);
        settled.gone.into_iter().for_each(|slot| state.end_slot(slot));
        Ok((Keys { removed, added, arrays }, concerned))
    }

    /// Writes what became of the keys.
    fn settle(&mut self, state: &State, keys: Keys, previous: &RowSet) -> Result<Output> {
        let types = || {
            let mut types: Vec<_> =
                state.by.iter().map(|key| state.parent().column(*key).data_type().clone()).collect();
            types.push(HANDLE);
            types
        };
        let mut columns = self.columns.take().unwrap_or_else(|| Blocks::new(types()));
        columns = columns.remove(&keys.removed)?;
        if !keys.added.is_empty() {
            columns = columns.write_all(&keys.added, keys.arrays)?;
        }
        let update = Update { removed: keys.removed, added: keys.added, ..Update::default() };
        let mut shown = columns.columns();
        let handles = shown.pop().expect("the column of handles is the last");
        shown.push(HeldColumn::column(handles, self.split.clone()));
        self.columns = Some(columns);
        Ok(Output { rows: update.apply_to(previous), columns: shown, update })
    }
}

/// What became of the keys.
struct Keys {
    removed: RowSet,
    added: RowSet,
    arrays: Vec<ArrayRef>,
}

impl Operator for SplitOperator {
    fn kind(&self) -> &'static str {
        "partition_by"
    }

    fn apply(&mut self, inputs: &[Input<'_>], previous: &Version, _: &StepCtx) -> Result<Option<Output>> {
        let input = inputs[0];
        let Some(update) = input.update else {
            return Ok(None);
        };
        let split = self.split.clone();
        let mut state = split.state.lock();
        let (keys, concerned) = self.follow(&mut state, input, update)?;
        let renewed = state.renew();
        concerned.into_iter().chain(renewed).for_each(|ward| split.wards.wake(ward));
        let output = self.settle(&state, keys, previous.rows())?;
        state.sweep();
        Ok(Some(output))
    }

    fn bytes(&self) -> usize {
        self.split.state.lock().bytes()
    }
}

/// Looks up the slots of rows, in row order.
fn slots(state: &mut State, version: &Version, rows: &RowSet, visit: Visit) -> Result<Vec<u32>> {
    let mut all = Vec::with_capacity(rows.len() as usize);
    let mut chunk_slots = Vec::new();
    for start in (0..rows.len()).step_by(CHUNK as usize) {
        let chunk = rows.slice(start..(start + CHUNK).min(rows.len()));
        let keys = state.by.iter().map(|column| version.read(*column, &chunk));
        let keys = keys.collect::<Result<Vec<_>>>()?;
        state.groups.find(&keys, chunk.len() as usize, visit, &mut chunk_slots)?;
        all.extend_from_slice(&chunk_slots);
    }
    Ok(all)
}

fn drafts(state: &mut State, input: Input<'_>, update: &Update) -> Result<Drafts> {
    let mut drafts = Drafts::new();
    let by_slot = |rows: &RowSet, slots: Vec<u32>| rows.iter().zip(slots).collect::<Vec<_>>();
    let gone = slots(state, input.before, &update.removed, Visit::Leave)?;
    for (row, slot) in by_slot(&update.removed, gone) {
        drafts.entry(slot).or_default().removed.push(row);
    }
    let rekeyed = match update.modified_columns.intersects(state.by.iter().copied()) {
        true => update.modified.clone(),
        false => RowSet::empty(),
    };
    let old_rows = update.shifted.unapply(&rekeyed);
    let old_slots = slots(state, input.before, &old_rows, Visit::Leave)?;
    let coming = update.added.union(&rekeyed);
    let new_slots = slots(state, input.now, &coming, Visit::Join)?;
    let mut old = old_rows.iter().zip(old_slots);
    for (row, slot) in by_slot(&coming, new_slots) {
        if rekeyed.contains(row) {
            let (old_row, old_slot) = old.next().expect("a row that stays was there");
            if old_slot == slot {
                drafts.entry(slot).or_default().modified.push(row);
                continue;
            }
            drafts.entry(old_slot).or_default().removed.push(old_row);
        }
        drafts.entry(slot).or_default().added.push(row);
    }
    let modified = update.modified.difference(&rekeyed);
    let same = slots(state, input.now, &modified, Visit::Touch)?;
    for (row, slot) in by_slot(&modified, same) {
        drafts.entry(slot).or_default().modified.push(row);
    }
    Ok(drafts)
}

/// The slots of rows that move.
fn shifted_slots(state: &mut State, input: Input<'_>, update: &Update) -> Result<Vec<u32>> {
    if update.shifted.is_empty() {
        return Ok(Vec::new());
    }
    let moved = update.shifted.moved_keys(&input.before.rows().difference(&update.removed));
    let mut slots = slots(state, input.now, &update.shifted.apply(&moved), Visit::Look)?;
    slots.sort_unstable();
    slots.dedup();
    Ok(slots)
}
