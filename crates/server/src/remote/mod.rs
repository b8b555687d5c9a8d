//! Tables of other processes as live tables here.
//!
//! ```text
//!  server there ── DoExchange ──▶ follow.rs ──▶ Mirror (or Publisher, of a blink table) ──▶ a table like any other
//!                                   │ the stream breaks: the table stays as it is, and stale
//!                                   └ again, from a new snapshot: only rows that differ are told
//! ```
//!
//! A remote table changes only by whole updates, so it never shows half of one. When the connection is lost it keeps its last
//! state; [`RemoteSession::state`] says since when and why; it asks again until it is answered, and is then whole at once. It
//! fails when the table there has failed, has other columns, or is refused to us.

mod address;
mod connection;
mod follow;
mod gather;
mod runtime;
mod sink;
mod snapshot;

pub use address::{Address, Tls, parse_uri};
pub use connection::{ConnectionState, RemoteSession};
