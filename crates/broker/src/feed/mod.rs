//! Feeds: seeded generators of records, and what puts them into topics.
//!
//! [`TradeFeed`] fills `crypto.trades`, with garbage planted among the good records when asked; [`ServiceFeed`] replays
//! [`crate::model`] into `service.use`. Both say afterwards what they put where.

mod avro;
mod format;
mod garbage;
mod markets;
mod pace;
mod publisher;
mod running;
mod service_feed;
mod trade_feed;
mod trades;

pub use avro::{SERVICE_SCHEMA, TRADE_SCHEMA};
pub use format::{TRADE_PROTO, TradeFormat};
pub use garbage::{GarbageKind, PlantedGarbage};
pub use markets::{exchanges, instruments};
pub use publisher::{Publisher, Receipt, Record};
pub use running::{Control, Running};
pub use service_feed::{SERVICE_TOPIC, ServiceFeed, ServiceReport};
pub use trade_feed::{Stamp, TRADE_TOPIC, TradeFeed, TradeReport};
pub use trades::{Trade, Trades};
