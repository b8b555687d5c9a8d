//! Choosing rows by what is in them: [`where_`] and [`where_one_of`].

mod rows;
mod test;

pub use rows::{where_, where_one_of};
pub use test::Filter;
