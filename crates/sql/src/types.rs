//! Types: what SQL calls them, and which one two of them make together.

use std::sync::Arc;

use arrow_schema::{DataType, IntervalUnit, TimeUnit};

/// Text as the engine has it.
pub(crate) const TEXT: DataType = DataType::Utf8View;
/// What `INTERVAL` literals are.
pub(crate) const INTERVAL: DataType = DataType::Interval(IntervalUnit::MonthDayNano);
/// Lengths of time.
pub(crate) const DURATION: DataType = DataType::Duration(TimeUnit::Nanosecond);
/// Times of day.
pub(crate) const TIME: DataType = DataType::Time64(TimeUnit::Nanosecond);
/// Digits of a decimal of 128 bits.
const DIGITS: u8 = 38;

/// Instants.
pub(crate) fn instant() -> DataType {
    DataType::Timestamp(TimeUnit::Nanosecond, Some(Arc::from("UTC")))
}

/// Whether it is a text, or a char, which is one too.
pub(crate) fn is_text(data_type: &DataType) -> bool {
    match data_type {
        DataType::Utf8View | DataType::Utf8 | DataType::LargeUtf8 | DataType::UInt16 => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

/// Whether it is a signed integer.
pub(crate) fn is_integer(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64)
}

/// Whether it is a number.
pub(crate) fn is_number(data_type: &DataType) -> bool {
    is_integer(data_type) || data_type.is_floating() || is_decimal(data_type)
}

/// Whether it is a decimal.
pub(crate) fn is_decimal(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Decimal128(..) | DataType::Decimal256(..))
}

/// Whether it is a date with a time.
pub(crate) fn is_timestamp(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Timestamp(..))
}

/// The type that takes in values of both, in comparisons, choices and unions.
pub(crate) fn common(left: &DataType, right: &DataType) -> Option<DataType> {
    match (left, right) {
        (a, b) if a == b => Some(a.clone()),
        (DataType::Null, other) | (other, DataType::Null) => Some(other.clone()),
        (a, b) if is_text(a) && is_text(b) => Some(TEXT),
        (a, b) if is_integer(a) && is_integer(b) => Some(wider(a, b)),
        (a, b) if is_number(a) && is_number(b) && (a.is_floating() || b.is_floating()) => {
            let single =
                [a, b].iter().all(|t| matches!(t, DataType::Float32 | DataType::Int8 | DataType::Int16));
            Some(if single { DataType::Float32 } else { DataType::Float64 })
        }
        (a, b) if is_number(a) && is_number(b) => {
            let ((whole_a, scale_a), (whole_b, scale_b)) = (digits(a)?, digits(b)?);
            let scale = scale_a.max(scale_b);
            let precision = whole_a.max(whole_b).saturating_add(u8::try_from(scale).ok()?).min(DIGITS);
            Some(DataType::Decimal128(precision, scale))
        }
        (a, b) if is_timestamp(a) && is_timestamp(b) => Some(instant()),
        (a, DataType::Date32) | (DataType::Date32, a) if is_timestamp(a) => Some(instant()),
        (a, b) if (a == &INTERVAL && b == &DURATION) || (a == &DURATION && b == &INTERVAL) => Some(DURATION),
        _ => None,
    }
}

/// Digits before the point, and after it.
fn digits(data_type: &DataType) -> Option<(u8, i8)> {
    Some(match data_type {
        DataType::Int8 => (3, 0),
        DataType::Int16 => (5, 0),
        DataType::Int32 => (10, 0),
        DataType::Int64 => (19, 0),
        DataType::Decimal128(precision, scale) | DataType::Decimal256(precision, scale) => {
            (precision.saturating_sub(u8::try_from(*scale).unwrap_or(0)), *scale)
        }
        _ => return None,
    })
}

fn wider(left: &DataType, right: &DataType) -> DataType {
    let rank = |t: &DataType| t.primitive_width().unwrap_or(8);
    if rank(left) >= rank(right) { left.clone() } else { right.clone() }
}

/// The type of sums, differences, products of integers.
pub(crate) fn arithmetic(left: &DataType, right: &DataType) -> DataType {
    wider(&wider(left, right), &DataType::Int32)
}

/// What SQL calls a type.
pub(crate) fn name(data_type: &DataType) -> String {
    match data_type {
        DataType::Null => "NULL".to_owned(),
        DataType::Boolean => "BOOLEAN".to_owned(),
        DataType::Int8 => "TINYINT".to_owned(),
        DataType::Int16 => "SMALLINT".to_owned(),
        DataType::Int32 => "INTEGER".to_owned(),
        DataType::Int64 => "BIGINT".to_owned(),
        DataType::UInt16 => "CHAR".to_owned(),
        DataType::Float32 => "REAL".to_owned(),
        DataType::Float64 => "DOUBLE".to_owned(),
        other if is_text(other) => "VARCHAR".to_owned(),
        DataType::BinaryView | DataType::Binary => "VARBINARY".to_owned(),
        DataType::Date32 => "DATE".to_owned(),
        DataType::Time64(_) => "TIME".to_owned(),
        DataType::Timestamp(..) => "TIMESTAMP".to_owned(),
        DataType::Interval(_) => "INTERVAL".to_owned(),
        DataType::Duration(_) => "DURATION".to_owned(),
        DataType::Decimal128(p, s) | DataType::Decimal256(p, s) => format!("DECIMAL({p}, {s})"),
        DataType::List(item) => format!("{} ARRAY", name(item.data_type())),
        other => format!("OBJECT ({other})"),
    }
}
