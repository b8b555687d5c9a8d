//! The encoder: which columns it takes, and a message for each row.

use std::collections::BTreeMap;

use arrow_schema::Schema;
use kinetable_engine::Result;

use super::plan::{self, Part};
use super::{put, source};
use crate::decode::Reason;
use crate::produce::avro::Destination;
use crate::produce::encode::Chunk;
use crate::protobuf::ProtobufSpec;

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
pub(in crate::produce) struct ProtobufEncoder {
    header: Vec<u8>,
    parts: Vec<Part>,
}

impl ProtobufEncoder {
    /// An encoder, and the columns it takes, in their order.
    pub(in crate::produce) fn new(
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
    pub(in crate::produce) fn write(
        &self,
        chunk: &Chunk<'_>,
        row: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), Reason> {
        out.extend_from_slice(&self.header);
        put::message(&self.parts, &chunk.cells, put::At { row, item: None }, out)
    }
}
