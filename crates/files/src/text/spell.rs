//! Values as the texts that files hold them in.
//!
//! One match a column gives a function that writes a value: the loop over rows and columns calls functions, and asks no type.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, DurationNanosecondType, Float32Type, Float64Type, Int8Type, Int16Type,
    Int32Type, Int64Type, IntervalMonthDayNanoType, Time64NanosecondType, TimestampNanosecondType,
    UInt16Type,
};
use arrow_array::{Array, ArrayRef, PrimitiveArray};
use arrow_buffer::IntervalMonthDayNano;
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{DataType, IntervalUnit, TimeUnit};
use kinetable_engine::{Error, Result};
use std::io::Write as _;

use super::{push_date, push_instant, push_time};

/// Writes the value of a row.
pub type Write<'a> = Box<dyn Fn(&mut Vec<u8>, usize) + 'a>;

/// Writes the value of a row that is not null. What it writes is text, for [`Speller::is_text`] to be quoted.
pub struct Speller<'a> {
    /// Whether values may hold any character: others are numbers, dates and words.
    pub is_text: bool,
    /// Writes the value of a row.
    pub write: Write<'a>,
}

/// What spells the values of a column; lists and bytes are left to the caller.
///
/// # Errors
/// If values of the type have no text.
pub fn speller(values: &ArrayRef) -> Result<Speller<'_>> {
    let write: Write<'_> = match values.data_type() {
        DataType::Utf8View => return Ok(texts(values)),
        DataType::UInt16 => return Ok(characters(values)),
        DataType::Boolean => {
            let values = values.as_boolean();
            Box::new(|out, row| out.extend_from_slice(if values.value(row) { b"true" } else { b"false" }))
        }
        DataType::Int8 => whole::<Int8Type>(values),
        DataType::Int16 => whole::<Int16Type>(values),
        DataType::Int32 => whole::<Int32Type>(values),
        DataType::Int64 => whole::<Int64Type>(values),
        DataType::Float32 => {
            each::<Float32Type>(values, |out, value| push_double(out, zmij::Buffer::new().format(value)))
        }
        DataType::Float64 => {
            each::<Float64Type>(values, |out, value| push_double(out, zmij::Buffer::new().format(value)))
        }
        DataType::Timestamp(TimeUnit::Nanosecond, Some(_)) => {
            each::<TimestampNanosecondType>(values, push_instant)
        }
        DataType::Timestamp(TimeUnit::Nanosecond, None) => {
            each::<TimestampNanosecondType>(values, |out, value| {
                push_instant(out, value);
                // A time without a zone.
                out.pop();
            })
        }
        DataType::Date32 => each::<Date32Type>(values, push_date),
        DataType::Time64(TimeUnit::Nanosecond) => each::<Time64NanosecondType>(values, push_time),
        DataType::Duration(TimeUnit::Nanosecond) => each::<DurationNanosecondType>(values, push_duration),
        DataType::Interval(IntervalUnit::MonthDayNano) => {
            each::<IntervalMonthDayNanoType>(values, push_period)
        }
        DataType::Decimal128(..) | DataType::Decimal256(..) => return others(values),
        other => {
            let message = format!("values of type {other} have no text");
            return Err(Error::invalid(message).with_hint("leave the column out, or make a text of it"));
        }
    };
    Ok(Speller { is_text: false, write })
}

fn each<T: ArrowPrimitiveType>(
    values: &ArrayRef,
    push: impl Fn(&mut Vec<u8>, T::Native) + 'static,
) -> Write<'_> {
    let values: &PrimitiveArray<T> = values.as_primitive();
    Box::new(move |out, row| push(out, values.value(row)))
}

fn whole<T: ArrowPrimitiveType<Native: itoa::Integer>>(values: &ArrayRef) -> Write<'_> {
    each::<T>(values, |out, value| out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes()))
}

/// Java's names for what is not finite: every reader knows them.
fn push_double(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(match text {
        "inf" => b"Infinity",
        "-inf" => b"-Infinity",
        finite => finite.as_bytes(),
    });
}

/// `PT1.5S`: seconds, which every reader of ISO 8601 takes.
fn push_duration(out: &mut Vec<u8>, nanos: i64) {
    let size = nanos.unsigned_abs();
    let (seconds, fraction) = (size / 1_000_000_000, size % 1_000_000_000);
    let sign = if nanos < 0 { "-" } else { "" };
    let fraction = match fraction {
        0 => String::new(),
        fraction => format!(".{fraction:09}").trim_end_matches('0').to_owned(),
    };
    // Writing to a vector does not fail.
    drop(write!(out, "PT{sign}{seconds}{fraction}S"));
}

/// `P14M3D`: months and days.
fn push_period(out: &mut Vec<u8>, period: IntervalMonthDayNano) {
    drop(match (period.months, period.days) {
        (0, days) => write!(out, "P{days}D"),
        (months, 0) => write!(out, "P{months}M"),
        (months, days) => write!(out, "P{months}M{days}D"),
    });
}

fn texts(values: &ArrayRef) -> Speller<'_> {
    let values = values.as_string_view();
    Speller { is_text: true, write: Box::new(|out, row| out.extend_from_slice(values.value(row).as_bytes())) }
}

fn characters(values: &ArrayRef) -> Speller<'_> {
    let values = values.as_primitive::<UInt16Type>();
    let write = |out: &mut Vec<u8>, row| {
        let character = char::from_u32(u32::from(values.value(row))).unwrap_or(char::REPLACEMENT_CHARACTER);
        out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    };
    Speller { is_text: true, write: Box::new(write) }
}

fn others(values: &ArrayRef) -> Result<Speller<'_>> {
    let texts = ArrayFormatter::try_new(values.as_ref(), &FormatOptions::new())?;
    let write = move |out: &mut Vec<u8>, row| drop(write!(out, "{}", texts.value(row)));
    Ok(Speller { is_text: false, write: Box::new(write) })
}
