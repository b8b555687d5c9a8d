//! Where the schema of a publication comes from, and its id.

use arrow_schema::Schema as TableSchema;
use kinetable_engine::{Error, Result};

use super::derive::derive;
use super::plan::{Planner, Step};
use super::{AvroProduce, Destination};
use crate::avro::{Framing, Schema, fingerprint};
use crate::registry::{Kind, Registry};
use crate::spec::AvroSchema;

/// A schema with what stands before its records.
pub(super) struct Source {
    pub(super) schema: Schema,
    pub(super) header: Vec<u8>,
}

impl Source {
    /// Fetches, registers or makes the schema that a spec names.
    pub(super) fn open(
        spec: &AvroProduce,
        columns: &[String],
        table: &TableSchema,
        to: &Destination<'_>,
    ) -> Result<Source> {
        let registry = to.registry.as_deref();
        let (text, references, id) = match (&spec.schema, spec.publish) {
            (AvroSchema::Inline(_), true) => {
                return Err(Error::invalid("a schema that is to be made from the table is given too")
                    .with_hint("give the subject to publish it under"));
            }
            (AvroSchema::Subject { name, .. }, true) => {
                let text = derive(spec, name, columns, table)?;
                let id = needed(registry, to)?.map(|r| r.register(name, Kind::Avro, &text)).transpose()?;
                (text, Vec::new(), id)
            }
            (AvroSchema::Subject { name, version }, false) => {
                let registry = registry.ok_or_else(lacking)?;
                let document = registry.subject(name, version)?;
                document
                    .expect(Kind::Avro)
                    .map_err(|reason| Error::invalid(format!("subject \"{name}\": {reason}")))?;
                let references = document.references.iter().map(|known| known.text.clone()).collect();
                (document.text.clone(), references, Some(document.id))
            }
            (AvroSchema::Inline(text), false) => {
                // Looked at first, so that nothing wrong is registered.
                Schema::parse(text)?;
                let id = needed(registry, to)?.map(|registry| number(registry, text, to)).transpose()?;
                (text.clone(), Vec::new(), id)
            }
        };
        let references: Vec<&str> = references.iter().map(String::as_str).collect();
        let schema = Schema::parse_with(&text, &references)?;
        Ok(Source { schema, header: header(to.framing, &text, id)? })
    }
}

/// The columns that a spec publishes, those of its schema's fields.
pub(in crate::produce) fn used_columns(
    spec: &AvroProduce,
    chosen: &[String],
    table: &TableSchema,
    to: &Destination<'_>,
) -> Result<Vec<String>> {
    if spec.publish {
        return Ok(chosen.to_vec());
    }
    let source = Source::open(spec, chosen, table, to)?;
    Ok(plan(spec, &source.schema, chosen, table)?.1)
}

/// The steps of a row, and the columns they need.
pub(super) fn plan(
    spec: &AvroProduce,
    schema: &Schema,
    chosen: &[String],
    table: &TableSchema,
) -> Result<(Vec<Step>, Vec<String>)> {
    let mut planner = Planner {
        schema,
        table,
        chosen,
        mapping: &spec.mapping,
        timestamp_field: spec.timestamp_field.as_deref(),
        columns: Vec::new(),
    };
    let steps = planner.row()?;
    Ok((steps, planner.columns))
}

/// The registry, unless records are written without an id.
fn needed<'a>(registry: Option<&'a Registry>, to: &Destination<'_>) -> Result<Option<&'a Registry>> {
    match (registry, to.framing) {
        (None, Framing::Schema) => Err(lacking()),
        (registry, _) => Ok(registry),
    }
}

fn lacking() -> Error {
    Error::invalid("an Avro record is written behind the id of its schema, but there is no registry")
        .with_hint(
            "set \"schema.registry.url\", or \"kinetable.avro.framing\" to \"single_object\" or \"none\"",
        )
}

/// The number of an inline schema, under the subject of the topic.
fn number(registry: &Registry, text: &str, to: &Destination<'_>) -> Result<u32> {
    let topic = to.topic.ok_or_else(|| {
        Error::invalid("an inline schema is registered under its topic, but none is given")
            .with_hint("give a topic, or the subject of the schema")
    })?;
    let subject = format!("{topic}-{}", to.side);
    if to.may_register {
        registry.register(&subject, Kind::Avro, text)
    } else {
        registry.known(&subject, text)
    }
}

fn header(framing: Framing, text: &str, id: Option<u32>) -> Result<Vec<u8>> {
    Ok(match framing {
        Framing::Schema => {
            let id = id.expect("the registry has given a number");
            let mut header = vec![0];
            header.extend(id.to_be_bytes());
            header
        }
        Framing::SingleObject => {
            let print = fingerprint(text).ok_or_else(|| Error::invalid("the Avro schema is no JSON"))?;
            let mut header = vec![0xc3, 0x01];
            header.extend(print.to_le_bytes());
            header
        }
        Framing::Bare => Vec::new(),
    })
}
