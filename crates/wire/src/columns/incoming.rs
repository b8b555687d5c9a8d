//! Arrays of clients on their way in.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, ListArray, make_array, new_null_array};
use arrow_cast::{CastOptions, can_cast_types, cast_with_options};
use arrow_schema::{DataType, Field, IntervalUnit, TimeUnit};

use super::lists::items;
use super::{decimals, without_sentinels};
use crate::schema::{COMPONENT_TYPE, ENGINE_TYPE, TYPE};
use crate::{Error, Result};

/// The engine's type for a column that comes in: what its metadata say, else what follows from its Arrow type.
///
/// # Errors
/// If no column holds such values; the column is named.
pub fn engine_type(field: &Field) -> Result<DataType> {
    let arrow = field.data_type();
    let said = |key: &str| field.metadata().get(key).map(String::as_str);
    let named = said(TYPE).and_then(|name| of_java(name, said(COMPONENT_TYPE)));
    let exact = said(ENGINE_TYPE).and_then(of_engine);
    let fits = |to: &DataType| is_readable(arrow, to);
    match exact.filter(fits).or(named.filter(fits)).or_else(|| of_arrow(arrow)) {
        Some(found) => Ok(found),
        None => {
            let name = field.name();
            Err(Error::new(format!("column \"{name}\" has the Arrow type {arrow}, which no column holds")))
        }
    }
}

/// An array that came with bitmaps as one of the engine's, of the type that [`engine_type`] gives for its field.
///
/// # Errors
/// If a value does not fit; the column is named.
pub fn from_wire(array: &ArrayRef, field: &Field) -> Result<ArrayRef> {
    let to = engine_type(field)?;
    convert(array, &to).map_err(|error| error.in_context(format!("column \"{}\"", field.name())))
}

/// As [`from_wire`], of an array that a client uploads: the values that stand for null are read as null.
///
/// # Errors
/// As there.
pub fn from_upload(array: &ArrayRef, field: &Field) -> Result<ArrayRef> {
    from_wire(&without_sentinels(array), field)
}

fn convert(array: &ArrayRef, to: &DataType) -> Result<ArrayRef> {
    let from = array.data_type();
    match (from, to) {
        (from, to) if from == to => Ok(array.clone()),
        (DataType::Null, to) => Ok(new_null_array(to, array.len())),
        (DataType::Binary, DataType::Decimal128(..) | DataType::Decimal256(..)) => {
            decimals::from_bytes(array.as_binary::<i32>(), to)
        }
        (DataType::Timestamp(unit, _), DataType::Timestamp(_, zone)) => {
            // A time without a zone is taken as UTC, one of another zone is the same instant: only the label changes.
            let labelled = DataType::Timestamp(*unit, zone.clone());
            let labelled = make_array(array.to_data().into_builder().data_type(labelled).build()?);
            cast(&labelled, to)
        }
        (DataType::List(_), DataType::List(item)) => {
            let list = array.as_list::<i32>();
            let (offsets, items) = items(list);
            let values = convert(&items, item.data_type())?;
            Ok(Arc::new(ListArray::try_new(item.clone(), offsets, values, list.nulls().cloned())?))
        }
        (DataType::ListView(item), DataType::List(_)) => {
            convert(&cast(array, &DataType::List(item.clone()))?, to)
        }
        (DataType::FixedSizeList(item, _) | DataType::LargeList(item), DataType::List(_)) => {
            convert(&cast(array, &DataType::List(item.clone()))?, to)
        }
        (DataType::Map(..) | DataType::Union(..), DataType::Utf8View) => shown(array),
        (_, to) => cast(array, to),
    }
}

fn cast(array: &ArrayRef, to: &DataType) -> Result<ArrayRef> {
    Ok(cast_with_options(array, to, &CastOptions { safe: false, ..CastOptions::default() })?)
}

/// Cells as the text that Arrow shows them with: maps and unions have no column of their own.
fn shown(array: &ArrayRef) -> Result<ArrayRef> {
    let options = arrow_cast::display::FormatOptions::default();
    let formatter = arrow_cast::display::ArrayFormatter::try_new(array.as_ref(), &options)?;
    let text = |row: usize| match array.is_null(row) {
        true => Ok(None),
        false => formatter.value(row).try_to_string().map(Some),
    };
    let texts = (0..array.len()).map(text).collect::<Result<arrow_array::StringViewArray, _>>()?;
    Ok(Arc::new(texts))
}

fn list_of(item: DataType) -> DataType {
    DataType::List(Arc::new(Field::new_list_field(item, true)))
}

fn instant() -> DataType {
    DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()))
}

/// A decimal of as many digits as there are, 18 of them after the point.
const BIG_DECIMAL: DataType = DataType::Decimal256(75, 18);
const BIG_INTEGER: DataType = DataType::Decimal256(76, 0);

