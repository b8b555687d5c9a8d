//! Which column each field of a message is written from.

use arrow_schema::{DataType, Schema, TimeUnit};
use kinetable_engine::{Error, Result};
use prost_reflect::{Cardinality, FieldDescriptor, Kind, MessageDescriptor};

use super::ProtobufProduce;
use crate::protobuf::Scalar;

/// A field that is written.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) number: u32,
    pub(super) name: String,
    pub(super) form: Form,
    /// Whether a row without it is refused.
    pub(super) is_required: bool,
    /// The oneof it is of, by its place in its message.
    pub(super) oneof: Option<usize>,
}

/// How a field is written.
#[derive(Debug, Clone)]
pub(super) enum Form {
    /// The side's n-th column; without presence a default is left out.
    Cell {
        place: usize,
        scalar: Scalar,
        has_presence: bool,
    },
    List {
        place: usize,
        scalar: Scalar,
        is_packed: bool,
    },
    Message {
        parts: Vec<Part>,
        is_group: bool,
    },
    /// A repeated message, each column a list.
    Items {
        parts: Vec<Part>,
        places: Vec<usize>,
        is_group: bool,
    },
}

/// The parts of a message, by number, and the columns they are written from.
pub(super) fn parts(
    spec: &ProtobufProduce,
    message: &MessageDescriptor,
    table: &Schema,
) -> Result<(Vec<Part>, Vec<String>)> {
    let mut planner =
        Planner { spec, table, columns: Vec::new(), path: Vec::new(), seen: Vec::new(), is_item: false };
    let parts = planner.message(message, &mut Vec::new())?;
    if let Some(field) = spec.mapping.keys().find(|field| !planner.seen.contains(field)) {
        return Err(Error::invalid(format!("message \"{}\" has no field \"{field}\"", message.full_name()))
            .with_hint(format!("fields: {}", planner.seen.join(", "))));
    }
    if planner.columns.is_empty() {
        let fields = planner.seen.join(", ");
        return Err(Error::invalid(format!("no column is a field of message \"{}\"", message.full_name()))
            .with_hint(format!("name columns as its fields, or map them; fields: {fields}")));
    }
    Ok((parts, planner.columns))
}

struct Planner<'a> {
    spec: &'a ProtobufProduce,
    table: &'a Schema,
    columns: Vec<String>,
    path: Vec<String>,
    /// All fields that were met, as a mapping names them.
    seen: Vec<String>,
    is_item: bool,
}

/// Deeper messages have no columns when they are read, either.
const LEVELS_MAX: usize = 24;
/// Small descriptors can say very many fields.
const FIELDS_MAX: usize = 20_000;

