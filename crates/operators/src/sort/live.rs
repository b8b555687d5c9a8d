//! Sorting a table that changes.
//!
//! ```text
//!  result keys, with gaps ──row map──▶ input keys     (and back: the inverse, if rows can go or change)
//! ```
//!
//! **State**: the row map, 8 bytes a row in blocks; as much again for the inverse, unless rows are only added. Sort keys are
//! not kept, but those of some rows ([`super::marks`]): they are read from the input.
//!
//! **Update rule**: an added row is added where its key says; so is a modified row whose key changed, after it was removed
//! from where it was; other modified rows are modified where they are. A shift of the input changes the maps only. Where
//! rows come and there is no room, rows around them shift ([`super::room`]).
//!
//! **Cost**: for each changed row a search between marks, a few reads of sort keys, the blocks written, and O(log² n) rows moved
//! amortised. A shift costs the rows it moves.
//!
//! **Invariants**: 1. the map has an entry for each result row, and the inverse for each input row; 2. they are inverse to
//! each other; 3. result rows ascend by sort key, then by input key.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::UInt64Type;
use arrow_array::{Array, ArrayRef, UInt64Array};
use arrow_schema::DataType;
use kinetable_engine::column::Blocks;
use kinetable_engine::{
    Column, Initial, Input, Operator, Output, Properties, Result, RowSet, Shifts, StepCtx, Table, Update,
    Version,
};

use super::fixed::{redirected, sorted_keys};
use super::marks::Marks;
use super::order::{Order, compare};
use super::room::{Insert, Room, fresh, make_room};
use super::search::Sorted;

pub(super) fn sorted(table: &Table, order: Order) -> Result<Table> {
    Table::derive(std::slice::from_ref(table), |inputs| {
        let now = &inputs[0];
        let mut definition = table.definition().clone();
        let only_added = definition.properties.add_only;
        definition.properties = Properties::ANY;
        let places = fresh(now.rows().len());
        let rows = RowSet::from_sorted(places.iter().copied());
        let inputs: ArrayRef = Arc::new(sorted_keys(&order, now)?);
        let empty = Blocks::new([DataType::UInt64]);
        let inverse = match only_added {
            true => None,
            false => Some(write(&empty, as_keys(&inputs), &places)?),
        };
        let map = empty.write_all(&rows, vec![inputs])?;
        let mut sort = LiveSort { order, map, inverse, marks: Marks::default() };
        sort.marks = Marks::take(&sort.sorted(now, &rows, &sort.map.column(0)))?;
        Ok(Initial {
            definition,
            columns: redirected(now, &sort.map.column(0)),
            rows,
            operator: Box::new(sort),
        })
    })
}

struct LiveSort {
    order: Order,
    /// From result key to input key.
    map: Blocks,
    /// From input key to result key; `None` if rows are only added.
    inverse: Option<Blocks>,
    marks: Marks,
}

impl Operator for LiveSort {
    fn kind(&self) -> &'static str {
        "sort"
    }

    fn apply(&mut self, inputs: &[Input<'_>], previous: &Version, _: &StepCtx) -> Result<Option<Output>> {
        let input = inputs[0];
        let (rows, update) = match input.update {
            Some(update) => self.follow(input, update, previous.rows())?,
            None => (previous.rows().clone(), Update::default()),
        };
        Ok(Some(Output { rows, columns: redirected(input.now, &self.map.column(0)), update }))
    }

    fn bytes(&self) -> usize {
        let inverse = self.inverse.as_ref().map(|inverse| inverse.column(0).bytes());
        self.map.column(0).bytes() + inverse.unwrap_or(0) + self.marks.bytes()
    }
}

impl LiveSort {
    /// Result rows as what is searched.
    fn sorted<'a>(&'a self, input: &'a Version, rows: &'a RowSet, map: &'a Column) -> Sorted<'a> {
        Sorted { order: &self.order, rows, map, input, marks: &self.marks }
    }

    fn follow(&mut self, input: Input<'_>, update: &Update, before: &RowSet) -> Result<(RowSet, Update)> {
        let rekeyed = self.rekeyed(input, update)?;
        let going = update.removed.union(&update.shifted.unapply(&rekeyed));
        let removed = self.remove(&going)?;
        self.follow_inputs(input, update, &going)?;
        let survivors = before.difference(&removed);

        let coming = update.added.union(&rekeyed);
        let (new, room) = self.find_room(input.now, &survivors, &coming)?;
        self.insert(&survivors, &new, &room)?;
        let added = RowSet::from_sorted(room.keys);
        let rows = room.shifts.apply(&survivors).union(&added);
        let map = self.map.column(0);
        let mut marks = std::mem::take(&mut self.marks);
        marks.follow(added.len(), &self.sorted(input.now, &rows, &map))?;
        self.marks = marks;

        let mut result = Update { added, removed, shifted: room.shifts, ..Update::default() };
        let stay = update.modified.difference(&rekeyed);
        if !stay.is_empty() {
            result.modified = self.result_rows(&stay)?;
            result.modified_columns = update.modified_columns.clone();
        }
        Ok((rows, result))
    }