fn of_java(name: &str, component: Option<&str>) -> Option<DataType> {
    Some(match name {
        "java.lang.Boolean" | "boolean" => DataType::Boolean,
        "byte" | "java.lang.Byte" => DataType::Int8,
        "short" | "java.lang.Short" => DataType::Int16,
        "int" | "java.lang.Integer" => DataType::Int32,
        "long" | "java.lang.Long" => DataType::Int64,
        "char" | "java.lang.Character" => DataType::UInt16,
        "float" | "java.lang.Float" => DataType::Float32,
        "double" | "java.lang.Double" => DataType::Float64,
        "java.lang.String" => DataType::Utf8View,
        "java.time.Instant" => instant(),
        "java.time.LocalDate" => DataType::Date32,
        "java.time.LocalTime" => DataType::Time64(TimeUnit::Nanosecond),
        "java.time.Duration" => DataType::Duration(TimeUnit::Nanosecond),
        "java.time.Period" | "org.apache.arrow.vector.PeriodDuration" => {
            DataType::Interval(IntervalUnit::MonthDayNano)
        }
        "java.math.BigDecimal" => BIG_DECIMAL,
        "java.math.BigInteger" => BIG_INTEGER,
        "byte[]" => DataType::BinaryView,
        _ => return of_java_list(name, component),
    })
}

fn of_java_list(name: &str, component: Option<&str>) -> Option<DataType> {
    // Names come from outside: a name of nothing but brackets nests no deeper than this.
    const DEEPEST: usize = 8;
    if name.matches("[]").count() > DEEPEST {
        return None;
    }
    match name.strip_suffix("[]") {
        Some(item) => of_java(item, None).map(list_of),
        None if name.starts_with("io.deephaven.vector.") => of_java(component?, None).map(list_of),
        None => None,
    }
}

fn of_arrow(arrow: &DataType) -> Option<DataType> {
    Some(match arrow {
        DataType::Boolean
        | DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::Int64
        | DataType::UInt16
        | DataType::Float32
        | DataType::Float64
        | DataType::Decimal128(..)
        | DataType::Decimal256(..) => arrow.clone(),
        DataType::UInt8 => DataType::Int16,
        DataType::UInt32 => DataType::Int64,
        DataType::UInt64 => BIG_INTEGER,
        DataType::Float16 => DataType::Float32,
        DataType::Null | DataType::Map(..) | DataType::Union(..) => DataType::Utf8View,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => DataType::Utf8View,
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => {
            DataType::BinaryView
        }
        DataType::Decimal32(precision, scale) | DataType::Decimal64(precision, scale) => {
            DataType::Decimal128(*precision, *scale)
        }
        DataType::Timestamp(_, None) => instant(),
        DataType::Timestamp(_, Some(zone)) => DataType::Timestamp(TimeUnit::Nanosecond, Some(zone.clone())),
        DataType::Date32 | DataType::Date64 => DataType::Date32,
        DataType::Time32(_) | DataType::Time64(_) => DataType::Time64(TimeUnit::Nanosecond),
        DataType::Duration(_) => DataType::Duration(TimeUnit::Nanosecond),
        DataType::Interval(_) => DataType::Interval(IntervalUnit::MonthDayNano),
        DataType::Dictionary(_, values) => of_arrow(values)?,
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::FixedSizeList(item, _)
        | DataType::ListView(item) => list_of(of_arrow(item.data_type())?),
        _ => return None,
    })
}

/// The type that metadata name exactly, if columns have it.
fn of_engine(text: &str) -> Option<DataType> {
    // Arrow's parser calls itself for each type within a type, and texts come from outside: they are no longer, and nest no
    // deeper, than this.
    const LONGEST: usize = 500;
    const DEEPEST: usize = 16;
    if text.len() > LONGEST || text.matches('(').count() > DEEPEST {
        return None;
    }
    text.parse().ok().filter(is_engine_type)
}

/// Whether a type that metadata name exactly is one that columns have.
fn is_engine_type(data_type: &DataType) -> bool {
    match data_type {
        DataType::Decimal128(..) | DataType::Decimal256(..) => true,
        DataType::Timestamp(TimeUnit::Nanosecond, _) => true,
        DataType::List(item) => is_engine_type(item.data_type()),
        _ => false,
    }
}

/// Whether values of an Arrow type can be read as one of the engine's.
fn is_readable(arrow: &DataType, to: &DataType) -> bool {
    match (arrow, to) {
        (DataType::Binary, DataType::Decimal128(..) | DataType::Decimal256(..)) => true,
        (DataType::Timestamp(..), DataType::Timestamp(..)) => true,
        (
            DataType::List(item)
            | DataType::LargeList(item)
            | DataType::FixedSizeList(item, _)
            | DataType::ListView(item),
            DataType::List(wanted),
        ) => is_readable(item.data_type(), wanted.data_type()),
        (_, DataType::List(_)) => false,
        _ => can_cast_types(arrow, to),
    }
}
