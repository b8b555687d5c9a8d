//! Rows as Avro records: the schema is a registry's, the user's or the table's own; the record stands behind its id.
//!
//! ```text
//!  spec + table ─derive or fetch─▶ schema, id ─plan─▶ steps by field ─write─▶ header, body
//! ```
//!
//! A field takes the column that the mapping names, or else that of its own name (`N__P` for field P of record N); a field without a
//! column is its default. A cell that its field cannot hold refuses the row, and no other.

mod derive;
mod encode;
mod plan;
mod put;
mod source;
mod spec;

pub(super) use encode::AvroEncoder;
pub(super) use source::used_columns;
pub use spec::AvroProduce;
pub(super) use spec::Destination;
