//! One value per record in the binary form of Kafka's standard serializers: big-endian numbers, UTF-8 text, bytes.

use arrow_schema::DataType;
use kinetable_engine::{Error, Result};

use super::{ColumnBuilder, Reason};
use crate::avro::parse_uuid;

/// The types that a simple key or value can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SimpleType {
    Bool,
    I16,
    I32,
    I64,
    F32,
    F64,
    Text,
    /// Text that is a UUID, as Kafka's serializer writes it.
    Uuid,
    Bytes,
}

impl SimpleType {
    /// The simple form of a column type.
    pub(crate) fn of(data_type: &DataType) -> Result<SimpleType> {
        Ok(match data_type {
            DataType::Boolean => SimpleType::Bool,
            DataType::Int16 => SimpleType::I16,
            DataType::Int32 => SimpleType::I32,
            DataType::Int64 => SimpleType::I64,
            DataType::Float32 => SimpleType::F32,
            DataType::Float64 => SimpleType::F64,
            DataType::Utf8View | DataType::Utf8 | DataType::LargeUtf8 => SimpleType::Text,
            DataType::BinaryView | DataType::Binary | DataType::LargeBinary => SimpleType::Bytes,
            uuid if *uuid == crate::Spec::UUID => SimpleType::Uuid,
            other => {
                return Err(Error::invalid(format!("a simple spec cannot decode a column of {other}"))
                    .with_hint(
                        "use bool, short, int32, int64, float32, float64, string, UUID or byte_array",
                    ));
            }
        })
    }

    /// The type of the column it fills.
    pub(crate) fn column_type(self) -> DataType {
        match self {
            SimpleType::Bool => DataType::Boolean,
            SimpleType::I16 => DataType::Int16,
            SimpleType::I32 => DataType::Int32,
            SimpleType::I64 => DataType::Int64,
            SimpleType::F32 => DataType::Float32,
            SimpleType::F64 => DataType::Float64,
            SimpleType::Text | SimpleType::Uuid => DataType::Utf8View,
            SimpleType::Bytes => DataType::BinaryView,
        }
    }

    /// Decodes one value into a column; nothing is pushed if it is refused.
    pub(crate) fn decode(self, bytes: &[u8], column: &mut ColumnBuilder) -> Result<(), Reason> {
        match self {
            SimpleType::Bool => match fixed::<1>(bytes)? {
                [0] => column.push_bool(false),
                [1] => column.push_bool(true),
                [other] => return Err(format!("a bool is 0 or 1, not {other}").into()),
            },
            SimpleType::I16 => column.push_integer(i16::from_be_bytes(fixed(bytes)?).into())?,
            SimpleType::I32 => column.push_i32(i32::from_be_bytes(fixed(bytes)?)),
            SimpleType::I64 => column.push_i64(i64::from_be_bytes(fixed(bytes)?)),
            SimpleType::F32 => column.push_f32(f32::from_be_bytes(fixed(bytes)?)),
            SimpleType::F64 => column.push_f64(f64::from_be_bytes(fixed(bytes)?)),
            SimpleType::Text => column.push_utf8(bytes)?,
            SimpleType::Uuid => {
                let text = std::str::from_utf8(bytes).ok().filter(|text| parse_uuid(text).is_some());
                column.push_text(text.ok_or("it is no text of a UUID")?);
            }
            SimpleType::Bytes => column.push_bytes(bytes),
        }
        Ok(())
    }
}

fn fixed<const N: usize>(bytes: &[u8]) -> Result<[u8; N], Reason> {
    bytes.try_into().map_err(|_| format!("{} bytes where {N} are expected", bytes.len()).into())
}
