//! One type as another.
//!
//! A float becomes the nearest integer, of two the even one. Texts of times are read as `YYYY-MM-DD[ hh:mm:ss[.fraction]]`, in UTC
//! unless an offset is given, and written so.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type, TimestampNanosecondType, UInt16Type};
use arrow_array::{Array, ArrayRef, StringViewArray};
use arrow_cast::display::FormatOptions;
use arrow_cast::{CastOptions, can_cast_types, cast_with_options};
use arrow_schema::{ArrowError, DataType, TimeUnit};

use crate::expr::Failing;
use crate::types::{DURATION, INTERVAL, is_integer, is_number, is_text};

const FORMAT: FormatOptions<'static> = FormatOptions::new()
    .with_timestamp_format(Some("%Y-%m-%d %H:%M:%S%.f"))
    .with_datetime_format(Some("%Y-%m-%d %H:%M:%S%.f"));

/// Whether there is such a cast.
pub(crate) fn exists(from: &DataType, to: &DataType) -> bool {
    let plain = |t: &DataType| match t {
        DataType::Timestamp(unit, _) => DataType::Timestamp(*unit, None),
        other => other.clone(),
    };
    let (from, to) = (&plain(from), &plain(to));
    let is_time =
        |t: &DataType| matches!(t, DataType::Timestamp(..) | DataType::Date32 | DataType::Time64(_));
    match (from, to) {
        (a, b) if a == b => true,
        (DataType::UInt16, DataType::Utf8View) => true,
        (_, DataType::UInt16) | (DataType::UInt16, _) => false,
        (a, b) if *a == INTERVAL && *b == DURATION => true,
        // That a date is a number of days is nobody's business but ours.
        (DataType::Date32, DataType::Int32) | (DataType::Int32, DataType::Date32) => true,
        (a, b)
            if (is_time(a) && (is_number(b) || *b == DataType::Boolean)) || (is_time(b) && is_number(a)) =>
        {
            false
        }
        (a, b) if matches!(a, DataType::List(_)) || matches!(b, DataType::List(_)) => false,
        (a, b) => can_cast_types(a, b),
    }
}

/// The values as another type.
///
/// # Errors
/// If one has no place in it, and it is to fail.
pub(crate) fn cast(array: &ArrayRef, to: &DataType, failing: Failing) -> Result<ArrayRef, ArrowError> {
    if array.data_type() == to {
        return Ok(array.clone());
    }
    let options = CastOptions { safe: failing == Failing::Null, format_options: FORMAT };
    let from = &zoneless(array);
    let bare = match to {
        DataType::Timestamp(unit, _) => DataType::Timestamp(*unit, None),
        other => other.clone(),
    };
    let result = match (from.data_type(), &bare) {
        (a, b) if a == b => from.clone(),
        (DataType::UInt16, b) if is_text(b) => letters(from),
        (DataType::Float64, b) if is_integer(b) => {
            let whole = from.as_primitive::<Float64Type>().unary::<_, Float64Type>(f64::round_ties_even);
            cast_with_options(&whole, b, &options)?
        }
        (DataType::Float32, b) if is_integer(b) => {
            let whole = from.as_primitive::<Float32Type>().unary::<_, Float32Type>(f32::round_ties_even);
            cast_with_options(&whole, b, &options)?
        }
        (a, b) if *a == INTERVAL && *b == DURATION => lengths(from)?,
        (a, b) if is_text(a) && !is_text(b) => cast_with_options(&trimmed(from)?, b, &options)?,
        (_, b) => cast_with_options(from, b, &options)?,
    };
    Ok(relabelled(&result, to))
}

/// Instants under the label of no zone, and all else as it is: Arrow looks zones up by name, and these are in UTC.
pub(crate) fn zoneless(array: &ArrayRef) -> ArrayRef {
    match array.data_type() {
        DataType::Timestamp(TimeUnit::Nanosecond, Some(_)) => Arc::new(
            array.as_primitive::<TimestampNanosecondType>().clone().with_timezone_opt(None::<Arc<str>>),
        ),
        _ => array.clone(),
    }
}

/// Times under the label of another type of times.
pub(crate) fn relabelled(array: &ArrayRef, to: &DataType) -> ArrayRef {
    match (array.data_type(), to) {
        (DataType::Timestamp(TimeUnit::Nanosecond, _), DataType::Timestamp(TimeUnit::Nanosecond, zone)) => {
            Arc::new(array.as_primitive::<TimestampNanosecondType>().clone().with_timezone_opt(zone.clone()))
        }
        _ => array.clone(),
    }
}

/// Chars as texts.
fn letters(array: &ArrayRef) -> ArrayRef {
    let chars = array.as_primitive::<UInt16Type>();
    Arc::new(StringViewArray::from_iter(
        chars.iter().map(|unit| unit.map(|unit| String::from_utf16_lossy(&[unit]))),
    ))
}

fn trimmed(array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let texts = arrow_cast::cast(array, &DataType::Utf8View)?;
    Ok(Arc::new(StringViewArray::from_iter(texts.as_string_view().iter().map(|text| text.map(str::trim)))))
}

/// Intervals as lengths of time, with days of 24 hours. A month has no length.
fn lengths(array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let intervals = array.as_primitive::<arrow_array::types::IntervalMonthDayNanoType>();
    let lengths =
        intervals.try_unary::<_, arrow_array::types::DurationNanosecondType, ArrowError>(|interval| {
            let whole = i64::from(interval.days).checked_mul(86_400_000_000_000);
            match whole.and_then(|days| days.checked_add(interval.nanoseconds)) {
                Some(length) if interval.months == 0 => Ok(length),
                _ => Err(ArrowError::CastError("a month has no fixed length: say it in days".to_owned())),
            }
        })?;
    Ok(Arc::new(lengths))
}
