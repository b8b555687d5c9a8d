//! A schema as a client posts it.

use std::collections::HashSet;

use apache_avro::Schema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::failure::Failure;

/// The languages of schemas. Only Avro's are read; texts of the others are taken as they are.
const KINDS: [&str; 3] = ["AVRO", "PROTOBUF", "JSON"];

/// A schema that another refers to, under a name of the other's.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub(super) struct Reference {
    pub(super) name: String,
    pub(super) subject: String,
    pub(super) version: i32,
}

/// A schema before it is checked.
#[derive(Debug, Clone)]
pub(super) struct Posted {
    pub(super) kind: &'static str,
    pub(super) text: String,
    pub(super) references: Vec<Reference>,
}

/// A schema that has been read.
#[derive(Debug)]
pub(super) struct Parsed {
    /// Equal for equal schemas.
    pub(super) identity: String,
    /// An Avro schema, with what it refers to put in place.
    pub(super) schema: Option<Schema>,
}

impl Posted {
    /// An Avro schema that refers to no other.
    pub(super) fn avro(text: &str) -> Self {
        Self { kind: KINDS[0], text: text.to_owned(), references: Vec::new() }
    }

    /// Reads the body of a request that carries a schema.
    pub(super) fn read(body: &[u8]) -> Result<Self, Failure> {
        let body: Value = serde_json::from_slice(body)
            .map_err(|error| Failure::new(400, format!("the body is not JSON: {error}")))?;
        let kind = body["schemaType"].as_str().unwrap_or("AVRO");
        let kind = KINDS.into_iter().find(|known| *known == kind);
        let kind = kind.ok_or_else(|| Failure::new(42201, "Invalid schema type"))?;
        let references = match &body["references"] {
            Value::Null => Vec::new(),
            given => serde_json::from_value(given.clone()).map_err(Failure::invalid_schema)?,
        };
        let text = body["schema"].as_str().unwrap_or_default();
        if text.is_empty() {
            return Err(Failure::new(42201, "Empty schema"));
        }
        Ok(Self { kind, text: text.to_owned(), references })
    }

    /// Reads the schema; `referred` are the names and texts of all schemas it refers to, directly or not.
    pub(super) fn parse(&self, referred: &[(String, String)]) -> Result<Parsed, Failure> {
        if self.kind != "AVRO" {
            let identity = json!([self.kind, self.text.trim(), self.references]).to_string();
            return Ok(Parsed { identity, schema: None });
        }
        let json: Value = serde_json::from_str(&self.text).map_err(Failure::invalid_schema)?;
        let whole = put_in_place(&json, "", referred, &mut HashSet::new())?;
        let schema = Schema::parse(&whole).map_err(Failure::invalid_schema)?;
        let own = serde_json::to_string(&schema).map_err(Failure::invalid_schema)?;
        let identity =
            if self.references.is_empty() { own } else { json!([own, self.references]).to_string() };
        Ok(Parsed { identity, schema: Some(schema) })
    }
}

/// A type in which the first use of each name that is referred to is the definition of it.
fn put_in_place(
    json: &Value,
    namespace: &str,
    referred: &[(String, String)],
    placed: &mut HashSet<String>,
) -> Result<Value, Failure> {
    match json {
        Value::String(name) => {
            let full = format!("{namespace}.{name}");
            let known = referred.iter().find(|(known, _)| known == name || *known == full);
            match known {
                Some((known, text)) if placed.insert(known.clone()) => {
                    let inner: Value = serde_json::from_str(text).map_err(Failure::invalid_schema)?;
                    put_in_place(&inner, "", referred, placed)
                }
                _ => Ok(json.clone()),
            }
        }
        Value::Array(branches) => {
            branches.iter().map(|branch| put_in_place(branch, namespace, referred, placed)).collect()
        }
        Value::Object(object) => {
            let text = |key: &str| object.get(key).and_then(Value::as_str);
            let of_name = text("name").and_then(|name| name.rsplit_once('.')).map(|(space, _)| space);
            let namespace = of_name.or(text("namespace")).unwrap_or(namespace);
            let mut changed = object.clone();
            for key in ["type", "items", "values"] {
                if let Some(inner) = object.get(key) {
                    changed.insert(key.to_owned(), put_in_place(inner, namespace, referred, placed)?);
                }
            }
            if let Some(Value::Array(fields)) = object.get("fields") {
                let fields = fields.iter().map(|field| put_in_place(field, namespace, referred, placed));
                changed.insert("fields".to_owned(), fields.collect::<Result<Value, Failure>>()?);
            }
            Ok(Value::Object(changed))
        }
        other => Ok(other.clone()),
    }
}
