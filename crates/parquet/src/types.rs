//! From the types of files to those of the engine.
//!
//! Three questions about a type: what the table shows ([`engine_type`]), what the decoder is asked for, so that text
//! is decoded into views without a second pass ([`decode_type`]), and how to get from one to the other ([`conform`]).

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
};
use arrow_array::{Array, ArrayRef, ListArray};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::{ArrowError, DataType, Field, FieldRef, TimeUnit};

/// The type of instants.
pub(crate) fn instant() -> DataType {
    DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()))
}

/// The type a column of this file type has in a table.
pub(crate) fn engine_type(file: &DataType) -> DataType {
    use DataType::*;
    match file {
        UInt8 => Int16,
        UInt32 => Int64,
        UInt64 => Decimal128(20, 0),
        Float16 => Float32,
        Null | Utf8 | LargeUtf8 | Utf8View => Utf8View,
        Binary | LargeBinary | BinaryView | FixedSizeBinary(_) => BinaryView,
        Timestamp(_, _) => instant(),
        Date64 => Date32,
        Time32(_) | Time64(_) => Time64(TimeUnit::Nanosecond),
        Duration(_) => Duration(TimeUnit::Nanosecond),
        Decimal32(precision, scale) | Decimal64(precision, scale) => Decimal128(*precision, *scale),
        Decimal256(precision, scale) if *precision <= 38 => Decimal128(*precision, *scale),
        Dictionary(_, values) => engine_type(values),
        RunEndEncoded(_, values) => engine_type(values.data_type()),
        List(item) | LargeList(item) | FixedSizeList(item, _) => {
            List(Arc::new(Field::new_list_field(engine_type(item.data_type()), true)))
        }
        other => other.clone(),
    }
}

/// The type to ask the decoder for, given the type that the file says.
pub(crate) fn decode_type(file: &DataType) -> DataType {
    use DataType::*;
    let inside =
        |item: &FieldRef| Arc::new(item.as_ref().clone().with_data_type(decode_type(item.data_type())));
    match file {
        Utf8 | LargeUtf8 => Utf8View,
        Binary | LargeBinary => BinaryView,
        Dictionary(_, values) if values.is_string() || values.is_binary() => decode_type(values),
        List(item) => List(inside(item)),
        LargeList(item) => LargeList(inside(item)),
        other => other.clone(),
    }
}

/// The same values as an array of another type, which is the engine type of the array's.
pub(crate) fn conform(array: &ArrayRef, to: &DataType) -> Result<ArrayRef, ArrowError> {
    match (array.data_type(), to) {
        (from, to) if from == to => Ok(array.clone()),
        (DataType::Timestamp(unit, zone), DataType::Timestamp(_, to_zone)) if zone != to_zone => {
            conform(&relabelled(array, *unit, to_zone.clone()), to)
        }
        (DataType::List(_), DataType::List(item)) => {
            let list = array.as_list::<i32>();
            let values = conform(list.values(), item.data_type())?;
            let (offsets, nulls) = (list.offsets().clone(), list.nulls().cloned());
            Ok(Arc::new(ListArray::try_new(item.clone(), offsets, values, nulls)?))
        }
        (DataType::LargeList(from) | DataType::FixedSizeList(from, _), DataType::List(_)) => {
            conform(&exactly(array, &DataType::List(from.clone()))?, to)
        }
        (DataType::Dictionary(_, values), to) if values.as_ref() != to => {
            conform(&exactly(array, values)?, to)
        }
        (_, to) => exactly(array, to),
    }
}

/// A cast that fails where a value does not fit.
fn exactly(array: &ArrayRef, to: &DataType) -> Result<ArrayRef, ArrowError> {
    let options = CastOptions { safe: false, ..CastOptions::default() };
    cast_with_options(array, to, &options)
}

/// Instants are counted from the same moment whatever the zone they are shown in; those of no zone are taken as UTC.
fn relabelled(array: &ArrayRef, unit: TimeUnit, zone: Option<Arc<str>>) -> ArrayRef {
    macro_rules! with_zone {
        ($kind:ty) => {
            Arc::new(array.as_primitive::<$kind>().clone().with_timezone_opt(zone))
        };
    }
    match unit {
        TimeUnit::Second => with_zone!(TimestampSecondType),
        TimeUnit::Millisecond => with_zone!(TimestampMillisecondType),
        TimeUnit::Microsecond => with_zone!(TimestampMicrosecondType),
        TimeUnit::Nanosecond => with_zone!(TimestampNanosecondType),
    }
}
