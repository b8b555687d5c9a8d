//! The update rule of a join of pairs.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use arrow_array::cast::AsArray;
use arrow_array::types::UInt64Type;
use arrow_array::{ArrayRef, UInt64Array};
use kinetable_engine::{ColumnSet, Input, Operator, Output, Result, RowSet, StepCtx, Update, Version};

use super::Unmatched;
use super::changes::{Changes, rows_of};
use super::search::{Found, NONE, Pair};
use super::state::{Pairs, count};
use crate::join::moves::Moves;
use crate::join::side::Placed;
use crate::sort::{Insert, make_room};

/// What changes on both sides.
struct Both {
    left: Changes,
    right: Changes,
    /// What slots had before.
    old: HashMap<u32, Old, ahash::RandomState>,
    /// Slots in which pairs replace rows without a match, or the reverse.
    flipped: HashSet<u32, ahash::RandomState>,
}

/// The rows of a slot before the cycle.
struct Old {
    lefts: RowSet,
    rights: RowSet,
    has: (bool, bool),
}

impl Operator for Pairs {
    fn kind(&self) -> &'static str {
        match self.join.unmatched {
            Unmatched::None => "join",
            Unmatched::Left => "left_outer_join",
            Unmatched::Both => "full_outer_join",
        }
    }

    fn apply(&mut self, inputs: &[Input<'_>], previous: &Version, _: &StepCtx) -> Result<Option<Output>> {
        let none = Update::default();
        let (left, right) = (inputs[0], inputs[1]);
        let updates = (left.update.unwrap_or(&none), right.update.unwrap_or(&none));
        let (rows, update) = self.follow((left, right), updates, previous.rows())?;
        let columns = self.join.columns(left.now, right.now, &self.map.columns());
        Ok(Some(Output { rows, columns, update }))
    }

    fn bytes(&self) -> usize {
        let lefts = self.lefts.as_ref().map_or(0, |lefts| lefts.bytes());
        let map: usize = self.map.columns().iter().map(|column| column.bytes()).sum();
        self.index.bytes() + self.rights.bytes() + lefts + map
    }
}

impl Pairs {
    fn follow(
        &mut self,
        (left, right): (Input<'_>, Input<'_>),
        updates: (&Update, &Update),
        before: &RowSet,
    ) -> Result<(RowSet, Update)> {
        let (join, index) = (&self.join, &mut self.index);
        let rights = Moves::read(&join.encoder, index, right, updates.1, &join.right_keys)?;
        let lefts = match self.lefts {
            Some(_) => Moves::read(&join.encoder, index, left, updates.0, &join.left_keys)?,
            None => Moves::look_up(&join.encoder, index, left, updates.0, &join.left_keys)?,
        };
        let both = self.move_sides(&lefts, &rights, updates)?;

        let removed = self.leaving(&both, before)?;
        let survivors = before.difference(&removed);
        self.follow_shifts(&both, updates, before, &removed)?;
        let coming = self.coming(&both, survivors.len())?;
        let (added, mut update) = self.insert(&survivors, &coming, &self.whole(&both))?;
        let rows = update.shifted.apply(&survivors).union(&added);
        (update.removed, update.added) = (removed, added);
        self.modify(&mut update, &rows, &both, right.now, updates)?;
        self.forget(&lefts, &rights);
        Ok((rows, update))
    }

    /// Puts rows under their slots, after taking down what the slots had.
    fn move_sides(&mut self, lefts: &Moves, rights: &Moves, updates: (&Update, &Update)) -> Result<Both> {
        let (left, right) = (Changes::new(lefts, updates.0), Changes::new(rights, updates.1));
        let shifted = right.moved.iter().map(|(slot, _)| *slot);
        let slots: HashSet<u32, ahash::RandomState> =
            left.slots().chain(right.slots()).chain(shifted).collect();
        let old = |slot: &u32| {
            let (lefts, rights) = (self.lefts_of(*slot), self.rights.rows(*slot));
            (*slot, Old { lefts, rights, has: self.has(*slot) })
        };
        let old: HashMap<_, _, _> = slots.iter().map(old).collect();
        let end = self.index.end();
        self.rights.remove(rights.leaving());
        self.rights.add(rights.coming(), end);
        if let Some(side) = &mut self.lefts {
            side.remove(lefts.leaving());
            side.add(lefts.coming(), end);
        }
        self.check(slots.iter().copied())?;
        let flipped = slots.into_iter().filter(|slot| self.has(*slot) != old[slot].has).collect();
        Ok(Both { left, right, old, flipped })
    }