    /// Modified rows whose sort key is another now, by new key.
    fn rekeyed(&self, input: Input<'_>, update: &Update) -> Result<RowSet> {
        if !update.modified_columns.intersects(self.order.columns()) {
            return Ok(RowSet::empty());
        }
        let old = self.order.read(input.before, &update.modified_before())?;
        let new = self.order.read(input.now, &update.modified)?;
        let pairs = old.iter().zip(new.iter()).zip(update.modified.iter());
        let changed = pairs.filter(|((old, new), _)| old != new);
        Ok(RowSet::from_sorted(changed.map(|(_, row)| row)))
    }

    /// The result rows of input rows.
    fn result_rows(&self, inputs: &RowSet) -> Result<RowSet> {
        let mut keys = self.result_keys(inputs)?;
        keys.sort_unstable();
        Ok(RowSet::from_sorted(keys))
    }

    fn result_keys(&self, inputs: &RowSet) -> Result<Vec<u64>> {
        if inputs.is_empty() {
            return Ok(Vec::new());
        }
        let inverse = self.inverse.as_ref().expect("rows that go or change are looked up");
        let keys = inverse.column(0).read(inputs)?;
        Ok(as_keys(&keys).to_vec())
    }

    /// Takes input rows out of the map, by old key; gives their result rows.
    fn remove(&mut self, going: &RowSet) -> Result<RowSet> {
        if going.is_empty() {
            return Ok(RowSet::empty());
        }
        let removed = self.result_rows(going)?;
        self.map = self.map.remove(&removed)?;
        Ok(removed)
    }

    /// Follows input rows that are gone or shifted. The inverse of rows that get another place is overwritten later.
    fn follow_inputs(&mut self, input: Input<'_>, update: &Update, going: &RowSet) -> Result<()> {
        let before = input.before.rows();
        let moved = match update.shifted.is_empty() {
            true => RowSet::empty(),
            false => update.shifted.moved_keys(&before.difference(going)),
        };
        if !moved.is_empty() {
            let places = self.result_keys(&moved)?;
            let now = update.shifted.apply(&moved);
            self.map = write(&self.map, &places, &now.to_vec())?;
        }
        if let Some(inverse) = &mut self.inverse {
            *inverse = inverse.remove(&update.removed)?;
            let kept = before.difference(&update.removed);
            *inverse = inverse.shift(&update.shifted, &kept)?;
        }
        Ok(())
    }

    /// The rows that come in sorted order, and where they go.
    fn find_room(&self, now: &Version, survivors: &RowSet, coming: &RowSet) -> Result<(Vec<u64>, Room)> {
        if coming.is_empty() {
            return Ok((Vec::new(), Room::default()));
        }
        let keys = self.order.read(now, coming)?;
        let mut new: Vec<(usize, u64)> = coming.iter().enumerate().collect();
        new.sort_unstable_by(|a, b| compare((keys.row(a.0).data(), a.1), (keys.row(b.0).data(), b.1)));
        let ranks = self.sorted(now, survivors, &self.map.column(0)).ranks(&keys, &new)?;
        let inserts: Vec<Insert> = ranks
            .chunk_by(|a, b| a == b)
            .map(|group| Insert { rank: group[0], count: group.len() as u64 })
            .collect();
        let room = make_room(survivors, &inserts);
        Ok((new.into_iter().map(|(_, row)| row).collect(), room))
    }

    /// Puts input rows at their result keys, after making room.
    fn insert(&mut self, survivors: &RowSet, new: &[u64], room: &Room) -> Result<()> {
        self.move_results(survivors, &room.shifts)?;
        if new.is_empty() {
            return Ok(());
        }
        let rows = RowSet::from_sorted(room.keys.iter().copied());
        let inputs: ArrayRef = Arc::new(UInt64Array::from(new.to_vec()));
        self.map = self.map.write_all(&rows, vec![inputs])?;
        if let Some(inverse) = &mut self.inverse {
            *inverse = write(inverse, new, &room.keys)?;
        }
        Ok(())
    }

    fn move_results(&mut self, survivors: &RowSet, shifts: &Shifts) -> Result<()> {
        let moved = shifts.moved_keys(survivors);
        if moved.is_empty() {
            return Ok(());
        }
        let inputs = self.map.column(0).read(&moved)?;
        self.map = self.map.shift(shifts, survivors)?;
        if let Some(inverse) = &mut self.inverse {
            *inverse = write(inverse, as_keys(&inputs), &shifts.apply(&moved).to_vec())?;
        }
        Ok(())
    }
}

/// A map with entries at keys in any order.
fn write(map: &Blocks, keys: &[u64], values: &[u64]) -> Result<Blocks> {
    let mut pairs: Vec<(u64, u64)> = keys.iter().copied().zip(values.iter().copied()).collect();
    pairs.sort_unstable();
    let rows = RowSet::from_sorted(pairs.iter().map(|(key, _)| *key));
    let values = UInt64Array::from_iter_values(pairs.into_iter().map(|(_, value)| value));
    map.write_all(&rows, vec![Arc::new(values)])
}

fn as_keys(array: &ArrayRef) -> &[u64] {
    debug_assert_eq!(array.null_count(), 0, "a row map of a sort has no nulls");
    array.as_primitive::<UInt64Type>().values()
}
