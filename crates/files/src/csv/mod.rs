//! CSV, as [RFC 4180](https://www.rfc-editor.org/rfc/rfc4180) has it and as it is found.
//!
//! ```text
//!  file ─▶ chunks: 1 MiB of whole records ─▶ tokens: where cells begin and end ─▶ cells ─▶ a part of each column
//!             (in order, one thread at a time)       └────────── on all cores ──────────┘             │
//!                                                          parts of other types: once more ◀── infer ◀┘─▶ joined
//! ```
//!
//! **Types.** A column has the first of these types that every cell of the file fits: Boolean, int, long, double, Instant,
//! char, String. There is no sample: a chunk whose cells need a wider type widens the column, and chunks that were parsed as a
//! narrower one are read once more, that column alone. So the types depend on the file, and not on threads or chunks.
//! An empty cell is null; one in quotes (`""`) is null too, but an empty text where the column is String.
//! Where a list or bytes are asked for, cells are JSON and base64, as they are written.
//!
//! **Quotes** are quotes where a cell begins, and plain characters elsewhere; a chunk ends where a record ends by the same rule.
//!
//! **Cost**: each byte is read, looked at for borders sixty-four at a time, and parsed once; columns that widened, twice. Memory: the columns, and while
//! they are joined, those once more; a few chunks a thread.
//!
//! **Why not `arrow-csv`**: given the types, it takes as much processor time as this does to find them (0.70 s and 0.69 s for 2,000,000
//! rows, six columns, 166 MB; `crates/bench/ops/bench_io_files.py` makes the file, 2026-11-26), but on one thread, and it says
//! neither line nor column of what is wrong.

mod cells;
mod infer;
mod join;
mod options;
mod raw;
mod read;
mod tokens;
mod write;

pub use options::{ReadOptions, WriteOptions};
pub use read::read;
pub use write::{write, write_to};
