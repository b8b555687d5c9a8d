//! The rows of a table that come in several messages, until all are there.
//!
//! A server may tell of all rows of a table at once and send their cells little by little: each message says which rows it
//! brings. What happens to the table meanwhile comes in between, and is done to the cells that are there.
//!
//! **State**: the cells that came, of each column in parts by row key. **Cost** of a message: its cells, and those of parts
//! whose rows go or come again; in the end one copy of all cells, if they came in more than one part.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, UInt64Array, new_empty_array};
use arrow_schema::Schema;
use arrow_select::concat::concat;
use arrow_select::interleave::interleave;
use arrow_select::take::take;
use kinetable::engine::RowSet;
use kinetable_wire::barrage::{Delivered, UpdateMetadata};
use tonic::Status;

/// What is known of a table of which not all rows are there.
pub(super) struct Gathered {
    /// All rows of the table.
    rows: RowSet,
    /// Those whose cells have come.
    have: RowSet,
    columns: Vec<Column>,
}

/// Cells of one column, by row key; the keys of no two parts are the same.
struct Column {
    parts: Vec<(RowSet, ArrayRef)>,
}

impl Gathered {
    /// Of a table whose columns these are: nothing.
    pub(super) fn new(schema: &Schema) -> Gathered {
        let column = |_| Column { parts: Vec::new() };
        let columns = schema.fields().iter().map(column).collect();
        Gathered { rows: RowSet::empty(), have: RowSet::empty(), columns }
    }

    /// Takes a message.
    ///
    /// # Errors
    /// If it cannot be of this table.
    pub(super) fn take(&mut self, update: Delivered) -> Result<(), Status> {
        let said = update.metadata;
        if !said.is_snapshot {
            self.go(&said)?;
        }
        let added = said.added_rows.unwrap_or_default();
        let included = said.added_rows_included.unwrap_or_else(|| added.clone());
        // A snapshot may name all rows each time, or only those it brings.
        self.rows = self.rows.union(&added).union(&included);
        self.have = self.have.union(&included);
        for (column, cells) in self.columns.iter_mut().zip(update.added) {
            column.write(&included, cells)?;
        }
        let modified = said.mod_column_nodes.unwrap_or_default();
        for ((column, cells), rows) in self.columns.iter_mut().zip(update.modified).zip(modified) {
            if !rows.is_subset(&self.have) {
                return Err(unreadable("rows that are not there change"));
            }
            column.write(&rows, cells)?;
        }
        Ok(())
    }

    /// Rows go, and those that stay move.
    fn go(&mut self, said: &UpdateMetadata) -> Result<(), Status> {
        let removed = said.removed_rows.clone().unwrap_or_default();
        let stay = self.rows.difference(&removed);
        for column in &mut self.columns {
            column.remove(&removed)?;
        }
        self.have = self.have.difference(&removed);
        self.rows = stay;
        let Some(shifts) = said.shift_data.as_ref().filter(|shifts| !shifts.is_empty()) else {
            return Ok(());
        };
        if !shifts.fits(&self.rows) {
            return Err(unreadable("rows that move meet others"));
        }
        for part in self.columns.iter_mut().flat_map(|column| &mut column.parts) {
            part.0 = shifts.apply(&part.0);
        }
        self.have = shifts.apply(&self.have);
        self.rows = shifts.apply(&self.rows);
        Ok(())
    }

    /// Whether all rows are there.
    pub(super) fn is_whole(&self) -> bool {
        self.have.len() == self.rows.len()
    }

    /// All rows, as if they had come in one message.
    ///
    /// # Errors
    /// If a column has more cells than one array holds.
    pub(super) fn finish(self, schema: &Schema) -> Result<Delivered, Status> {
        let joined = |(column, field): (Column, &Arc<arrow_schema::Field>)| match column.joined()? {
            Some(cells) => Ok(cells),
            None => Ok(new_empty_array(field.data_type())),
        };
        let added =
            self.columns.into_iter().zip(schema.fields()).map(joined).collect::<Result<_, Status>>()?;
        let metadata = UpdateMetadata {
            is_snapshot: true,
            table_size: self.rows.len() as i64,
            added_rows: Some(self.rows),
            ..UpdateMetadata::default()
        };
        Ok(Delivered { metadata, added, modified: Vec::new() })
    }
}

