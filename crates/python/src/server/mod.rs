//! A server of this process's tables: `kinetable-server` with the interpreter as its host.
//!
//! ```text
//!  client ─▶ server ─▶ host.rs ─ gate ─▶ kinetable.server._host (Python): variables, console, completion
//! ```
//!
//! The server's threads hold the interpreter only while Python runs, and pass the gate before.

mod host;
mod start;

pub use host::PyLog;
pub use start::{PyServer, serve};
