//! SQL over live tables: a query becomes operations, so that its result is live and each change costs what changed.
//!
//! ```text
//!  text ─parse─▶ syntax tree ─bind─▶ expressions with types ─plan─▶ view · where · join · agg_by · sort · merge …
//!                                                └─▶ kernels with the three truths of SQL
//! ```
//!
//! | module | what |
//! |---|---|
//! | `parse` | text to a syntax tree of bounded size |
//! | `bind` | expressions: names and types |
//! | `expr`, `eval`, `functions` | expressions, and what computes them |
//! | `plan` | queries to operations |
//!
//! **State**: none of its own; the operations' . **Update rule**, **cost**: those of the operations, told in `docs/sql.md`.
//!
//! **Invariants**: 1. the result equals what the query gives of the tables as they are, whatever happened before
//! (`tests/python/test_sql_random.py`, against DuckDB); 2. no text panics, or takes stack or memory without bound
//! (`parse.rs`, `crates/fuzz`).

mod bind;
mod context;
mod eval;
mod evaluate;
mod expr;
mod functions;
mod parse;
mod place;
mod plan;
mod scope;
mod types;
mod value;

pub use evaluate::{Tables, check, evaluate};
