//! Types as messages call them.

use arrow_schema::{DataType, TimeUnit};

/// The name of a type in messages.
pub(crate) fn type_name(data_type: &DataType) -> String {
    let name = match data_type {
        DataType::Boolean => "bool",
        DataType::Int8 => "i8",
        DataType::Int16 => "i16",
        DataType::Int32 => "i32",
        DataType::Int64 => "i64",
        DataType::UInt16 => "char",
        DataType::Float32 => "f32",
        DataType::Float64 => "f64",
        DataType::Utf8View | DataType::Utf8 | DataType::LargeUtf8 => "text",
        DataType::BinaryView | DataType::Binary => "binary",
        DataType::Timestamp(TimeUnit::Nanosecond, _) => "an instant",
        DataType::Date32 => "a date",
        DataType::Time64(_) => "a time of day",
        DataType::Duration(_) => "a duration",
        DataType::Decimal128(..) => "decimal",
        DataType::List(item) => return format!("a list of {}", type_name(item.data_type())),
        other => return other.to_string(),
    };
    name.to_owned()
}
