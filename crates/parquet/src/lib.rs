//! Parquet files and directories as lazy tables, and tables as Parquet files.
//!
//! ```text
//!  path ──list──▶ ParquetTable ──prune──▶ ParquetTable ──coalesce──▶ engine Table
//!         │        no file is open          fewer files       │        row set + file columns
//!         └ one footer, for the schema                        └ footers of the files left, in parallel
//!                                                                        │ read
//!                                                       blocks of 16,384 rows, decoded when first
//!                                                       asked for, kept in a cache within a budget
//! ```
//!
//! [`read`] lists a path and reads the footer of one file. [`ParquetTable::prune`] answers conditions on partition
//! columns from the names of directories alone and keeps conditions on other columns for the statistics of row
//! groups. [`ParquetTable::coalesce`] makes the engine's table: it reads the footers of the files that are left, and
//! no value. Values are read column by column and block by block when a reader asks for them.
//!
//! ```no_run
//! use std::sync::Arc;
//! use arrow_array::StringViewArray;
//! use kinetable_parquet::{Comparison, Prune, ReadOptions, read};
//!
//! let history = read("history", &ReadOptions::default())?;
//! let recent = Prune::Compare {
//!     column: "Date".into(),
//!     comparison: Comparison::Greater,
//!     value: Arc::new(StringViewArray::from(vec!["2026-07-01"])),
//! };
//! let (recent, decided) = history.prune(&[recent])?;
//! assert_eq!(decided, [true]); // nothing is left to filter
//! let table = recent.coalesce()?; // opens the files of those dates, and no other
//! # Ok::<(), kinetable_engine::Error>(())
//! ```
//!
//! | file type | engine type |
//! |---|---|
//! | bool, int8 … int64, float32, float64, date32, decimal128 | the same |
//! | uint8, uint16, uint32 | int16, uint16 (char), int64 |
//! | uint64 | decimal(76, 0), an integer of any size; or int64, if asked for |
//! | string, large string, enum, dictionary of strings | `Utf8View` |
//! | binary, fixed-size binary | `BinaryView` |
//! | timestamp of any unit and zone, int96 | `Timestamp(ns, UTC)` |
//! | time of any unit, duration of any unit, date64, float16 | `Time64(ns)`, `Duration(ns)`, `Date32`, `Float32` |
//! | list, large list, fixed-size list | `List` of the element's engine type |
//! | struct, map | named, but not read: a field of a struct can be read as a column of its own |

mod error;
mod progress;
mod store;
mod types;

mod layout;
mod prune;

mod counters;
mod file;

mod cache;
mod column;

mod dataset;
mod open;
mod table;
mod watch;

mod write;

mod archive;

pub use archive::{
    Archive, ArchiveOptions, ArchiveStats, ArchivedFile, Manifest, OffsetColumns, Roll, archive, manifest,
};
pub use cache::Cache;
pub use counters::Counts;
pub use layout::Layout;
pub use open::{ReadOptions, read};
pub use progress::Progress;
pub use prune::{Comparison, Prune};
pub use store::{Credentials, StoreOptions};
pub use table::ParquetTable;
pub use types::Unsigned;
pub use write::{
    Codec, RowGroups, Staged, WriteOptions, Written, delete, stage, write, write_all, write_partitioned,
    write_to,
};
