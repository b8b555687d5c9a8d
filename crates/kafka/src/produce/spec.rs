//! What of a row becomes the key or the value of a record.

use std::collections::BTreeMap;

use arrow_schema::{DataType, Schema};
use kinetable_engine::{Error, Result};

use super::avro::AvroProduce;
use super::protobuf::ProtobufProduce;

/// What of a row becomes one side of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProduceSpec {
    /// Nothing: the side is null.
    Ignore,
    /// One column, in the binary form of Kafka's standard serializers.
    Simple {
        /// The column.
        column: String,
    },
    /// A JSON object of columns.
    Json {
        /// These columns only, in this order.
        include: Option<Vec<String>>,
        /// All columns but these.
        exclude: Option<Vec<String>>,
        /// Column → name of its field; the others keep their names.
        mapping: BTreeMap<String, String>,
        /// Field names are split here into nested objects: with `.`, `a.b` is field `b` of object `a`.
        nested_delim: Option<String>,
        /// Whether nulls are written; else their fields are left out.
        output_nulls: bool,
        /// A field that gets the time of publication, ISO 8601.
        timestamp_field: Option<String>,
    },
    /// An Avro record of columns, behind the id of its schema.
    Avro(AvroProduce),
    /// A Protobuf message of columns.
    Protobuf(ProtobufProduce),
}

impl ProduceSpec {
    /// A JSON object of all columns.
    pub fn json() -> ProduceSpec {
        ProduceSpec::Json {
            include: None,
            exclude: None,
            mapping: BTreeMap::new(),
            nested_delim: None,
            output_nulls: false,
            timestamp_field: None,
        }
    }

    /// The columns of a table that this side may be made of; of an Avro spec, not all need have a field.
    ///
    /// # Errors
    /// If a column that is named is not there.
    pub fn columns(&self, schema: &Schema) -> Result<Vec<String>> {
        let all = || schema.fields().iter().map(|field| field.name().clone());
        let known = |name: &String| {
            if schema.index_of(name).is_ok() {
                return Ok(name.clone());
            }
            let names: Vec<String> = all().collect();
            Err(Error::invalid(format!("no column \"{name}\""))
                .with_hint(format!("columns: {}", names.join(", "))))
        };
        let choose = |include: &Option<Vec<String>>, exclude: &Option<Vec<String>>| match (include, exclude) {
            (Some(_), Some(_)) => Err(Error::invalid("a spec has columns to include and columns to exclude")
                .with_hint("give one of the two")),
            (Some(include), None) => include.iter().map(known).collect::<Result<Vec<_>>>(),
            (None, Some(exclude)) => {
                let out = exclude.iter().map(known).collect::<Result<Vec<_>>>()?;
                Ok(all().filter(|name| !out.contains(name)).collect())
            }
            (None, None) => Ok(all().collect()),
        };
        match self {
            ProduceSpec::Ignore => Ok(Vec::new()),
            ProduceSpec::Simple { column } => Ok(vec![known(column)?]),
            ProduceSpec::Protobuf(_) => Ok(all().collect()),
            ProduceSpec::Avro(AvroProduce { include, exclude, .. }) => choose(include, exclude),
            ProduceSpec::Json { include, exclude, mapping, .. } => {
                let chosen = choose(include, exclude)?;
                if let Some(unknown) = mapping.keys().find(|name| !chosen.contains(name)) {
                    return Err(Error::invalid(format!(
                        "the mapping names column \"{unknown}\", which is not published"
                    )));
                }
                Ok(chosen)
            }
        }
    }

    pub(super) fn is_ignored(&self) -> bool {
        matches!(self, ProduceSpec::Ignore)
    }
}

/// Whether a simple spec can write a type.
pub(super) fn is_simple(data_type: &DataType) -> bool {
    matches!(
        data_type,
        DataType::Boolean
            | DataType::Int16
            | DataType::Int32
            | DataType::Int64
            | DataType::Float32
            | DataType::Float64
            | DataType::Utf8View
            | DataType::BinaryView
    )
}
