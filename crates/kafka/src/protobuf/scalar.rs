//! Values that fill one cell: numbers, text, bytes, enums, and the messages that stand for a value.

use std::sync::Arc;

use arrow_schema::{DataType, TimeUnit};
use prost_reflect::{EnumDescriptor, Kind, MessageDescriptor};

use super::wire::{BYTES, Cursor, DEPTH_MAX, END_GROUP, FIXED32, FIXED64, VARINT, unzigzag};
use crate::decode::{ColumnBuilder, Reason};

/// How a value is written and what cell it becomes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Scalar {
    Bool,
    Int32,
    Sint32,
    Sfixed32,
    /// As i64: no value is lost.
    Uint32,
    Fixed32,
    /// Also `uint64`, bit by bit, as the engine has no wider integer.
    Int64,
    Sint64,
    /// Also `fixed64`, bit by bit.
    Sfixed64,
    Float,
    Double,
    Text,
    Bytes,
    /// The name of its number; a number without name is text itself.
    Enum(Arc<Symbols>),
    /// `google.protobuf.Timestamp`: an instant.
    Timestamp,
    /// `google.protobuf.Duration`.
    Duration,
    /// One of the wrappers of `google.protobuf`: its value, which may be absent.
    Wrapped(Box<Scalar>),
    /// A message without fields: whether it is there.
    Empty,
}

/// The names of an enum, by number.
#[derive(Debug, PartialEq)]
pub(crate) struct Symbols {
    /// Of numbers from zero, where they have names.
    dense: Vec<Option<Box<str>>>,
    /// Of the others, by number.
    sparse: Vec<(i32, Box<str>)>,
    /// The number that stands for "not set".
    default: i32,
}

const DENSE_MAX: i32 = 256;

impl Symbols {
    fn of(descriptor: &EnumDescriptor) -> Symbols {
        let mut symbols =
            Symbols { dense: Vec::new(), sparse: Vec::new(), default: descriptor.default_value().number() };
        let names = descriptor.enum_descriptor_proto();
        for value in &names.value {
            let (number, name) = (value.number(), value.name());
            if (0..DENSE_MAX).contains(&number) {
                let at = number as usize;
                if symbols.dense.len() <= at {
                    symbols.dense.resize(at + 1, None);
                }
                symbols.dense[at].get_or_insert_with(|| name.into());
            } else if symbols.sparse.iter().all(|(known, _)| *known != number) {
                symbols.sparse.push((number, name.into()));
            }
        }
        symbols.sparse.sort_by_key(|(number, _)| *number);
        symbols
    }

    /// The name of a number; of two names the first.
    pub(crate) fn name(&self, number: i32) -> Option<&str> {
        if let Ok(at) = usize::try_from(number)
            && let Some(Some(name)) = self.dense.get(at)
        {
            return Some(name);
        }
        let at = self.sparse.binary_search_by_key(&number, |(known, _)| *known).ok()?;
        Some(&self.sparse[at].1)
    }

    /// The number of a name.
    pub(crate) fn number(&self, name: &str) -> Option<i32> {
        let dense = self.dense.iter().position(|known| known.as_deref() == Some(name));
        let sparse = || self.sparse.iter().find(|(_, known)| **known == *name).map(|(number, _)| *number);
        dense.map(|number| number as i32).or_else(sparse)
    }

    fn push(&self, number: i32, column: &mut ColumnBuilder) {
        match self.name(number) {
            Some(name) => column.push_text(name),
            None => column.push_text(&number.to_string()),
        }
    }
}

impl Scalar {
    /// The value of a kind of field; `None` for messages that stand for no value.
    pub(crate) fn of(kind: &Kind) -> Option<Scalar> {
        Some(match kind {
            Kind::Bool => Scalar::Bool,
            Kind::Int32 => Scalar::Int32,
            Kind::Sint32 => Scalar::Sint32,
            Kind::Sfixed32 => Scalar::Sfixed32,
            Kind::Uint32 => Scalar::Uint32,
            Kind::Fixed32 => Scalar::Fixed32,
            Kind::Int64 | Kind::Uint64 => Scalar::Int64,
            Kind::Sint64 => Scalar::Sint64,
            Kind::Sfixed64 | Kind::Fixed64 => Scalar::Sfixed64,
            Kind::Float => Scalar::Float,
            Kind::Double => Scalar::Double,
            Kind::String => Scalar::Text,
            Kind::Bytes => Scalar::Bytes,
            Kind::Enum(descriptor) => Scalar::Enum(Arc::new(Symbols::of(descriptor))),
            Kind::Message(message) => return Scalar::of_message(message),
        })
    }

