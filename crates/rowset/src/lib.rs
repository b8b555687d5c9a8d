//! Which rows: immutable sets of row keys, and shifts.
//!
//! A [`RowSet`] is a sorted set of `u64` row keys that is cheap to clone and to share; a [`Shifts`] says how
//! runs of row keys moved from one version of a table to the next. Ranges are half-open throughout, and
//! `u64::MAX` is never a row key, so that every range can be written.
//!
//! ```
//! use kinetable_rowset::RowSet;
//!
//! let rows = RowSet::from_range(0..100).union(&RowSet::single(105));
//! assert_eq!(format!("{rows:?}"), "{0-99,105}");
//! assert_eq!(rows.position(105), Some(100));
//! assert_eq!(rows.slice(99..101).to_vec(), [99, 105]);
//! ```

mod block;
mod segment;

mod set;

mod builder;

mod iter;

mod algebra;

mod positions;

mod shifts;

pub use builder::RowSetBuilder;
pub use iter::{Iter, Ranges};
pub use set::RowSet;
pub use shifts::{Shifts, ShiftsBuilder};
