//! Table text: tables and updates as tests write and read them.
//!
//! ```text
//! key  Sym:str  Price:f64        header: names and types; `key` only where keys are given (else 0, 1, 2 …)
//! 10   apple    1.5              a row; `.` is null; text that has blanks, is empty or looks like another
//! 11   "a b"    .                sign is in double quotes
//! ```
//!
//! An update is the same header and rows that begin with a sign: `-` removed (previous key and values), `>` a
//! shift of old keys (`10-19 +5`), `+` added, `~` modified (new key; `=` where the column is not modified).
//!
//! Types: `bool i8 i16 i32 i64 f32 f64 str char instant date time duration bin`. Other types print as Arrow names
//! and shows them, and cannot be parsed.

mod parse;

mod print;

mod types;

pub(crate) use parse::static_table;
pub use parse::{fixed, parse_schema, parse_step, parse_table};
pub(crate) use print::{align, header, row_line, step_lines};
pub use print::{change_text, table_text, value_text, version_text};
