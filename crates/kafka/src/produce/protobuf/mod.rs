//! Rows as Protobuf messages: the schema is a registry's or the user's; the message stands behind its id, or alone.
//!
//! ```text
//!  spec + table ─fetch or compile─▶ descriptor, header ─plan─▶ parts by field number ─write─▶ header, message
//! ```
//!
//! A field takes the column that the mapping names, or else that of its own name, `n__p` for field `p` of message `n`: the
//! columns that reading the message would give. Null is not written, nor is a default of a field without presence. Maps and
//! messages within themselves cannot be written. A cell that its field cannot hold refuses the row, and no other.

mod plan;
mod put;
mod source;

use std::collections::BTreeMap;

use arrow_schema::Schema;
use kinetable_engine::Result;

use super::avro::Destination;
use super::encode::Chunk;
use crate::decode::Reason;
use crate::protobuf::ProtobufSpec;
use plan::Part;

/// How rows become Protobuf messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProtobufProduce {
    /// The message, and what is before it. A schema that is given, if ids are wanted, is registered as `TOPIC-key` or
    /// `TOPIC-value`.
    pub message: ProtobufSpec,
    /// Field (`n.p` for a nested one) → column; other fields take the column of their name, if there is one.
    pub mapping: BTreeMap<String, String>,
}

/// How the rows of a table become Protobuf messages.
#[derive(Debug, Clone)]
pub(super) struct ProtobufEncoder {
    header: Vec<u8>,
    parts: Vec<Part>,
}

impl ProtobufEncoder {
    /// An encoder, and the columns it takes, in their order.
    pub(super) fn new(
        spec: &ProtobufProduce,
        table: &Schema,
        to: &Destination<'_>,
    ) -> Result<(ProtobufEncoder, Vec<String>)> {
        let (message, header) = source::open(&spec.message, to)?;
        let (parts, columns) = plan::parts(spec, &message, table)?;
        Ok((ProtobufEncoder { header, parts }, columns))
    }

    /// Appends the message of a row.
    ///
    /// # Errors
    /// If a cell is no value of its field; what was appended is then to be taken back.
    pub(super) fn write(&self, chunk: &Chunk<'_>, row: usize, out: &mut Vec<u8>) -> Result<(), Reason> {
        out.extend_from_slice(&self.header);
        put::message(&self.parts, &chunk.cells, put::At { row, item: None }, out)
    }
}

#[cfg(test)]
mod tests;
