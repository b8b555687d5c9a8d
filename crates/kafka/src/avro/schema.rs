//! Avro schemas: their JSON form, parsed into an arena of nodes in which names are resolved.

use std::collections::HashMap;

use kinetable_engine::{Error, Result};
use serde_json::{Map, Value};

/// Deeper schemas are refused; the JSON parser has a limit of its own.
const DEPTH_MAX: usize = 64;

/// A parsed schema.
#[derive(Debug, Clone)]
pub(crate) struct Schema {
    nodes: Vec<Node>,
    root: NodeId,
}

/// A place in a schema's arena. Recursive types refer back.
pub(crate) type NodeId = usize;

/// A type.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    Null,
    Boolean,
    Int,
    Long(LongKind),
    Float,
    Double,
    Bytes,
    String,
    /// Unscaled big-endian two's complement, in as many bytes or length-prefixed.
    Decimal {
        precision: u8,
        scale: i8,
        fixed: Option<usize>,
    },
    Fixed(usize),
    Enum {
        symbols: Vec<String>,
        default: Option<String>,
    },
    Array(NodeId),
    Map(NodeId),
    Union(Vec<NodeId>),
    Record {
        name: String,
        fields: Vec<Field>,
    },
}

/// What a `long` means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LongKind {
    Plain,
    TimestampMillis,
    TimestampMicros,
}

/// A field of a record.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) aliases: Vec<String>,
    pub(crate) node: NodeId,
    pub(crate) default: Option<Value>,
}

impl Schema {
    /// Parses the JSON form of a schema.
    pub(crate) fn parse(text: &str) -> Result<Schema> {
        let json: Value = serde_json::from_str(text)
            .map_err(|error| Error::invalid(format!("the Avro schema is no JSON: {error}")))?;
        let mut parser = Parser { nodes: Vec::new(), names: HashMap::new() };
        let root = parser.parse(&json, "", 0)?;
        Ok(Schema { nodes: parser.nodes, root })
    }

    pub(crate) fn root(&self) -> NodeId {
        self.root
    }

    pub(crate) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id]
    }

    /// The type without null, and whether null is one of its branches. A union of null and one type is that type.
    pub(crate) fn without_null(&self, id: NodeId) -> (NodeId, bool) {
        let Node::Union(branches) = self.node(id) else {
            return (id, matches!(self.node(id), Node::Null));
        };
        let mut others = branches.iter().filter(|branch| !matches!(self.node(**branch), Node::Null));
        let has_null = others.clone().count() < branches.len();
        match (others.next(), others.next()) {
            (Some(only), None) => (*only, has_null),
            _ => (id, has_null),
        }
    }

    /// The type's name, for messages.
    pub(crate) fn type_name(&self, id: NodeId) -> String {
        match self.node(id) {
            Node::Null => "null".into(),
            Node::Boolean => "boolean".into(),
            Node::Int => "int".into(),
            Node::Long(LongKind::Plain) => "long".into(),
            Node::Long(_) => "timestamp".into(),
            Node::Float => "float".into(),
            Node::Double => "double".into(),
            Node::Bytes => "bytes".into(),
            Node::String => "string".into(),
            Node::Decimal { precision, scale, .. } => format!("decimal({precision},{scale})"),
            Node::Fixed(size) => format!("fixed({size})"),
            Node::Enum { .. } => "enum".into(),
            Node::Array(_) => "array".into(),
            Node::Map(_) => "map".into(),
            Node::Union(_) => "union".into(),
            Node::Record { name, .. } => format!("record \"{name}\""),
        }
    }
}

struct Parser {
    nodes: Vec<Node>,
    names: HashMap<String, NodeId>,
}

impl Parser {
    fn parse(&mut self, json: &Value, namespace: &str, depth: usize) -> Result<NodeId> {
        if depth > DEPTH_MAX {
            return Err(Error::invalid(format!("the Avro schema is nested more than {DEPTH_MAX} deep")));
        }
        match json {
            Value::String(name) => self.named(name, namespace),
            Value::Array(branches) => {
                let branches = branches.iter().map(|branch| self.parse(branch, namespace, depth + 1));
                let branches = branches.collect::<Result<Vec<_>>>()?;
                Ok(self.add(Node::Union(branches)))
            }
            Value::Object(object) => self.object(object, namespace, depth),
            other => Err(Error::invalid(format!("{other} is no Avro type"))),
        }
    }

