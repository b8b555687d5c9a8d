//! Conditions that leave out files and row groups before their values are read.
//!
//! A [`Prune`] is turned into a [`Test`] for the type of its column. A test answers two questions: whether a value
//! matches (exact, for partition columns), and whether any value within [`Bounds`] may match (for row groups: a
//! wrong *yes* costs time, a wrong *no* would lose rows).
//!
//! Comparison is that of formulas: null equals null and is less than all else, so `<` and `<=` take nulls in; every
//! comparison with NaN is false but `!=`; `-0.0 == 0.0`. `in` finds null and NaN when they are listed.

mod bounds;
mod condition;
mod statistics;
mod test;
mod value;

pub use condition::{Comparison, Prune};

pub(crate) use bounds::{Bounds, Nulls};
pub(crate) use statistics::group_bounds;
pub(crate) use test::Test;
pub(crate) use value::{Value, order};
