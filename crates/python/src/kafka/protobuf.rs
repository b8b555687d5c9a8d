//! Protobuf specs as Python's side writes them.

use kinetable::kafka::{ProtobufProtocol, ProtobufSchema, ProtobufSpec};
use pyo3::prelude::*;

/// The options of a Protobuf spec, of either direction.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct ProtobufOptions {
    subject: Option<String>,
    version: String,
    message: Option<String>,
    is_raw: bool,
    descriptors: Option<Vec<u8>>,
    text: Option<String>,
    delimiter: String,
    include: Option<Vec<String>>,
}

impl ProtobufOptions {
    /// The spec; Python's side has seen to it that one source of the schema is given.
    pub fn into_spec(self) -> ProtobufSpec {
        let schema = match (self.text, self.descriptors) {
            (Some(text), _) => ProtobufSchema::Text(text),
            (None, Some(descriptors)) => ProtobufSchema::Descriptors(descriptors),
            (None, None) => {
                ProtobufSchema::Subject { name: self.subject.unwrap_or_default(), version: self.version }
            }
        };
        let protocol = if self.is_raw { ProtobufProtocol::Raw } else { ProtobufProtocol::Serdes };
        ProtobufSpec {
            schema,
            message: self.message,
            include: self.include,
            protocol,
            delimiter: self.delimiter,
        }
    }
}
