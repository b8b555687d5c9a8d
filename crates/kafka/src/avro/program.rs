//! A writer's schema compiled against the reader's columns, and its run over one record.
//!
//! **Invariant**: a step that succeeds adds exactly one cell to each of its columns.

use super::constant::Constant;
use super::schema::{Node, NodeId, Schema};
use super::text::write_json;
use super::wire::Cursor;
use crate::decode::{ColumnBuilder, Reason};

/// Structures nested deeper than this are refused.
pub(super) const DEPTH_MAX: usize = 64;

/// What to do with the bytes of one writer schema.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) writer: Schema,
    pub(super) top: Step,
}

/// What to do at a place of the writer's schema.
#[derive(Debug)]
pub(super) enum Step {
    /// Nobody wants it.
    Skip(NodeId),
    /// It becomes a cell.
    Read(usize, Read),
    /// A record in parts, in the writer's order, defaults last.
    Record(Vec<Step>),
    /// One of these, by index.
    Union(Vec<Step>),
    /// These columns get null; nothing is read.
    Nulls(Vec<usize>),
    /// The writer does not have it: a default.
    Constant(usize, Constant),
    /// It cannot be read as the reader wants.
    Refuse(Reason),
}

/// How a value becomes a cell.
#[derive(Debug)]
pub(super) enum Read {
    Null,
    Bool,
    Int,
    /// An int or long as i64, times a factor (timestamps become nanoseconds).
    Long(i64),
    IntegerAsFloat,
    IntegerAsDouble,
    Float,
    FloatAsDouble,
    Double,
    Text,
    Bytes,
    Enum(Vec<String>),
    Fixed(usize),
    Decimal(Option<usize>),
    List(Box<Read>),
    Union(Vec<Read>),
    /// JSON text of a value of this type.
    Json(NodeId),
    Refuse(Reason),
}

impl Program {
    /// Decodes the body of a record.
    pub(super) fn run(&self, body: &[u8], columns: &mut [ColumnBuilder]) -> Result<(), Reason> {
        let mut cursor = Cursor(body);
        self.step(&self.top, &mut cursor, columns)?;
        match cursor.0.len() {
            0 => Ok(()),
            left => Err(format!("{left} bytes are left over after the record").into()),
        }
    }

    fn step(
        &self,
        step: &Step,
        cursor: &mut Cursor<'_>,
        columns: &mut [ColumnBuilder],
    ) -> Result<(), Reason> {
        match step {
            Step::Skip(node) => skip(&self.writer, *node, cursor, 0),
            Step::Read(column, read) => self.read(read, cursor, &mut columns[*column]),
            Step::Record(steps) => steps.iter().try_for_each(|step| self.step(step, cursor, columns)),
            Step::Union(branches) => self.step(branch(branches, cursor)?, cursor, columns),
            Step::Nulls(nulls) => {
                nulls.iter().for_each(|column| columns[*column].push_null());
                Ok(())
            }
            Step::Constant(column, constant) => {
                constant.push(&mut columns[*column]);
                Ok(())
            }
            Step::Refuse(reason) => Err(reason.clone()),
        }
    }

    fn read(&self, read: &Read, cursor: &mut Cursor<'_>, column: &mut ColumnBuilder) -> Result<(), Reason> {
        match read {
            Read::Text => column.push_utf8(cursor.bytes()?)?,
            Read::Double => column.push_f64(cursor.double()?),
            Read::Long(1) => column.push_i64(cursor.long()?),
            Read::Long(factor) => {
                let value = cursor.long()?;
                let scaled = value.checked_mul(*factor);
                let scaled = scaled.ok_or_else(|| Reason::from(format!("{value} is past the last instant")));
                column.push_i64(scaled?);
            }
            Read::Union(branches) => return self.read(branch(branches, cursor)?, cursor, column),
            Read::Null => column.push_null(),
            Read::Bool => column.push_bool(cursor.bool()?),
            Read::Int => column.push_i32(cursor.int()?),
            Read::IntegerAsFloat => column.push_f32(cursor.long()? as f32),
            Read::IntegerAsDouble => column.push_f64(cursor.long()? as f64),
            Read::Float => column.push_f32(cursor.float()?),
            Read::FloatAsDouble => column.push_f64(cursor.float()?.into()),
            Read::Bytes => column.push_bytes(cursor.bytes()?),
            Read::Enum(symbols) => {
                let index = cursor.size()?;
                let symbol = symbols.get(index);
                let symbol = symbol.ok_or_else(|| Reason::from(format!("the enum has no symbol {index}")));
                column.push_text(symbol?);
            }
            Read::Fixed(size) => column.push_bytes(cursor.take(*size)?),
            Read::Decimal(size) => {
                let bytes = match size {
                    Some(size) => cursor.take(*size)?,
                    None => cursor.bytes()?,
                };
                column.push_decimal(unscaled(bytes)?);
            }
            Read::List(item) => {
                items(cursor, |cursor| self.read(item, cursor, column.items()))?;
                column.end_list()?;
            }
            Read::Json(node) => {
                let mut text = String::new();
                write_json(&self.writer, *node, cursor, &mut text, 0)?;
                match text.as_str() {
                    "null" => column.push_null(),
                    text => column.push_text(text),
                }
            }
            Read::Refuse(reason) => return Err(reason.clone()),
        }
        Ok(())
    }
}

