//! The lists of rows: how long they are, and in which elements two of them differ.

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, ListArray, UInt64Array};
use arrow_buffer::BooleanBuffer;
use arrow_select::take::take;
use kinetable_engine::{Error, Result, RowSet, Version};

use crate::support::differing::differing;

/// Rows whose lists are read at a time.
const CHUNK: u64 = 1 << 12;

/// The lengths of the lists of rows, which are the same in each of these columns.
///
/// # Errors
/// If they differ within a row.
pub(super) fn lengths(version: &Version, rows: &RowSet, columns: &[usize]) -> Result<Vec<u64>> {
    let mut lengths = Vec::with_capacity(rows.len() as usize);
    for start in (0..rows.len()).step_by(CHUNK as usize) {
        let chunk = rows.slice(start..start + CHUNK);
        let first = lengths.len();
        for (place, column) in columns.iter().enumerate() {
            let lists = version.read(*column, &chunk)?;
            let lists = lists.as_list::<i32>();
            if place == 0 {
                lengths.extend((0..lists.len()).map(|row| length(lists, row)));
                continue;
            }
            if let Some(row) = (0..lists.len()).find(|row| length(lists, *row) != lengths[first + *row]) {
                let key = chunk.select(row as u64).expect("a row of the chunk");
                return Err(unequal(version, key, lengths[first + row], length(lists, row)));
            }
        }
    }
    Ok(lengths)
}

fn unequal(version: &Version, key: u64, expected: u64, found: u64) -> Error {
    let position = version.rows().rank(key);
    Error::invalid(format!(
        "ungroup: the arrays of row {position} differ in length: {expected} values in one column, {found} in another"
    ))
    .with_hint("name the columns to ungroup that belong together, and ungroup the others apart")
}

/// The number of elements of a list; none if it is null.
fn length(lists: &ListArray, row: usize) -> u64 {
    if lists.is_null(row) { 0 } else { lists.value_length(row) as u64 }
}

/// The elements of lists at places (list, element).
pub(super) fn elements(lists: &ArrayRef, places: impl Iterator<Item = (usize, u64)>) -> Result<ArrayRef> {
    let lists = lists.as_list::<i32>();
    let offsets = lists.value_offsets();
    let indices = UInt64Array::from_iter_values(places.map(|(row, at)| offsets[row] as u64 + at));
    Ok(take(lists.values(), &indices, None)?)
}

/// Which of the first elements, so many by list, differ between the lists of two arrays, one list after the other.
pub(super) fn differing_elements(old: &ArrayRef, new: &ArrayRef, counts: &[u64]) -> Result<BooleanBuffer> {
    let places = || counts.iter().enumerate().flat_map(|(row, count)| (0..*count).map(move |at| (row, at)));
    differing(&elements(old, places())?, &elements(new, places())?)
}
