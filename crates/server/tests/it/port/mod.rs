//! The server over its port: every rpc, and the sessions behind it.

mod browser;
mod calls;
mod messages;
mod places;
mod rights;
mod routes;
mod rpcs;
mod sessions;
mod support;
mod tls;
