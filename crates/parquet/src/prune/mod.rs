//! Conditions that leave out files and row groups before their values are read.
//!
//! ```text
//!  directories ─▶ row groups: statistics, Bloom filters ─▶ pages: page index ─▶ rows left ─▶ the filter itself
//! ```
//!
//! A [`Prune`] is turned into a [`Test`] for the type of its column. A test answers two questions: whether a value
//! matches (exact, for partition columns), and whether any value within [`Bounds`] may match (for row groups: a
//! wrong *yes* costs time, a wrong *no* would lose rows).
//!
//! Comparison is that of formulas: null equals null and is less than all else, so `<` and `<=` take nulls in; every
//! comparison with NaN is false but `!=`; `-0.0 == 0.0`. `in` finds null and NaN when they are listed.

mod bloom;
mod bounds;
mod condition;
mod select;
mod statistics;
mod test;
mod value;

pub use condition::{Comparison, Prune};

use bounds::{Bounds, Nulls};
pub(crate) use select::selected;
use statistics::Asked;
pub(crate) use test::Test;
pub(crate) use value::{Value, order};
