//! What a user says of a topic: where to start, and what keys and values become.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_schema::{DataType, Field};
use kinetable_engine::{Error, Result};

use crate::avro::{AvroPlan, Framing, Reader};
use crate::decode::{Decoder, JsonField, JsonPlan, Side, SimpleType};
use crate::protobuf::{ProtobufPlan, ProtobufSpec};
use crate::registry::{Document, Kind, Registry};
use crate::settings::{Settings, SideSettings};
use crate::shape::{JsonShape, ShapePlan};

/// Where reading a partition starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartAt {
    /// At the oldest record there is.
    Beginning,
    /// After the newest record there is when the table is made.
    End,
    /// Where the consumer group `group.id` stands; without one, where `auto.offset.reset` says (the end, unless set).
    DontSeek,
    /// At an offset.
    Offset(i64),
    /// At the first record that is not older than an instant, ns since the epoch; without one, after the newest.
    Timestamp(i64),
}

impl StartAt {
    /// The number that scripts use: an offset, or −1 beginning, −2 don't seek, −3 end.
    pub fn from_number(number: i64) -> Result<StartAt> {
        match number {
            0.. => Ok(StartAt::Offset(number)),
            -1 => Ok(StartAt::Beginning),
            -2 => Ok(StartAt::DontSeek),
            -3 => Ok(StartAt::End),
            _ => Err(Error::invalid(format!("{number} is no offset"))
                .with_hint("give a number from 0, or -1 for the beginning, -2 for no seek, -3 for the end")),
        }
    }
}

/// Where reading starts in each partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Offsets {
    /// Everywhere the same.
    All(StartAt),
    /// As listed; partitions not listed as [`Offsets::REST`] is, or as [`StartAt::DontSeek`].
    PerPartition(BTreeMap<i32, StartAt>),
}

impl Offsets {
    /// The number that stands for the partitions which are not listed.
    pub const REST: i32 = -1;

    /// Where a partition starts.
    pub fn start_of(&self, partition: i32) -> StartAt {
        match self {
            Offsets::All(start) => *start,
            Offsets::PerPartition(starts) => {
                let named = starts.get(&partition).or_else(|| starts.get(&Self::REST));
                named.copied().unwrap_or(StartAt::DontSeek)
            }
        }
    }
}

/// What the key or the value of records becomes.
#[derive(Debug, Clone, PartialEq)]
pub enum Spec {
    /// Nothing.
    Ignore,
    /// One column, named and typed by settings of the client (`deephaven.value.column.name`, `….type`).
    FromProperties,
    /// One column, in the binary form of Kafka's standard serializers. Without a type the settings say it.
    Simple {
        /// The column's name.
        column: String,
        /// Bool, i16, i32, i64, f32, f64, text or bytes; [`Spec::UUID`] for the text of a UUID.
        data_type: Option<DataType>,
    },
    /// Columns from the fields of a JSON object.
    Json {
        /// Names and types of the columns, in their order.
        columns: Vec<(String, DataType)>,
        /// Field or JSON pointer (`/a/b`) → column; the other columns take the field of their own name.
        mapping: BTreeMap<String, String>,
    },
    /// Columns from the fields of an Avro record behind a schema id.
    Avro {
        /// The schema that the table keeps, whatever later records are written with.
        schema: AvroSchema,
        /// Field (`N.P` for a nested one) → column; other fields keep their names.
        mapping: BTreeMap<String, String>,
        /// Leave fields out that are not mapped.
        mapped_only: bool,
    },
    /// Columns from the fields of a Protobuf message.
    Protobuf(ProtobufSpec),
    /// Columns from a JSON value of a declared shape; what breaks its rules is refused.
    Shape(JsonShape),
}

/// Where an Avro schema comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AvroSchema {
    /// Its JSON text. Without a registry, records are taken to be of exactly this schema.
    Inline(String),
    /// A subject of the registry.
    Subject {
        /// The subject's name, `TOPIC-value` say.
        name: String,
        /// A number or `latest`.
        version: String,
    },
}

impl AvroSchema {
    /// As scripts give it: text that starts with `{` is a schema, other text the name of a subject.
    pub fn from_text(schema: &str, version: &str) -> AvroSchema {
        if schema.trim_start().starts_with('{') {
            AvroSchema::Inline(schema.to_owned())
        } else {
            AvroSchema::Subject { name: schema.to_owned(), version: version.to_owned() }
        }
    }
}

impl Spec {
    /// The type of a simple spec whose column is the text of a UUID, and whose records are refused if they are none.
    pub const UUID: DataType = DataType::FixedSizeBinary(16);

    /// Whether nothing is made of the side.
    pub fn is_ignored(&self) -> bool {
        matches!(self, Spec::Ignore)
    }

