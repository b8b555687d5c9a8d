//! The kernels of operators: what `+`, `<`, `&&`, `?:` and casts do to whole arrays.

pub(crate) mod arith;
pub(crate) mod boolean;
pub(crate) mod cast;
pub(crate) mod choose;
pub(crate) mod compare;
pub(crate) mod decimal;
pub(crate) mod dispatch;
pub(crate) mod java;
pub(crate) mod logic;
pub(crate) mod nan;
mod select;
pub(crate) mod text;
