//! A writer's schema compiled against the reader's columns, and its run over one record.
//!
//! **Invariant**: a step that succeeds adds exactly one cell to each of its columns.

use arrow_buffer::i256;

use super::constant::Constant;
use super::numbers::{digits_max, unscaled, unscaled_wide, wide_digits_max};
use super::schema::{Node, NodeId, Schema};
use super::shown;
use super::text::JsonWriter;
use super::wire::Cursor;
use crate::decode::{ColumnBuilder, Reason};

/// Structures nested deeper than this are refused.
pub(super) const DEPTH_MAX: usize = 64;

/// What to do with the bytes of one writer schema.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) writer: Schema,
    pub(super) top: Step,
    /// Fields of the writer that the reader's schema does not have.
    pub(super) unknown: Vec<String>,
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
    /// An int as a smaller integer, if it fits.
    Small,
    Date,
    /// An int or long as i64, times a factor (timestamps become nanoseconds).
    Long(i64),
    /// The same, as a time of day.
    Time(i64),
    IntegerAsFloat,
    IntegerAsDouble,
    Float,
    FloatAsDouble,
    Double,
    Text,
    Bytes,
    Enum(Vec<String>),
    Fixed(usize),
    /// As text.
    Uuid,
    /// As text.
    Duration,
    Decimal(Decimal),
    /// Of more than 38 digits.
    WideDecimal(Decimal),
    List(Box<Read>),
    Union(Vec<Read>),
    /// JSON text of a value: the writer's type, and the reader's.
    Json(NodeId, NodeId),
    Refuse(Reason),
}

/// How a decimal is written and wanted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decimal {
    /// Its bytes, if they are always as many.
    pub(super) size: Option<usize>,
    /// Zeros to be put behind its digits.
    pub(super) zeros: u32,
    /// The most digits there may be.
    pub(super) digits: u8,
}

impl Program {
    /// Decodes the body of a record of which the pinned schema is `reader`.
    pub(super) fn run(
        &self,
        body: &[u8],
        reader: &Schema,
        columns: &mut [ColumnBuilder],
    ) -> Result<(), Reason> {
        let mut run = Run { program: self, reader, size: body.len() };
        let mut cursor = Cursor::new(body);
        run.step(&self.top, &mut cursor, columns)?;
        match cursor.left() {
            0 => Ok(()),
            left => Err(format!("{left} bytes are left over after the record").into()),
        }
    }
}

/// One record being decoded.
struct Run<'a> {
    program: &'a Program,
    reader: &'a Schema,
    /// The bytes of the record.
    size: usize,
}

