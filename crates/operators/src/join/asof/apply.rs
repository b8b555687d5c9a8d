//! The update rule of a join on the nearest row.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::UInt64Type;
use arrow_array::{Array, UInt64Array};
use kinetable_engine::{Input, Operator, Output, Result, RowSet, StepCtx, Update, Version};

use super::ladder::Rung;
use super::point::Point;
use super::state::{AsOf, Join, Ordered, SideKeys};
use crate::join::additions::Touched;
use crate::join::index::KeyIndex;
use crate::join::moves::Moves;

/// A left row and the right row it has now.
type Match = (u64, Option<u64>);

/// What moves in one side.
struct Moving<P> {
    moves: Moves,
    old: Vec<Rung<P>>,
    new: Vec<Rung<P>>,
}

impl<P: Point> Moving<P> {
    fn read(
        join: &Join,
        index: &mut KeyIndex,
        input: Input<'_>,
        update: &Update,
        keys: &SideKeys,
    ) -> Result<Moving<P>> {
        let moves = Moves::read_watching(&join.encoder, index, input, update, &keys.exact, &keys.all)?;
        let old = join.points(input.before, keys.last, &moves.old_rows)?;
        let new = join.points(input.now, keys.last, &moves.new_rows)?;
        Ok(Moving {
            old: join.rungs(&moves.old_slots, &old, &moves.old_rows),
            new: join.rungs(&moves.new_slots, &new, &moves.new_rows),
            moves,
        })
    }
}

impl<P: Point> Operator for AsOf<P> {
    fn kind(&self) -> &'static str {
        "aj"
    }

    fn apply(&mut self, inputs: &[Input<'_>], _: &Version, _: &StepCtx) -> Result<Option<Output>> {
        let none = Update::default();
        let (left, right) = (inputs[0], inputs[1]);
        let left_update = left.update.unwrap_or(&none);
        let right_update = right.update.unwrap_or(&none);
        let touched = match &self.rows {
            Ordered::Fixed(_) => self.follow_left(left, left_update)?,
            Ordered::Live { .. } => self.follow_both(left, left_update, right, right_update)?,
        };
        let additions = &self.join.additions;
        Ok(Some(Output {
            rows: left.now.rows().clone(),
            columns: additions.columns(left.now, right.now, &self.map.column(0)),
            update: additions.update(left_update, right_update, &touched),
        }))
    }

    fn bytes(&self) -> usize {
        let rows = match &self.rows {
            Ordered::Fixed(sorted) => sorted.bytes(),
            Ordered::Live { lefts, rights } => lefts.bytes() + rights.bytes(),
        };
        self.index.bytes() + rows + self.map.column(0).bytes()
    }
}

impl<P: Point> AsOf<P> {
    /// The right table is static: only left rows whose keys may be new are matched.
    fn follow_left(&mut self, left: Input<'_>, update: &Update) -> Result<Touched> {
        let left_rekeyed = self.left_rekeyed(update);
        let rows = if left_rekeyed { update.added.union(&update.modified) } else { update.added.clone() };
        let Ordered::Fixed(sorted) = &self.rows else {
            unreachable!("the right table is static");
        };
        let matches = self.join.probe(&self.index, sorted, left.now, &rows)?;
        self.move_map(left, update)?;
        self.map = self.map.write_all(&rows, vec![Arc::new(matches)])?;
        Ok(Touched { left_rekeyed, ..Touched::default() })
    }

    fn follow_both(
        &mut self,
        left: Input<'_>,
        left_update: &Update,
        right: Input<'_>,
        right_update: &Update,
    ) -> Result<Touched> {
        let (join, index) = (&self.join, &mut self.index);
        let rights_moving = Moving::<P>::read(join, index, right, right_update, &join.right)?;
        let lefts_moving = Moving::<P>::read(join, index, left, left_update, &join.left)?;
        let Ordered::Live { lefts, rights } = &mut self.rows else {
            unreachable!("the right table is live");
        };
        rights_moving.old.iter().for_each(|rung| rights.remove(rung));
        rights_moving.new.iter().for_each(|rung| rights.insert(rung.clone()));
        lefts_moving.old.iter().for_each(|rung| lefts.remove(rung));
        lefts_moving.new.iter().for_each(|rung| lefts.insert(rung.clone()));

        let concerned = self.concerned(rights_moving.old.iter().chain(&rights_moving.new));
        let rematched = self.rematched(&concerned, left_update, right_update)?;
        let shown = self.shown(right, right_update)?;
        self.rewrite_map(left, left_update, &concerned, &lefts_moving)?;
        let Ordered::Live { lefts, rights } = &self.rows else {
            unreachable!("the right table is live");
        };
        let is_empty = |slot| !rights.has(slot) && !lefts.has(slot);
        rights_moving.moves.forget(&mut self.index, is_empty);
        lefts_moving.moves.forget(&mut self.index, is_empty);
        Ok(Touched { left_rekeyed: self.left_rekeyed(left_update), rematched, shown })
    }

