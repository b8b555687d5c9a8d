//! Tables as Parquet files: one file, or a tree of `key=value` directories.
//!
//! A file is written beside its place and then moved there, so that nobody ever reads half of it. Text is declared
//! as plain strings, so that any reader takes it.

mod options;
mod partitioned;
mod single;

pub use options::{Codec, RowGroups, WriteOptions, Written};
pub use partitioned::write_partitioned;
pub use single::write;
