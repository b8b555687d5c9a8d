//! The checks of one update between two versions, and of versions held.

use crate::compare::{batch_difference, differences};
use crate::text::value_text;
use arrow_array::{ArrayRef, RecordBatch, UInt64Array};
use arrow_schema::SchemaRef;
use arrow_select::take::take;
use kinetable_engine::{RowSet, Update, Version};

/// A version with what it read when it was taken.
pub(super) type Held = (Version, RecordBatch);

/// Whether the update leads from one version to the other; gives the rows that are listed as modified and are not.
pub(super) fn check_update(update: &Update, before: &Held, after: &Held) -> Result<RowSet, String> {
    let (old_rows, new_rows) = (before.0.rows(), after.0.rows());
    let all_columns = after.1.num_columns();
    if let Some(column) = update.modified_columns.iter().find(|column| *column >= all_columns) {
        return Err(format!("column {column} of {all_columns} is listed as modified; {update:?}"));
    }
    if !update.removed.is_subset(old_rows) {
        let strangers = update.removed.difference(old_rows);
        return Err(format!("rows {strangers:?} are removed and were not there; {update:?}"));
    }
    let kept_before = old_rows.difference(&update.removed);
    if !update.shifted.fits(&kept_before) {
        return Err(format!("shifts do not fit the rows that stay, {kept_before:?}; {update:?}"));
    }
    update.check(old_rows, new_rows).map_err(|error| error.to_string())?;
    let kept_after = update.shifted.apply(&kept_before);
    let listed = update.modified.clone();
    let mut changed = RowSet::empty();
    for column in 0..all_columns {
        let old = part(&before.1, column, old_rows, &kept_before);
        let new = part(&after.1, column, new_rows, &kept_after);
        let differ = kept_after.keys_at(&differences(&old, &new));
        let is_listed = update.modified_columns.contains(column);
        let missed = if is_listed { differ.difference(&listed) } else { differ.clone() };
        if let Some(key) = missed.first() {
            let position = kept_after.rank(key) as usize;
            return Err(format!(
                "row {key} (before: {}) went from {} to {} in column \"{}\" and is not listed; {update:?}",
                update.shifted.unshift_key(key),
                value_text(&old, position),
                value_text(&new, position),
                after.1.schema().field(column).name(),
            ));
        }
        changed = changed.union(&differ);
    }
    Ok(listed.difference(&changed))
}

/// How the first held version that reads otherwise now differs; none when all read as they did.
pub(super) fn check_held(held: &[Held], schema: &SchemaRef) -> Option<String> {
    held.iter().find_map(|(version, then)| {
        let difference = match version.batch(schema, version.rows()) {
            Ok(now) => batch_difference(then, &now)?,
            Err(error) => error.to_string(),
        };
        Some(format!("the version of step {}: {difference}", version.step()))
    })
}

/// The values of a column at some of the rows of a batch.
fn part(batch: &RecordBatch, column: usize, rows: &RowSet, wanted: &RowSet) -> ArrayRef {
    let positions = UInt64Array::from(rows.positions_of(wanted).to_vec());
    take(batch.column(column), &positions, None).expect("the positions are in the batch")
}
