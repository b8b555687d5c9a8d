//! How a cell becomes a value of an Avro type: decided once a column, done once a cell.

use arrow_buffer::i256;
use arrow_schema::{DataType, TimeUnit};

use super::super::cells::{Cells, Values};
use crate::avro::{
    IntKind, LongKind, Measure, Node, NodeId, Schema, parse_duration, parse_uuid, put_long, shortest,
    wide_digits_max,
};
use crate::decode::Reason;

/// How a cell that may be null is written: where the branches of null and of the value are, if it is a union.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    pub(super) null: Option<usize>,
    pub(super) value: Option<usize>,
    pub(super) put: Put,
}

/// How a cell that is not null is written.
#[derive(Debug, Clone)]
pub(super) enum Put {
    Bool,
    /// As int or long.
    Whole,
    /// Nanoseconds as a long of this unit.
    Time(i64),
    Float,
    Double,
    Text,
    Symbol(Vec<String>),
    Uuid,
    /// Text of months, days and milliseconds.
    Duration,
    Bytes,
    Fixed(usize),
    Decimal {
        precision: u8,
        shift: i32,
        size: Option<usize>,
    },
    List(Box<Choice>),
}

impl Choice {
    /// How a column's cells are written as a type; `None` if they cannot be.
    pub(super) fn of(schema: &Schema, node: NodeId, column: &DataType) -> Option<Choice> {
        let Node::Union(branches) = schema.node(node) else {
            let put = Put::of(schema, node, column)?;
            return Some(Choice { null: None, value: None, put });
        };
        let null = branches.iter().position(|branch| matches!(schema.node(*branch), Node::Null));
        let (value, put) = branches
            .iter()
            .enumerate()
            .find_map(|(index, branch)| Some((index, Put::of(schema, *branch, column)?)))?;
        Some(Choice { null, value: Some(value), put })
    }

    /// Appends a cell.
    pub(super) fn write(&self, cells: &Cells<'_>, row: usize, out: &mut Vec<u8>) -> Result<(), Reason> {
        if cells.is_null(row) {
            let null = self.null.ok_or(Reason::Borrowed("null, which the Avro schema does not allow"))?;
            put_long(out, null as i64);
            return Ok(());
        }
        if let Some(branch) = self.value {
            put_long(out, branch as i64);
        }
        self.put.write(cells, row, out)
    }
}

impl Put {
    fn of(schema: &Schema, node: NodeId, column: &DataType) -> Option<Put> {
        let unit = |kind: &LongKind, measure: Measure| {
            (kind.measure() == measure).then_some(Put::Time(kind.factor()))
        };
        match (column, schema.node(node)) {
            (DataType::Boolean, Node::Boolean) => Some(Put::Bool),
            (
                DataType::Int8 | DataType::Int16 | DataType::UInt16 | DataType::Int32,
                Node::Int(IntKind::Plain | IntKind::Byte | IntKind::Short | IntKind::Char)
                | Node::Long(LongKind::Plain),
            )
            | (DataType::Int64, Node::Long(LongKind::Plain)) => Some(Put::Whole),
            (DataType::Int8 | DataType::Int16 | DataType::Float32, Node::Float) => Some(Put::Float),
            (
                DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Float32 | DataType::Float64,
                Node::Double,
            ) => Some(Put::Double),
            (DataType::Utf8View | DataType::UInt16, Node::String) => Some(Put::Text),
            (DataType::Utf8View, Node::Enum { symbols, .. }) => Some(Put::Symbol(symbols.clone())),
            (DataType::Utf8View, Node::Uuid) => Some(Put::Uuid),
            (DataType::Utf8View, Node::Duration) => Some(Put::Duration),
            (DataType::BinaryView | DataType::Utf8View, Node::Bytes) => Some(Put::Bytes),
            (DataType::BinaryView, Node::Fixed(size)) => Some(Put::Fixed(*size)),
            (DataType::BinaryView, Node::Uuid) => Some(Put::Fixed(16)),
            (DataType::BinaryView, Node::Duration) => Some(Put::Fixed(12)),
            (DataType::Timestamp(TimeUnit::Nanosecond, Some(_)), Node::Long(kind)) => {
                unit(kind, Measure::Instant)
            }
            (DataType::Timestamp(TimeUnit::Nanosecond, None), Node::Long(kind)) => {
                unit(kind, Measure::LocalDateTime)
            }
            (DataType::Time64(TimeUnit::Nanosecond), Node::Long(kind)) => unit(kind, Measure::TimeOfDay),
            (DataType::Time64(TimeUnit::Nanosecond), Node::Int(IntKind::TimeMillis)) => {
                Some(Put::Time(1_000_000))
            }
            (DataType::Duration(_), Node::Long(LongKind::DurationNanos | LongKind::Plain)) => {
                Some(Put::Time(1))
            }
            (DataType::Date32, Node::Int(IntKind::Date)) => Some(Put::Whole),
            (
                DataType::Decimal128(_, own) | DataType::Decimal256(_, own),
                Node::Decimal { precision, scale, fixed },
            ) => {
                let shift = i32::from(*scale) - i32::from(*own);
                Some(Put::Decimal { precision: *precision, shift, size: *fixed })
            }
            (DataType::List(item), Node::Array(wanted)) => {
                Some(Put::List(Box::new(Choice::of(schema, *wanted, item.data_type())?)))
            }
            _ => None,
        }
    }

