//! Rows of a chunk → the bytes of one side of records.

use arrow_schema::Schema;
use kinetable_engine::{Error, Result};

use super::avro::{AvroEncoder, Destination};
use super::cells::{Cells, instant};
use super::protobuf::ProtobufEncoder;
use super::spec::{ProduceSpec, is_simple};
use crate::decode::Reason;

/// How one side of records is made from a table's columns.
#[derive(Debug, Clone)]
pub(super) struct SideEncoder {
    /// Indexes into the table's schema.
    pub(super) columns: Vec<usize>,
    form: Form,
}

#[derive(Debug, Clone)]
enum Form {
    Null,
    Simple,
    Json { top: Vec<(String, Part)>, output_nulls: bool },
    Avro(AvroEncoder),
    Protobuf(ProtobufEncoder),
}

/// What a field of an object is.
#[derive(Debug, Clone)]
enum Part {
    /// The side's n-th column.
    Column(usize),
    Object(Vec<(String, Part)>),
    /// The time of publication.
    Time,
}

/// What does not change from row to row.
pub(super) struct Chunk<'a> {
    pub(super) cells: Vec<Cells<'a>>,
    /// The time of publication, ns since the epoch.
    pub(super) now: i64,
}

impl SideEncoder {
    pub(super) fn new(spec: &ProduceSpec, schema: &Schema, to: &Destination<'_>) -> Result<SideEncoder> {
        let mut names = spec.columns(schema)?;
        let made = match spec {
            ProduceSpec::Avro(avro) => {
                let (encoder, used) = AvroEncoder::new(avro, &names, schema, to)?;
                names = used;
                Some(Form::Avro(encoder))
            }
            ProduceSpec::Protobuf(spec) => {
                let (encoder, used) = ProtobufEncoder::new(spec, schema, to)?;
                names = used;
                Some(Form::Protobuf(encoder))
            }
            _ => None,
        };
        let index = |name: &String| schema.index_of(name).expect("the spec checked its columns");
        let columns: Vec<usize> = names.iter().map(index).collect();
        let form = match spec {
            ProduceSpec::Ignore => Form::Null,
            ProduceSpec::Avro(_) | ProduceSpec::Protobuf(_) => made.expect("it was made above"),
            ProduceSpec::Simple { column } => {
                let data_type = schema.field(columns[0]).data_type();
                if !is_simple(data_type) {
                    return Err(Error::invalid(format!(
                        "column \"{column}\" is {data_type}, which a simple spec cannot write"
                    ))
                    .with_hint("use a JSON spec, or make it a bool, number, string or bytes first"));
                }
                Form::Simple
            }
            ProduceSpec::Json { mapping, nested_delim, output_nulls, timestamp_field, .. } => {
                let mut top = Vec::new();
                for (place, name) in names.iter().enumerate() {
                    let field = mapping.get(name).unwrap_or(name);
                    insert(&mut top, field, nested_delim.as_deref(), Part::Column(place))?;
                }
                if let Some(field) = timestamp_field {
                    insert(&mut top, field, nested_delim.as_deref(), Part::Time)?;
                }
                if top.is_empty() {
                    return Err(Error::invalid("the JSON spec has no columns left"));
                }
                Form::Json { top, output_nulls: *output_nulls }
            }
        };
        Ok(SideEncoder { columns, form })
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self.form, Form::Null)
    }

    /// Appends the side of a row; false if it is null.
    ///
    /// # Errors
    /// If a cell cannot be written as the spec wants; what was appended is then to be taken back.
    pub(super) fn write(
        &self,
        chunk: &Chunk<'_>,
        row: usize,
        out: &mut Vec<u8>,
    ) -> std::result::Result<bool, Reason> {
        match &self.form {
            Form::Null => Ok(false),
            Form::Simple if chunk.cells[0].is_null(row) => Ok(false),
            Form::Simple => {
                chunk.cells[0].write_simple(row, out);
                Ok(true)
            }
            Form::Json { top, output_nulls } => {
                object(top, *output_nulls, chunk, row, out);
                Ok(true)
            }
            Form::Avro(encoder) => encoder.write(chunk, row, out).map(|()| true),
            Form::Protobuf(encoder) => encoder.write(chunk, row, out).map(|()| true),
        }
    }
}

/// Appends an object; false if it has no field.
fn object(
    fields: &[(String, Part)],
    output_nulls: bool,
    chunk: &Chunk<'_>,
    row: usize,
    out: &mut Vec<u8>,
) -> bool {
    out.push(b'{');
    let mut is_empty = true;
    for (name, part) in fields {
        if let Part::Column(place) = part
            && !output_nulls
            && chunk.cells[*place].is_null(row)
        {
            continue;
        }
        let before = out.len();
        if !is_empty {
            out.push(b',');
        }
        serde_json::to_writer(&mut *out, name).expect("text is JSON");
        out.push(b':');
        let is_written = match part {
            Part::Column(place) => {
                chunk.cells[*place].write_json(row, out);
                true
            }
            Part::Time => {
                out.push(b'"');
                instant(out, chunk.now);
                out.push(b'"');
                true
            }
            Part::Object(fields) => object(fields, output_nulls, chunk, row, out),
        };
        if is_written {
            is_empty = false;
        } else {
            out.truncate(before);
        }
    }
    out.push(b'}');
    !is_empty
}

fn insert(fields: &mut Vec<(String, Part)>, name: &str, delimiter: Option<&str>, part: Part) -> Result<()> {
    let split = delimiter.filter(|d| !d.is_empty()).and_then(|delimiter| name.split_once(delimiter));
    let taken = || {
        Error::invalid(format!("two columns become JSON field \"{name}\""))
            .with_hint("give one of them another name in the mapping")
    };
    let Some((outer, inner)) = split else {
        if fields.iter().any(|(other, _)| other == name) {
            return Err(taken());
        }
        fields.push((name.to_owned(), part));
        return Ok(());
    };
    let at = match fields.iter().position(|(other, _)| other == outer) {
        Some(at) => at,
        None => {
            fields.push((outer.to_owned(), Part::Object(Vec::new())));
            fields.len() - 1
        }
    };
    match &mut fields[at].1 {
        Part::Object(nested) => insert(nested, inner, delimiter, part),
        _ => Err(taken()),
    }
}
