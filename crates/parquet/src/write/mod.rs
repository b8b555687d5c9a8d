//! Tables as Parquet files: one file, several, or a tree of `key=value` directories.
//!
//! ```text
//!  version ─▶ plan: rows of row groups ─▶ columns encoded in parallel ─▶ Target ─┬─ file beside its place ─▶ renamed
//!                                                                              └─ upload, seen when it is finished
//! ```
//!
//! Nobody ever reads half of a file: one of the file system is written beside its place and then moved there, one of a
//! store is seen when its upload is finished. [`stage`] stops between the two, for those who have more to put in place
//! together. If one of several files cannot be written, those that were are removed.
//!
//! Text is declared as plain strings, and decimals with the digits that they have, so that any reader takes them; where
//! the type of the engine says more than that of the file, a note beside the column keeps it.
//!
//! **State**: a row group encoded, at most.

mod batch;
mod declare;
mod delete;
mod encode;
mod metadata;
mod options;
mod partitioned;
mod parts;
mod period;
mod plan;
mod stage;
mod target;

pub use batch::{write, write_all};
pub use delete::delete;
pub use options::{Codec, RowGroups, WriteOptions, Written};
pub use partitioned::write_partitioned;
pub(crate) use parts::{Parts, write_parts};
pub(crate) use period::parsed as parsed_periods;
pub use stage::{Staged, stage, write_to};
