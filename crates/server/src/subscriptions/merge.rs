//! The changes of several cycles as one.
//!
//! Rows that came and went in between vanish; rows that came and changed have come; modified cells are kept by set of columns,
//! so that no column is told of rows that changed in another. **Cost** of merging one more change: its rows and those pending.

use kinetable::engine::{Change, ColumnSet, RowSet, Update, Version, followed, then};

/// What happened to a table between two of its versions.
#[derive(Debug, Clone)]
pub(super) struct Merged {
    /// The first step of it.
    pub(super) first_step: u64,
    /// Rows before.
    before: RowSet,
    /// The version after.
    pub(super) after: Version,
    /// Which rows went, moved and came.
    pub(super) update: Update,
    /// Rows that stayed and changed, by their keys after, and in which columns.
    modified: Vec<(ColumnSet, RowSet)>,
}

impl Merged {
    /// One change.
    pub(super) fn of(change: &Change) -> Merged {
        let update = change.update.clone();
        let modified = (update.modified_columns.clone(), update.modified.clone());
        Merged {
            first_step: change.after.step(),
            before: change.before.rows().clone(),
            after: change.after.clone(),
            modified: Some(modified).filter(|(_, rows)| !rows.is_empty()).into_iter().collect(),
            update,
        }
    }

    /// This and one more change.
    pub(super) fn then(&mut self, change: &Change) {
        let next = &change.update;
        self.update = then(&self.update, next, &self.before);
        for (_, rows) in &mut self.modified {
            *rows = followed(rows, next);
        }
        let fresh = next.modified.difference(&self.update.added);
        match self.modified.iter_mut().find(|(columns, _)| *columns == next.modified_columns) {
            Some((_, rows)) => *rows = rows.union(&fresh),
            None => self.modified.push((next.modified_columns.clone(), fresh)),
        }
        self.modified.retain(|(_, rows)| !rows.is_empty());
        self.after = change.after.clone();
    }

    /// The modified rows of a column.
    pub(super) fn modified_in(&self, column: usize) -> RowSet {
        let of_column = self.modified.iter().filter(|(columns, _)| columns.contains(column));
        of_column.fold(RowSet::empty(), |all, (_, rows)| all.union(rows))
    }

    /// Bytes that the sets take.
    pub(super) fn bytes(&self) -> usize {
        let modified: usize = self.modified.iter().map(|(_, rows)| rows.bytes()).sum();
        let update = &self.update;
        update.removed.bytes() + update.added.bytes() + modified + update.shifted.len() * 24
    }
}
