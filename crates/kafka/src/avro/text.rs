//! Values of any Avro type as JSON text, resolved to the reader's schema: what a column shows of types the engine does not have.
//!
//! Fields that only the writer has are left out, those that only the reader has are their defaults. Dates and times are ISO 8601,
//! decimals numbers, bytes hexadecimal.

use std::fmt::Write;

use serde::Serialize;
use serde_json::Value;

use super::default::encode_default;
use super::numbers::{unscaled, unscaled_wide};
use super::program::{DEPTH_MAX, branch, skip};
use super::resolve::can_read;
use super::schema::{Field, IntKind, LongKind, Measure, Node, NodeId, Schema, unqualified};
use super::shown;
use super::wire::Cursor;
use crate::decode::Reason;

/// A text may be so much longer than the record it comes from; more is what only hostile bytes make.
const LENGTH_FACTOR: usize = 256;
const LENGTH_MIN: usize = 64 << 10;
/// Longer texts no column holds.
const LENGTH_MAX: usize = 1 << 30;
/// A default is no longer; a record may have many.
const DEFAULT_MAX: usize = 4 << 20;

/// The JSON of one value.
pub(super) struct JsonWriter<'a> {
    writer: &'a Schema,
    reader: &'a Schema,
    out: String,
    length_max: usize,
}

