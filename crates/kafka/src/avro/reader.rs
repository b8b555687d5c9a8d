//! The reader's side: which fields of the pinned schema become which columns.
//!
//! Nested records are flattened, `N.P` becoming column `N__P`; arrays of scalars and of such arrays become lists; maps, unions of
//! unlike types, arrays of structures and recursive types become their JSON text.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_schema::{DataType, Field, TimeUnit};
use kinetable_engine::{Error, Result};

use super::schema::{IntKind, Measure, Node, NodeId, Schema};

/// Records within records are flattened so deep; what lies deeper is text.
const DEPTH_MAX: usize = 32;
/// A schema that uses its types over and over could have any number of columns.
const COLUMNS_MAX: usize = 10_000;

/// A pinned schema and the columns made of it.
#[derive(Debug)]
pub(crate) struct Reader {
    /// As it is written.
    pub(crate) text: String,
    /// As records of it are written.
    pub(crate) own: Schema,
    /// As it is read: unions of like types are the widest of them.
    pub(crate) schema: Schema,
    pub(crate) fields: Vec<Field>,
    pub(crate) target: Target,
}

/// What is wanted of a place in the reader's schema.
#[derive(Debug)]
pub(crate) struct Target {
    /// The type there; null taken away, but for text.
    pub(crate) node: NodeId,
    /// Whether null may stand there.
    pub(crate) is_nullable: bool,
    pub(crate) wanted: Wanted,
}

/// How a place is wanted.
#[derive(Debug)]
pub(crate) enum Wanted {
    /// As a column.
    Column(usize),
    /// As a column of JSON text.
    Text(usize),
    /// In parts: indexes of the record's fields.
    Fields(Vec<(usize, Target)>),
}

impl Target {
    /// All columns at and below this place.
    pub(crate) fn columns(&self) -> Vec<usize> {
        match &self.wanted {
            Wanted::Column(column) | Wanted::Text(column) => vec![*column],
            Wanted::Fields(fields) => fields.iter().flat_map(|(_, t)| t.columns()).collect(),
        }
    }
}

impl Reader {
    /// Chooses columns: `mapping` names fields (`N.P` for nested ones) and their columns; the others keep their names, unless only
    /// mapped ones are wanted. `references` are the schemas that this one refers to.
    pub(crate) fn new(
        text: &str,
        references: &[&str],
        mapping: &BTreeMap<String, String>,
        mapped_only: bool,
    ) -> Result<Reader> {
        let own = Schema::parse_with(text, references)?;
        let schema = own.with_unions_widened();
        let mut chooser = Chooser {
            schema: &schema,
            mapping,
            mapped_only,
            fields: Vec::new(),
            seen: Vec::new(),
            within: Vec::new(),
        };
        let (root, is_nullable) = schema.without_null(schema.root());
        if !matches!(schema.node(root), Node::Record { .. }) {
            let found = schema.type_name(root);
            return Err(Error::invalid(format!("the Avro schema is of {found}, but a row needs a record"))
                .with_hint("a topic of single values is read with a simple spec"));
        }
        let wanted = chooser.record(root, "")?;
        let (fields, seen) = (chooser.fields, chooser.seen);
        if let Some(unknown) = mapping.keys().find(|key| !seen.contains(key)) {
            return Err(Error::invalid(format!("the Avro schema has no field \"{unknown}\""))
                .with_hint(format!("fields: {}", seen.join(", "))));
        }
        if fields.is_empty() {
            return Err(Error::invalid(
                "no field of the Avro schema is mapped, and only mapped ones are wanted",
            ));
        }
        let target = Target { node: root, is_nullable, wanted };
        Ok(Reader { text: text.to_owned(), own, schema, fields, target })
    }
}

struct Chooser<'a> {
    schema: &'a Schema,
    mapping: &'a BTreeMap<String, String>,
    mapped_only: bool,
    fields: Vec<Field>,
    seen: Vec<String>,
    within: Vec<NodeId>,
}

