//! What a side expects, and what a record says of itself: for telling a user when the two differ.

use super::{Decoder, Side};

impl Side {
    /// The columns it fills, as text.
    pub(crate) fn expected(&self) -> String {
        let shown = self.fields.iter().map(|field| format!("{} {}", field.name(), field.data_type()));
        shown.collect::<Vec<_>>().join(", ")
    }
}

impl Decoder {
    /// The id of the schema that a record names, if this decoder goes by such.
    pub(crate) fn schema_id(&self, bytes: Option<&[u8]>) -> Option<u32> {
        match (self, bytes?) {
            (Decoder::Avro(_) | Decoder::Protobuf(_), [0, a, b, c, d, ..]) => {
                Some(u32::from_be_bytes([*a, *b, *c, *d]))
            }
            _ => None,
        }
    }

    /// The text of a schema, if it was found before; nobody is asked.
    pub(crate) fn known_schema(&self, id: u32) -> Option<String> {
        match self {
            Decoder::Avro(plan) => Some(plan.registry()?.found(id)?.text.clone()),
            Decoder::Protobuf(plan) => Some(plan.registry()?.found(id)?.text.clone()),
            _ => None,
        }
    }
}
