//! Shifts as bytes: the first keys, the last keys, and the keys the first ones go to, each as a row set.

use std::ops::Range;

use kinetable_rowset::{RowSet, Shifts, ShiftsBuilder};

use super::rows::{append_rows, take_rows};
use crate::{Error, Result};

/// The most runs that one update may move: a few bytes can name any number of them.
const SHIFTS_MAX: u64 = 1 << 22;
/// The end of the keys that clients know.
const KEYS_END: u64 = 1 << 63;

/// Shifts as bytes: as far as runs are of keys that clients know before and after, for a run may reach past the last row.
pub fn write_shifts(shifts: &Shifts) -> Vec<u8> {
    let known = |(run, delta): (Range<u64>, i64)| {
        let end = run.end.min(KEYS_END).min(KEYS_END.saturating_sub_signed(delta));
        (run.start < end).then_some((run.start..end, delta))
    };
    let runs: Vec<(Range<u64>, i64)> = shifts.iter().filter_map(known).collect();
    let mut bytes = Vec::new();
    let firsts = runs.iter().map(|(run, _)| run.start);
    let lasts = runs.iter().map(|(run, _)| run.end - 1);
    let targets = runs.iter().map(|(run, delta)| run.start.wrapping_add_signed(*delta));
    append_rows(&RowSet::from_sorted(firsts), &mut bytes);
    append_rows(&RowSet::from_sorted(lasts), &mut bytes);
    append_rows(&RowSet::from_sorted(targets), &mut bytes);
    bytes
}

/// The shifts that bytes stand for.
///
/// # Errors
/// If the bytes are no shifts, the runs overlap before or after, or there are more than four million.
pub fn read_shifts(bytes: &[u8]) -> Result<Shifts> {
    let mut reader = bytes;
    let firsts = take_rows(&mut reader)?;
    let lasts = take_rows(&mut reader)?;
    let targets = take_rows(&mut reader)?;
    if !reader.is_empty() {
        return Err(Error::new("bytes follow the end of shifts"));
    }
    if firsts.len() != lasts.len() || firsts.len() != targets.len() {
        let (firsts, lasts, targets) = (firsts.len(), lasts.len(), targets.len());
        let message = format!("shifts have {firsts} first keys, {lasts} last keys and {targets} targets");
        return Err(Error::new(message));
    }
    if firsts.len() > SHIFTS_MAX {
        return Err(Error::new(format!("an update moves {} runs; {SHIFTS_MAX} are the most", firsts.len())));
    }
    let mut builder = ShiftsBuilder::new();
    let (mut old_end, mut new_end) = (0, 0);
    for ((first, last), target) in firsts.iter().zip(lasts.iter()).zip(targets.iter()) {
        let length = last.checked_sub(first).map(|distance| distance + 1);
        let end = length.and_then(|length| target.checked_add(length)).filter(|end| *end <= KEYS_END);
        let (Some(end), true) = (end, first >= old_end && target >= new_end) else {
            return Err(Error::new("the runs of shifts overlap or do not ascend"));
        };
        builder.push(first..last + 1, target as i64 - first as i64);
        (old_end, new_end) = (last + 1, end);
    }
    Ok(builder.finish())
}
