//! A server of this process's tables: `kinetable-server` with the interpreter as its host.
//!
//! ```text
//!  client ─▶ server ─▶ host.rs ─ gate ─▶ kinetable.server._host (Python): variables, console, completion
//! ```
//!
//! Objects that are no tables (`things.rs`) are asked what they are in Python too (`kinetable.server._things`).
//!
//! The server's threads hold the interpreter only while Python runs, and pass the gate before.

mod host;
mod start;
mod things;

pub use host::{PyLog, PyRun};
pub use start::{PyServer, serve};
pub use things::PyConnection;
