//! What a message has to say: metadata, and the cells that go with it.

use kinetable::engine::{RowSet, Version};
use kinetable_wire::barrage::UpdateMetadata;

/// A message before its cells are read.
pub(super) struct Told {
    /// The columns that the client gets in it; none: all.
    pub(super) columns: Option<RowSet>,
    /// What is said of the rows.
    pub(super) metadata: UpdateMetadata,
    /// The rows whose cells in all columns that the client gets go with it, by version.
    pub(super) added: Vec<(Version, RowSet)>,
    /// By column, the rows of the version whose cells go with it; empty if none do.
    pub(super) modified: Option<(Version, Vec<RowSet>)>,
}

impl Told {
    /// Rows of which cells go with it.
    pub(super) fn rows(&self) -> u64 {
        let added: u64 = self.added.iter().map(|(_, rows)| rows.len()).sum();
        let columns = self.modified.iter().flat_map(|(_, columns)| columns);
        added + columns.map(RowSet::len).max().unwrap_or(0)
    }
}

/// A step as it is on the wire: a table that is in no graph has none.
pub(super) fn sequence(step: u64) -> i64 {
    if step == 0 { -1 } else { step as i64 }
}
