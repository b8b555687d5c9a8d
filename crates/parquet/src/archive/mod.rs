//! A live table written on as Parquet: nothing twice, nothing lost, whatever stops when.
//!
//! ```text
//!  table ─added rows─▶ listener ─▶ archive thread: rows kept until a roll is due ─▶ files ─▶ manifest
//!                      hands over        rows, bytes or age                        renamed   renamed over the last
//! ```
//!
//! **State**: the rows since the last roll, as Arrow batches; below the directory `_archive/manifest.json`, which names every
//! file that counts, how many rows they have and, for each partition of the topic, the newest offset in them.
//!
//! **Update rule**: added rows are written, each once. Rows that a blink table drops stay written. Tables of which rows change or
//! go are refused.
//!
//! **Cost**: of a cycle, handing over a version; of a roll, its rows, and the names of all files for the manifest.
//!
//! **Invariants**
//! 1. A manifest is there before any file. A file is put in its place whole and on disk, and only then named by a manifest, which replaces the last in one step. What no
//!    manifest names does not count: it is removed when the archive is opened again, and [`crate::read`] leaves it out.
//! 2. With columns of partition and offset, a row is archived only if its offset is beyond those that earlier runs archived of its
//!    partition. A process that was killed reads the topic again from [`Manifest::resume_at`] or earlier, and no row is there twice. That
//!    none is missing after a kill supposes that rows of a partition come in the order of their offsets, as a consumer gives them.
//! 3. If files cannot be written (the disk is full, say) the rows are kept and it is tried again; the table goes on.

mod intake;
mod manifest;
mod offsets;
mod open;
mod options;
mod roll;
mod run;

pub use manifest::{ArchivedFile, Manifest, manifest};
pub use options::{ArchiveOptions, OffsetColumns, Roll};
pub use run::{Archive, ArchiveStats, archive};
