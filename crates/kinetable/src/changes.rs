//! Two updates of a table, one after the other, as one.

use kinetable_engine::{ColumnSet, RowSet, Update};

/// What an update and then the next one do. `before`: the rows before both. Rows that come and go in between vanish; rows that
/// come and change have come. **Cost**: the rows of both.
pub fn then(first: &Update, next: &Update, before: &RowSet) -> Update {
    let gone = first.shifted.unapply(&next.removed.difference(&first.added));
    let removed = first.removed.union(&gone);
    let shifted = first.shifted.then(&next.shifted, &before.difference(&removed));
    let added = next.added.union(&followed(&first.added, next));
    let modified = followed(&first.modified, next).union(&next.modified.difference(&added));
    let modified_columns = match modified.is_empty() {
        true => ColumnSet::none(),
        false => first.modified_columns.iter().chain(next.modified_columns.iter()).collect(),
    };
    Update { added, removed, modified, modified_columns, shifted }
}

/// Where rows are after an update, of those that stay.
pub fn followed(rows: &RowSet, next: &Update) -> RowSet {
    next.shifted.apply(&rows.difference(&next.removed))
}
