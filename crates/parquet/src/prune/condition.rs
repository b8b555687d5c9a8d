//! Conditions as callers give them.

use arrow_array::ArrayRef;

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