impl Run<'_> {
    fn step(
        &mut self,
        step: &Step,
        cursor: &mut Cursor<'_>,
        columns: &mut [ColumnBuilder],
    ) -> Result<(), Reason> {
        match step {
            Step::Skip(node) => skip(&self.program.writer, *node, cursor, 0),
            Step::Read(column, read) => self.read(read, cursor, &mut columns[*column]),
            Step::Record(steps) => steps.iter().try_for_each(|step| self.step(step, cursor, columns)),
            Step::Union(branches) => self.step(branch(branches, cursor)?, cursor, columns),
            Step::Nulls(nulls) => {
                nulls.iter().for_each(|column| columns[*column].push_null());
                Ok(())
            }
            Step::Constant(column, constant) => constant.push(&mut columns[*column]),
            Step::Refuse(reason) => Err(reason.clone()),
        }
    }

    fn read(
        &mut self,
        read: &Read,
        cursor: &mut Cursor<'_>,
        column: &mut ColumnBuilder,
    ) -> Result<(), Reason> {
        match read {
            Read::Text => column.push_utf8(cursor.bytes()?)?,
            Read::Double => column.push_f64(cursor.double()?),
            Read::Long(1) => column.push_i64(cursor.long()?),
            Read::Long(factor) => column.push_i64(scaled(cursor.long()?, *factor)?),
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
            Read::List(item) => {
                cursor.items(|cursor| self.read(item, cursor, column.items()))?;
                column.end_list()?;
            }
            Read::Refuse(reason) => return Err(reason.clone()),
            rare => return self.read_rare(rare, cursor, column),
        }
        Ok(())
    }

    /// Apart, so that the common reads stay small.
    fn read_rare(
        &mut self,
        read: &Read,
        cursor: &mut Cursor<'_>,
        column: &mut ColumnBuilder,
    ) -> Result<(), Reason> {
        match read {
            Read::Small => column.push_integer(cursor.int()?.into())?,
            Read::Date => {
                let days = cursor.int()?;
                if !shown::is_date(days) {
                    return Err(format!("{days} days from the epoch is no date").into());
                }
                column.push_i32(days);
            }
            Read::Time(factor) => {
                let time = scaled(cursor.long()?, *factor)?;
                if !shown::is_time(time) {
                    return Err(format!("{time} ns is no time of day").into());
                }
                column.push_i64(time);
            }
            Read::Decimal(decimal) => {
                let value = unscaled(decimal.bytes(cursor)?)?;
                let value = value.checked_mul(10i128.pow(decimal.zeros));
                let fits = value.filter(|value| value.unsigned_abs() < digits_max(decimal.digits));
                column.push_decimal(fits.ok_or_else(|| decimal.too_long())?);
            }
            Read::WideDecimal(decimal) => {
                let value = unscaled_wide(decimal.bytes(cursor)?)?;
                let value = value.checked_mul(i256::from_i128(10).wrapping_pow(decimal.zeros));
                let max = wide_digits_max(decimal.digits);
                let fits = value.filter(|value| *value < max && *value > max.wrapping_neg());
                column.push_wide_decimal(fits.ok_or_else(|| decimal.too_long())?);
            }
            Read::Uuid => column.push_text(&shown::uuid(cursor.take(16)?)),
            Read::Duration => column.push_text(&shown::duration(cursor.take(12)?)),
            Read::Json(written, wanted) => {
                let mut writer = JsonWriter::new(&self.program.writer, self.reader, self.size);
                writer.write(*written, *wanted, cursor, 0)?;
                match writer.text() {
                    "null" => column.push_null(),
                    text => column.push_text(text),
                }
            }
            common => panic!("{common:?} is read by `read`"),
        }
        Ok(())
    }
}

impl Decimal {
    fn bytes<'a>(&self, cursor: &mut Cursor<'a>) -> Result<&'a [u8], Reason> {
        match self.size {
            Some(size) => cursor.take(size),
            None => cursor.bytes(),
        }
    }

    fn too_long(&self) -> Reason {
        format!("a decimal has more than {} digits", self.digits).into()
    }
}

fn scaled(value: i64, factor: i64) -> Result<i64, Reason> {
    value.checked_mul(factor).ok_or_else(|| format!("{value} is past the last instant").into())
}

pub(super) fn branch<'a, T>(branches: &'a [T], cursor: &mut Cursor<'_>) -> Result<&'a T, Reason> {
    let index = cursor.size()?;
    branches.get(index).ok_or_else(|| format!("the union has no branch {index}").into())
}

/// Reads past a value.
pub(super) fn skip(schema: &Schema, id: NodeId, cursor: &mut Cursor<'_>, depth: usize) -> Result<(), Reason> {
    if depth > DEPTH_MAX {
        return Err("the record is nested too deep".into());
    }
    cursor.count_skip()?;
    match schema.node(id) {
        Node::Null => Ok(()),
        Node::Boolean => cursor.take(1).map(drop),
        Node::Int(_) | Node::Long(_) | Node::Enum { .. } => cursor.long().map(drop),
        Node::Float => cursor.take(4).map(drop),
        Node::Double => cursor.take(8).map(drop),
        Node::Bytes | Node::String | Node::Decimal { fixed: None, .. } => cursor.bytes().map(drop),
        Node::Fixed(size) | Node::Decimal { fixed: Some(size), .. } => cursor.take(*size).map(drop),
        Node::Uuid => cursor.take(16).map(drop),
        Node::Duration => cursor.take(12).map(drop),
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
    cursor.items(|cursor| {
        if is_map {
            cursor.bytes()?;
        }
        skip(schema, item, cursor, depth + 1)
    })
}
