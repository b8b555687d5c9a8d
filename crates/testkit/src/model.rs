//! The rows of a scripted table, as a sorted map: carries out steps in the plainest way.
//!
//! What a step asks for and cannot be had is left out, so that the update that results is always valid and honest.
//! Properties of the table are kept in the same way.
//!
//! **Invariants.** 1. Removed rows were there. 2. Shifts fit the rows that stay. 3. Added rows were not there.
//! 4. Modified rows were there before and have another value. The oracle checks them of its inputs in every cycle.

use crate::cell::{Cell, Row};
use crate::script::Step;
use kinetable_engine::{ColumnSet, Properties, RowSet, Shifts, ShiftsBuilder, Update};
use std::collections::BTreeMap;
use std::ops::Range;

/// Rows by key.
pub(crate) type Rows = BTreeMap<u64, Row>;

/// Carries out a step; gives the update that it was.
pub(crate) fn apply(rows: &mut Rows, step: &Step, properties: Properties) -> Update {
    let only_adds = properties.blink || properties.add_only;
    let removed = match properties {
        _ if properties.blink => rows.keys().copied().collect(),
        _ if only_adds => RowSet::empty(),
        _ => step.removed.iter().copied().filter(|key| rows.contains_key(key)).collect(),
    };
    // A blink table's keys go up for ever, as those of a log do.
    let past = rows.keys().next_back().map_or(0, |key| key + 1);
    for key in &removed {
        rows.remove(&key);
    }
    let shifted = if only_adds { Shifts::empty() } else { shift(rows, &step.shifted) };
    let (modified, modified_columns) = if only_adds { Default::default() } else { modify(rows, step) };
    let mut added = Vec::new();
    for (key, row) in &step.added {
        let end = if properties.append_only || properties.blink {
            rows.keys().next_back().map_or(past, |key| key + 1)
        } else {
            0
        };
        if *key >= end && *key != u64::MAX && !rows.contains_key(key) {
            rows.insert(*key, row.clone());
            added.push(*key);
        }
    }
    Update { added: added.into_iter().collect(), removed, modified, modified_columns, shifted }
}

/// Modifies rows that are there; gives those that have another value now, and the columns.
fn modify(rows: &mut Rows, step: &Step) -> (RowSet, ColumnSet) {
    let (mut keys, mut columns) = (Vec::new(), ColumnSet::none());
    for (key, cells) in &step.modified {
        let Some(row) = rows.get_mut(key) else { continue };
        let mut changed = false;
        for (column, cell) in cells.iter().enumerate() {
            if let Some(cell) = cell.as_ref().filter(|cell| **cell != row[column]) {
                row[column] = Cell::clone(cell);
                columns.insert(column);
                changed = true;
            }
        }
        if changed {
            keys.push(*key);
        }
    }
    (keys.into_iter().collect(), columns)
}

/// Moves the runs that can be moved; gives the shifts.
fn shift(rows: &mut Rows, wished: &[(Range<u64>, i64)]) -> Shifts {
    let keys: RowSet = rows.keys().copied().collect();
    let mut kept: Vec<(Range<u64>, i64)> = Vec::new();
    for wish in wished {
        kept.push(wish.clone());
        if !shifts_of(&kept).is_some_and(|shifts| shifts.fits(&keys)) {
            kept.pop();
        }
    }
    let shifts = shifts_of(&kept).unwrap_or_default();
    let moving = shifts.moved_keys(&keys);
    let moved: Vec<(u64, Row)> =
        moving.iter().filter_map(|key| Some((shifts.shift_key(key), rows.remove(&key)?))).collect();
    rows.extend(moved);
    shifts
}

/// The shifts, if they are disjoint, ascend and keep order.
fn shifts_of(runs: &[(Range<u64>, i64)]) -> Option<Shifts> {
    let mut builder = ShiftsBuilder::new();
    let (mut old_end, mut new_end) = (0, 0);
    for (old, delta) in runs {
        let new = old.start.checked_add_signed(*delta)?..old.end.checked_add_signed(*delta)?;
        if old.is_empty() || old.start < old_end || new.start < new_end {
            return None;
        }
        (old_end, new_end) = (old.end, new.end);
        builder.push(old.clone(), *delta);
    }
    Some(builder.finish())
}
