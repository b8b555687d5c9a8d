//! `join` and the outer joins: a row for each pair of a left and a right row with the same key, in the order of the left rows
//! and, for one left row, of the right rows.
//!
//! ```text
//!  result keys, with gaps ──map──▶ (left key, right key) ──▶ columns of both sides, redirected
//!        left row ─ key ─▶ slot ─▶ right rows, left rows
//! ```
//!
//! An outer join has a row, without a right row, for each left row that has no match; a full one has, after all others, a row
//! for each right row that has no match, in the order of the right rows. There the left key columns show the right keys.
//! Without keys every left row is joined with every right row.
//!
//! **State**: the map, 16 bytes a result row; an index from keys to slots, and by slot the right rows and the left rows, but
//! these only if the right table is live or the join is full. Where a pair is in the result is not kept: pairs ascend with result
//! keys, so that it is searched in the map.
//!
//! **Update rule**: rows that go, come, or change their key take their pairs with them; where the first match of a key comes or
//! its last one goes, rows without a match go or come. Other modified rows modify their pairs. Shifts of either side
//! change the map only. New pairs go between their neighbours; where there is no room, rows around them shift, as in a sort
//! ([`crate::sort`]).
//!
//! **Cost**: for each pair that comes, goes or is modified a search of O(log n) entries of the map, and O(log² n) rows moved
//! amortised for each that comes; the pairs of rows that shift. A change of one row changes as many pairs as it has matches.
//! Static tables: one pass over the left rows, split over threads.
//!
//! **Invariants**: 1. pairs ascend with result keys; 2. the map has an entry for every result row; 3. a slot has a row on one
//! side, or its key is forgotten.

mod apply;
mod changes;
mod coalesced;
mod search;
mod state;

use kinetable_engine::{Result, Table};

use state::Join;

/// Which rows without a match are in the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unmatched {
    None,
    Left,
    Both,
}

/// How many rows of a side may have one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rows {
    Any,
    One,
}

/// The pairs of rows with the same key: pairs `on` of left and right column, none for all pairs; and pairs `add` of the name in
/// the result and the right column.
///
/// # Errors
/// If a column is missing, key types differ, or names clash.
pub fn join(left: &Table, right: &Table, on: &[(&str, &str)], add: &[(&str, &str)]) -> Result<Table> {
    derive("join", left, right, on, add, (Unmatched::None, Rows::Any))
}

/// As [`join`], and the left rows that have no match, with nulls.
///
/// # Errors
/// As [`join`].
pub fn left_outer_join(
    left: &Table,
    right: &Table,
    on: &[(&str, &str)],
    add: &[(&str, &str)],
) -> Result<Table> {
    derive("left_outer_join", left, right, on, add, (Unmatched::Left, Rows::Any))
}

/// As [`left_outer_join`], and after all other rows the right rows that have no match, with their keys in the left key
/// columns.
///
/// # Errors
/// As [`join`].
pub fn full_outer_join(
    left: &Table,
    right: &Table,
    on: &[(&str, &str)],
    add: &[(&str, &str)],
) -> Result<Table> {
    derive("full_outer_join", left, right, on, add, (Unmatched::Both, Rows::Any))
}

/// As [`full_outer_join`] of tables in which no two rows have the same key; the result fails when they have.
pub(super) fn merge_unique(
    left: &Table,
    right: &Table,
    on: &[(&str, &str)],
    add: &[(&str, &str)],
) -> Result<Table> {
    derive("multi_join", left, right, on, add, (Unmatched::Both, Rows::One))
}

fn derive(
    operation: &str,
    left: &Table,
    right: &Table,
    on: &[(&str, &str)],
    add: &[(&str, &str)],
    (unmatched, rows): (Unmatched, Rows),
) -> Result<Table> {
    let named = |error: kinetable_engine::Error| error.in_context(operation);
    let join = Join::resolve(left, right, on, add, unmatched, rows).map_err(named)?;
    Table::derive(&[left.clone(), right.clone()], |inputs| {
        join.start(left, right, &inputs[0], &inputs[1]).map_err(named)
    })
}
