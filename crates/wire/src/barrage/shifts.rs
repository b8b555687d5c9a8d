//! Shifts as bytes: the first keys, the last keys, and the keys the first ones go to, each as a row set.

use kinetable_rowset::{RowSet, Shifts, ShiftsBuilder};

use super::rows::{append_rows, take_rows};
use crate::{Error, Result};

/// The most runs that one update may move: a few bytes can name any number of them.
const SHIFTS_MAX: u64 = 1 << 22;

/// Shifts as bytes.
pub fn write_shifts(shifts: &Shifts) -> Vec<u8> {
    let mut bytes = Vec::new();
    let firsts = shifts.iter().map(|(run, _)| run.start);
    let lasts = shifts.iter().map(|(run, _)| run.end - 1);
    let targets = shifts.iter().map(|(run, delta)| run.start.wrapping_add_signed(delta));
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
        let end = length.and_then(|length| target.checked_add(length)).filter(|end| *end < 1 << 63);
        let (Some(end), true) = (end, first >= old_end && target >= new_end) else {
            return Err(Error::new("the runs of shifts overlap or do not ascend"));
        };
        builder.push(first..last + 1, target as i64 - first as i64);
        (old_end, new_end) = (last + 1, end);
    }
    Ok(builder.finish())
}
