//! Arrow data from outside, brought to the engine's layouts.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::{ArrowError, DataType, Field, IntervalUnit, Schema, TimeUnit};

/// The type of instants.
pub fn instant_type() -> DataType {
    DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()))
}

/// A list of values of this type.
pub fn list_of(item: DataType) -> DataType {
    DataType::List(Arc::new(Field::new_list_field(item, true)))
}

/// A type as formulas spell it, for messages.
pub(crate) fn name_of(data_type: &DataType) -> String {
    let name = match data_type {
        DataType::Boolean => "Boolean",
        DataType::Int8 => "byte",
        DataType::Int16 => "short",
        DataType::Int32 => "int",
        DataType::Int64 => "long",
        DataType::UInt16 => "char",
        DataType::Float32 => "float",
        DataType::Float64 => "double",
        DataType::Utf8View => "String",
        DataType::Timestamp(_, Some(_)) => "Instant (e.g. 2024-03-01T12:30:00Z)",
        DataType::Date32 => "LocalDate (e.g. 2024-03-01)",
        DataType::Time64(_) => "LocalTime (e.g. 12:30:00)",
        DataType::Decimal128(..) | DataType::Decimal256(..) => "decimal number",
        other => return other.to_string(),
    };
    name.to_owned()
}

/// The engine's type for values that come in as `data_type`; `None` if it has none.
pub fn engine_type(data_type: &DataType) -> Option<DataType> {
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
        DataType::Interval(_) => DataType::Interval(IntervalUnit::MonthDayNano),
        DataType::UInt8 => DataType::Int16,
        DataType::UInt32 => DataType::Int64,
        DataType::UInt64 => DataType::Decimal256(76, 0),
        DataType::Float16 => DataType::Float32,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null => DataType::Utf8View,
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => {
            DataType::BinaryView
        }
        DataType::Decimal32(precision, scale) | DataType::Decimal64(precision, scale) => {
            DataType::Decimal128(*precision, *scale)
        }
        DataType::Timestamp(..) => instant_type(),
        DataType::Date32 | DataType::Date64 => DataType::Date32,
        DataType::Time32(_) | DataType::Time64(_) => DataType::Time64(TimeUnit::Nanosecond),
        DataType::Duration(_) => DataType::Duration(TimeUnit::Nanosecond),
        DataType::Dictionary(_, values) => engine_type(values)?,
        DataType::RunEndEncoded(_, values) => engine_type(values.data_type())?,
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::FixedSizeList(item, _)
        | DataType::ListView(item)
        | DataType::LargeListView(item) => list_of(engine_type(item.data_type())?),
        _ => return None,
    })
}

/// Values in the engine's layout; shared, not copied, where they lie that way already.
///
/// # Errors
/// If no column holds such values, or one does not fit.
pub fn adopt(array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let from = array.data_type();
    let to = engine_type(from).ok_or_else(|| {
        ArrowError::CastError(format!("values of the Arrow type {from} have no column type here"))
    })?;
    if *from == to { Ok(array.clone()) } else { cast(array, &to) }
}

/// Values as another type; values that do not fit are an error.
///
/// # Errors
/// If the types do not go together, or a value does not fit.
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
///
/// # Errors
/// As [`adopt`]; the column is named.
pub fn adopt_batch(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let schema = batch.schema();
    let columns = schema.fields().iter().zip(batch.columns()).map(|(field, column)| {
        adopt(column).map_err(|error| ArrowError::CastError(format!("column \"{}\": {error}", field.name())))
    });
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let named = schema.fields().iter().zip(&columns);
    let fields = named.map(|(field, column)| Field::new(field.name(), column.data_type().clone(), true));
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(Arc::new(Schema::new(fields.collect::<Vec<_>>())), columns, &options)
}
