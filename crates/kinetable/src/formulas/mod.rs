//! What binds formula text to the engine: names to columns, compiled formulas to functions over chunks.

mod bound;
mod compile;
mod lists;
mod prune;
mod serial;

pub(crate) use bound::Lenience;
pub(crate) use compile::{colour, colouring, filters, selections};
pub(crate) use lists::ListFormulas;
pub(crate) use prune::prunes;
