//! Rows of one table and rows of another with the same key: `natural_join` and `exact_join` put their columns side by
//! side, `where_in` and `where_not_in` choose rows.
//!
//! Keys are compared as values: null matches null, NaN matches NaN, and -0.0 matches 0.0.

mod additions;
mod asof;
mod index;
mod keys;
mod membership;
mod moves;
mod natural;
mod side;

pub use asof::{Nearest, as_of_join};
pub(crate) use keys::plain;
pub use membership::{where_in, where_not_in};
pub use natural::{NaturalJoinType, default_additions, exact_join, natural_join};
