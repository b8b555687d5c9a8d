//! A schema as a registry has it.

use serde::Deserialize;

/// The language of a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Avro,
    Protobuf,
    Json,
}

/// A schema, with the text of every schema that it refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Document {
    /// Its number.
    pub(crate) id: u32,
    pub(crate) kind: Kind,
    pub(crate) text: String,
    /// What it refers to, directly or not: those that others need come first.
    pub(crate) references: Vec<Reference>,
}

/// A schema that another refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reference {
    /// What the other calls it: a full type name in Avro, a file in Protobuf.
    pub(crate) name: String,
    pub(crate) text: String,
}

impl Kind {
    /// As registries write it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Avro => "AVRO",
            Kind::Protobuf => "PROTOBUF",
            Kind::Json => "JSON",
        }
    }

    fn parse(name: &str) -> Option<Kind> {
        [Kind::Avro, Kind::Protobuf, Kind::Json].into_iter().find(|kind| kind.name() == name)
    }
}

impl Document {
    /// Why it is not of the kind that is wanted, if so.
    pub(crate) fn expect(&self, kind: Kind) -> Result<(), String> {
        if self.kind == kind {
            return Ok(());
        }
        Err(format!("schema {} is of {}, not of {}", self.id, self.kind.name(), kind.name()))
    }
}

/// What a registry says of a schema.
#[derive(Debug, Deserialize)]
pub(super) struct SchemaReply {
    pub(super) id: Option<u32>,
    pub(super) schema: String,
    #[serde(rename = "schemaType")]
    schema_type: Option<String>,
    #[serde(default)]
    pub(super) references: Vec<ReferenceReply>,
}

/// What a registry says of a reference.
#[derive(Debug, Deserialize)]
pub(super) struct ReferenceReply {
    pub(super) name: String,
    pub(super) subject: String,
    pub(super) version: i64,
}

impl SchemaReply {
    /// The kind of the schema; Avro's is often left out.
    pub(super) fn kind(&self) -> Result<Kind, String> {
        let name = self.schema_type.as_deref().unwrap_or("AVRO");
        Kind::parse(name).ok_or_else(|| format!("it is a schema of {name}, which is not known here"))
    }
}
