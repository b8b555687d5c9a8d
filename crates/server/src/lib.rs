//! Live tables for other processes: sessions, tickets, subscriptions and a console, on one port.
//!
//! ```text
//!  socket ─▶ port (TLS, HTTP, checks) ─▶ access (who, may he) ─▶ services ─▶ operations │ subscriptions │ host
//!                                            └─ session: exports, tickets ◀───────┘
//! ```
//!
//! | module | what |
//! |---|---|
//! | [`port`] | the listener, and what is served beside gRPC |
//! | [`access`] | credentials, rights, and the rule of every rpc |
//! | [`session`] | sessions, tokens, exports, tickets |
//! | [`services`] | the services of gRPC |
//! | [`operations`] | an operation's message and its input tables → a table |
//! | [`subscriptions`] | tables read whole, and followed as they change |
//! | [`web`] | the web app: its files, and `rt.v1` |
//! | [`stored`] | files of those who may run code |
//! | [`remote`] | tables of other processes as live tables |
//! | [`host`] | what the process around hands in |
//! | [`run`], [`printed`] | code that runs in the process, and what it prints |
//! | [`thing`] | figures, dashboards and other objects that the host has |
//! | [`log`] | what scripts print |

pub mod access;
pub mod host;
pub mod log;
pub mod operations;
pub mod port;
pub mod printed;
pub mod remote;
pub mod run;
pub mod services;
pub mod session;
pub mod stored;
pub mod subscriptions;
pub mod thing;
pub mod web;
