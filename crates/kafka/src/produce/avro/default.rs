//! Defaults of fields that no column fills, encoded once.

use serde_json::Value;

use crate::avro::{Node, NodeId, Schema, put_long};

/// Appends a default; `None` if it is no value of the type.
pub(super) fn encode_default(schema: &Schema, node: NodeId, value: &Value, out: &mut Vec<u8>) -> Option<()> {
    match schema.node(node) {
        Node::Null => value.is_null().then_some(())?,
        Node::Boolean => out.push(value.as_bool()?.into()),
        Node::Int(_) => put_long(out, i32::try_from(value.as_i64()?).ok()?.into()),
        Node::Long(_) => put_long(out, value.as_i64()?),
        Node::Float => out.extend((value.as_f64()? as f32).to_le_bytes()),
        Node::Double => out.extend(value.as_f64()?.to_le_bytes()),
        Node::String => prefixed(out, value.as_str()?.as_bytes()),
        Node::Bytes | Node::Decimal { fixed: None, .. } => prefixed(out, &latin(value)?),
        Node::Fixed(size) | Node::Decimal { fixed: Some(size), .. } => fixed(out, &latin(value)?, *size)?,
        Node::Uuid => fixed(out, &latin(value)?, 16)?,
        Node::Duration => fixed(out, &latin(value)?, 12)?,
        Node::Enum { symbols, .. } => {
            let symbol = value.as_str()?;
            let index = symbols.iter().position(|known| known == symbol)?;
            put_long(out, index as i64);
        }
        Node::Array(item) => {
            let items = value.as_array()?;
            if !items.is_empty() {
                put_long(out, items.len() as i64);
                items.iter().try_for_each(|value| encode_default(schema, *item, value, out))?;
            }
            out.push(0);
        }
        Node::Map(item) => {
            let entries = value.as_object()?;
            if !entries.is_empty() {
                put_long(out, entries.len() as i64);
                for (key, value) in entries {
                    prefixed(out, key.as_bytes());
                    encode_default(schema, *item, value, out)?;
                }
            }
            out.push(0);
        }
        Node::Union(branches) => {
            // Avro up to 1.11 wants the first branch, later any.
            let start = out.len();
            return branches.iter().enumerate().find_map(|(index, branch)| {
                out.truncate(start);
                put_long(out, index as i64);
                encode_default(schema, *branch, value, out)
            });
        }
        Node::Record { fields, .. } => {
            let given = value.as_object()?;
            for field in fields {
                let value = given.get(&field.name).or(field.default.as_ref())?;
                encode_default(schema, field.node, value, out)?;
            }
        }
    }
    Some(())
}

fn prefixed(out: &mut Vec<u8>, bytes: &[u8]) {
    put_long(out, bytes.len() as i64);
    out.extend_from_slice(bytes);
}

fn fixed(out: &mut Vec<u8>, bytes: &[u8], size: usize) -> Option<()> {
    out.extend_from_slice(bytes);
    (bytes.len() == size).then_some(())
}

/// Bytes in a schema's JSON are characters up to U+00FF.
fn latin(value: &Value) -> Option<Vec<u8>> {
    value.as_str()?.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect()
}
