//! Arrow IPC: the file format, which is Feather's second version, and the stream format.
//!
//! ```text
//!  file ─▶ one buffer (read, or a memory map) ─▶ batches that point into it ─▶ the engine's layouts ─▶ columns
//! ```
//!
//! **Copies.** Numbers, instants and long texts stay where the file's buffer has them if the file holds one batch, or is mapped; a file
//! of several batches that is read has each column joined once. Compressed batches, and types that the engine has no layout for, are
//! decoded, on all cores. A memory map asks nothing of the file until values are looked at, and costs what is
//! said at [`read`].
//!
//! **Hostile bytes**: places are checked against the file, values are validated by Arrow, a panic of the decoder is an error.

mod claims;
mod parts;
mod raw;
mod read;
mod write;

pub use read::{Access, read};
pub use write::{Compression, Format, WriteOptions, write, write_to};
