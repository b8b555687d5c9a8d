//! A subscription of all rows, by row key.
//!
//! Of a blink table rows are numbered from 0 in each message: all of the one before went, and those of every cycle since came,
//! also if several cycles passed between two messages, so that a subscriber sees each row.

use kinetable::engine::{RowSet, Shifts, Update, Version};
use kinetable_wire::barrage::UpdateMetadata;

use super::cells::Shape;
use super::inbox::Cycles;
use super::merge::Merged;
use super::told::{Told, sequence};

/// What a subscriber of all rows knows.
pub(super) struct Full {
    /// Its rows.
    rows: RowSet,
    blink: bool,
}

impl Full {
    /// A subscriber who knows nothing yet.
    pub(super) fn new(blink: bool) -> Full {
        Full { rows: RowSet::empty(), blink }
    }

    /// The first message, or one after other columns were asked for.
    pub(super) fn snapshot(&mut self, version: &Version, shape: &Shape) -> Told {
        let removed = std::mem::take(&mut self.rows);
        self.rows = if self.blink { RowSet::empty() } else { version.rows().clone() };
        let metadata = UpdateMetadata {
            first_seq: sequence(version.step()),
            last_seq: sequence(version.step()),
            is_snapshot: true,
            effective_column_set: Some(shape.delivered()),
            added_rows: Some(self.rows.clone()),
            removed_rows: Some(removed),
            shift_data: Some(Shifts::empty()),
            added_rows_included: Some(self.rows.clone()),
            mod_column_nodes: Some(vec![RowSet::empty(); shape.width()]),
            table_size: self.rows.len() as i64,
            ..UpdateMetadata::default()
        };
        let added = vec![(version.clone(), self.rows.clone())];
        Told { columns: shape.columns.clone(), metadata, added, modified: None }
    }

    /// The message after a change; none if nothing of it concerns the columns that the client gets.
    pub(super) fn change(&mut self, merged: Merged, shape: &Shape) -> Option<Told> {
        let column = |column| if shape.has(column) { merged.modified_in(column) } else { RowSet::empty() };
        let modified: Vec<RowSet> = (0..shape.width()).map(column).collect();
        let Update { added, removed, shifted, .. } = merged.update;
        let still = added.is_empty() && removed.is_empty() && shifted.is_empty();
        if still && modified.iter().all(RowSet::is_empty) {
            return None;
        }
        self.rows = merged.after.rows().clone();
        let metadata = UpdateMetadata {
            first_seq: sequence(merged.first_step),
            last_seq: sequence(merged.after.step()),
            added_rows: Some(added.clone()),
            removed_rows: Some(removed),
            shift_data: Some(shifted),
            mod_column_nodes: Some(modified.clone()),
            table_size: self.rows.len() as i64,
            ..UpdateMetadata::default()
        };
        let added = vec![(merged.after.clone(), added)];
        let modified = Some((merged.after, modified));
        Some(Told { columns: shape.columns.clone(), metadata, added, modified })
    }

    /// The message after cycles of a blink table.
    pub(super) fn cycles(&mut self, cycles: Cycles, shape: &Shape) -> Option<Told> {
        let removed = std::mem::replace(&mut self.rows, RowSet::flat(cycles.count));
        if removed.is_empty() && self.rows.is_empty() {
            return None;
        }
        let metadata = UpdateMetadata {
            first_seq: sequence(cycles.first_step),
            last_seq: sequence(cycles.last_step),
            added_rows: Some(self.rows.clone()),
            removed_rows: Some(removed),
            shift_data: Some(Shifts::empty()),
            mod_column_nodes: Some(vec![RowSet::empty(); shape.width()]),
            table_size: cycles.count as i64,
            ..UpdateMetadata::default()
        };
        Some(Told { columns: shape.columns.clone(), metadata, added: cycles.rows, modified: None })
    }
}
