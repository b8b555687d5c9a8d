//! `where_in` and `where_not_in`: the rows whose key is in another table, or is not.
//!
//! **State**: an index from keys to slots, and by slot the rows of the set table; if that is live, the rows of the left
//! table too. Columns are the left table's own, shared.
//!
//! **Update rule**: left rows that come or change their key are looked up; when a key comes to the set table or leaves it
//! for good, the left rows with it are added or removed. Other left changes are handed on for the rows that are there.
//!
//! **Cost**: the changed rows of both sides, the left rows of keys that came to the set or left it, and rows that shift.
//!
//! **Invariants**: 1. the result's rows are a subset of the left table's, under the same keys; 2. a slot has a row on one
//! side, or its key is forgotten.

use kinetable_engine::{
    ColumnSet, Initial, Input, Operator, Output, Properties, Result, RowSet, StepCtx, Table, Update, Version,
};

use super::index::KeyIndex;
use super::keys::Encoder;
use super::moves::Moves;
use super::side::Side;
use crate::support::chunks::map_chunks;
use crate::support::shifts::narrow;

/// The rows whose key is in a set table: pairs `on` of left column and column of the set.
///
/// # Errors
/// If a column is missing, or key types differ.
pub fn where_in(left: &Table, set: &Table, on: &[(&str, &str)]) -> Result<Table> {
    derive(left, set, on, Wanted::In).map_err(|error| error.in_context("where_in"))
}

/// The rows whose key is not in a set table.
///
/// # Errors
/// As [`where_in`].
pub fn where_not_in(left: &Table, set: &Table, on: &[(&str, &str)]) -> Result<Table> {
    derive(left, set, on, Wanted::NotIn).map_err(|error| error.in_context("where_not_in"))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    In,
    NotIn,
}

fn derive(left: &Table, set: &Table, on: &[(&str, &str)], wanted: Wanted) -> Result<Table> {
    let keys = super::keys::resolve(left, set, on)?;
    Table::derive(&[left.clone(), set.clone()], |inputs| {
        let (now, set_now) = (&inputs[0], &inputs[1]);
        let members = keys.encoder.read(set_now, &keys.right, set_now.rows())?;
        let (index, slots) = KeyIndex::start(&keys.encoder, &members, set.is_live());
        drop(members);
        let mut state = Membership {
            index,
            encoder: keys.encoder,
            left_keys: keys.left,
            set_keys: keys.right,
            members: Side::default(),
            lefts: set.is_live().then(Side::default),
            wanted,
        };
        let placed = slots.into_iter().zip(set_now.rows().iter());
        state.members.add(placed, state.index.end());
        let rows = state.start(now)?;
        let mut definition = left.definition().clone();
        // All rows of a blink table are gone in the next cycle, whatever becomes of the set.
        if set.is_live() && !definition.properties.blink {
            definition.properties = Properties::ANY;
        }
        Ok(Initial { definition, rows, columns: now.columns().to_vec(), operator: Box::new(state) })
    })
}

struct Membership {
    encoder: Encoder,
    left_keys: Vec<usize>,
    set_keys: Vec<usize>,
    index: KeyIndex,
    members: Side,
    /// The left rows by slot; `None` if the set table is static.
    lefts: Option<Side>,
    wanted: Wanted,
}

impl Membership {
    fn start(&mut self, left: &Version) -> Result<RowSet> {
        let rows = left.rows();
        if let Some(lefts) = &mut self.lefts {
            let keys = self.encoder.read(left, &self.left_keys, rows)?;
            let slots = self.index.insert(&keys);
            lefts.add(slots.iter().copied().zip(rows.iter()), self.index.end());
            return Ok(self.passing(rows, &slots));
        }
        let parts = map_chunks(rows, |chunk| self.probe(left, chunk))?;
        Ok(parts.iter().fold(RowSet::empty(), |all, part| all.union(part)))
    }

    fn probe(&self, left: &Version, rows: &RowSet) -> Result<RowSet> {
        let keys = self.encoder.read(left, &self.left_keys, rows)?;
        Ok(self.passing(rows, &self.index.find(&keys)))
    }

    fn passing(&self, rows: &RowSet, slots: &[u32]) -> RowSet {
        let placed = rows.iter().zip(slots);
        let passing = placed.filter(|(_, slot)| self.passes(**slot));
        RowSet::from_sorted(passing.map(|(row, _)| row))
    }

