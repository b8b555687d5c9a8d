//! JSON lines: a record a line, each an object.
//!
//! ```text
//!  file ─▶ chunks of lines ─▶ scalars by path (on all cores) ─▶ what each column is ─▶ arrays of it ─▶ joined
//! ```
//!
//! **Columns.** A field is a column; a field of an object in a field is the column `outer_inner`. Columns come in the order in which the
//! file first has them. A field that a record lacks is null.
//!
//! **Types**, of all records together: Boolean; long, and double if one number has a point or an exponent; Instant, if all texts are instants
//! (as in CSV), else String; lists of Booleans, longs, doubles or texts. What goes no other way (a list of objects, texts and numbers in
//! one field) is String: texts as they are, the rest as JSON.
//!
//! Where types are asked for, a cell is read as its type says: bytes are base64, as they are written; what is no list is none.
//!
//! **Cost**: each byte is parsed once; a cell takes 24 bytes until its column's type is known, which takes all of the file.

mod columns;
mod parse;
mod read;
mod spell;
mod typed;
mod write;

pub use read::{BadLines, OnBadLines, ReadOptions, read};
pub(crate) use spell::cell_speller;
pub(crate) use typed::parse_lists;
pub use write::write;
