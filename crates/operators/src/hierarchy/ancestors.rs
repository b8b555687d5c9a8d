//! Chosen rows of a tree, and all rows above them.
//!
//! **State**: ids and links of all rows. **Update rule**: the rows are those of the table that are chosen or above a chosen one; what
//! happens to them there happens here. **Cost**: a cycle that changes links or the choice costs the chosen rows and the rows above
//! them, besides the changed ones. Counting the rows below each would cost the change alone, but rows that lie below themselves would
//! then keep each other.

use std::collections::{HashMap, HashSet};

use ahash::RandomState;
use kinetable_engine::{
    ColumnSet, Definition, Initial, Input, Operator, Output, Properties, Result, RowSet, StepCtx, Table,
    Update, Version,
};

use super::ids::{Encoder, Ids};
use super::tree::columns;
use crate::support::chunks::read_all;
use crate::support::shifts::narrow;

/// The rows of a table that are in `chosen`, some of its rows under the same keys, and the rows above them.
///
/// # Errors
/// As [`super::tree_view`].
pub fn with_ancestors(table: &Table, chosen: &Table, id: &str, parent: &str) -> Result<Table> {
    let (id, parent) = columns(table, id, parent)?;
    let encoder = Encoder::new(table.schema().field(id).data_type())?;
    let definition = Definition { properties: Properties::ANY, ..table.definition().clone() };
    Table::derive(&[table.clone(), chosen.clone()], |inputs| {
        let mut state = Ancestors { id, parent, encoder, ids: Ids::default(), links: HashMap::default() };
        state.come(&inputs[0], inputs[0].rows())?;
        let rows = state.closure(inputs[1].rows());
        Ok(Initial { definition, rows, columns: inputs[0].columns().to_vec(), operator: Box::new(state) })
    })
}

struct Ancestors {
    id: usize,
    parent: usize,
    encoder: Encoder,
    ids: Ids,
    links: HashMap<u64, (Option<u32>, Option<u32>), RandomState>,
}

impl Ancestors {
    fn come(&mut self, version: &Version, rows: &RowSet) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let ids = self.encoder.encode(read_all(version.column(self.id), rows)?)?;
        let parents = self.encoder.encode(read_all(version.column(self.parent), rows)?)?;
        for ((row, id), parent) in rows.iter().zip(ids).zip(parents) {
            let link = (id.map(|id| self.ids.number(&id)), parent.map(|parent| self.ids.number(&parent)));
            self.put(row, link);
        }
        Ok(())
    }

    fn put(&mut self, row: u64, link: (Option<u32>, Option<u32>)) {
        link.0.into_iter().for_each(|id| self.ids.add_row(id, row));
        link.1.into_iter().for_each(|parent| self.ids.add_child(parent, row));
        self.links.insert(row, link);
    }

    fn take(&mut self, row: u64) -> (Option<u32>, Option<u32>) {
        let link = self.links.remove(&row).expect("a row that goes is known");
        link.0.into_iter().for_each(|id| self.ids.remove_row(id, row));
        link.1.into_iter().for_each(|parent| self.ids.remove_child(parent, row));
        link
    }

    fn go(&mut self, row: u64) {
        let (id, parent) = self.take(row);
        id.into_iter().chain(parent).for_each(|number| self.ids.release(number));
    }

    fn follow(&mut self, input: Input<'_>, update: &Update) -> Result<()> {
        update.removed.iter().for_each(|row| self.go(row));
        if !update.shifted.is_empty() {
            let moved = update.shifted.moved_keys(&input.before.rows().difference(&update.removed));
            let links: Vec<_> =
                moved.iter().map(|row| (update.shifted.shift_key(row), self.take(row))).collect();
            links.into_iter().for_each(|(row, link)| self.put(row, link));
        }
        if update.modified_columns.intersects([self.id, self.parent]) {
            update.modified.iter().for_each(|row| self.go(row));
            self.come(input.now, &update.modified)?;
        }
        self.come(input.now, &update.added)
    }

    /// The chosen rows, and those above them.
    fn closure(&self, chosen: &RowSet) -> RowSet {
        let mut kept: HashSet<u64, RandomState> = HashSet::default();
        for row in chosen.iter() {
            let mut next = Some(row);
            while let Some(row) = next.filter(|row| kept.insert(*row)) {
                next = self.links[&row].1.and_then(|parent| self.ids.node(parent));
            }
        }
        let mut rows: Vec<u64> = kept.into_iter().collect();
        rows.sort_unstable();
        RowSet::from_sorted(rows)
    }
}

impl Operator for Ancestors {
    fn kind(&self) -> &'static str {
        "with_ancestors"
    }

    fn apply(&mut self, inputs: &[Input<'_>], previous: &Version, _: &StepCtx) -> Result<Option<Output>> {
        let (table, chosen) = (inputs[0], inputs[1]);
        let none = Update::default();
        let update = table.update.unwrap_or(&none);
        self.follow(table, update)?;
        let rows = self.closure(chosen.now.rows());
        let before = previous.rows();
        let gone = before.intersect(&update.removed);
        let stay = update.shifted.apply(&before.difference(&gone));
        let removed = gone.union(&update.shifted.unapply(&stay.difference(&rows)));
        let modified = update.modified.intersect(&stay.intersect(&rows));
        let modified_columns =
            if modified.is_empty() { ColumnSet::none() } else { update.modified_columns.clone() };
        let update = Update {
            added: rows.difference(&stay),
            shifted: narrow(&update.shifted, before, &removed),
            removed,
            modified,
            modified_columns,
        };
        Ok(Some(Output { rows, columns: table.now.columns().to_vec(), update }))
    }

    fn bytes(&self) -> usize {
        self.ids.bytes() + self.links.capacity() * 32
    }
}
