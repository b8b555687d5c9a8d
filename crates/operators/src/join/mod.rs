//! Rows of one table and rows of another with the same key: `natural_join` and `exact_join` put the columns of one right row
//! beside each left row, and `as_of_join` those of the nearest one; `join` and the outer joins give all pairs; `multi_join` gives one
//! row a key for any number of tables;
//! `range_join` gives lists of the right rows between two values; `where_in` and `where_not_in` choose rows.
//!
//! Keys are compared as values: null matches null, NaN matches NaN, and -0.0 matches 0.0.

mod additions;
mod asof;
pub(crate) mod index;
pub(crate) mod keys;
mod membership;
mod moves;
mod multi;
mod natural;
mod pairs;
mod range;
mod side;

pub use asof::{Nearest, as_of_join};
pub(crate) use keys::plain;
pub use membership::{where_in, where_not_in};
pub use multi::{MultiInput, multi_join};
pub use natural::{NaturalJoinType, default_additions, exact_join, natural_join};
pub use pairs::{full_outer_join, join, left_outer_join};
pub use range::{RangeEnd, RangeMatch, RangeStart, range_join};
