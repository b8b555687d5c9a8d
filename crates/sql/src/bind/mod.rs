//! Expressions of the syntax tree to expressions with types.

mod aggregates;
mod binder;
mod calls;
mod literals;
mod operators;

pub(crate) use aggregates::{Aggregate, Kind as AggregateKind};
pub(crate) use binder::{Answer, Binder, Inner, Queries, start};
use binder::{count, placed};
pub(crate) use literals::data_type;
pub(crate) use operators::one_column;
