//! What is said of Avro records to be written, and where they go.

use std::collections::BTreeMap;
use std::sync::Arc;

use kinetable_engine::Result;

use crate::avro::Framing;
use crate::registry::Registry;
use crate::settings::Settings;
use crate::spec::AvroSchema;

/// How rows become Avro records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AvroProduce {
    /// The schema, or the subject it is of. An inline one is registered as `TOPIC-key` or `TOPIC-value`.
    pub schema: AvroSchema,
    /// Field → column; other fields take the column of their name.
    pub mapping: BTreeMap<String, String>,
    /// A field that gets the time of publication.
    pub timestamp_field: Option<String>,
    /// These columns only.
    pub include: Option<Vec<String>>,
    /// All columns but these.
    pub exclude: Option<Vec<String>>,
    /// Whether a schema made from the table is registered under the subject.
    pub publish: bool,
    /// The namespace of that schema.
    pub namespace: Option<String>,
    /// `COLUMN.precision` and `COLUMN.scale` of decimals in that schema.
    pub column_properties: BTreeMap<String, String>,
}

impl AvroProduce {
    /// The newest schema of a subject, its fields from the columns of their names.
    pub fn new(schema: AvroSchema) -> AvroProduce {
        AvroProduce {
            schema,
            mapping: BTreeMap::new(),
            timestamp_field: None,
            include: None,
            exclude: None,
            publish: false,
            namespace: None,
            column_properties: BTreeMap::new(),
        }
    }
}

impl Destination<'_> {
    /// Where one side of a publication's records goes.
    pub(in crate::produce) fn new<'a>(
        settings: &Settings,
        topic: Option<&'a str>,
        side: &'static str,
    ) -> Result<Destination<'a>> {
        Ok(Destination {
            registry: Registry::from_settings(settings.registry())?.map(Arc::new),
            topic,
            side,
            framing: Framing::of(settings)?,
            may_register: settings.text("auto.register.schemas") != Some("false"),
        })
    }
}

/// Where records go, as far as their schemas depend on it.
pub(in crate::produce) struct Destination<'a> {
    pub(in crate::produce) registry: Option<Arc<Registry>>,
    pub(in crate::produce) topic: Option<&'a str>,
    /// `key` or `value`.
    pub(in crate::produce) side: &'static str,
    /// What stands before a record.
    pub(in crate::produce) framing: Framing,
    /// Whether a schema that the registry does not have may be added.
    pub(in crate::produce) may_register: bool,
}
