//! The reader's side: which fields of the pinned schema become which columns.
//!
//! Nested records are flattened, `N.P` becoming column `N__P`; arrays of scalars become lists; maps, real unions,
//! arrays of structures and recursive types become their JSON text.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_schema::{DataType, Field, TimeUnit};
use kinetable_engine::{Error, Result};

use super::schema::{Node, NodeId, Schema};

/// A pinned schema and the columns made of it.
#[derive(Debug)]
pub(crate) struct Reader {
    pub(crate) schema: Schema,
    pub(crate) fields: Vec<Field>,
    pub(crate) target: Target,
}

/// What is wanted of a place in the reader's schema.
#[derive(Debug)]
pub(crate) struct Target {
    /// The type there, null taken away.
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
    /// mapped ones are wanted.
    pub(crate) fn new(text: &str, mapping: &BTreeMap<String, String>, mapped_only: bool) -> Result<Reader> {
        let schema = Schema::parse(text)?;
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
        let target = Target { node: root, is_nullable, wanted };
        Ok(Reader { schema, fields, target })
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
        let is_record = matches!(self.schema.node(node), Node::Record { .. });
        self.seen.push(path.to_owned());
        let wanted = if is_record && !self.within.contains(&node) && !self.mapping.contains_key(path) {
            self.record(node, path)?
        } else {
            let Some(name) = self.column_name(path) else {
                return Ok(None);
            };
            let data_type = self.column_type(node);
            let column = self.fields.len();
            if self.fields.iter().any(|field| *field.name() == name) {
                return Err(Error::invalid(format!(
                    "two fields of the Avro schema become column \"{name}\""
                ))
                .with_hint("give one of them another name in the mapping"));
            }
            let shown = data_type.clone().unwrap_or(DataType::Utf8View);
            self.fields.push(Field::new(name, shown, true));
            match data_type {
                Some(_) => Wanted::Column(column),
                None => Wanted::Text(column),
            }
        };
        Ok(Some(Target { node, is_nullable, wanted }))
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
            let item = scalar_type(self.schema.node(item))?;
            return Some(DataType::List(Arc::new(Field::new_list_field(item, true))));
        }
        scalar_type(self.schema.node(id))
    }
}

fn scalar_type(node: &Node) -> Option<DataType> {
    use super::schema::LongKind;
    Some(match node {
        Node::Boolean => DataType::Boolean,
        Node::Int => DataType::Int32,
        Node::Long(LongKind::Plain) => DataType::Int64,
        Node::Long(_) => DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into())),
        Node::Float => DataType::Float32,
        Node::Double => DataType::Float64,
        Node::String | Node::Enum { .. } => DataType::Utf8View,
        Node::Bytes | Node::Fixed(_) => DataType::BinaryView,
        Node::Decimal { precision, scale, .. } => DataType::Decimal128(*precision, *scale),
        Node::Null | Node::Array(_) | Node::Map(_) | Node::Union(_) | Node::Record { .. } => {
            return None;
        }
    })
}
