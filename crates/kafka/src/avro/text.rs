//! Values of any Avro type as JSON text: what a column shows of types the engine does not have.

use std::fmt::Write;

use super::program::{DEPTH_MAX, branch, items, unscaled};
use super::schema::{Node, NodeId, Schema};
use super::wire::Cursor;
use crate::decode::Reason;

/// Appends the next value as JSON.
pub(super) fn write_json(
    schema: &Schema,
    id: NodeId,
    cursor: &mut Cursor<'_>,
    out: &mut String,
    depth: usize,
) -> Result<(), Reason> {
    if depth > DEPTH_MAX {
        return Err("the record is nested too deep".into());
    }
    match schema.node(id) {
        Node::Null => out.push_str("null"),
        Node::Boolean => out.push_str(if cursor.bool()? { "true" } else { "false" }),
        Node::Int | Node::Long(_) => put(out, cursor.long()?),
        Node::Float => float(out, cursor.float()?.into()),
        Node::Double => float(out, cursor.double()?),
        Node::String => match std::str::from_utf8(cursor.bytes()?) {
            Ok(text) => quote(out, text),
            Err(error) => return Err(format!("text is not UTF-8: {error}").into()),
        },
        Node::Bytes => hex(out, cursor.bytes()?),
        Node::Fixed(size) => hex(out, cursor.take(*size)?),
        Node::Decimal { scale, fixed, .. } => {
            let bytes = match fixed {
                Some(size) => cursor.take(*size)?,
                None => cursor.bytes()?,
            };
            put(out, format_args!("{}e-{scale}", unscaled(bytes)?));
        }
        Node::Enum { symbols, .. } => {
            let index = cursor.size()?;
            let symbol = symbols.get(index);
            let symbol = symbol.ok_or_else(|| Reason::from(format!("the enum has no symbol {index}")))?;
            quote(out, symbol);
        }
        Node::Union(branches) => {
            return write_json(schema, *branch(branches, cursor)?, cursor, out, depth + 1);
        }
        Node::Array(item) => {
            let item = *item;
            out.push('[');
            items(cursor, |cursor| {
                separate(out);
                write_json(schema, item, cursor, out, depth + 1)
            })?;
            out.push(']');
        }
        Node::Map(value) => {
            let value = *value;
            out.push('{');
            items(cursor, |cursor| {
                separate(out);
                let key = String::from_utf8_lossy(cursor.bytes()?);
                quote(out, &key);
                out.push(':');
                write_json(schema, value, cursor, out, depth + 1)
            })?;
            out.push('}');
        }
        Node::Record { fields, .. } => {
            out.push('{');
            for field in fields {
                separate(out);
                quote(out, &field.name);
                out.push(':');
                write_json(schema, field.node, cursor, out, depth + 1)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

fn separate(out: &mut String) {
    if !out.ends_with(['[', '{']) {
        out.push(',');
    }
}

fn put(out: &mut String, value: impl std::fmt::Display) {
    write!(out, "{value}").expect("writing to a string does not fail");
}

fn quote(out: &mut String, text: &str) {
    put(out, serde_json::Value::from(text));
}

fn float(out: &mut String, value: f64) {
    put(out, serde_json::Value::from(value));
}

fn hex(out: &mut String, bytes: &[u8]) {
    out.push('"');
    bytes.iter().for_each(|byte| put(out, format_args!("{byte:02x}")));
    out.push('"');
}