    fn of_message(message: &MessageDescriptor) -> Option<Scalar> {
        let name = message.full_name().strip_prefix("google.protobuf.").unwrap_or_default();
        Some(match name {
            "Timestamp" => Scalar::Timestamp,
            "Duration" => Scalar::Duration,
            "BoolValue" | "Int32Value" | "UInt32Value" | "Int64Value" | "UInt64Value" | "FloatValue"
            | "DoubleValue" | "StringValue" | "BytesValue" => {
                Scalar::Wrapped(Box::new(Scalar::of(&message.get_field(1)?.kind())?))
            }
            _ if message.fields().len() == 0 => Scalar::Empty,
            _ => return None,
        })
    }

    /// The type of its column.
    pub(crate) fn column_type(&self) -> DataType {
        match self {
            Scalar::Bool | Scalar::Empty => DataType::Boolean,
            Scalar::Int32 | Scalar::Sint32 | Scalar::Sfixed32 => DataType::Int32,
            Scalar::Uint32 | Scalar::Fixed32 | Scalar::Int64 | Scalar::Sint64 | Scalar::Sfixed64 => {
                DataType::Int64
            }
            Scalar::Float => DataType::Float32,
            Scalar::Double => DataType::Float64,
            Scalar::Text | Scalar::Enum(_) => DataType::Utf8View,
            Scalar::Bytes => DataType::BinaryView,
            Scalar::Timestamp => DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into())),
            Scalar::Duration => DataType::Duration(TimeUnit::Nanosecond),
            Scalar::Wrapped(inner) => inner.column_type(),
        }
    }

    /// How it is written.
    pub(crate) fn wire(&self) -> u8 {
        match self {
            Scalar::Bool
            | Scalar::Int32
            | Scalar::Sint32
            | Scalar::Uint32
            | Scalar::Int64
            | Scalar::Sint64
            | Scalar::Enum(_) => VARINT,
            Scalar::Sfixed32 | Scalar::Fixed32 | Scalar::Float => FIXED32,
            Scalar::Sfixed64 | Scalar::Double => FIXED64,
            Scalar::Text
            | Scalar::Bytes
            | Scalar::Timestamp
            | Scalar::Duration
            | Scalar::Wrapped(_)
            | Scalar::Empty => BYTES,
        }
    }

    /// Reads one value into a column.
    #[inline]
    pub(crate) fn read(&self, cursor: &mut Cursor<'_>, column: &mut ColumnBuilder) -> Result<(), Reason> {
        match self {
            Scalar::Bool => column.push_bool(cursor.varint()? != 0),
            Scalar::Int32 => column.push_i32(cursor.varint()? as i32),
            Scalar::Sint32 => column.push_i32(unzigzag(cursor.varint()? & u64::from(u32::MAX)) as i32),
            Scalar::Sfixed32 => column.push_i32(i32::from_le_bytes(cursor.fixed32()?)),
            Scalar::Uint32 => column.push_i64(i64::from(cursor.varint()? as u32)),
            Scalar::Fixed32 => column.push_i64(u32::from_le_bytes(cursor.fixed32()?).into()),
            Scalar::Int64 => column.push_i64(cursor.varint()? as i64),
            Scalar::Sint64 => column.push_i64(unzigzag(cursor.varint()?)),
            Scalar::Sfixed64 => column.push_i64(i64::from_le_bytes(cursor.fixed64()?)),
            Scalar::Float => column.push_f32(f32::from_le_bytes(cursor.fixed32()?)),
            Scalar::Double => column.push_f64(f64::from_le_bytes(cursor.fixed64()?)),
            Scalar::Text => column.push_utf8(cursor.bytes()?)?,
            Scalar::Bytes => column.push_bytes(cursor.bytes()?),
            Scalar::Enum(symbols) => symbols.push(cursor.varint()? as i32, column),
            Scalar::Timestamp | Scalar::Duration => column.push_i64(moment(cursor.bytes()?, (0, 0))?),
            Scalar::Wrapped(inner) => {
                let base = column.len();
                if !inner.read_field_one(cursor.bytes()?, column, base)? {
                    inner.push_default(column);
                }
            }
            Scalar::Empty => {
                past_fields(Cursor(cursor.bytes()?), |_, _, _| Ok(false))?;
                column.push_bool(true);
            }
        }
        Ok(())
    }

    /// Reads a value of a field that came before in this message: the later wins, messages are merged.
    pub(crate) fn read_again(
        &self,
        cursor: &mut Cursor<'_>,
        column: &mut ColumnBuilder,
        base: usize,
    ) -> Result<(), Reason> {
        match self {
            Scalar::Timestamp | Scalar::Duration => {
                let before = column.last_i64();
                let second = 1_000_000_000;
                let parts = match self {
                    Scalar::Timestamp => (before.div_euclid(second), before.rem_euclid(second)),
                    _ => (before / second, before % second),
                };
                let value = moment(cursor.bytes()?, parts)?;
                column.truncate(base);
                column.push_i64(value);
            }
            Scalar::Wrapped(inner) => {
                inner.read_field_one(cursor.bytes()?, column, base)?;
            }
            _ => {
                column.truncate(base);
                self.read(cursor, column)?;
            }
        }
        Ok(())
    }

    /// Adds what a field without presence is when it is not written.
    pub(crate) fn push_default(&self, column: &mut ColumnBuilder) {
        match self {
            Scalar::Bool => column.push_bool(false),
            Scalar::Int32 | Scalar::Sint32 | Scalar::Sfixed32 => column.push_i32(0),
            Scalar::Uint32 | Scalar::Fixed32 | Scalar::Int64 | Scalar::Sint64 | Scalar::Sfixed64 => {
                column.push_i64(0);
            }
            Scalar::Float => column.push_f32(0.0),
            Scalar::Double => column.push_f64(0.0),
            Scalar::Text => column.push_text(""),
            Scalar::Bytes => column.push_bytes(b""),
            Scalar::Enum(symbols) => symbols.push(symbols.default, column),
            Scalar::Timestamp | Scalar::Duration | Scalar::Wrapped(_) | Scalar::Empty => column.push_null(),
        }
    }

    /// Reads field 1 of a wrapper in place of the cell there may be; whether it is written.
    fn read_field_one(&self, body: &[u8], column: &mut ColumnBuilder, base: usize) -> Result<bool, Reason> {
        let mut is_written = false;
        past_fields(Cursor(body), |number, wire, cursor| {
            if number != 1 {
                return Ok(false);
            }
            expect(wire, self.wire(), "value")?;
            column.truncate(base);
            self.read(cursor, column)?;
            is_written = true;
            Ok(true)
        })?;
        Ok(is_written)
    }
}

