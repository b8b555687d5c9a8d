//! `aj` and `raj`: each left row with the columns of the right row that is nearest at or before it, or at or after it, among
//! those with the same exact keys.
//!
//! ```text
//!  left rows ──▶ row map (left key → right key) ──▶ right columns, redirected
//!       └─ exact keys ─▶ slot ─▶ right rows and left rows, ordered by the last key ─┘
//! ```
//!
//! Values of the last key are compared as they sort: null is before, and NaN after, all other values; null matches null,
//! and -0.0 matches 0.0. Of several nearest right rows `aj` takes the last, and `raj` the first.
//!
//! **State**: the row map (8 bytes a left row). Over a static right table its rows in order, 16 bytes each; else the rows of
//! both sides in one ordered set each, about 32 bytes a row (and the value itself, for text). An index from exact keys to slots.
//!
//! **Update rule**: left rows come, go, change and shift as above; a row whose keys may have changed is matched anew. A right
//! row that comes, goes or changes its keys concerns the left rows from its value up to that of the next right row: they
//! are modified in the added columns if they got another row. A right row that changed in an added column modifies the left rows
//! that show it. A right row that shifts changes nothing but the map.
//!
//! **Cost**: O(log n) for each changed row of either side, the left rows that a right row concerns, and rows that shift.
//! Static tables: a search of O(log rows of the group) for each left row, split over threads.
//!
//! **Invariants**: 1. the map has an entry for every left row; 2. a slot has a row on one side, or its key is forgotten;
//! 3. each row of a live side is in its ordered set once, under its current key.

mod apply;
mod ladder;
mod nearest;
pub(super) mod point;
pub(super) mod sorted;
mod state;

use kinetable_engine::{Result, Table};

pub use nearest::Nearest;
use state::Join;

/// All left rows, with columns of the right row that has the same exact keys, pairs `on` of left and right column, and is
/// the nearest by a last pair of columns; nulls where there is none. `add`: pairs of the name in the result and the right
/// column.
///
/// # Errors
/// If a column is missing, key types differ or cannot be ordered, or names clash.
pub fn as_of_join(
    left: &Table,
    right: &Table,
    on: &[(&str, &str)],
    last: (&str, &str),
    nearest: Nearest,
    add: &[(&str, &str)],
) -> Result<Table> {
    let named = |error: kinetable_engine::Error| error.in_context(nearest.operation());
    let join = Join::resolve(left, right, on, last, nearest, add).map_err(named)?;
    Table::derive(&[left.clone(), right.clone()], |inputs| {
        join.start(left, right, &inputs[0], &inputs[1]).map_err(named)
    })
}
