//! What statistics say of the values of one column in one row group.

use super::Value;

/// How many of the values are null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nulls {
    None,
    /// Some may be.
    Some,
    All,
}

/// No value that is neither null nor NaN is below `min` or above `max`. `None`: not known.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bounds {
    pub min: Option<Value>,
    pub max: Option<Value>,
    pub nulls: Nulls,
}

impl Bounds {
    /// Nothing is known.
    pub(crate) const UNKNOWN: Bounds = Bounds { min: None, max: None, nulls: Nulls::Some };

    /// There is nothing but nulls.
    pub(crate) const NULL: Bounds = Bounds { min: None, max: None, nulls: Nulls::All };
}