    /// Whether a slot has left rows, if that matters to right ones; and whether it has right rows.
    fn has(&self, slot: u32) -> (bool, bool) {
        let has_left = self.join.unmatched != Unmatched::Both || self.has_left(slot);
        (has_left, self.rights.count(slot) > 0)
    }

    /// The result rows whose pairs go.
    fn leaving(&self, both: &Both, before: &RowSet) -> Result<RowSet> {
        let found = Found { rows: before, map: &self.map };
        let mut lefts: Vec<u64> = both.left.gone.iter().map(|(_, row)| *row).collect();
        let mut pairs: Vec<Pair> = Vec::new();
        for slot in &both.flipped {
            let old = &both.old[slot];
            old.lefts.extend_into(&mut lefts);
            if old.lefts.is_empty() {
                old.rights.iter().for_each(|row| self.pairs_of(&old.lefts, row, &mut pairs));
            }
        }
        for (slot, row) in both.right.gone.iter().filter(|(slot, _)| !both.flipped.contains(slot)) {
            self.pairs_of(&both.old[slot].lefts, *row, &mut pairs);
        }
        lefts.sort_unstable();
        lefts.dedup();
        Ok(found.of_lefts(&RowSet::from_sorted(lefts))?.union(&found.of_pairs(pairs)?))
    }

    /// The pairs of a right row with all left rows of its slot; without any, the right row alone if it is wanted.
    fn pairs_of(&self, lefts: &RowSet, right: u64, pairs: &mut Vec<Pair>) {
        if lefts.is_empty() && self.join.unmatched == Unmatched::Both {
            pairs.push((NONE, right));
        }
        pairs.extend(lefts.iter().map(|left| (left, right)));
    }

    /// Takes entries of the map out, and follows rows that are shifted in those that stay.
    fn follow_shifts(
        &mut self,
        both: &Both,
        updates: (&Update, &Update),
        before: &RowSet,
        removed: &RowSet,
    ) -> Result<()> {
        let mut pairs: Vec<Pair> = Vec::new();
        for (slot, row) in &both.right.moved {
            self.pairs_of(&both.old[slot].lefts, *row, &mut pairs);
        }
        let found = Found { rows: before, map: &self.map };
        let moved = found.of_lefts(&rows_of(&both.left.moved))?.union(&found.of_pairs(pairs)?);
        let moved = moved.difference(removed);
        let shift = |column: usize, update: &Update| -> Result<ArrayRef> {
            let keys = self.map.column(column).read(&moved)?;
            let keys = keys.as_primitive::<UInt64Type>();
            Ok(Arc::new(keys.unary::<_, UInt64Type>(|key| update.shifted.shift_key(key))))
        };
        let values = vec![shift(0, updates.0)?, shift(1, updates.1)?];
        self.map = self.map.remove(removed)?.write_all(&moved, values)?;
        Ok(())
    }

    /// The pairs that come, in order.
    fn coming(&self, both: &Both, there: u64) -> Result<Vec<Pair>> {
        self.check_room(both, there)?;
        let mut pairs: Vec<Pair> = Vec::new();
        let mut pair = |left: u64, rights: &RowSet| {
            if rights.is_empty() && self.join.unmatched != Unmatched::None {
                pairs.push((left, NONE));
            }
            pairs.extend(rights.iter().map(|right| (left, right)));
        };
        let is_kept = |(slot, _): &&Placed| !both.flipped.contains(slot);
        for (slot, left) in both.left.come.iter().filter(is_kept) {
            pair(*left, &self.rights.rows(*slot));
        }
        for slot in &both.flipped {
            let rights = self.rights.rows(*slot);
            self.lefts_of(*slot).iter().for_each(|left| pair(left, &rights));
        }
        for slot in &both.flipped {
            let lefts = self.lefts_of(*slot);
            if lefts.is_empty() {
                self.rights.rows(*slot).iter().for_each(|row| self.pairs_of(&lefts, row, &mut pairs));
            }
        }
        for (slot, right) in both.right.come.iter().filter(is_kept) {
            self.pairs_of(&self.lefts_of(*slot), *right, &mut pairs);
        }
        pairs.sort_unstable();
        pairs.dedup();
        Ok(pairs)
    }

