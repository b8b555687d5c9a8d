//! Expressions of the syntax tree to expressions with types.

mod aggregates;
mod binder;
mod calls;
mod frames;
mod literals;
mod operators;
mod queries;
mod windows;

pub(crate) use aggregates::{Aggregate, Kind as AggregateKind};
pub(crate) use binder::{Answer, Asked, Binder, Inner, Queries, start};
use binder::{count, placed};
pub(crate) use literals::data_type;
pub(crate) use queries::{marked, one_column};
pub(crate) use windows::Named as NamedWindow;
pub(crate) use windows::{Call, Over, Reach, Window};
