//! Handing shifts on to a table that has only some of the rows.

use std::ops::Range;

use kinetable_engine::{RowSet, Shifts, ShiftsBuilder};

/// The runs of shifts that move rows of `before` (old keys) other than those removed, no wider than those rows.
pub(crate) fn narrow(shifts: &Shifts, before: &RowSet, removed: &RowSet) -> Shifts {
    if shifts.is_empty() {
        return Shifts::empty();
    }
    let kept = before.difference(removed);
    let mut builder = ShiftsBuilder::new();
    for (run, delta) in shifts.iter() {
        push_narrow(&mut builder, &kept, run, delta);
    }
    builder.finish()
}

/// Adds the part of a run in which there are rows.
pub(crate) fn push_narrow(builder: &mut ShiftsBuilder, kept: &RowSet, run: Range<u64>, delta: i64) {
    let (first, end) = (kept.rank(run.start), kept.rank(run.end));
    if first < end {
        let key = |position| kept.select(position).expect("a rank below the length");
        builder.push(key(first)..key(end - 1) + 1, delta);
    }
}

/// The whole key space cut at the borders of shifts: each piece with the delta its rows move by.
pub(crate) fn pieces(shifts: &Shifts) -> Vec<(Range<u64>, i64)> {
    let mut pieces = Vec::with_capacity(2 * shifts.len() + 1);
    let mut start = 0;
    for (run, delta) in shifts.iter() {
        if start < run.start {
            pieces.push((start..run.start, 0));
        }
        start = run.end;
        pieces.push((run, delta));
    }
    pieces.push((start..u64::MAX, 0));
    pieces
}

/// All rows moved by one delta.
pub(crate) fn moved(rows: &RowSet, delta: i64) -> RowSet {
    let Some(first) = rows.first().filter(|_| delta != 0) else {
        return rows.clone();
    };
    let mut builder = ShiftsBuilder::new();
    builder.push(first..rows.end(), delta);
    builder.finish().apply(rows)
}