    /// The left rows all of whose pairs come.
    fn whole(&self, both: &Both) -> RowSet {
        let mut rows: Vec<u64> = both.left.come.iter().map(|(_, row)| *row).collect();
        both.flipped.iter().for_each(|slot| self.lefts_of(*slot).extend_into(&mut rows));
        rows.sort_unstable();
        rows.dedup();
        RowSet::from_sorted(rows)
    }

    /// That there are not too many pairs, before they are made.
    fn check_room(&self, both: &Both, there: u64) -> Result<()> {
        let total = AtomicU64::new(there);
        for (slot, _) in &both.left.come {
            count(&total, self.rights.count(*slot))?;
        }
        for (slot, _) in &both.right.come {
            count(&total, self.lefts_of(*slot).len())?;
        }
        Ok(())
    }

    /// Puts pairs between those that are there; gives their keys, and how others shift first.
    fn insert(&mut self, survivors: &RowSet, pairs: &[Pair], whole: &RowSet) -> Result<(RowSet, Update)> {
        if pairs.is_empty() {
            return Ok((RowSet::empty(), Update::default()));
        }
        // All pairs of a left row that has none yet go to one place.
        let place = |(left, right): &Pair| (*left, if whole.contains(*left) { 0 } else { *right });
        let mut places: Vec<Pair> = pairs.iter().map(place).collect();
        let counts: Vec<u64> = places.chunk_by(|a, b| a == b).map(|same| same.len() as u64).collect();
        places.dedup();
        let ranks = Found { rows: survivors, map: &self.map }.ranks(&places)?;
        let mut inserts: Vec<Insert> = Vec::with_capacity(ranks.len());
        for (rank, count) in ranks.into_iter().zip(counts) {
            match inserts.last_mut() {
                Some(last) if last.rank == rank => last.count += count,
                _ => inserts.push(Insert { rank, count }),
            }
        }
        let room = make_room(survivors, &inserts);
        let rows = RowSet::from_sorted(room.keys);
        let some = |key: u64| (key != NONE).then_some(key);
        let lefts: UInt64Array = pairs.iter().map(|(left, _)| some(*left)).collect();
        let rights: UInt64Array = pairs.iter().map(|(_, right)| some(*right)).collect();
        let map = self.map.shift(&room.shifts, survivors)?;
        self.map = map.write_all(&rows, vec![Arc::new(lefts), Arc::new(rights)])?;
        Ok((rows, Update { shifted: room.shifts, ..Update::default() }))
    }

    /// Lists the pairs of rows that were modified and kept their key.
    fn modify(
        &self,
        update: &mut Update,
        rows: &RowSet,
        both: &Both,
        right: &Version,
        updates: (&Update, &Update),
    ) -> Result<()> {
        let found = Found { rows, map: &self.map };
        let lefts = updates.0.modified.difference(&rows_of(&both.left.come));
        let by_left = found.of_lefts(&lefts)?.difference(&update.added);
        let mut columns = ColumnSet::none();
        if !by_left.is_empty() {
            columns = updates.0.modified_columns.clone();
        }
        let shown = self.join.shown(updates.1);
        let mut by_right = RowSet::empty();
        if !shown.is_empty() {
            let rights = updates.1.modified.difference(&rows_of(&both.right.come));
            let keys = self.join.encoder.read(right, &self.join.right_keys, &rights)?;
            let mut pairs: Vec<Pair> = Vec::new();
            for (slot, row) in self.index.find(&keys).into_iter().zip(rights.iter()) {
                self.pairs_of(&self.lefts_of(slot), row, &mut pairs);
            }
            by_right = found.of_pairs(pairs)?.difference(&update.added);
        }
        if !by_right.is_empty() {
            shown.iter().for_each(|column| columns.insert(column));
        }
        update.modified = by_left.union(&by_right);
        update.modified_columns = columns;
        Ok(())
    }

    /// Forgets keys that no row has any more.
    fn forget(&mut self, lefts: &Moves, rights: &Moves) {
        let Some(side) = &self.lefts else {
            return;
        };
        let is_empty = |slot| self.rights.count(slot) == 0 && side.count(slot) == 0;
        rights.forget(&mut self.index, is_empty);
        lefts.forget(&mut self.index, is_empty);
    }
}