/// Seconds and nanoseconds of a Timestamp or Duration as nanoseconds.
fn moment(body: &[u8], (mut seconds, mut nanos): (i64, i64)) -> Result<i64, Reason> {
    past_fields(Cursor(body), |number, wire, cursor| {
        match number {
            1 => {
                expect(wire, VARINT, "seconds")?;
                seconds = cursor.varint()? as i64;
            }
            2 => {
                expect(wire, VARINT, "nanos")?;
                nanos = (cursor.varint()? as i32).into();
            }
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    let whole = seconds.checked_mul(1_000_000_000).and_then(|ns| ns.checked_add(nanos));
    whole.ok_or_else(|| format!("{seconds} s is more than nanoseconds of 64 bits can tell").into())
}

/// Goes through the fields of a small message; what `field` does not want is skipped.
fn past_fields<'a>(
    mut cursor: Cursor<'a>,
    mut field: impl FnMut(u32, u8, &mut Cursor<'a>) -> Result<bool, Reason>,
) -> Result<(), Reason> {
    while !cursor.0.is_empty() {
        let (number, wire) = cursor.key()?;
        if !field(number, wire, &mut cursor)? {
            cursor.skip(number, wire, DEPTH_MAX / 2)?;
        }
    }
    Ok(())
}

/// Whether a field is written as its type demands.
#[inline]
pub(crate) fn expect(wire: u8, wanted: u8, name: &str) -> Result<(), Reason> {
    if wire == wanted {
        return Ok(());
    }
    let shown = |wire| match wire {
        VARINT => "a varint",
        FIXED64 => "eight bytes",
        BYTES => "bytes with a length",
        FIXED32 => "four bytes",
        END_GROUP => "the end of a group",
        _ => "a group",
    };
    Err(format!("field \"{name}\" is written as {}, but its type is {}", shown(wire), shown(wanted)).into())
}
