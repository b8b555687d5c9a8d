//! One cycle's change to a table.
//!
//! **Order**: removed first (in the previous key space), then shifted, then added (in the new one). `modified` rows
//! are in the new key space; their pre-image is what `shifted` moved there.
//!
//! **Invariants**, checked by [`Update::check`]:
//! 1. `removed` is a subset of the previous rows;
//! 2. previous rows − `removed`, shifted, ∪ `added` = the new rows, and the union is disjoint;
//! 3. `modified` is a subset of the new rows and disjoint from `added`;
//! 4. `modified` is empty exactly when `modified_columns` is.

use kinetable_rowset::{RowSet, Shifts};

use crate::{Error, Result, Version};

/// Which columns of a table, by index.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ColumnSet(Vec<u64>);

impl ColumnSet {
    /// No column.
    pub fn none() -> ColumnSet {
        ColumnSet(Vec::new())
    }

    /// The columns `0..count`.
    pub fn all(count: usize) -> ColumnSet {
        (0..count).collect()
    }

    /// Adds a column.
    pub fn insert(&mut self, column: usize) {
        if self.0.len() <= column / 64 {
            self.0.resize(column / 64 + 1, 0);
        }
        self.0[column / 64] |= 1 << (column % 64);
    }

    /// Whether a column is in the set.
    pub fn contains(&self, column: usize) -> bool {
        self.0.get(column / 64).is_some_and(|word| word >> (column % 64) & 1 == 1)
    }

    /// Whether no column is in the set.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// The columns, ascending.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.0.len() * 64).filter(|column| self.contains(*column))
    }

    /// Whether any of these columns is in the set.
    pub fn intersects(&self, columns: impl IntoIterator<Item = usize>) -> bool {
        columns.into_iter().any(|column| self.contains(column))
    }
}

impl FromIterator<usize> for ColumnSet {
    fn from_iter<I: IntoIterator<Item = usize>>(columns: I) -> ColumnSet {
        let mut set = ColumnSet::none();
        columns.into_iter().for_each(|column| set.insert(column));
        set
    }
}

/// What one cycle did to the rows of a table. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Update {
    /// Rows that came, by new key.
    pub added: RowSet,
    /// Rows that went, by previous key.
    pub removed: RowSet,
    /// Rows that stayed and have another value in `modified_columns`, by new key.
    pub modified: RowSet,
    /// The columns in which a modified row may differ.
    pub modified_columns: ColumnSet,
    /// Runs of rows that stayed under another key.
    pub shifted: Shifts,
}

impl Update {
    /// An update that only adds rows.
    pub fn adding(added: RowSet) -> Update {
        Update { added, ..Update::default() }
    }

    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty()
            && self.removed.is_empty()
            && self.modified.is_empty()
            && self.shifted.is_empty()
    }

    /// The rows listed: what an operator's work may be proportional to.
    pub fn size(&self) -> u64 {
        self.added.len() + self.removed.len() + self.modified.len()
    }

    /// The modified rows under their previous keys.
    pub fn modified_before(&self) -> RowSet {
        self.shifted.unapply(&self.modified)
    }

    /// The rows a previous row set becomes.
    pub fn apply_to(&self, previous: &RowSet) -> RowSet {
        self.shifted.apply(&previous.difference(&self.removed)).union(&self.added)
    }

    /// Checks the invariants of this module against the versions the update lies between.
    pub fn check(&self, previous: &RowSet, now: &RowSet) -> Result<()> {
        let broken = |what: &str| Err(Error::internal(format!("dishonest update: {what}; {self:?}")));
        if !self.removed.is_subset(previous) {
            return broken("removed rows that were not there");
        }
        let kept = self.shifted.apply(&previous.difference(&self.removed));
        if !kept.is_disjoint(&self.added) {
            return broken("added rows that were there");
        }
        if kept.union(&self.added) != *now {
            return broken("previous rows and update do not give the new rows");
        }
        if !self.modified.is_subset(&kept) {
            return broken("modified rows that did not stay");
        }
        if self.modified.is_empty() != self.modified_columns.is_empty() {
            return broken("modified rows without modified columns, or the reverse");
        }
        Ok(())
    }
}

/// One step of one table: the version before, the version after, and what leads from one to the other.
#[derive(Debug, Clone)]
pub struct Change {
    /// The version before the cycle.
    pub before: Version,
    /// The version after the cycle.
    pub after: Version,
    /// What changed between the two.
    pub update: Update,
}
