//! Fuzz targets: one function each, of bytes that somebody else wrote. None may panic, hang, or allocate much more than it was given.
//!
//! ```text
//!  cargo xtask fuzz ─▶ libFuzzer, 60 s a target, from `corpus/TARGET` ─▶ target(bytes) ─▶ the crate's own decoder
//!  cargo test       ─▶ every file of `corpus/` once ─────────────────▶ target(bytes)
//! ```
//!
//! `corpus/` keeps what reached new code, and every input that once broke something.

mod kafka;
mod parquet;
mod sql;
mod web;
mod wire;

pub use kafka::{avro, json, protobuf};
pub use parquet::parquet;
pub use sql::sql;
pub use web::web;
pub use wire::barrage;

/// A target's name and function.
pub type Target = (&'static str, fn(&[u8]));

/// All targets, by the names of their folders in `corpus/`.
pub const TARGETS: [Target; 7] = [
    ("avro", avro),
    ("barrage", barrage),
    ("json", json),
    ("parquet", parquet),
    ("protobuf", protobuf),
    ("sql", sql),
    ("web", web),
];
