//! Brokers, schema registries and feeds to test Kinetable with; never part of the product.
//!
//! ```text
//!  history ◀── model ──▶ feed ──▶ Kafka: embedded (in process) or apache (a JVM) ──▶ whom we test
//!                          └─────▶ registry: our own (in process) or Apicurio (a JVM)
//!                                  proxy: cuts, holds or delays what passes
//! ```
//!
//! Start with [`EmbeddedBroker`] and [`Registry`], put data in with [`feed`] or [`client`],
//! and read it back with [`client::read_all`]. The binary `kinetable-broker` gives the same to other
//! processes, by lines of JSON.

mod random;
mod target;

pub mod apache;
pub mod client;
mod embedded;
pub mod feed;
pub mod history;
pub mod model;
mod proxy;
mod registry;

pub use embedded::{EmbeddedBroker, EmbeddedCluster, Options};
pub use krafka::testing as fake;
pub use proxy::{Fault, FaultProxy};
pub use random::Random;
pub use registry::Registry;
pub use target::Target;