impl Column {
    fn write(&mut self, rows: &RowSet, cells: ArrayRef) -> Result<(), Status> {
        if rows.is_empty() {
            return Ok(());
        }
        if rows.len() != cells.len() as u64 {
            return Err(unreadable(&format!("{} rows come with {} cells", rows.len(), cells.len())));
        }
        self.remove(rows)?;
        self.parts.push((rows.clone(), cells));
        Ok(())
    }

    fn remove(&mut self, rows: &RowSet) -> Result<(), Status> {
        for (keys, cells) in &mut self.parts {
            if keys.is_disjoint(rows) {
                continue;
            }
            let stay = keys.difference(rows);
            let places = UInt64Array::from(keys.positions_of(&stay).to_vec());
            *cells = take(cells, &places, None).map_err(|error| unreadable(&error.to_string()))?;
            *keys = stay;
        }
        self.parts.retain(|(keys, _)| !keys.is_empty());
        Ok(())
    }

    /// The cells in the order of their rows; none if there are none.
    fn joined(mut self) -> Result<Option<ArrayRef>, Status> {
        self.parts.sort_by_key(|(keys, _)| keys.first());
        let cells: Vec<&dyn Array> = self.parts.iter().map(|(_, cells)| cells.as_ref()).collect();
        let follow = self.parts.windows(2).all(|pair| pair[0].0.end() <= pair[1].0.first().unwrap_or(0));
        let joined = match (cells.as_slice(), follow) {
            ([], _) => return Ok(None),
            ([_], _) => Ok(self.parts.swap_remove(0).1),
            (cells, true) => concat(cells),
            (cells, false) => interleave(cells, &self.places()),
        };
        joined.map(Some).map_err(|error| unreadable(&error.to_string()))
    }

    /// Of each row, in order, the part and the place in it.
    fn places(&self) -> Vec<(usize, usize)> {
        let of_part = |(part, (keys, _)): (usize, &(RowSet, ArrayRef))| {
            let keys = keys.to_vec();
            keys.into_iter().enumerate().map(move |(place, key)| (key, (part, place)))
        };
        let mut places: Vec<(u64, (usize, usize))> =
            self.parts.iter().enumerate().flat_map(of_part).collect();
        places.sort_unstable();
        places.into_iter().map(|(_, place)| place).collect()
    }
}

