//! Tables that pages look at: made, read, compared with what was sent, and put into frames.

mod cells;
mod derived;
mod difference;
mod followed;
mod frame;
mod sheet;
mod subscription;
mod work;

pub(in crate::web) use derived::{Derived, DerivedTables};
pub(in crate::web) use followed::Followed;
pub(in crate::web) use sheet::{is_shown, shown_names};
pub(in crate::web) use work::{Done, guarded};