pub(super) fn branch<'a, T>(branches: &'a [T], cursor: &mut Cursor<'_>) -> Result<&'a T, Reason> {
    let index = cursor.size()?;
    branches.get(index).ok_or_else(|| format!("the union has no branch {index}").into())
}

/// Reads the blocks of an array or map.
pub(super) fn items<'a>(
    cursor: &mut Cursor<'a>,
    mut item: impl FnMut(&mut Cursor<'a>) -> Result<(), Reason>,
) -> Result<(), Reason> {
    loop {
        let (count, _) = cursor.block()?;
        if count == 0 {
            return Ok(());
        }
        // Only items without bytes can be more than the bytes left; a count from garbage would keep us for ever.
        if count > cursor.0.len() + 1024 {
            return Err(format!("{count} items cannot be in {} bytes", cursor.0.len()).into());
        }
        for _ in 0..count {
            item(cursor)?;
        }
    }
}

/// Reads past a value.
pub(super) fn skip(schema: &Schema, id: NodeId, cursor: &mut Cursor<'_>, depth: usize) -> Result<(), Reason> {
    if depth > DEPTH_MAX {
        return Err("the record is nested too deep".into());
    }
    match schema.node(id) {
        Node::Null => Ok(()),
        Node::Boolean => cursor.take(1).map(drop),
        Node::Int | Node::Long(_) | Node::Enum { .. } => cursor.long().map(drop),
        Node::Float => cursor.take(4).map(drop),
        Node::Double => cursor.take(8).map(drop),
        Node::Bytes | Node::String | Node::Decimal { fixed: None, .. } => cursor.bytes().map(drop),
        Node::Fixed(size) | Node::Decimal { fixed: Some(size), .. } => cursor.take(*size).map(drop),
        Node::Union(branches) => skip(schema, *branch(branches, cursor)?, cursor, depth + 1),
        Node::Array(item) => skip_items(schema, *item, cursor, depth, false),
        Node::Map(value) => skip_items(schema, *value, cursor, depth, true),
        Node::Record { fields, .. } => {
            fields.iter().try_for_each(|field| skip(schema, field.node, cursor, depth + 1))
        }
    }
}

fn skip_items(
    schema: &Schema,
    item: NodeId,
    cursor: &mut Cursor<'_>,
    depth: usize,
    is_map: bool,
) -> Result<(), Reason> {
    items(cursor, |cursor| {
        if is_map {
            cursor.bytes()?;
        }
        skip(schema, item, cursor, depth + 1)
    })
}

/// Big-endian two's complement of up to 16 bytes that matter.
pub(super) fn unscaled(bytes: &[u8]) -> Result<i128, Reason> {
    let negative = bytes.first().is_some_and(|first| first & 0x80 != 0);
    let fill = if negative { 0xff } else { 0 };
    let mut whole = [fill; 16];
    let extra = bytes.len().saturating_sub(16);
    let (above, kept) = bytes.split_at(extra);
    whole[16 - kept.len()..].copy_from_slice(kept);
    let value = i128::from_be_bytes(whole);
    if above.iter().any(|byte| *byte != fill) || (value < 0) != negative {
        return Err("a decimal has more than 38 digits".into());
    }
    Ok(value)
}
