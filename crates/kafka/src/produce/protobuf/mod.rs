//! Rows as Protobuf messages: the schema is a registry's or the user's; the message stands behind its id, or alone.
//!
//! ```text
//!  spec + table ─fetch or compile─▶ descriptor, header ─plan─▶ parts by field number ─write─▶ header, message
//! ```
//!
//! A field takes the column that the mapping names, or else that of its own name, `n__p` for field `p` of message `n`: the
//! columns that reading the message would give. Null is not written, nor is a default of a field without presence. Maps and
//! messages within themselves cannot be written. A cell that its field cannot hold refuses the row, and no other.

mod encode;
mod plan;
mod put;
mod source;

pub(super) use encode::ProtobufEncoder;
pub use encode::ProtobufProduce;

#[cfg(test)]
mod tests;
