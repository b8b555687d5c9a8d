//! Trees to typed expressions: every name gets a meaning, every operator a kernel, every mistake a place.

mod checker;

mod array;
mod call;
mod convert;
pub(crate) mod literal;
mod name;
pub(crate) mod operator;

pub(crate) use checker::Checker;
