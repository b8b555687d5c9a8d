//! Files that are read and written whole: CSV, Arrow IPC and Feather, JSON lines.
//!
//! ```text
//!  file ─▶ input (plain, gzip, zstd) ─▶ chunks of whole records ─▶ parsed on all cores ─▶ arrays ─▶ static table
//!  version ─▶ batches ─▶ texts, on all cores ─▶ output (a new file, put in the place of the old one) ─▶ file
//! ```
//!
//! What is read is in memory when the call returns, and the file is not looked at again; but for a memory map that
//! [`ipc::read`] is asked for. Bytes from outside are never trusted: what is wrong with them is an error that says where.

mod adopt;
mod fault;
mod input;
mod names;
mod output;
mod progress;
mod records;
mod text;

pub mod csv;
pub mod ipc;
pub mod jsonl;

pub use adopt::{adopt, adopt_batch, cast, engine_type, instant_type, list_of};
pub use progress::Progress;
