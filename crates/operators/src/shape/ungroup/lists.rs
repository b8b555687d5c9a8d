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

/// What happens to lists of a row that differ in length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unequal {
    /// They are an error.
    Refused,
    /// The shorter ones are filled up with nulls.
    Filled,
}

/// The lengths of the lists of rows, which are the same in each of these columns, or count as long as the longest.
///
/// # Errors
/// If they differ within a row and must not.
pub(super) fn lengths(
    version: &Version,
    rows: &RowSet,
    columns: &[usize],
    unequal: Unequal,
) -> Result<Vec<u64>> {
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
            if unequal == Unequal::Filled {
                let longest = lengths[first..].iter_mut().enumerate();
                longest.for_each(|(row, longest)| *longest = length(lists, row).max(*longest));
                continue;
            }
            if let Some(row) = (0..lists.len()).find(|row| length(lists, *row) != lengths[first + *row]) {
                let key = chunk.select(row as u64).expect("a row of the chunk");
                return Err(differing_lengths(version, key, lengths[first + row], length(lists, row)));
            }
        }
    }
    Ok(lengths)
}

fn differing_lengths(version: &Version, key: u64, expected: u64, found: u64) -> Error {
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

/// The elements of lists: of a list each time, those of a range. Beyond the end of a list there are nulls.
pub(super) fn elements(lists: &ArrayRef, pieces: &[(usize, Range<u64>)]) -> Result<ArrayRef> {
    let lists = lists.as_list::<i32>();
    if pieces.iter().any(|(list, range)| range.end > length(lists, *list)) {
        return filled(lists, pieces);
    }
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

/// As [`elements`], where ranges reach beyond the ends of lists.
fn filled(lists: &ListArray, pieces: &[(usize, Range<u64>)]) -> Result<ArrayRef> {
    let offsets = lists.value_offsets();
    let index = |(list, range): &(usize, Range<u64>)| {
        let (first, length) = (offsets[*list] as u64, length(lists, *list));
        range.clone().map(move |element| (element < length).then_some(first + element))
    };
    let indices: UInt64Array = pieces.iter().flat_map(index).collect();
    Ok(take(lists.values(), &indices, None)?)
}

/// Which of the first elements, so many by list, differ between the lists of two arrays, one list after the other.
pub(super) fn differing_elements(old: &ArrayRef, new: &ArrayRef, counts: &[u64]) -> Result<BooleanBuffer> {
    let pieces: Vec<(usize, Range<u64>)> =
        counts.iter().enumerate().map(|(row, count)| (row, 0..*count)).collect();
    differing(&elements(old, &pieces)?, &elements(new, &pieces)?)
}