    /// The columns and decoder of this spec.
    pub(crate) fn resolve(
        &self,
        own: &SideSettings,
        all: &Settings,
        registry: Option<&Arc<Registry>>,
    ) -> Result<Side> {
        match self {
            Spec::Ignore => Ok(Side::ignored()),
            Spec::FromProperties => match (&own.column, &own.data_type) {
                (Some(column), _) if column.is_empty() => Ok(Side::ignored()),
                (column, data_type) => {
                    let column = column.as_deref().unwrap_or(own.default_column);
                    simple(column, data_type.as_ref(), own)
                }
            },
            Spec::Simple { column, data_type } => {
                simple(column, data_type.as_ref().or(own.data_type.as_ref()), own)
            }
            Spec::Json { columns, mapping } => json(columns, mapping),
            Spec::Shape(shape) => {
                let plan = Arc::new(ShapePlan::new(shape)?);
                Ok(Side { fields: plan.fields(), decoder: Decoder::Shape(plan) })
            }
            Spec::Protobuf(spec) => {
                let plan = Arc::new(ProtobufPlan::new(spec, registry)?);
                Ok(Side { fields: plan.fields(), decoder: Decoder::Protobuf(plan) })
            }
            Spec::Avro { schema, mapping, mapped_only } => {
                debug_assert!(registry.is_some() == all.has_registry(), "one registry a consumer");
                let (document, subject) = pinned(schema, registry)?;
                let references: Vec<&str> =
                    document.references.iter().map(|reference| reference.text.as_str()).collect();
                let reader = Reader::new(&document.text, &references, mapping, *mapped_only)?;
                let plan = AvroPlan::new(reader, Framing::of(all)?, registry.cloned(), subject);
                let plan = Arc::new(plan);
                Ok(Side { fields: plan.fields(), decoder: Decoder::Avro(plan) })
            }
        }
    }
}

/// The schema that a table keeps, and the subject it is of, if any.
fn pinned(schema: &AvroSchema, registry: Option<&Arc<Registry>>) -> Result<(Arc<Document>, Option<String>)> {
    match (schema, registry) {
        (AvroSchema::Inline(text), _) => {
            let document = Document { id: 0, kind: Kind::Avro, text: text.clone(), references: Vec::new() };
            Ok((Arc::new(document), None))
        }
        (AvroSchema::Subject { name, version }, Some(registry)) => {
            let document = registry.subject(name, version)?;
            document.expect(Kind::Avro).map_err(|reason| {
                Error::invalid(format!("subject \"{name}\": {reason}")).with_hint("use the spec of its kind")
            })?;
            Ok((document, Some(name.clone())))
        }
        (AvroSchema::Subject { name, .. }, None) => Err(Error::invalid(format!(
            "the schema of subject \"{name}\" cannot be found without a registry"
        ))
        .with_hint("set \"schema.registry.url\"")),
    }
}

fn simple(column: &str, data_type: Option<&DataType>, own: &SideSettings) -> Result<Side> {
    let Some(data_type) = data_type else {
        let prefix = own.name;
        return Err(Error::invalid(format!(
            "unable to find the type for column \"{column}\" ({prefix}_spec)"
        ))
        .with_hint(format!(
            "give a type, set \"deephaven.{prefix}.column.type\" or \"{prefix}.deserializer\", or ignore the {prefix}"
        )));
    };
    let simple = SimpleType::of(data_type)?;
    Ok(Side {
        fields: vec![Field::new(column, simple.column_type(), true)],
        decoder: Decoder::Simple(simple),
    })
}

fn json(columns: &[(String, DataType)], mapping: &BTreeMap<String, String>) -> Result<Side> {
    if let Some((_, column)) = mapping.iter().find(|(_, to)| columns.iter().all(|(name, _)| name != *to)) {
        let names: Vec<_> = columns.iter().map(|(name, _)| name.as_str()).collect();
        return Err(Error::invalid(format!(
            "the mapping names column \"{column}\", which the JSON spec does not have"
        ))
        .with_hint(format!("columns: {}", names.join(", "))));
    }
    if columns.is_empty() {
        return Err(Error::invalid("the JSON spec has no columns"));
    }
    let place = |(name, data_type): &(String, DataType)| {
        let mapped = mapping.iter().find(|(_, to)| *to == name).map(|(from, _)| from.as_str());
        JsonField { path: path(mapped.unwrap_or(name)), data_type: normal(data_type) }
    };
    let places: Vec<JsonField> = columns.iter().map(place).collect();
    let fields = columns.iter().zip(&places);
    Ok(Side {
        fields: fields.map(|((name, _), place)| Field::new(name, place.data_type.clone(), true)).collect(),
        decoder: Decoder::Json(Arc::new(JsonPlan::new(&places)?)),
    })
}

/// The steps of a JSON pointer; other text is the name of a field.
fn path(from: &str) -> Vec<String> {
    match from.strip_prefix('/') {
        Some(pointer) => pointer.split('/').map(|step| step.replace("~1", "/").replace("~0", "~")).collect(),
        None => vec![from.to_owned()],
    }
}

/// The engine has one layout of text and bytes.
fn normal(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 => DataType::Utf8View,
        DataType::Binary | DataType::LargeBinary => DataType::BinaryView,
        other => other.clone(),
    }
}
