//! Avro records → cells: a small decoder that goes straight from the wire to the columns.
//!
//! ```text
//!  reader schema (pinned when the table is made) ─▶ targets: field → column
//!  writer schema (by the id in the record) ──compile──▶ program: read, skip, default … ─run─▶ columns
//! ```
//!
//! Each writer schema is compiled once against the reader's targets: fields nobody wants are skipped, promotions
//! and defaults of Avro's schema resolution are made. Why not `arrow-avro`: decision 0011.

mod compile;
mod constant;
mod plan;
mod program;
mod reader;
mod schema;
mod text;
mod wire;

pub(crate) use plan::{AvroPlan, PlanCache};
pub(crate) use reader::Reader;
