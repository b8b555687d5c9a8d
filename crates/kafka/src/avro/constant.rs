//! Defaults of the reader's schema, for fields a writer does not have.

use arrow_buffer::i256;
use serde_json::Value;

use super::numbers::{unscaled, unscaled_wide};
use super::schema::{IntKind, Node, NodeId, Schema};
use super::shown;
use crate::decode::{ColumnBuilder, Reason};

/// A cell that is the same in every record.
#[derive(Debug, Clone)]
pub(super) enum Constant {
    Null,
    Bool(bool),
    Int(i32),
    /// In a column of smaller integers.
    Small(i64),
    Long(i64),
    Float(f32),
    Double(f64),
    Text(String),
    Bytes(Vec<u8>),
    Decimal(i128),
    WideDecimal(i256),
    List(Vec<Constant>),
}

impl Constant {
    /// The default of a field of a type, if it has one that fits the column.
    pub(super) fn of(schema: &Schema, node: NodeId, default: &Value) -> Result<Constant, Reason> {
        let whole = || default.as_i64();
        let int = || whole().and_then(|value| i32::try_from(value).ok());
        let constant = match (schema.node(node), default) {
            (_, Value::Null) => Some(Constant::Null),
            (Node::Boolean, Value::Bool(value)) => Some(Constant::Bool(*value)),
            (Node::Int(IntKind::Plain), _) => int().map(Constant::Int),
            (Node::Int(IntKind::Date), _) => int().filter(|days| shown::is_date(*days)).map(Constant::Int),
            (Node::Int(IntKind::TimeMillis), _) => int().map(|ms| Constant::Long(i64::from(ms) * 1_000_000)),
            (Node::Int(_), _) => whole().map(Constant::Small),
            (Node::Long(kind), _) => whole().and_then(|v| v.checked_mul(kind.factor())).map(Constant::Long),
            (Node::Float, _) => default.as_f64().map(|value| Constant::Float(value as f32)),
            (Node::Double, _) => default.as_f64().map(Constant::Double),
            (Node::String | Node::Enum { .. }, Value::String(text)) => Some(Constant::Text(text.clone())),
            (Node::Uuid | Node::Duration, Value::String(text)) => fixed_text(schema.node(node), text),
            (Node::Bytes | Node::Fixed(_), Value::String(text)) => latin(text).map(Constant::Bytes),
            (Node::Decimal { precision, .. }, Value::String(text)) => {
                let bytes = latin(text).unwrap_or_default();
                Some(if *precision > 38 {
                    Constant::WideDecimal(unscaled_wide(&bytes)?)
                } else {
                    Constant::Decimal(unscaled(&bytes)?)
                })
            }
            (Node::Array(item), Value::Array(items)) => {
                let (item, _) = schema.without_null(*item);
                let items = items.iter().map(|value| Constant::of(schema, item, value));
                Some(Constant::List(items.collect::<Result<_, _>>()?))
            }
            _ => None,
        };
        constant.ok_or_else(|| format!("default {default} is no value of {}", schema.type_name(node)).into())
    }

    /// Adds the cell.
    ///
    /// # Errors
    /// If an integer does not fit into the column, or a batch has more list items than there can be.
    pub(super) fn push(&self, column: &mut ColumnBuilder) -> Result<(), Reason> {
        match self {
            Constant::Null => column.push_null(),
            Constant::Bool(value) => column.push_bool(*value),
            Constant::Int(value) => column.push_i32(*value),
            Constant::Long(value) => column.push_i64(*value),
            Constant::Float(value) => column.push_f32(*value),
            Constant::Double(value) => column.push_f64(*value),
            Constant::Text(value) => column.push_text(value),
            Constant::Bytes(value) => column.push_bytes(value),
            Constant::Small(value) => column.push_integer(*value)?,
            Constant::Decimal(value) => column.push_decimal(*value),
            Constant::WideDecimal(value) => column.push_wide_decimal(*value),
            Constant::List(items) => {
                items.iter().try_for_each(|item| item.push(column.items()))?;
                column.end_list()?;
            }
        }
        Ok(())
    }
}

/// A column shows these as text; a schema gives their bytes.
fn fixed_text(node: &Node, text: &str) -> Option<Constant> {
    let bytes = latin(text)?;
    match (node, bytes.len()) {
        (Node::Uuid, 16) => Some(Constant::Text(shown::uuid(&bytes))),
        (Node::Duration, 12) => Some(Constant::Text(shown::duration(&bytes))),
        _ => None,
    }
}

/// Bytes in a schema's JSON are characters up to U+00FF.
fn latin(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect()
}