    fn add(&mut self, node: Node) -> NodeId {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    fn named(&mut self, name: &str, namespace: &str) -> Result<NodeId> {
        let primitive = match name {
            "null" => Node::Null,
            "boolean" => Node::Boolean,
            "int" => Node::Int,
            "long" => Node::Long(LongKind::Plain),
            "float" => Node::Float,
            "double" => Node::Double,
            "bytes" => Node::Bytes,
            "string" => Node::String,
            _ => {
                let found = self.names.get(&full_name(name, namespace));
                return found.or_else(|| self.names.get(name)).copied().ok_or_else(|| {
                    Error::invalid(format!("the Avro schema uses type \"{name}\", which it does not define"))
                });
            }
        };
        Ok(self.add(primitive))
    }

    fn object(&mut self, object: &Map<String, Value>, namespace: &str, depth: usize) -> Result<NodeId> {
        let kind = match object.get("type") {
            Some(Value::String(kind)) => kind.as_str(),
            Some(inner) => return self.parse(inner, namespace, depth + 1),
            None => return Err(Error::invalid("an Avro type has no \"type\"")),
        };
        match kind {
            "record" | "error" => self.record(object, namespace, depth),
            "enum" => {
                let symbols = texts(object, "symbols")?;
                let default = object.get("default").and_then(Value::as_str).map(Into::into);
                let node = Node::Enum { symbols, default };
                self.define(object, namespace, node).map(|(id, _)| id)
            }
            "fixed" => {
                let size = object.get("size").and_then(Value::as_u64);
                let size = size.ok_or_else(|| Error::invalid("an Avro fixed has no \"size\""))?;
                let node = logical(object, Node::Fixed(size as usize));
                self.define(object, namespace, node).map(|(id, _)| id)
            }
            "array" | "map" => {
                let key = if kind == "array" { "items" } else { "values" };
                let item = object.get(key);
                let item = item.ok_or_else(|| Error::invalid(format!("an Avro {kind} has no \"{key}\"")))?;
                let item = self.parse(item, namespace, depth + 1)?;
                Ok(self.add(if kind == "array" { Node::Array(item) } else { Node::Map(item) }))
            }
            name => {
                let id = self.named(name, namespace)?;
                let node = logical(object, self.nodes[id].clone());
                Ok(if node == self.nodes[id] { id } else { self.add(node) })
            }
        }
    }

    fn record(&mut self, object: &Map<String, Value>, namespace: &str, depth: usize) -> Result<NodeId> {
        let name = text(object, "name")?.to_owned();
        let node = Node::Record { name: name.clone(), fields: Vec::new() };
        let (id, namespace) = self.define(object, namespace, node)?;
        let fields = object.get("fields").and_then(Value::as_array);
        let fields =
            fields.ok_or_else(|| Error::invalid(format!("the Avro record \"{name}\" has no \"fields\"")))?;
        let mut parsed = Vec::with_capacity(fields.len());
        for field in fields {
            let field = field.as_object().ok_or_else(|| {
                Error::invalid(format!("a field of the Avro record \"{name}\" is no object"))
            })?;
            let field_name = text(field, "name")?.to_owned();
            let node = field
                .get("type")
                .ok_or_else(|| Error::invalid(format!("the Avro field \"{field_name}\" has no \"type\"")))?;
            // A logical type may stand beside the type, in the field itself.
            let node = match node {
                Value::String(_) if field.contains_key("logicalType") => {
                    self.object(field, &namespace, depth + 1)?
                }
                node => self.parse(node, &namespace, depth + 1)?,
            };
            parsed.push(Field {
                name: field_name,
                aliases: texts(field, "aliases").unwrap_or_default(),
                node,
                default: field.get("default").cloned(),
            });
        }
        self.nodes[id] = Node::Record { name, fields: parsed };
        Ok(id)
    }

    /// Adds a named type; gives its place and the namespace of what it contains.
    fn define(
        &mut self,
        object: &Map<String, Value>,
        namespace: &str,
        node: Node,
    ) -> Result<(NodeId, String)> {
        let name = text(object, "name")?;
        let namespace = object.get("namespace").and_then(Value::as_str).unwrap_or(namespace);
        let full = full_name(name, namespace);
        let within = full.rsplit_once('.').map_or("", |(space, _)| space);
        let within = within.to_owned();
        let id = self.add(node);
        if self.names.insert(full.clone(), id).is_some() {
            return Err(Error::invalid(format!("the Avro schema defines \"{full}\" twice")));
        }
        Ok((id, within))
    }
}

/// The node with its logical type taken into account; logical types we do not know are ignored, as Avro wants.
fn logical(object: &Map<String, Value>, node: Node) -> Node {
    let number = |key: &str| object.get(key).and_then(Value::as_u64);
    match (object.get("logicalType").and_then(Value::as_str), &node) {
        (Some("timestamp-millis"), Node::Long(_)) => Node::Long(LongKind::TimestampMillis),
        (Some("timestamp-micros"), Node::Long(_)) => Node::Long(LongKind::TimestampMicros),
        (Some("decimal"), Node::Bytes | Node::Fixed(_)) => {
            let scale = number("scale").unwrap_or(0);
            match number("precision") {
                Some(precision @ 1..=38) if scale <= precision => Node::Decimal {
                    precision: precision as u8,
                    scale: scale as i8,
                    fixed: match node {
                        Node::Fixed(size) => Some(size),
                        _ => None,
                    },
                },
                _ => node,
            }
        }
        _ => node,
    }
}

fn full_name(name: &str, namespace: &str) -> String {
    if name.contains('.') || namespace.is_empty() { name.to_owned() } else { format!("{namespace}.{name}") }
}

fn text<'a>(object: &'a Map<String, Value>, key: &str) -> Result<&'a str> {
    object
        .get(key)
        .and_then(Value::as_str)
        .ok_or_else(|| Error::invalid(format!("an Avro type has no \"{key}\"")))
}

fn texts(object: &Map<String, Value>, key: &str) -> Result<Vec<String>> {
    let items = object.get(key).and_then(Value::as_array);
    let items = items.ok_or_else(|| Error::invalid(format!("an Avro type has no \"{key}\"")))?;
    let item = |item: &Value| item.as_str().map(ToOwned::to_owned);
    items
        .iter()
        .map(item)
        .collect::<Option<_>>()
        .ok_or_else(|| Error::invalid(format!("\"{key}\" of an Avro type is to be a list of text")))
}
