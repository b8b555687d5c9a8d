//! The JSON form of Avro schemas → an arena of nodes in which names are resolved.

use std::collections::HashMap;

use kinetable_engine::{Error, Result};
use serde_json::{Map, Value};

use super::schema::{Field, IntKind, LongKind, Node, NodeId, Schema, unqualified};

/// Deeper schemas are refused; the JSON parser has a limit of its own.
const DEPTH_MAX: usize = 64;
/// Decimals of more digits are read as the bytes they are.
const DIGITS_MAX: u64 = 76;

impl Schema {
    /// Parses the JSON form of a schema that refers to no other.
    pub(crate) fn parse(text: &str) -> Result<Schema> {
        Schema::parse_with(text, &[])
    }

    /// Parses a schema and those it refers to; these in an order in which each comes after those it needs.
    pub(crate) fn parse_with(text: &str, references: &[&str]) -> Result<Schema> {
        let mut parser = Parser { nodes: Vec::new(), names: HashMap::new() };
        for (index, reference) in references.iter().enumerate() {
            if !references[..index].contains(reference) {
                parser.document(reference)?;
            }
        }
        let root = parser.document(text)?;
        Ok(Schema::new(parser.nodes, root))
    }
}

struct Parser {
    nodes: Vec<Node>,
    names: HashMap<String, NodeId>,
}

impl Parser {
    fn document(&mut self, text: &str) -> Result<NodeId> {
        let json: Value = match serde_json::from_str(text) {
            Ok(json) => json,
            // The short form of a primitive schema is often stored without its quotes.
            Err(_) if text.chars().all(|c| c.is_ascii_alphabetic()) => Value::from(text),
            Err(error) => return Err(Error::invalid(format!("the Avro schema is no JSON: {error}"))),
        };
        self.parse(&json, "", 0)
    }

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
            "int" => Node::Int(IntKind::Plain),
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
        let full = full_name(unqualified(&name), &namespace);
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
        self.nodes[id] = Node::Record { name: full, fields: parsed };
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
    let word = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default();
    match (&node, word("logicalType"), word("dhType")) {
        (Node::Int(_), "date", _) => Node::Int(IntKind::Date),
        (Node::Int(_), "time-millis", _) => Node::Int(IntKind::TimeMillis),
        (Node::Int(_), _, "byte") => Node::Int(IntKind::Byte),
        (Node::Int(_), _, "short") => Node::Int(IntKind::Short),
        (Node::Int(_), _, "char") => Node::Int(IntKind::Char),
        (Node::Long(_), "time-micros", _) => Node::Long(LongKind::TimeMicros),
        (Node::Long(_), "timestamp-millis", _) => Node::Long(LongKind::TimestampMillis),
        (Node::Long(_), "timestamp-micros", _) => Node::Long(LongKind::TimestampMicros),
        (Node::Long(_), "timestamp-nanos", _) => Node::Long(LongKind::TimestampNanos),
        (Node::Long(_), "local-timestamp-millis", _) => Node::Long(LongKind::LocalMillis),
        (Node::Long(_), "local-timestamp-micros", _) => Node::Long(LongKind::LocalMicros),
        (Node::Long(_), "local-timestamp-nanos", _) => Node::Long(LongKind::LocalNanos),
        (Node::Long(_), _, "duration") => Node::Long(LongKind::DurationNanos),
        (Node::Fixed(12), "duration", _) => Node::Duration,
        (Node::Fixed(16), "uuid", _) => Node::Uuid,
        (Node::Bytes | Node::Fixed(_), "decimal", _) => decimal(object, node),
        _ => node,
    }
}

fn decimal(object: &Map<String, Value>, node: Node) -> Node {
    let number = |key: &str| object.get(key).and_then(Value::as_u64);
    let scale = number("scale").unwrap_or(0);
    match number("precision") {
        Some(precision @ 1..=DIGITS_MAX) if scale <= precision => Node::Decimal {
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
