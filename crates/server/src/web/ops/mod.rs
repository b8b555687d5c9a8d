//! Operations of pages on tables: one file each, or a family. What they make is live like any other table.

mod apply;
mod axis;
mod bins;
mod checked;
mod groups;
mod hierarchy;
mod m4;
mod ohlc;
mod place;
mod texts;

pub(in crate::web) use apply::{Made, applied};
pub(in crate::web) use hierarchy::{DEPTH, Leveled, OPEN};
pub(in crate::web) use place::placed;
pub(in crate::web) use texts::column as column_of_texts;
