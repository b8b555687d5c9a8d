//! The update rule of a natural join.

use std::sync::Arc;

use arrow_array::UInt64Array;
use kinetable_engine::{Input, Operator, Output, Result, RowSet, StepCtx, Update, Version};

use super::state::Natural;
use crate::join::additions::Touched;
use crate::join::moves::Moves;

/// What a change of the right table means for left rows.
#[derive(Default)]
struct Slots {
    /// Slots whose left rows have another right key now, be it for the same row.
    remapped: Vec<u32>,
    /// Slots whose left rows have another right row now.
    rematched: Vec<u32>,
    /// Slots whose right row was modified in an added column.
    modified: Vec<u32>,
}

impl Operator for Natural {
    fn kind(&self) -> &'static str {
        "natural_join"
    }

    fn apply(&mut self, inputs: &[Input<'_>], _: &Version, _: &StepCtx) -> Result<Option<Output>> {
        let none = Update::default();
        let (left, right) = (inputs[0], inputs[1]);
        let left_update = left.update.unwrap_or(&none);
        let right_update = right.update.unwrap_or(&none);
        let touched = if self.lefts.is_none() {
            self.follow_left(left, left_update)?
        } else {
            self.follow_both(left, left_update, right, right_update)?
        };
        let additions = &self.join.additions;
        Ok(Some(Output {
            rows: left.now.rows().clone(),
            columns: additions.columns(left.now, right.now, &self.map.column(0)),
            update: additions.update(left_update, right_update, &touched),
        }))
    }

    fn bytes(&self) -> usize {
        let lefts = self.lefts.as_ref().map_or(0, |side| side.bytes());
        let map = self.map.column(0).bytes();
        self.index.bytes() + self.rights.bytes() + lefts + map
    }
}

impl Natural {
    /// The right table is static: only left rows whose key may be new are matched.
    fn follow_left(&mut self, left: Input<'_>, update: &Update) -> Result<Touched> {
        let rekeyed = self.rekeyed(update);
        let rows = update.added.union(&rekeyed);
        let matches = self.probe(left.now, &rows)?;
        self.move_map(left, update)?;
        self.map = self.map.write_all(&rows, vec![Arc::new(matches)])?;
        Ok(Touched { left_rekeyed: !rekeyed.is_empty(), ..Touched::default() })
    }

    fn follow_both(
        &mut self,
        left: Input<'_>,
        left_update: &Update,
        right: Input<'_>,
        right_update: &Update,
    ) -> Result<Touched> {
        let (join, index) = (&self.join, &mut self.index);
        let right_moves = Moves::read(&join.encoder, index, right, right_update, &join.right_keys)?;
        let left_moves = Moves::read(&join.encoder, index, left, left_update, &join.left_keys)?;
        let touched = self.follow_right(right, right_update, &right_moves)?;
        let end = self.index.end();
        let lefts = self.lefts.as_mut().expect("the right table is live");
        lefts.remove(left_moves.leaving());
        lefts.add(left_moves.coming(), end);

        self.check(left.now, &right_moves)?;
        self.rewrite_map(left, left_update, &left_moves, &touched)?;
        let concerned = Touched {
            left_rekeyed: !self.rekeyed(left_update).is_empty(),
            rematched: self.rows_of(&touched.rematched),
            shown: self.rows_of(&touched.modified),
        };
        let (rights, lefts) = (&self.rights, &self.lefts);
        let is_empty =
            |slot| rights.count(slot) == 0 && lefts.as_ref().is_none_or(|side| side.count(slot) == 0);
        right_moves.forget(&mut self.index, is_empty);
        left_moves.forget(&mut self.index, is_empty);
        Ok(concerned)
    }

    /// Left rows that stay and may have another key.
    fn rekeyed(&self, update: &Update) -> RowSet {
        let keys = self.join.left_keys.iter().copied();
        if update.modified_columns.intersects(keys) { update.modified.clone() } else { RowSet::empty() }
    }

    /// Puts right rows under their slots, and says which slots' left rows are concerned.
    fn follow_right(&mut self, right: Input<'_>, update: &Update, moves: &Moves) -> Result<Slots> {
        let slots = moves.slots().into_iter();
        let before: Vec<(u32, Option<u64>)> = slots.map(|slot| (slot, self.choice(slot))).collect();
        self.rights.remove(moves.leaving());
        self.rights.add(moves.coming(), self.index.end());
        let mut touched = Slots::default();
        for (slot, before) in before {
            let now = self.choice(slot);
            if before != now {
                touched.remapped.push(slot);
            }
            let stayed =
                before.filter(|row| !update.removed.contains(*row)).map(|row| update.shifted.shift_key(row));
            if stayed != now || stayed.is_none() && before.is_some() {
                touched.rematched.push(slot);
            }
        }
        if self.join.additions.shows(update) {
            let rows = &update.modified;
            let keys = self.join.encoder.read(right.now, &self.join.right_keys, rows)?;
            let slots = self.index.find(&keys).into_iter();
            let shown = slots.zip(rows.iter()).filter(|(slot, row)| self.choice(*slot) == Some(*row));
            touched.modified = shown.map(|(slot, _)| slot).collect();
        }
        Ok(touched)
    }

    /// That left rows of touched right slots have the right rows that the policy wants.
    fn check(&self, left: &Version, right: &Moves) -> Result<()> {
        for slot in right.slots() {
            let count = self.rights.count(slot);
            if self.join.allows(count) {
                continue;
            }
            let lefts = self.lefts.as_ref().and_then(|lefts| lefts.first(slot));
            if let Some(row) = lefts {
                return Err(self.join.mismatch(left, row, count));
            }
        }
        Ok(())
    }

    fn rewrite_map(
        &mut self,
        left: Input<'_>,
        update: &Update,
        moves: &Moves,
        touched: &Slots,
    ) -> Result<()> {
        let matches = self.matches(left.now, &moves.new_rows, &moves.new_slots)?;
        self.move_map(left, update)?;
        let matches = Arc::new(matches);
        self.map = self.map.write_all(&moves.new_rows, vec![matches])?;
        let mut again: Vec<(u64, Option<u64>)> = Vec::new();
        for slot in &touched.remapped {
            let choice = self.choice(*slot);
            again.extend(self.left_rows(*slot).iter().map(|row| (row, choice)));
        }
        again.sort_unstable();
        let rows = RowSet::from_sorted(again.iter().map(|(row, _)| *row));
        let values: UInt64Array = again.into_iter().map(|(_, choice)| choice).collect();
        self.map = self.map.write_all(&rows, vec![Arc::new(values)])?;
        Ok(())
    }

    /// Removes and shifts entries of the map with their left rows.
    fn move_map(&mut self, left: Input<'_>, update: &Update) -> Result<()> {
        let kept = left.before.rows().difference(&update.removed);
        self.map = self.map.remove(&update.removed)?.shift(&update.shifted, &kept)?;
        Ok(())
    }

    fn left_rows(&self, slot: u32) -> RowSet {
        self.lefts.as_ref().map_or_else(RowSet::empty, |lefts| lefts.rows(slot))
    }

    /// The left rows of slots.
    fn rows_of(&self, slots: &[u32]) -> RowSet {
        let mut keys: Vec<u64> = Vec::new();
        slots.iter().for_each(|slot| self.left_rows(*slot).extend_into(&mut keys));
        keys.sort_unstable();
        keys.dedup();
        RowSet::from_sorted(keys)
    }
}
