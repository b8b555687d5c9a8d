//! The engine's types by name, and Arrow data from outside brought to the engine's layouts.
//!
//! The names are those of the formula language (`long`, `String`, `Instant`, `double[]`), so that messages, `dtypes`
//! and annotations all speak alike.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::{ArrowError, DECIMAL128_MAX_PRECISION, DataType, Field, IntervalUnit, Schema, TimeUnit};

use crate::values::{is_object_type, object_type};

/// The type of instants.
pub fn instant() -> DataType {
    DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()))
}

/// A list of values of this type.
pub fn list_of(item: DataType) -> DataType {
    DataType::List(Arc::new(Field::new_list_field(item, true)))
}

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

/// The engine's type for values that come in as `data_type`; `None` if it has none.
fn engine_type(data_type: &DataType) -> Option<DataType> {
    Some(match data_type {
        DataType::Boolean
        | DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::Int64
        | DataType::UInt16
        | DataType::Float32
        | DataType::Float64
        | DataType::Decimal128(..)
        | DataType::Decimal256(..) => data_type.clone(),
        DataType::UInt8 => DataType::Int16,
        DataType::UInt32 | DataType::UInt64 => DataType::Int64,
        DataType::Float16 => DataType::Float32,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null => DataType::Utf8View,
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => {
            DataType::BinaryView
        }
        DataType::Timestamp(..) => instant(),
        DataType::Date32 | DataType::Date64 => DataType::Date32,
        DataType::Time32(_) | DataType::Time64(_) => DataType::Time64(TimeUnit::Nanosecond),
        DataType::Duration(_) => DataType::Duration(TimeUnit::Nanosecond),
        DataType::Dictionary(_, values) => engine_type(values)?,
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            list_of(engine_type(item.data_type())?)
        }
        _ => return None,
    })
}

/// Values in the engine's layout; shared, not copied, where they lie that way already.
pub fn adopt(array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let from = array.data_type();
    let to = engine_type(from).ok_or_else(|| {
        ArrowError::CastError(format!("values of the Arrow type {from} have no column type here"))
    })?;
    if *from == to { Ok(array.clone()) } else { cast(array, &to) }
}

/// Values as another type; values that do not fit are an error.
pub fn cast(array: &ArrayRef, to: &DataType) -> Result<ArrayRef, ArrowError> {
    if let (DataType::Timestamp(unit, None), DataType::Timestamp(_, Some(zone))) = (array.data_type(), to) {
        // A time without a zone is taken as UTC: only the label changes.
        let labelled = DataType::Timestamp(*unit, Some(zone.clone()));
        let array = arrow_array::make_array(array.to_data().into_builder().data_type(labelled).build()?);
        return cast(&array, to);
    }
    cast_with_options(array, to, &CastOptions { safe: false, ..CastOptions::default() })
}

/// A batch in the engine's layouts.
pub fn adopt_batch(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let schema = batch.schema();
    let columns = schema.fields().iter().zip(batch.columns()).map(|(field, column)| {
        adopt(column).map_err(|error| ArrowError::CastError(format!("column \"{}\": {error}", field.name())))
    });
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let names = schema.fields().iter().map(|field| field.name().as_str());
    rows_of(names, columns, batch.num_rows())
}

/// A batch of so many rows from named columns.
pub fn rows_of<'a>(
    names: impl Iterator<Item = &'a str>,
    columns: Vec<ArrayRef>,
    rows: usize,
) -> Result<RecordBatch, ArrowError> {
    let fields: Vec<Field> = names
        .zip(&columns)
        .map(|(name, column)| Field::new(name, column.data_type().clone(), true))
        .collect();
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), columns, &options)
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
