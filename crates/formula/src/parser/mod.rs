//! Tokens to trees: expressions by Java's precedence, and the statements they stand in (column formulas,
//! filters, pairs).

mod expression;
mod filter;
mod name;
mod pair;
mod select;

pub(crate) use expression::Parser;
pub(crate) use filter::parse_filter;
pub use name::{check_column_name, is_column_name};
pub use pair::{parse_join_keys, parse_pair};
pub(crate) use select::parse_select;
