//! The lists of rows: how long they are, and in which elements two of them differ.

use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, ListArray, UInt64Array};
use arrow_buffer::BooleanBuffer;
use arrow_select::take::take;
use kinetable_engine::column::concat_chunks;
use kinetable_engine::{Error, Result, RowSet, Version};

use crate::support::differing::differing;

/// Rows whose lists are read at a time, unless those of an aligned run of as many keys are not too few: such a run is a block
/// where lists are stored in blocks, and a block is read without a copy.
const CHUNK: u64 = 1 << 6;

/// Runs of elements that are shorter on average are taken one by one.
const SHORT: u64 = 16;

/// The lengths of the lists of rows, which are the same in each of these columns.
///
/// # Errors
/// If they differ within a row.
pub(super) fn lengths(version: &Version, rows: &RowSet, columns: &[usize]) -> Result<Vec<u64>> {
    let mut lengths = Vec::with_capacity(rows.len() as usize);
    while let Some(start) = rows.select(lengths.len() as u64) {
        let first = lengths.len();
        let mut chunk = rows.restrict(start..start - start % CHUNK + CHUNK);
        if chunk.len() < CHUNK / 8 {
            chunk = rows.slice(first as u64..first as u64 + CHUNK);
        }
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

/// The elements of lists: of a list each time, those of a range.
pub(super) fn elements(lists: &ArrayRef, pieces: &[(usize, Range<u64>)]) -> Result<ArrayRef> {
    let lists = lists.as_list::<i32>();
    let offsets = lists.value_offsets();
    let mut runs: Vec<Range<u64>> = Vec::with_capacity(pieces.len());
    let mut count = 0;
    for (list, range) in pieces {
        let first = offsets[*list] as u64;
        let run = first + range.start..first + range.end;
        count += run.end - run.start;
        match runs.last_mut() {
            Some(last) if last.end == run.start => last.end = run.end,
            _ => runs.push(run),
        }
    }
    if runs.len() as u64 * SHORT > count {
        let indices = UInt64Array::from_iter_values(runs.into_iter().flatten());
        return Ok(take(lists.values(), &indices, None)?);
    }
    let slice = |run: &Range<u64>| lists.values().slice(run.start as usize, (run.end - run.start) as usize);
    concat_chunks(lists.values().data_type(), &runs.iter().map(slice).collect::<Vec<_>>())
}

/// Which of the first elements, so many by list, differ between the lists of two arrays, one list after the other.
pub(super) fn differing_elements(old: &ArrayRef, new: &ArrayRef, counts: &[u64]) -> Result<BooleanBuffer> {
    let pieces: Vec<(usize, Range<u64>)> =
        counts.iter().enumerate().map(|(row, count)| (row, 0..*count)).collect();
    differing(&elements(old, &pieces)?, &elements(new, &pieces)?)
}
