//! What a page asks once.

mod asked;
mod edit;
mod export;
mod files;
mod find;
mod value;

pub(in crate::web) use asked::{Once, Question};
pub(in crate::web) use export::{Exports, exported};
