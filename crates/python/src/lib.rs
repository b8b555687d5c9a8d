//! The Python package `kinetable`, native part: thin, over the façade. Its Python sources are in `kinetable/`.
//!
//! ```text
//!  script ─▶ kinetable/*.py (types, docs, builders) ─▶ _kinetable (this) ─▶ kinetable, the façade
//!                              formulas' names ◀─ names ─┘      └─ functions ─▶ the script's functions
//! ```
//!
//! **Invariant:** no call into the engine holds the interpreter: the engine's threads need it for functions in
//! formulas. Every call goes through [`errors::engine`] or `Python::detach`.

mod errors;
mod gate;
mod types;

mod array;
mod arrow;
mod raw;
mod values;

mod functions;
mod names;
mod objects;

mod graph;
mod input;
mod listener;
mod ops;
mod table;

mod figures;
mod files;
mod watched;

mod history;
mod kafka;
mod parquet;
mod remote;

mod server;

mod module;
