//! The engine's types by name, and Arrow data from outside brought to the engine's layouts.
//!
//! The names are those of the formula language (`long`, `String`, `Instant`, `double[]`), so that messages, `dtypes`
//! and annotations all speak alike.

use arrow_schema::{DECIMAL128_MAX_PRECISION, DataType, IntervalUnit, TimeUnit};

use crate::values::{is_object_type, object_type};

pub use kinetable::files::{adopt, adopt_batch, cast, instant_type as instant, list_of};

/// The type that a name of the formula language means.
pub fn from_name(name: &str) -> Option<DataType> {
    if let Some(item) = name.strip_suffix("[]") {
        return if item == "byte" { Some(DataType::BinaryView) } else { from_name(item).map(list_of) };
    }
    Some(match name {
        "boolean" => DataType::Boolean,
        "byte" => DataType::Int8,
        "short" => DataType::Int16,
        "int" => DataType::Int32,
        "long" => DataType::Int64,
        "char" => DataType::UInt16,
        "float" => DataType::Float32,
        "double" => DataType::Float64,
        "String" => DataType::Utf8View,
        "Instant" => instant(),
        "LocalDate" => DataType::Date32,
        "LocalTime" => DataType::Time64(TimeUnit::Nanosecond),
        "Duration" => DataType::Duration(TimeUnit::Nanosecond),
        "Period" => DataType::Interval(IntervalUnit::MonthDayNano),
        "LocalDateTime" => DataType::Timestamp(TimeUnit::Nanosecond, None),
        "BigInteger" => DataType::Decimal256(76, 0),
        "BigDecimal" => DataType::Decimal256(75, 18),
        "PyObject" => object_type(),
        other => return parametrised(other),
    })
}

/// `BigDecimal[2]`, with so many digits after the point, and `ZonedDateTime[Europe/Berlin]`.
fn parametrised(name: &str) -> Option<DataType> {
    let (kind, parameter) = name.strip_suffix(']')?.split_once('[')?;
    match kind {
        "BigDecimal" => Some(DataType::Decimal128(DECIMAL128_MAX_PRECISION, parameter.parse().ok()?)),
        "ZonedDateTime" => Some(DataType::Timestamp(TimeUnit::Nanosecond, Some(parameter.into()))),
        _ => None,
    }
}

/// The name of a type in the formula language.
pub fn name_of(data_type: &DataType) -> String {
    let name = match data_type {
        DataType::Boolean => "boolean",
        DataType::Int8 => "byte",
        DataType::Int16 => "short",
        DataType::Int32 => "int",
        DataType::Int64 => "long",
        DataType::UInt16 => "char",
        DataType::Float32 => "float",
        DataType::Float64 => "double",
        DataType::Utf8View | DataType::Utf8 | DataType::LargeUtf8 => "String",
        DataType::Dictionary(_, values) => return name_of(values),
        DataType::BinaryView => "byte[]",
        DataType::Timestamp(_, Some(zone)) if zone.as_ref() != "UTC" => "ZonedDateTime",
        DataType::FixedSizeBinary(16) => "Table",
        DataType::Timestamp(_, Some(_)) => "Instant",
        DataType::Timestamp(_, None) => "LocalDateTime",
        DataType::Date32 => "LocalDate",
        DataType::Time64(_) => "LocalTime",
        DataType::Duration(_) => "Duration",
        DataType::Interval(_) => "Period",
        DataType::Decimal256(76, 0) => "BigInteger",
        DataType::Decimal128(..) | DataType::Decimal256(..) => "BigDecimal",
        objects if is_object_type(objects) => "PyObject",
        DataType::List(item) => return format!("{}[]", name_of(item.data_type())),
        other => return other.to_string(),
    };
    name.to_owned()
}

/// The name a Java client would see for the type.
pub fn java_name(data_type: &DataType) -> String {
    let name = match data_type {
        DataType::Boolean => "java.lang.Boolean",
        DataType::Utf8View | DataType::Utf8 | DataType::LargeUtf8 => "java.lang.String",
        DataType::Dictionary(_, values) => return java_name(values),
        DataType::Timestamp(_, Some(zone)) if zone.as_ref() != "UTC" => "java.time.ZonedDateTime",
        DataType::FixedSizeBinary(16) => "io.deephaven.engine.table.Table",
        DataType::Timestamp(_, Some(_)) => "java.time.Instant",
        DataType::Timestamp(_, None) => "java.time.LocalDateTime",
        DataType::Date32 => "java.time.LocalDate",
        DataType::Time64(_) => "java.time.LocalTime",
        DataType::Duration(_) => "java.time.Duration",
        DataType::Interval(_) => "java.time.Period",
        DataType::Decimal256(76, 0) => "java.math.BigInteger",
        DataType::Decimal128(..) | DataType::Decimal256(..) => "java.math.BigDecimal",
        objects if is_object_type(objects) => "org.jpy.PyObject",
        DataType::List(item) => return format!("{}[]", java_name(item.data_type())),
        _ => return name_of(data_type),
    };
    name.to_owned()
}
