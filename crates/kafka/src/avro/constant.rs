//! Defaults of the reader's schema, for fields a writer does not have.

use serde_json::Value;

use super::schema::{LongKind, Node, NodeId, Schema};
use crate::decode::{ColumnBuilder, Reason};

/// A cell that is the same in every record.
#[derive(Debug, Clone)]
pub(super) enum Constant {
    Null,
    Bool(bool),
    Int(i32),
    Long(i64),
    Float(f32),
    Double(f64),
    Text(String),
    Bytes(Vec<u8>),
    EmptyList,
}

impl Constant {
    /// The default of a field of a type, if it has one that fits the column.
    pub(super) fn of(schema: &Schema, node: NodeId, default: &Value) -> Result<Constant, Reason> {
        let whole = || default.as_i64();
        let constant = match (schema.node(node), default) {
            (_, Value::Null) => Some(Constant::Null),
            (Node::Boolean, Value::Bool(value)) => Some(Constant::Bool(*value)),
            (Node::Int, _) => whole().and_then(|v| v.try_into().ok()).map(Constant::Int),
            (Node::Long(kind), _) => whole().and_then(|v| v.checked_mul(factor(*kind))).map(Constant::Long),
            (Node::Float, _) => default.as_f64().map(|value| Constant::Float(value as f32)),
            (Node::Double, _) => default.as_f64().map(Constant::Double),
            (Node::String | Node::Enum { .. }, Value::String(text)) => Some(Constant::Text(text.clone())),
            (Node::Bytes | Node::Fixed(_), Value::String(text)) => latin(text).map(Constant::Bytes),
            (Node::Array(_), Value::Array(items)) if items.is_empty() => Some(Constant::EmptyList),
            _ => None,
        };
        constant.ok_or_else(|| format!("default {default} is no value of {}", schema.type_name(node)).into())
    }

    /// Adds the cell.
    pub(super) fn push(&self, column: &mut ColumnBuilder) {
        match self {
            Constant::Null => column.push_null(),
            Constant::Bool(value) => column.push_bool(*value),
            Constant::Int(value) => column.push_i32(*value),
            Constant::Long(value) => column.push_i64(*value),
            Constant::Float(value) => column.push_f32(*value),
            Constant::Double(value) => column.push_f64(*value),
            Constant::Text(value) => column.push_text(value),
            Constant::Bytes(value) => column.push_bytes(value),
            Constant::EmptyList => column.end_list().expect("an empty list adds no items"),
        }
    }
}

/// What a value of a kind is multiplied by to become what the column holds.
pub(super) fn factor(kind: LongKind) -> i64 {
    match kind {
        LongKind::Plain => 1,
        LongKind::TimestampMillis => 1_000_000,
        LongKind::TimestampMicros => 1_000,
    }
}

/// Bytes in a schema's JSON are characters up to U+00FF.
fn latin(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect()
}
