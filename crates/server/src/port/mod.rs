//! One port: TLS, HTTP/2 and HTTP/1, gRPC, grpc-web, gRPC over WebSockets, and a few pages.
//!
//! ```text
//!  accept ─▶ TLS ─▶ HTTP ─▶ checks of Host and Origin ─┬▶ gRPC ─▶ access ─▶ services
//!                                                      ├▶ grpc-web, WebSocket ─▶ the same
//!                                                      └▶ /health, /metrics
//! ```
//!
//! **Invariants**
//! 1. A server that lets everybody in listens on loopback alone.
//! 2. A page of another origin gets no answer it can read, and makes no call: its origin is on a list, or the call is refused.
//! 3. A connection that makes no calls, or a WebSocket on which none are, is closed; there are no more connections than allowed.

mod activity;
mod checks;
mod connections;
mod front;
mod pages;
mod routes;
mod server;
mod sockets;
mod spelling;
mod tls;

pub(crate) use connections::Place;
pub(crate) use front::page;
pub use routes::{Demand, Route};
pub use server::{Error, Server, Settings};
pub use tls::Tls;
