//! Avro records → cells: a small decoder that goes straight from the wire to the columns.
//!
//! ```text
//!  reader schema (pinned when the table is made) ─▶ targets: field → column
//!  writer schema (by the id in the record) ──compile──▶ program: read, skip, default … ─run─▶ columns
//! ```
//!
//! Each writer schema is compiled once against the reader's targets: fields nobody wants are skipped, promotions
//! and defaults of Avro's schema resolution are made. Why not `arrow-avro`: decision 0011.

mod canonical;
mod compile;
mod constant;
mod default;
mod numbers;
mod parse;
mod plan;
mod program;
mod reader;
mod resolve;
mod schema;
mod shown;
mod text;
mod wire;

pub(crate) use canonical::fingerprint;
pub(crate) use default::encode_default;
pub(crate) use numbers::{shortest, wide_digits_max};
pub(crate) use plan::{AvroPlan, Framing, PlanCache};
pub(crate) use reader::Reader;
pub(crate) use schema::{Field, IntKind, LongKind, Measure, Node, NodeId, Schema};
pub(crate) use shown::{parse_duration, parse_uuid};
pub(crate) use wire::put_long;

#[cfg(test)]
mod tests;