impl Chooser<'_> {
    fn record(&mut self, node: NodeId, path: &str) -> Result<Wanted> {
        let Node::Record { fields, .. } = self.schema.node(node) else {
            panic!("only records have fields");
        };
        self.within.push(node);
        let mut wanted = Vec::new();
        for (index, field) in fields.iter().enumerate() {
            let path = if path.is_empty() { field.name.clone() } else { format!("{path}.{}", field.name) };
            if let Some(target) = self.field(field.node, &path)? {
                wanted.push((index, target));
            }
        }
        self.within.pop();
        Ok(Wanted::Fields(wanted))
    }

    fn field(&mut self, id: NodeId, path: &str) -> Result<Option<Target>> {
        let (node, is_nullable) = self.schema.without_null(id);
        self.seen.push(path.to_owned());
        if self.seen.len() > COLUMNS_MAX {
            return Err(Error::invalid(format!("the Avro schema has more than {COLUMNS_MAX} fields")));
        }
        let wanted = if self.is_flattened(node, path) {
            match self.record(node, path)? {
                Wanted::Fields(fields) if fields.is_empty() => return Ok(None),
                wanted => wanted,
            }
        } else {
            let Some(name) = self.column_name(path) else {
                return Ok(None);
            };
            self.column(node, name)?
        };
        // Text shows null as it shows all else: by the type as it is written.
        let node = if matches!(wanted, Wanted::Text(_)) { id } else { node };
        Ok(Some(Target { node, is_nullable, wanted }))
    }

    /// Whether a place is taken apart: a record of which the mapping names no column, or columns of its parts too.
    fn is_flattened(&self, node: NodeId, path: &str) -> bool {
        let is_record = matches!(self.schema.node(node), Node::Record { .. });
        if !is_record || self.within.contains(&node) || self.within.len() >= DEPTH_MAX {
            return false;
        }
        let is_within = |key: &String| key.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'));
        !self.mapping.contains_key(path) || self.mapping.keys().any(is_within)
    }

    fn column(&mut self, node: NodeId, name: String) -> Result<Wanted> {
        if self.fields.iter().any(|field| *field.name() == name) {
            return Err(Error::invalid(format!("two fields of the Avro schema become column \"{name}\""))
                .with_hint("give one of them another name in the mapping"));
        }
        let column = self.fields.len();
        let data_type = self.column_type(node);
        let is_text = data_type.is_none();
        self.fields.push(Field::new(name, data_type.unwrap_or(DataType::Utf8View), true));
        Ok(if is_text { Wanted::Text(column) } else { Wanted::Column(column) })
    }

    fn column_name(&self, path: &str) -> Option<String> {
        match self.mapping.get(path) {
            Some(name) => Some(name.clone()),
            None if self.mapped_only => None,
            None => Some(path.replace('.', "__")),
        }
    }

    /// The type of a column of this type; `None` if it is shown as text.
    fn column_type(&self, id: NodeId) -> Option<DataType> {
        if let Node::Array(item) = self.schema.node(id) {
            let (item, _) = self.schema.without_null(*item);
            let item = self.column_type(item)?;
            return Some(DataType::List(Arc::new(Field::new_list_field(item, true))));
        }
        scalar_type(self.schema.node(id))
    }
}

fn scalar_type(node: &Node) -> Option<DataType> {
    let instant = |zone: Option<&str>| DataType::Timestamp(TimeUnit::Nanosecond, zone.map(Into::into));
    Some(match node {
        Node::Boolean => DataType::Boolean,
        Node::Int(kind) => match kind {
            IntKind::Plain => DataType::Int32,
            IntKind::Date => DataType::Date32,
            IntKind::TimeMillis => DataType::Time64(TimeUnit::Nanosecond),
            IntKind::Byte => DataType::Int8,
            IntKind::Short => DataType::Int16,
            IntKind::Char => DataType::UInt16,
        },
        Node::Long(kind) => match kind.measure() {
            Measure::Number => DataType::Int64,
            Measure::TimeOfDay => DataType::Time64(TimeUnit::Nanosecond),
            Measure::Instant => instant(Some("UTC")),
            Measure::LocalDateTime => instant(None),
            Measure::Duration => DataType::Duration(TimeUnit::Nanosecond),
        },
        Node::Float => DataType::Float32,
        Node::Double => DataType::Float64,
        Node::String | Node::Enum { .. } | Node::Uuid | Node::Duration => DataType::Utf8View,
        Node::Bytes | Node::Fixed(_) => DataType::BinaryView,
        Node::Decimal { precision: precision @ 39.., scale, .. } => DataType::Decimal256(*precision, *scale),
        Node::Decimal { precision, scale, .. } => DataType::Decimal128(*precision, *scale),
        Node::Null | Node::Array(_) | Node::Map(_) | Node::Union(_) | Node::Record { .. } => {
            return None;
        }
    })
}