impl Planner<'_> {
    fn message(&mut self, message: &MessageDescriptor, within: &mut Vec<String>) -> Result<Vec<Part>> {
        within.push(message.full_name().to_owned());
        let oneofs: Vec<String> = message.oneofs().map(|oneof| oneof.full_name().to_owned()).collect();
        let mut parts = Vec::new();
        for field in message.fields() {
            self.path.push(field.name().to_owned());
            self.seen.push(self.path.join("."));
            if self.seen.len() > FIELDS_MAX {
                return Err(Error::invalid(format!("the message has more than {FIELDS_MAX} fields")));
            }
            let form = self.form(&field, within)?;
            self.path.pop();
            let is_required = field.cardinality() == Cardinality::Required;
            let oneof = field.containing_oneof().filter(|oneof| !oneof.is_synthetic());
            let oneof = oneof.and_then(|of| oneofs.iter().position(|name| *name == of.full_name()));
            match form {
                Some(form) => parts.push(Part {
                    number: field.number(),
                    name: field.name().to_owned(),
                    form,
                    is_required,
                    oneof,
                }),
                None if is_required && within.len() == 1 => {
                    return Err(Error::invalid(format!(
                        "field \"{}\" is required, but no column has it",
                        field.name()
                    ))
                    .with_hint("name a column so, or map one to it"));
                }
                None => {}
            }
        }
        within.pop();
        parts.sort_by_key(|part| part.number);
        Ok(parts)
    }

    fn form(&mut self, field: &FieldDescriptor, within: &mut Vec<String>) -> Result<Option<Form>> {
        let scalar = if field.is_map() { None } else { Scalar::of(&field.kind()) };
        let Some(scalar) = scalar else {
            return self.structure(field, within);
        };
        let is_list = field.is_list();
        if is_list && self.is_item {
            return self.unwritable("repeated within what is repeated");
        }
        let Some(place) = self.place(&scalar, is_list || self.is_item)? else {
            return Ok(None);
        };
        Ok(Some(match is_list {
            true => Form::List { place, scalar, is_packed: field.is_packed() },
            false => Form::Cell { place, scalar, has_presence: field.supports_presence() },
        }))
    }

    fn structure(&mut self, field: &FieldDescriptor, within: &mut Vec<String>) -> Result<Option<Form>> {
        let message = match field.kind() {
            Kind::Message(message) if !field.is_map() => message,
            _ => return self.unwritable("a map"),
        };
        let name = message.full_name();
        if within.iter().any(|outer| outer == name)
            || within.len() >= LEVELS_MAX
            || name == "google.protobuf.Value"
        {
            return self.unwritable("a message within itself");
        }
        let is_group = field.is_group();
        if !field.is_list() {
            let parts = self.message(&message, within)?;
            return Ok((!parts.is_empty()).then_some(Form::Message { parts, is_group }));
        }
        if self.is_item {
            return self.unwritable("repeated within what is repeated");
        }
        self.is_item = true;
        let first = self.columns.len();
        let parts = self.message(&message, within);
        self.is_item = false;
        let (parts, places) = (parts?, (first..self.columns.len()).collect());
        Ok((!parts.is_empty()).then_some(Form::Items { parts, places, is_group }))
    }

    /// A field that we cannot write: a mistake only if a column is meant for it.
    fn unwritable(&self, what: &str) -> Result<Option<Form>> {
        let (field, name) = (self.path.join("."), self.path.join(&self.spec.message.delimiter));
        if self.spec.mapping.contains_key(&field) || self.table.index_of(&name).is_ok() {
            return Err(Error::invalid(format!("field \"{field}\" is {what}, which cannot be written"))
                .with_hint(format!("leave column \"{name}\" out, or publish it as JSON")));
        }
        Ok(None)
    }

    fn place(&mut self, scalar: &Scalar, is_list: bool) -> Result<Option<usize>> {
        let field = self.path.join(".");
        let mapped = self.spec.mapping.get(&field);
        let name = mapped.cloned().unwrap_or_else(|| self.path.join(&self.spec.message.delimiter));
        let Ok(column) = self.table.field_with_name(&name) else {
            if mapped.is_some() {
                return Err(Error::invalid(format!(
                    "field \"{field}\" is mapped to column \"{name}\", which is not there"
                )));
            }
            return Ok(None);
        };
        let item = match column.data_type() {
            DataType::List(item) if is_list => Some(item.data_type()),
            DataType::List(_) => None,
            other => (!is_list).then_some(other),
        };
        if !item.is_some_and(|item| fits(scalar, item)) {
            let list = if is_list { "a list of " } else { "" };
            return Err(Error::invalid(format!(
                "column \"{name}\" is {}, but field \"{field}\" wants {list}{}",
                column.data_type(),
                scalar.column_type()
            ))
            .with_hint("make it of that type, or map another column to the field"));
        }
        self.columns.push(name);
        Ok(Some(self.columns.len() - 1))
    }
}

/// Whether cells of a type may become values of a field; whether each does is seen when it is written.
fn fits(scalar: &Scalar, data_type: &DataType) -> bool {
    let is_whole = matches!(
        data_type,
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 | DataType::UInt16
    );
    match scalar {
        Scalar::Bool | Scalar::Empty => *data_type == DataType::Boolean,
        Scalar::Float | Scalar::Double => {
            is_whole || matches!(data_type, DataType::Float32 | DataType::Float64)
        }
        Scalar::Text => *data_type == DataType::Utf8View,
        Scalar::Bytes => *data_type == DataType::BinaryView,
        Scalar::Enum(_) => is_whole || *data_type == DataType::Utf8View,
        Scalar::Timestamp => matches!(data_type, DataType::Timestamp(TimeUnit::Nanosecond, Some(_))),
        Scalar::Duration => matches!(data_type, DataType::Duration(TimeUnit::Nanosecond)),
        Scalar::Wrapped(inner) => fits(inner, data_type),
        _ => is_whole,
    }
}