    fn write(&self, cells: &Cells<'_>, row: usize, out: &mut Vec<u8>) -> Result<(), Reason> {
        match (self, &cells.values) {
            (Put::Bool, Values::Bool(values)) => out.push(values.value(row).into()),
            (Put::Whole, Values::I8(values)) => put_long(out, values[row].into()),
            (Put::Whole, Values::I16(values)) => put_long(out, values[row].into()),
            (Put::Whole, Values::Char(values)) => put_long(out, values[row].into()),
            (Put::Whole, Values::I32(values) | Values::Date(values)) => put_long(out, values[row].into()),
            (Put::Whole, Values::I64(values)) => put_long(out, values[row]),
            (Put::Time(unit), Values::I64(values) | Values::Instant(values) | Values::Time(values)) => {
                put_long(out, values[row].div_euclid(*unit));
            }
            (Put::Float, Values::I8(values)) => out.extend(f32::from(values[row]).to_le_bytes()),
            (Put::Float, Values::I16(values)) => out.extend(f32::from(values[row]).to_le_bytes()),
            (Put::Float, Values::F32(values)) => out.extend(values[row].to_le_bytes()),
            (Put::Double, Values::I8(values)) => out.extend(f64::from(values[row]).to_le_bytes()),
            (Put::Double, Values::I16(values)) => out.extend(f64::from(values[row]).to_le_bytes()),
            (Put::Double, Values::I32(values)) => out.extend(f64::from(values[row]).to_le_bytes()),
            (Put::Double, Values::F32(values)) => out.extend(f64::from(values[row]).to_le_bytes()),
            (Put::Double, Values::F64(values)) => out.extend(values[row].to_le_bytes()),
            (Put::Text | Put::Bytes, Values::Text(values)) => prefixed(out, values.value(row).as_bytes()),
            (Put::Text, Values::Char(values)) => {
                let one = char::from_u32(values[row].into());
                let one = one.ok_or(Reason::Borrowed("half a character, which is no text"))?;
                prefixed(out, one.encode_utf8(&mut [0; 4]).as_bytes());
            }
            (Put::Symbol(symbols), Values::Text(values)) => {
                let text = values.value(row);
                let index = symbols.iter().position(|symbol| symbol == text);
                let index = index.ok_or_else(|| format!("\"{text}\", which the enum does not have"))?;
                put_long(out, index as i64);
            }
            (Put::Uuid, Values::Text(values)) => {
                let text = values.value(row);
                out.extend(parse_uuid(text).ok_or_else(|| format!("\"{text}\", which is no UUID"))?);
            }
            (Put::Duration, Values::Text(values)) => {
                let text = values.value(row);
                out.extend(parse_duration(text).ok_or_else(|| format!("\"{text}\", which is no duration"))?);
            }
            (Put::Bytes, Values::Bytes(values)) => prefixed(out, values.value(row)),
            (Put::Fixed(size), Values::Bytes(values)) => {
                let bytes = values.value(row);
                if bytes.len() != *size {
                    return Err(format!("{} bytes where {size} are wanted", bytes.len()).into());
                }
                out.extend_from_slice(bytes);
            }
            (Put::Decimal { precision, shift, size }, Values::Decimal(values)) => {
                let value = i256::from_i128(values.value(row));
                decimal(value, *precision, *shift, *size, out)?;
            }
            (Put::Decimal { precision, shift, size }, Values::WideDecimal(values)) => {
                decimal(values.value(row), *precision, *shift, *size, out)?;
            }
            (Put::List(item), Values::List(list, items)) => {
                let offsets = list.value_offsets();
                let range = offsets[row]..offsets[row + 1];
                if !range.is_empty() {
                    put_long(out, i64::from(range.end - range.start));
                    for at in range {
                        item.write(items, at as usize, out)?;
                    }
                }
                out.push(0);
            }
            (put, _) => panic!("{put:?} was planned for cells of another type"),
        }
        Ok(())
    }
}

fn prefixed(out: &mut Vec<u8>, bytes: &[u8]) {
    put_long(out, bytes.len() as i64);
    out.extend_from_slice(bytes);
}

fn decimal(
    value: i256,
    precision: u8,
    shift: i32,
    size: Option<usize>,
    out: &mut Vec<u8>,
) -> Result<(), Reason> {
    let power = i256::from_i128(10).checked_pow(shift.unsigned_abs());
    let power = power.ok_or(Reason::Borrowed("a decimal of too large a scale"))?;
    let shifted = if shift >= 0 {
        value.checked_mul(power)
    } else if value.wrapping_rem(power) == i256::ZERO {
        Some(value.wrapping_div(power))
    } else {
        return Err("a decimal of more digits after the point than the Avro schema has".into());
    };
    let max = wide_digits_max(precision);
    let fits = shifted.filter(|value| *value < max && *value > max.wrapping_neg());
    let fits = fits.ok_or_else(|| format!("a decimal of more than {precision} digits"))?;
    let bytes = fits.to_be_bytes();
    match size {
        None => prefixed(out, shortest(&bytes)),
        Some(size) => {
            let short = shortest(&bytes);
            if short.len() > size {
                return Err(
                    format!("a decimal that needs {} bytes where there are {size}", short.len()).into()
                );
            }
            let fill = if bytes[0] & 0x80 != 0 { 0xff } else { 0 };
            out.extend(std::iter::repeat_n(fill, size - short.len()));
            out.extend_from_slice(short);
        }
    }
    Ok(())
}
