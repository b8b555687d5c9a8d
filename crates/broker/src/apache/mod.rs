//! The real ones: Apache Kafka and Apicurio Registry, fetched with Maven and run with Java 17.
//!
//! ```text
//!  Maven Central ──▶ cache folder (once) ──▶ ApacheKafka: one node, broker and controller, data in a folder of its own
//!                                       └──▶ ApicurioRegistry: in memory, Confluent's API under a path
//! ```
//!
//! [`missing_tools`] tells what the machine lacks. Each process is watched by a shell that kills it when ours ends,
//! however it ends: no test leaves a Java machine behind.

mod apicurio;
mod cache;
mod kafka;
mod process;
mod secure;
mod tools;

pub use apicurio::ApicurioRegistry;
pub use cache::{default_cache, java_clients};
pub use kafka::{ApacheKafka, KafkaOptions};
pub use secure::{PASSWORD, SecureListeners, USER};
pub use tools::{MissingTool, missing_tools};
