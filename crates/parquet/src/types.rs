//! From the types of files to those of the engine.
//!
//! Three questions about a type: what the table shows ([`engine_type`]), what the decoder is asked for, so that text
//! is decoded into views without a second pass ([`decode_type`]), and how to get from one to the other ([`conform`]).

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
    UInt64Type,
};
use arrow_array::{Array, ArrayRef, Int64Array, ListArray};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::{ArrowError, DataType, Field, FieldRef, TimeUnit};

use crate::write::parsed_periods;

/// Where a field says which engine type its values were written from, if the file type does not say it.
pub(crate) const TYPE_KEY: &str = "kinetable:type";

/// How unsigned integers of 64 bits become engine values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unsigned {
    /// As integers of any size.
    #[default]
    Big,
    /// As longs; one above 2⁶³ − 1 is an error when it is read.
    Long,
    /// As the longs of the same bits: those above 2⁶³ − 1 are negative.
    Signed,
}

impl Unsigned {
    /// The engine type of unsigned integers of 64 bits.
    pub(crate) fn engine_type(self) -> DataType {
        match self {
            Unsigned::Big => big_integer(),
            Unsigned::Long | Unsigned::Signed => DataType::Int64,
        }
    }
}

/// The type of integers of any size.
fn big_integer() -> DataType {
    DataType::Decimal256(76, 0)
}

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
        UInt64 => big_integer(),
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

/// The type a column of a file has in a table: what it was written from, if it was written here and says so.
pub(crate) fn type_of(field: &Field) -> DataType {
    let inferred = engine_type(field.data_type());
    // A few plain types only, in few words: what a file says here is parsed.
    let said = field.metadata().get(TYPE_KEY).filter(|said| said.len() <= 64 && !said.contains(['{', '<']));
    match said.and_then(|said| said.parse().ok()) {
        Some(said) if is_written_as(&said, field.data_type()) => said,
        _ => inferred,
    }
}

/// Whether values of an engine type are written as a type of files that says less than it.
pub(crate) fn is_written_as(engine: &DataType, file: &DataType) -> bool {
    use DataType::*;
    match (engine, file) {
        (Decimal256(_, scale) | Decimal128(_, scale), Decimal128(_, less) | Decimal256(_, less)) => {
            scale >= less
        }
        (Timestamp(TimeUnit::Nanosecond, zone), Timestamp(_, other)) => zone.is_none() == other.is_none(),
        (Interval(_), Utf8 | Utf8View | LargeUtf8) => true,
        _ => false,
    }
}

/// Whether values of a column may be read as another type that the reader asked for.
pub(crate) fn is_readable_as(is: &DataType, asked: &DataType) -> bool {
    use DataType::*;
    match (is, asked) {
        _ if is == asked => true,
        _ if is.is_integer() && asked.is_integer() => true,
        (Int8 | Int16 | Int32 | UInt16, Float32 | Float64) | (Float32, Float64) => true,
        (Decimal128(..) | Decimal256(..), Decimal128(..) | Decimal256(..)) => true,
        (Int8 | Int16 | Int32 | Int64, Decimal128(..) | Decimal256(..)) => true,
        (Timestamp(..), Timestamp(TimeUnit::Nanosecond, _)) => true,
        _ => false,
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
pub(crate) fn conform(array: &ArrayRef, to: &DataType, unsigned: Unsigned) -> Result<ArrayRef, ArrowError> {
    match (array.data_type(), to) {
        (from, to) if from == to => Ok(array.clone()),
        (_, DataType::Interval(_)) => parsed_periods(array),
        (DataType::UInt64, DataType::Int64) if unsigned == Unsigned::Signed => {
            let (_, values, nulls) = array.as_primitive::<UInt64Type>().clone().into_parts();
            Ok(Arc::new(Int64Array::new(values.into_inner().into(), nulls)))
        }
        (DataType::Timestamp(unit, zone), DataType::Timestamp(_, to_zone)) if zone != to_zone => {
            conform(&relabelled(array, *unit, to_zone.clone()), to, unsigned)
        }
        (DataType::List(_), DataType::List(item)) => {
            let list = array.as_list::<i32>();
            let values = conform(list.values(), item.data_type(), unsigned)?;
            let (offsets, nulls) = (list.offsets().clone(), list.nulls().cloned());
            Ok(Arc::new(ListArray::try_new(item.clone(), offsets, values, nulls)?))
        }
        (DataType::LargeList(from) | DataType::FixedSizeList(from, _), DataType::List(_)) => {
            conform(&exactly(array, &DataType::List(from.clone()))?, to, unsigned)
        }
        (DataType::Dictionary(_, values), to) if values.as_ref() != to => {
            conform(&exactly(array, values)?, to, unsigned)
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

/// What a column of files holds that no column of a table can, if it does.
pub(crate) fn unreadable_type(file: &DataType) -> Option<&DataType> {
    match file {
        DataType::Struct(_) | DataType::Map(..) | DataType::Union(..) => Some(file),
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            unreadable_type(item.data_type())
        }
        _ => None,
    }
}