impl<'a> JsonWriter<'a> {
    /// An empty text of a part of a record of so many bytes.
    pub(super) fn new(writer: &'a Schema, reader: &'a Schema, size: usize) -> JsonWriter<'a> {
        let length_max = size.saturating_mul(LENGTH_FACTOR).saturating_add(LENGTH_MIN).min(LENGTH_MAX);
        JsonWriter { writer, reader, out: String::new(), length_max }
    }

    pub(super) fn text(&self) -> &str {
        &self.out
    }

    /// Appends the next value: of the type `written`, wanted as `wanted`.
    pub(super) fn write(
        &mut self,
        written: NodeId,
        wanted: NodeId,
        cursor: &mut Cursor<'_>,
        depth: usize,
    ) -> Result<(), Reason> {
        if depth > DEPTH_MAX {
            return Err("the record is nested too deep".into());
        }
        self.check_length()?;
        let (writer, reader) = (self.writer, self.reader);
        if let Node::Union(branches) = writer.node(written) {
            return self.write(*branch(branches, cursor)?, wanted, cursor, depth + 1);
        }
        let wanted = self.chosen(written, wanted);
        match (writer.node(written), reader.node(wanted)) {
            (Node::Array(from), Node::Array(to)) => {
                self.out.push('[');
                cursor.items(|cursor| {
                    self.separate();
                    self.write(*from, *to, cursor, depth + 1)
                })?;
                self.out.push(']');
            }
            (Node::Map(from), Node::Map(to)) => {
                self.out.push('{');
                cursor.items(|cursor| {
                    self.separate();
                    self.quote_utf8(cursor.bytes()?)?;
                    self.out.push(':');
                    self.write(*from, *to, cursor, depth + 1)
                })?;
                self.out.push('}');
            }
            (Node::Record { fields: from, .. }, Node::Record { fields: to, .. }) => {
                self.record(from, to, cursor, depth)?;
            }
            (from, to) if can_read(from, to) => self.scalar(from, to, cursor)?,
            _ => {
                let (from, to) = (writer.type_name(written), reader.type_name(wanted));
                return Err(format!("{from} cannot be read as {to}").into());
            }
        }
        Ok(())
    }

    fn check_length(&self) -> Result<(), Reason> {
        if self.out.len() > self.length_max {
            return Err("the JSON of the record would be far longer than the record".into());
        }
        Ok(())
    }

    /// The branch of the reader's union that takes values of a type: the first of the same type and full name, then of the same
    /// type and unqualified name, then the first that can.
    fn chosen(&self, written: NodeId, wanted: NodeId) -> NodeId {
        let Node::Union(branches) = self.reader.node(wanted) else {
            return wanted;
        };
        let from = self.writer.node(written);
        let is_same = |branch: &&NodeId| match (from, self.reader.node(**branch)) {
            (Node::Record { name: from, .. }, Node::Record { name: to, .. }) => from == to,
            (Node::Fixed(from), Node::Fixed(to)) => from == to,
            (from, to) => std::mem::discriminant(from) == std::mem::discriminant(to),
        };
        let is_alike = |branch: &&NodeId| match (from, self.reader.node(**branch)) {
            (Node::Record { name: from, .. }, Node::Record { name: to, .. }) => {
                unqualified(from) == unqualified(to)
            }
            _ => false,
        };
        let can = |branch: &&NodeId| super::compile::fits(self.writer, written, self.reader, **branch);
        let found = branches.iter().find(is_same);
        let found = found.or_else(|| branches.iter().find(is_alike)).or_else(|| branches.iter().find(can));
        found.copied().unwrap_or(wanted)
    }

    fn record(
        &mut self,
        from: &[Field],
        to: &[Field],
        cursor: &mut Cursor<'_>,
        depth: usize,
    ) -> Result<(), Reason> {
        let reader = self.reader;
        let is_it =
            |read: &Field, written: &Field| read.name == written.name || read.aliases.contains(&written.name);
        self.out.push('{');
        for written in from {
            let Some(read) = to.iter().find(|read| is_it(read, written)) else {
                skip(self.writer, written.node, cursor, depth + 1)?;
                continue;
            };
            self.separate();
            self.json(&read.name);
            self.out.push(':');
            self.write(written.node, read.node, cursor, depth + 1)?;
        }
        for read in to.iter().filter(|read| !from.iter().any(|written| is_it(read, written))) {
            self.check_length()?;
            let default = read.default.as_ref();
            let default = default.ok_or_else(|| format!("field \"{}\" is missing", read.name))?;
            self.separate();
            self.json(&read.name);
            self.out.push(':');
            self.out.push_str(&default_text(reader, read.node, default)?);
        }
        self.out.push('}');
        Ok(())
    }

    fn scalar(&mut self, from: &Node, to: &Node, cursor: &mut Cursor<'_>) -> Result<(), Reason> {
        match from {
            Node::Null => self.out.push_str("null"),
            Node::Boolean => {
                let value = cursor.bool()?;
                self.json(&value);
            }
            Node::Int(kind) => {
                let value = cursor.int()?;
                self.int(value, meaning(*kind, to));
            }
            Node::Long(kind) => {
                let value = cursor.long()?;
                self.long(value, *kind, to)?;
            }
            Node::Float => {
                let value = cursor.float()?;
                self.float(value.into(), &value);
            }
            Node::Double => {
                let value = cursor.double()?;
                self.float(value, &value);
            }
            Node::String | Node::Bytes => {
                let bytes = cursor.bytes()?;
                let as_bytes =
                    matches!(to, Node::Bytes) || (matches!(from, Node::Bytes) && *to != Node::String);
                if as_bytes { self.hex(bytes) } else { self.quote_utf8(bytes)? }
            }
            Node::Fixed(size) => self.hex(cursor.take(*size)?),
            Node::Uuid => self.json(&shown::uuid(cursor.take(16)?)),
            Node::Duration => self.json(&shown::duration(cursor.take(12)?)),
            Node::Decimal { precision, scale, fixed } => {
                let bytes = match fixed {
                    Some(size) => cursor.take(*size)?,
                    None => cursor.bytes()?,
                };
                let digits = if *precision > 38 {
                    unscaled_wide(bytes)?.to_string()
                } else {
                    unscaled(bytes)?.to_string()
                };
                self.out.push_str(&shown::decimal(&digits, *scale));
            }
            Node::Enum { symbols, .. } => {
                let index = cursor.size()?;
                let symbol = symbols.get(index);
                self.json(symbol.ok_or_else(|| Reason::from(format!("the enum has no symbol {index}")))?);
            }
            structured => panic!("{structured:?} is no scalar"),
        }
        Ok(())
    }

    fn int(&mut self, value: i32, kind: IntKind) {
        match kind {
            IntKind::Date => self.json(&shown::date(value)),
            IntKind::TimeMillis => self.json(&shown::time(i64::from(value) * 1_000_000)),
            _ => self.json(&value),
        }
    }

    fn long(&mut self, value: i64, written: LongKind, to: &Node) -> Result<(), Reason> {
        let kind = match (written, to) {
            (_, Node::Long(LongKind::Plain) | Node::Float | Node::Double) => LongKind::Plain,
            (LongKind::Plain, Node::Long(kind)) => *kind,
            (kind, _) => kind,
        };
        let ns = value.checked_mul(kind.factor());
        let ns = ns.ok_or_else(|| Reason::from(format!("{value} is past the last instant")))?;
        match kind.measure() {
            Measure::Number | Measure::Duration => self.json(&value),
            Measure::TimeOfDay => self.json(&shown::time(ns)),
            Measure::Instant => self.json(&format!("{}Z", shown::date_time(ns))),
            Measure::LocalDateTime => self.json(&shown::date_time(ns)),
        }
        Ok(())
    }

    /// JSON has no NaN and no infinity: they are text.
    fn float(&mut self, value: f64, json: &impl Serialize) {
        if value.is_finite() {
            self.json(json);
        } else if value.is_nan() {
            self.json("NaN");
        } else {
            self.json(if value > 0.0 { "Infinity" } else { "-Infinity" });
        }
    }

    fn separate(&mut self) {
        if !self.out.ends_with(['[', '{']) {
            self.out.push(',');
        }
    }

    fn quote_utf8(&mut self, bytes: &[u8]) -> Result<(), Reason> {
        let text = std::str::from_utf8(bytes);
        self.json(text.map_err(|error| Reason::from(format!("text is not UTF-8: {error}")))?);
        Ok(())
    }

    fn json(&mut self, value: &(impl Serialize + ?Sized)) {
        self.out.push_str(&serde_json::to_string(value).expect("a value of JSON's own kinds"));
    }

    fn hex(&mut self, bytes: &[u8]) {
        self.out.push('"');
        for byte in bytes {
            write!(self.out, "{byte:02x}").expect("writing to a string does not fail");
        }
        self.out.push('"');
    }
}

/// The JSON of a default, which is shown as if it were written.
pub(super) fn default_text(schema: &Schema, node: NodeId, default: &Value) -> Result<String, Reason> {
    let mut bytes = Vec::new();
    let encoded = encode_default(schema, node, default, &mut bytes);
    encoded.ok_or_else(|| format!("default {default} is no value of {}", schema.type_name(node)))?;
    let mut writer = JsonWriter::new(schema, schema, bytes.len());
    writer.length_max = writer.length_max.min(DEFAULT_MAX);
    writer.write(node, node, &mut Cursor::new(&bytes), 0)?;
    Ok(writer.out)
}

/// What an int means to whoever wants it so.
fn meaning(written: IntKind, to: &Node) -> IntKind {
    match (written, to) {
        (IntKind::Plain, Node::Int(kind)) => *kind,
        (_, Node::Int(IntKind::Plain) | Node::Long(_) | Node::Float | Node::Double) => IntKind::Plain,
        (kind, _) => kind,
    }
}
