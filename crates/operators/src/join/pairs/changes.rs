//! What a cycle does to the rows of one side, for pairs: a row that stays under its key keeps its pairs.

use kinetable_engine::{RowSet, Update};

use crate::join::moves::Moves;
use crate::join::side::Placed;

/// Rows with the slots they are under.
#[derive(Default)]
pub(super) struct Changes {
    /// Rows that go or get another key, by previous row key.
    pub(super) gone: Vec<Placed>,
    /// Rows that come or have got another key, by new row key.
    pub(super) come: Vec<Placed>,
    /// Rows that keep their key and are shifted, by previous row key.
    pub(super) moved: Vec<Placed>,
}

impl Changes {
    pub(super) fn new(moves: &Moves, update: &Update) -> Changes {
        let (gone, stay): (Vec<_>, Vec<_>) =
            moves.leaving().partition(|(_, row)| update.removed.contains(*row));
        let (come, stayed): (Vec<_>, Vec<_>) =
            moves.coming().partition(|(_, row)| update.added.contains(*row));
        debug_assert_eq!(stay.len(), stayed.len(), "a row that stays has an old and a new place");
        let mut changes = Changes { gone, come, moved: Vec::new() };
        // Rows that stay keep their order.
        for (old, new) in stay.into_iter().zip(stayed) {
            if old.0 != new.0 {
                changes.gone.push(old);
                changes.come.push(new);
            } else if old.1 != new.1 {
                changes.moved.push(old);
            }
        }
        changes
    }

    /// The slots that rows left or came to.
    pub(super) fn slots(&self) -> impl Iterator<Item = u32> {
        self.gone.iter().chain(&self.come).map(|(slot, _)| *slot)
    }
}

/// The rows alone.
pub(super) fn rows_of(placed: &[Placed]) -> RowSet {
    let mut rows: Vec<u64> = placed.iter().map(|(_, row)| *row).collect();
    rows.sort_unstable();
    RowSet::from_sorted(rows)
}