fn unreadable(what: &str) -> Status {
    Status::data_loss(format!("an update cannot be read: {what}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use arrow_array::Int64Array;
    use arrow_array::cast::AsArray;
    use arrow_array::types::Int64Type;
    use arrow_schema::{DataType, Field};
    use kinetable::engine::{Shifts, ShiftsBuilder};
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::*;

    type Rows = BTreeMap<u64, [i64; 2]>;

    fn schema() -> Schema {
        Schema::new(["a", "b"].map(|name| Field::new(name, DataType::Int64, true)).to_vec())
    }

    fn keys(rows: &Rows) -> RowSet {
        rows.keys().copied().collect()
    }

    fn cells(rows: &Rows, column: usize, of: &RowSet) -> ArrayRef {
        Arc::new(of.iter().map(|key| rows[&key][column]).collect::<Int64Array>())
    }

    /// What a server says that brings some rows of a table.
    fn brings(rows: &Rows, included: &RowSet, metadata: UpdateMetadata) -> Delivered {
        let metadata = UpdateMetadata { added_rows_included: Some(included.clone()), ..metadata };
        let added = (0..2).map(|column| cells(rows, column, included)).collect();
        let modified = metadata.mod_column_nodes.clone().unwrap_or_default();
        let modified = modified.iter().enumerate().map(|(column, of)| cells(rows, column, of)).collect();
        Delivered { metadata, added, modified }
    }

    /// Changes a table, of which a client has some rows: what it is told, and which rows it has then.
    fn changed(random: &mut StdRng, rows: &mut Rows, have: &RowSet) -> (UpdateMetadata, RowSet, RowSet) {
        let some = |random: &mut StdRng, of: &RowSet| -> RowSet {
            of.iter().filter(|_| random.random_bool(0.2)).collect()
        };
        let removed = some(random, &keys(rows));
        rows.retain(|key, _| !removed.contains(*key));
        let mut builder = ShiftsBuilder::new();
        let start = random.random_range(0..300);
        builder.push(start..1_000, random.random_range(1..9));
        let shifts = if random.random_bool(0.5) { builder.finish() } else { Shifts::empty() };
        *rows = rows.iter().map(|(key, row)| (shifts.shift_key(*key), *row)).collect();
        let stay = shifts.apply(&have.difference(&removed));
        let added: RowSet = (0..5)
            .map(|_| random.random_range(0..300))
            .filter(|key| !rows.contains_key(key))
            .collect::<std::collections::BTreeSet<u64>>()
            .into_iter()
            .collect();
        let modified = [some(random, &stay), some(random, &stay)];
        for (column, of) in modified.iter().enumerate() {
            of.iter().for_each(|key| rows.get_mut(&key).expect("a row")[column] = random.random());
        }
        rows.extend(added.iter().map(|key| (key, random.random())));
        let included = some(random, &added);
        let metadata = UpdateMetadata {
            removed_rows: Some(removed),
            shift_data: Some(shifts),
            added_rows: Some(added),
            mod_column_nodes: Some(modified.to_vec()),
            ..UpdateMetadata::default()
        };
        let have = stay.union(&included);
        (metadata, included, have)
    }

    #[test]
    fn rows_that_come_in_several_messages_are_those_of_the_table_whatever_happens_meanwhile() {
        for seed in 0..300 {
            let mut random = StdRng::seed_from_u64(seed);
            let mut rows: Rows = (0..40).map(|_| (random.random_range(0..300), random.random())).collect();
            let mut gathered = Gathered::new(&schema());
            let mut have = RowSet::empty();
            let mut first = true;
            while std::mem::take(&mut first) || have.len() < rows.len() as u64 {
                assert!(have.is_empty() || !gathered.is_whole());
                let left = keys(&rows).difference(&have);
                // Also in another order than theirs.
                let from = random.random_range(0..left.len().max(1));
                let part = left.slice(from..from + 15);
                let all = if random.random_bool(0.5) { keys(&rows) } else { left.clone() };
                let said =
                    UpdateMetadata { is_snapshot: true, added_rows: Some(all), ..UpdateMetadata::default() };
                gathered.take(brings(&rows, &part, said)).expect("a message");
                have = have.union(&part);
                if random.random_bool(0.3) {
                    let (said, included, after) = changed(&mut random, &mut rows, &have);
                    gathered.take(brings(&rows, &included, said)).expect("a message");
                    have = after;
                }
            }
            assert!(gathered.is_whole());
            let whole = gathered.finish(&schema()).expect("cells");
            assert_eq!(whole.metadata.added_rows, Some(keys(&rows)), "seed {seed}");
            for (column, found) in whole.added.iter().enumerate() {
                let expected = cells(&rows, column, &keys(&rows));
                assert_eq!(
                    found.as_primitive::<Int64Type>(),
                    expected.as_primitive::<Int64Type>(),
                    "seed {seed}"
                );
            }
        }
    }

    #[test]
    fn what_cannot_be_of_the_table_is_refused() {
        let rows = Rows::from([(3, [1, 2])]);
        let said = |modified: &[RowSet]| UpdateMetadata {
            added_rows: Some(keys(&rows)),
            mod_column_nodes: Some(modified.to_vec()),
            ..UpdateMetadata::default()
        };
        let mut few = brings(&rows, &keys(&rows), said(&[]));
        few.added[1] = cells(&rows, 1, &RowSet::empty());
        assert!(Gathered::new(&schema()).take(few).is_err());
        let mut gathered = Gathered::new(&schema());
        let mut update = brings(&rows, &RowSet::empty(), said(&[]));
        update.metadata.mod_column_nodes = Some(vec![keys(&rows); 2]);
        update.modified = vec![cells(&rows, 0, &keys(&rows)); 2];
        assert!(gathered.take(update).is_err());
    }
}
