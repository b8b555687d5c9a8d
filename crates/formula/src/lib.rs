//! Text to typed expression to function over chunks; the library of named functions.
//!
//! ```text
//! "Total = Price * Size"
//!    │ lexer, parser      text → tokens → tree, every node with its place in the text
//!    │ check              names and types: columns, variables of the script, constants, functions
//!    ▼ node               which kernel computes what, decided once
//!  Formula ── eval(chunk) ─▶ one Arrow array: a kernel call a node and chunk, a loop a value
//! ```
//!
//! The caller says what names mean (a [`Scope`]), and hands over the arrays that a compiled [`Formula`] lists as its
//! [`Input`]s. Nothing here knows a table, a clock or a file.
//!
//! **Invariants**: 1. a filter and its negation keep every row once, together with the rows that fail. 2. Evaluating
//! a chunk equals evaluating its rows one by one. Both are property tests (`tests/it/laws.rs`).

mod ast;
mod calendar;
mod check;
mod civil;
mod colour;
mod error;
mod eval;
mod filter;
mod formula;
mod functions;
mod lexer;
mod membership;
mod node;
mod parser;
mod scope;
mod suggest;
mod time;
mod types;
mod value;

pub use calendar::{
    add_calendar, calendar_name, calendar_names, calendar_zone, remove_calendar, set_calendar,
};
pub use colour::{colour_of_text, compile_colour, compile_colour_where};
pub use error::{Error, ErrorKind, Span};
pub use filter::{Comparison, Filter, Simple, compile_filter};
pub use formula::{Chunk, Formula, Input, RowFailure, compile_expression, compile_select};
pub use functions::{FunctionInfo, functions};
pub use parser::{check_column_name, is_column_name, parse_join_keys, parse_pair};
pub use scope::{Object, OpaqueUse, Scope, UserFunction, Variable};
pub use time::zone::{add_zone_alias, remove_zone_alias};
pub use time::{parse_duration, parse_instant};