    fn passes(&self, slot: u32) -> bool {
        (self.members.count(slot) > 0) == (self.wanted == Wanted::In)
    }

    /// Follows both sides; gives the left rows that were looked up, and those of them that pass.
    fn follow_both(
        &mut self,
        left: Input<'_>,
        left_update: &Update,
        set: Input<'_>,
        set_update: &Update,
    ) -> Result<(RowSet, RowSet)> {
        let (encoder, index) = (&self.encoder, &mut self.index);
        let set_moves = Moves::read(encoder, index, set, set_update, &self.set_keys)?;
        let left_moves = Moves::read(encoder, index, left, left_update, &self.left_keys)?;
        let touched = set_moves.slots();
        let before: Vec<bool> = touched.iter().map(|slot| self.passes(*slot)).collect();
        let end = self.index.end();
        self.members.remove(set_moves.leaving());
        self.members.add(set_moves.coming(), end);
        let lefts = self.lefts.as_mut().expect("the set table is live");
        lefts.remove(left_moves.leaving());
        lefts.add(left_moves.coming(), end);

        let mut looked_up = left_moves.new_rows.clone();
        let mut passed = self.passing(&left_moves.new_rows, &left_moves.new_slots);
        for (slot, before) in touched.into_iter().zip(before) {
            if self.passes(slot) != before {
                let rows = self.lefts.as_ref().map_or_else(RowSet::empty, |side| side.rows(slot));
                if !before {
                    passed = passed.union(&rows);
                }
                looked_up = looked_up.union(&rows);
            }
        }
        let (members, lefts) = (&self.members, &self.lefts);
        let is_empty =
            |slot| members.count(slot) == 0 && lefts.as_ref().is_none_or(|side| side.count(slot) == 0);
        set_moves.forget(&mut self.index, is_empty);
        left_moves.forget(&mut self.index, is_empty);
        Ok((looked_up, passed))
    }

    fn follow_left(&self, left: Input<'_>, update: &Update) -> Result<(RowSet, RowSet)> {
        let keys = self.left_keys.iter().copied();
        let mut rows = update.added.clone();
        if update.modified_columns.intersects(keys) {
            rows = rows.union(&update.modified);
        }
        let passed = self.probe(left.now, &rows)?;
        Ok((rows, passed))
    }
}

impl Operator for Membership {
    fn kind(&self) -> &'static str {
        match self.wanted {
            Wanted::In => "where_in",
            Wanted::NotIn => "where_not_in",
        }
    }

    fn apply(&mut self, inputs: &[Input<'_>], previous: &Version, _: &StepCtx) -> Result<Option<Output>> {
        let none = Update::default();
        let (left, set) = (inputs[0], inputs[1]);
        let left_update = left.update.unwrap_or(&none);
        let (looked_up, passed) = if self.lefts.is_some() {
            self.follow_both(left, left_update, set, set.update.unwrap_or(&none))?
        } else {
            self.follow_left(left, left_update)?
        };
        let update = chosen(left_update, previous.rows(), &looked_up, &passed);
        Ok(Some(Output {
            rows: update.apply_to(previous.rows()),
            columns: left.now.columns().to_vec(),
            update,
        }))
    }

    fn bytes(&self) -> usize {
        let lefts = self.lefts.as_ref().map_or(0, Side::bytes);
        self.index.bytes() + self.members.bytes() + lefts
    }
}

/// The update of a choice of rows, given the rows that were looked up again and those of them that pass.
fn chosen(update: &Update, before: &RowSet, looked_up: &RowSet, passed: &RowSet) -> Update {
    let gone = before.intersect(&update.removed);
    let kept = update.shifted.apply(&before.difference(&gone));
    let dropped = kept.intersect(looked_up).difference(passed);
    let removed = gone.union(&update.shifted.unapply(&dropped));
    let modified = update.modified.intersect(&kept.difference(&dropped));
    let modified_columns =
        if modified.is_empty() { ColumnSet::none() } else { update.modified_columns.clone() };
    Update {
        added: passed.difference(&kept),
        shifted: narrow(&update.shifted, before, &removed),
        removed,
        modified,
        modified_columns,
    }
}
