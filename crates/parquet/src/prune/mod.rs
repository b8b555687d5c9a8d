//! Conditions that leave out files and row groups before their values are read.
//!
//! A [`Prune`] is turned into a [`Test`] for the type of its column. A test answers two questions: whether a value
//! matches (exact, for partition columns), and whether any value within [`Bounds`] may match (for row groups: a
//! wrong *yes* costs time, a wrong *no* would lose rows).
//!
//! Comparison is that of formulas: null equals null and is less than all else, so `<` and `<=` take nulls in; every
//! comparison with NaN is false but `!=`; `-0.0 == 0.0`. `in` finds null and NaN when they are listed.

mod bounds;
mod statistics;
mod test;
mod value;

use arrow_array::ArrayRef;

pub(crate) use bounds::{Bounds, Nulls};
pub(crate) use statistics::group_bounds;
pub(crate) use test::Test;
pub(crate) use value::{Value, order};

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// A condition on one column. A list of them holds when all of them do.
#[derive(Debug, Clone)]
pub enum Prune {
    /// The column compared with a value.
    Compare {
        /// The column on the left.
        column: String,
        /// The comparison.
        comparison: Comparison,
        /// The value on the right: an array of length 1, null allowed.
        value: ArrayRef,
    },
    /// The column is one of these values.
    In {
        /// The column.
        column: String,
        /// The values, null allowed.
        values: ArrayRef,
    },
    /// The column is null.
    IsNull {
        /// The column.
        column: String,
        /// Turns the condition round: the column is not null.
        negated: bool,
    },
}

impl Prune {
    /// The column the condition is on.
    pub fn column(&self) -> &str {
        match self {
            Prune::Compare { column, .. } | Prune::In { column, .. } | Prune::IsNull { column, .. } => column,
        }
    }
}
