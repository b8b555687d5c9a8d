//! Which rows of one side of a join leave a slot, and which come to one.

use kinetable_engine::{Input, Result, RowSet, Update};

use super::index::KeyIndex;
use super::keys::{Encoder, Keys};
use super::side::Placed;

/// The rows of one side whose place under a slot changes: added, removed, of another key, or shifted.
pub(crate) struct Moves {
    pub(crate) old_rows: RowSet,
    pub(crate) old_keys: Keys,
    pub(crate) old_slots: Vec<u32>,
    pub(crate) new_rows: RowSet,
    pub(crate) new_slots: Vec<u32>,
}

impl Moves {
    /// Reads what an update means; keys that are new get a slot.
    pub(crate) fn read(
        encoder: &Encoder,
        index: &mut KeyIndex,
        input: Input<'_>,
        update: &Update,
        columns: &[usize],
    ) -> Result<Moves> {
        Moves::read_watching(encoder, index, input, update, columns, columns)
    }

    /// The same, for rows whose place depends on more columns than those of the key.
    pub(crate) fn read_watching(
        encoder: &Encoder,
        index: &mut KeyIndex,
        input: Input<'_>,
        update: &Update,
        columns: &[usize],
        watched: &[usize],
    ) -> Result<Moves> {
        let (old_rows, new_rows) = moving(input, update, watched);
        let old_keys = encoder.read(input.before, columns, &old_rows)?;
        let old_slots = index.find(&old_keys);
        let new_keys = encoder.read(input.now, columns, &new_rows)?;
        let new_slots = index.insert(&new_keys);
        Ok(Moves { old_rows, old_keys, old_slots, new_rows, new_slots })
    }

    /// The same for a side that is not kept: keys that are new get no slot.
    pub(crate) fn look_up(
        encoder: &Encoder,
        index: &KeyIndex,
        input: Input<'_>,
        update: &Update,
        columns: &[usize],
    ) -> Result<Moves> {
        let (old_rows, new_rows) = moving(input, update, columns);
        let old_keys = encoder.read(input.before, columns, &old_rows)?;
        let old_slots = index.find(&old_keys);
        let new_slots = index.find(&encoder.read(input.now, columns, &new_rows)?);
        Ok(Moves { old_rows, old_keys, old_slots, new_rows, new_slots })
    }

    /// Rows by previous key, and the slots they leave.
    pub(crate) fn leaving(&self) -> impl Iterator<Item = Placed> {
        self.old_slots.iter().copied().zip(self.old_rows.iter())
    }

    /// Rows by new key, and the slots they come to.
    pub(crate) fn coming(&self) -> impl Iterator<Item = Placed> {
        self.new_slots.iter().copied().zip(self.new_rows.iter())
    }

    /// The slots that rows leave or come to, ascending.
    pub(crate) fn slots(&self) -> Vec<u32> {
        let mut slots = [&self.old_slots[..], &self.new_slots].concat();
        slots.sort_unstable();
        slots.dedup();
        slots
    }

    /// Forgets the keys that rows left and that no row has any more.
    pub(crate) fn forget(&self, index: &mut KeyIndex, is_empty: impl Fn(u32) -> bool) {
        let places = self.old_slots.iter().copied().zip(0..);
        let mut gone: Vec<(u32, usize)> = places.filter(|(slot, _)| is_empty(*slot)).collect();
        gone.sort_unstable();
        gone.dedup_by_key(|(slot, _)| *slot);
        for (slot, place) in gone {
            // The other side may have forgotten it in this cycle.
            if index.find_one(&self.old_keys, place) == slot {
                index.remove(&self.old_keys, place);
            }
        }
    }
}

/// The rows that leave their place, by previous key, and those that come to one, by new key.
fn moving(input: Input<'_>, update: &Update, watched: &[usize]) -> (RowSet, RowSet) {
    let mut stay = RowSet::empty();
    if !update.shifted.is_empty() {
        let kept = input.before.rows().difference(&update.removed);
        stay = update.shifted.moved_keys(&kept);
    }
    if update.modified_columns.intersects(watched.iter().copied()) {
        stay = stay.union(&update.modified_before());
    }
    if stay.is_empty() {
        return (update.removed.clone(), update.added.clone());
    }
    (update.removed.union(&stay), update.added.union(&update.shifted.apply(&stay)))
}