    fn left_rekeyed(&self, update: &Update) -> bool {
        update.modified_columns.intersects(self.join.left.all.iter().copied())
    }

    /// The left rows whose nearest right row is, or was, at one of these places.
    fn concerned<'a>(&self, places: impl Iterator<Item = &'a Rung<P>>) -> Vec<Match> {
        let Ordered::Live { lefts, rights } = &self.rows else {
            unreachable!("the right table is live");
        };
        let is_strict = self.join.nearest.is_strict();
        let mut found: Vec<Match> = Vec::new();
        for place in places {
            let near = rights.nearest_to(place, lefts, is_strict);
            found.extend(near.map(|left| (self.turn(left.row()), self.match_of(left))));
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The right row that a left row gets.
    fn match_of(&self, left: &Rung<P>) -> Option<u64> {
        let Ordered::Live { rights, .. } = &self.rows else {
            unreachable!("the right table is live");
        };
        rights.last(left, self.join.nearest.is_strict()).map(|row| self.turn(row))
    }

    fn turn(&self, row: u64) -> u64 {
        self.join.ruler.turn(row)
    }

    /// Of left rows, those that have another right row than before.
    fn rematched(&self, now: &[Match], left: &Update, right: &Update) -> Result<RowSet> {
        let stayed: Vec<&Match> = now.iter().filter(|(row, _)| !left.added.contains(*row)).collect();
        let rows = RowSet::from_sorted(stayed.iter().map(|(row, _)| *row));
        let before = self.map.column(0).read(&left.shifted.unapply(&rows))?;
        let before = before.as_primitive::<UInt64Type>();
        let is_another = |(place, (_, now)): &(usize, &Match)| {
            let was = (!before.is_null(*place)).then(|| before.value(*place));
            let kept = was.filter(|row| !right.removed.contains(*row));
            kept.map(|row| right.shifted.shift_key(row)) != *now || was.is_some() && kept.is_none()
        };
        let another = stayed.into_iter().enumerate().filter(is_another);
        Ok(RowSet::from_sorted(another.map(|(_, (row, _))| *row)))
    }

    /// The left rows that show a right row which was modified in an added column.
    fn shown(&self, right: Input<'_>, update: &Update) -> Result<RowSet> {
        if !self.join.additions.shows(update) {
            return Ok(RowSet::empty());
        }
        let Ordered::Live { lefts, rights } = &self.rows else {
            unreachable!("the right table is live");
        };
        let (join, rows) = (&self.join, &update.modified);
        let slots = self.index.find(&join.encoder.read(right.now, &join.right.exact, rows)?);
        let points = join.points(right.now, join.right.last, rows)?;
        let is_strict = join.nearest.is_strict();
        let mut keys: Vec<u64> = Vec::new();
        for place in &join.rungs(&slots, &points, rows) {
            let near = rights.nearest_to(place, lefts, is_strict);
            keys.extend(near.map(|left| self.turn(left.row())));
        }
        keys.sort_unstable();
        Ok(RowSet::from_sorted(keys))
    }

    fn rewrite_map(
        &mut self,
        left: Input<'_>,
        update: &Update,
        concerned: &[Match],
        moving: &Moving<P>,
    ) -> Result<()> {
        let moved = moving.new.iter().map(|rung| (self.turn(rung.row()), self.match_of(rung)));
        let mut entries: Vec<Match> = concerned.iter().copied().chain(moved).collect();
        entries.sort_unstable();
        entries.dedup();
        self.move_map(left, update)?;
        let rows = RowSet::from_sorted(entries.iter().map(|(row, _)| *row));
        let values: UInt64Array = entries.into_iter().map(|(_, right)| right).collect();
        self.map = self.map.write_all(&rows, vec![Arc::new(values)])?;
        Ok(())
    }

    /// Removes and shifts entries of the map with their left rows.
    fn move_map(&mut self, left: Input<'_>, update: &Update) -> Result<()> {
        let kept = left.before.rows().difference(&update.removed);
        self.map = self.map.remove(&update.removed)?.shift(&update.shifted, &kept)?;
        Ok(())
    }
}
