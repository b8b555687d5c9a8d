//! Defaults of fields as the bytes a writer would have written.

use serde_json::Value;

use super::schema::{Node, NodeId, Schema};
use super::wire::put_long;

/// Values in one default. More is what only a schema needs whose defaults stand for themselves, over and over.
const VALUES_MAX: usize = 1 << 16;
const DEPTH_MAX: usize = 64;
/// Bytes of one default, but for its last value. More is what only a schema needs that names a long default over and over.
const BYTES_MAX: usize = 1 << 20;

/// Appends a default; `None` if it is no value of the type.
pub(crate) fn encode_default(schema: &Schema, node: NodeId, value: &Value, out: &mut Vec<u8>) -> Option<()> {
    let end = out.len().saturating_add(BYTES_MAX);
    Encoder { schema, left: VALUES_MAX, end }.value(node, value, out, 0)
}

struct Encoder<'a> {
    schema: &'a Schema,
    /// Values that may still come.
    left: usize,
    /// How long the bytes may be where a value begins.
    end: usize,
}

impl Encoder<'_> {
    fn value(&mut self, node: NodeId, value: &Value, out: &mut Vec<u8>, depth: usize) -> Option<()> {
        self.left = self.left.checked_sub(1).filter(|_| depth < DEPTH_MAX && out.len() <= self.end)?;
        match self.schema.node(node) {
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
                    items.iter().try_for_each(|value| self.value(*item, value, out, depth + 1))?;
                }
                out.push(0);
            }
            Node::Map(item) => {
                let entries = value.as_object()?;
                if !entries.is_empty() {
                    put_long(out, entries.len() as i64);
                    for (key, value) in entries {
                        prefixed(out, key.as_bytes());
                        self.value(*item, value, out, depth + 1)?;
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
                    self.value(*branch, value, out, depth + 1)
                });
            }
            Node::Record { fields, .. } => {
                let given = value.as_object()?;
                for field in fields {
                    let value = given.get(&field.name).or(field.default.as_ref())?;
                    self.value(field.node, value, out, depth + 1)?;
                }
            }
        }
        Some(())
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_default_that_stands_for_itself_is_refused() {
        let text = r#"{"type":"record","name":"R","fields":[
            {"name":"a","type":"R","default":{}},{"name":"b","type":"R","default":{}}]}"#;
        let schema = Schema::parse(text).unwrap();
        let encoded = encode_default(&schema, schema.root(), &serde_json::json!({}), &mut Vec::new());
        assert_eq!(encoded, None);
    }

    #[test]
    fn a_default_that_is_long_over_and_over_is_refused() {
        // Each record has two of the next, the last a long text: a schema of 60 kB, a default of 1 GB.
        let mut kind = format!(
            r#"{{"type":"record","name":"R0","fields":[
            {{"name":"t","type":"string","default":"{}"}}]}}"#,
            "x".repeat(60_000)
        );
        for level in 1..15 {
            kind = format!(
                r#"{{"type":"record","name":"R{level}","fields":[
                {{"name":"a","type":{kind},"default":{{}}}},{{"name":"b","type":"R{}","default":{{}}}}]}}"#,
                level - 1
            );
        }
        let schema = Schema::parse(&kind).unwrap();
        let mut bytes = Vec::new();
        let encoded = encode_default(&schema, schema.root(), &serde_json::json!({}), &mut bytes);
        assert_eq!(encoded, None);
        assert!(bytes.len() < 2 * BYTES_MAX, "{}", bytes.len());
    }
}
