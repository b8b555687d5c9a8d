//! Functions of dates and instants, all in UTC.

use std::sync::Arc;

use arrow_arith::temporal::{DatePart, date_part};
use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, TimestampNanosecondType};
use arrow_array::{ArrayRef, Float64Array, PrimitiveArray, TimestampNanosecondArray};
use arrow_schema::{ArrowError, DataType};
use chrono::{DateTime, Datelike, NaiveDate};

use super::Function;
use super::cast::zoneless;
use crate::expr::{Expr, Failing};
use crate::types::{self, instant, is_text, is_timestamp};
use crate::value::Value;

/// Nanoseconds of a second.
const SECOND: i64 = 1_000_000_000;
/// Nanoseconds of a day.
const DAY: i64 = 86_400 * SECOND;

/// Parts of times, and the kernels that find them.
const PARTS: [(&str, &Function); 14] = [
    ("YEAR", &Function { name: "YEAR", eval: |values, rows| part(values, rows, DatePart::Year) }),
    ("QUARTER", &Function { name: "QUARTER", eval: |values, rows| part(values, rows, DatePart::Quarter) }),
    ("MONTH", &Function { name: "MONTH", eval: |values, rows| part(values, rows, DatePart::Month) }),
    ("WEEK", &Function { name: "WEEK", eval: |values, rows| part(values, rows, DatePart::Week) }),
    ("DAY", &Function { name: "DAY", eval: |values, rows| part(values, rows, DatePart::Day) }),
    ("DOW", &Function { name: "DOW", eval: |values, rows| part(values, rows, DatePart::DayOfWeekSunday0) }),
    (
        "DAYOFWEEK",
        &Function { name: "DOW", eval: |values, rows| part(values, rows, DatePart::DayOfWeekSunday0) },
    ),
    ("DOY", &Function { name: "DOY", eval: |values, rows| part(values, rows, DatePart::DayOfYear) }),
    ("DAYOFYEAR", &Function { name: "DOY", eval: |values, rows| part(values, rows, DatePart::DayOfYear) }),
    ("HOUR", &Function { name: "HOUR", eval: |values, rows| part(values, rows, DatePart::Hour) }),
    ("MINUTE", &Function { name: "MINUTE", eval: |values, rows| part(values, rows, DatePart::Minute) }),
    ("SECOND", &Function { name: "SECOND", eval: |values, rows| part(values, rows, DatePart::Second) }),
    (
        "ISODOW",
        &Function {
            name: "ISODOW",
            eval: |values, rows| {
                let monday0 = part(values, rows, DatePart::DayOfWeekMonday0)?;
                arrow_arith::numeric::add(&monday0, &arrow_array::Int64Array::new_scalar(1))
            },
        },
    ),
    ("EPOCH", &EPOCH),
];

static EPOCH: Function = Function {
    name: "EPOCH",
    eval: |values, rows| {
        let times = zoneless(&values[0].expand(rows)?);
        if let Some(days) = times.as_primitive_opt::<Date32Type>() {
            let seconds: Float64Array = days.unary(|day| f64::from(day) * 86_400.0);
            return Ok(Arc::new(seconds));
        }
        let times = arrow_cast::cast(&times, &bare())?;
        let seconds = times.as_primitive::<TimestampNanosecondType>();
        let seconds: Float64Array = seconds.unary(|time| time as f64 / SECOND as f64);
        Ok(Arc::new(seconds))
    },
};

fn bare() -> DataType {
    DataType::Timestamp(arrow_schema::TimeUnit::Nanosecond, None)
}

/// A part of a time, by its name.
///
/// # Errors
/// If there is no such part, or it is no time.
pub(crate) fn extract(field: &str, value: Expr) -> Result<Expr, String> {
    let field = field.to_ascii_uppercase();
    let field = field.trim_end_matches('S');
    let Some((_, function)) = PARTS.iter().find(|(name, _)| *name == field) else {
        let names: Vec<&str> = PARTS.iter().map(|(name, _)| *name).collect();
        return Err(format!("times have no part {field}: they have {}", names.join(", ")));
    };
    let of_day = matches!(field, "HOUR" | "MINUTE" | "SECOND");
    let value = match &value.data_type {
        t if is_timestamp(t) || (*t == DataType::Date32 && !of_day) => value,
        DataType::Time64(_) if of_day => value,
        DataType::Date32 | DataType::Null => value.cast(&instant(), Failing::Error)?,
        other => return Err(format!("a {} has no {field}", types::name(other))),
    };
    let result = if field == "EPOCH" { DataType::Float64 } else { DataType::Int64 };
    Ok(function.call(vec![value], result))
}

/// `DATE_PART('field', time)`.
pub(super) fn date_part_of(arguments: Vec<Expr>) -> Result<Expr, String> {
    let (field, value) = field_and_time(arguments)?;
    extract(&field, value)
}

/// `DATE_TRUNC('unit', time)`: the instant at which the unit began that the time lies in.
pub(super) fn date_trunc(arguments: Vec<Expr>) -> Result<Expr, String> {
    macro_rules! fixed {
        ($name:literal, $unit:expr, $start:expr) => {{
            static KERNEL: Function = Function {
                name: $name,
                eval: |values, rows| floored(values, rows, |time| fixed(time, $unit, $start)),
            };
            &KERNEL
        }};
    }
    macro_rules! civil {
        ($name:literal, $first:expr) => {{
            static KERNEL: Function = Function {
                name: $name,
                eval: |values, rows| floored(values, rows, |time| civil(time, $first)),
            };
            &KERNEL
        }};
    }
    let (unit, value) = field_and_time(arguments)?;
    let function: &'static Function = match unit.to_ascii_uppercase().trim_end_matches('S') {
        "MICROSECOND" => fixed!("TRUNC_US", 1_000, 0),
        "MILLISECOND" => fixed!("TRUNC_MS", 1_000_000, 0),
        "SECOND" => fixed!("TRUNC_SECOND", SECOND, 0),
        "MINUTE" => fixed!("TRUNC_MINUTE", 60 * SECOND, 0),
        "HOUR" => fixed!("TRUNC_HOUR", 3_600 * SECOND, 0),
        "DAY" => fixed!("TRUNC_DAY", DAY, 0),
        // The epoch was a Thursday; weeks begin on Mondays.
        "WEEK" => fixed!("TRUNC_WEEK", 7 * DAY, 4 * DAY),
        "MONTH" => civil!("TRUNC_MONTH", |day: NaiveDate| day.with_day(1)),
        "QUARTER" => civil!("TRUNC_QUARTER", |day: NaiveDate| {
            NaiveDate::from_ymd_opt(day.year(), day.month0() / 3 * 3 + 1, 1)
        }),
        "YEAR" => civil!("TRUNC_YEAR", |day: NaiveDate| NaiveDate::from_ymd_opt(day.year(), 1, 1)),
        other => {
            return Err(format!(
                "there is no unit {other}: microsecond, millisecond, second, minute, hour, day, week, month, quarter, year"
            ));
        }
    };
    Ok(function.call(vec![value.cast(&instant(), Failing::Error)?], instant()))
}

macro_rules! parts {
    ($($name:ident $field:literal;)*) => {
        $(pub(super) fn $name(mut arguments: Vec<Expr>) -> Result<Expr, String> {
            extract($field, arguments.pop().ok_or("a time is wanted")?)
        })*
    };
}

parts! {
    year "YEAR";
    quarter "QUARTER";
    month "MONTH";
    week "WEEK";
    day "DAY";
    day_of_week "DOW";
    day_of_year "DOY";
    hour "HOUR";
    minute "MINUTE";
    second "SECOND";
    epoch "EPOCH";
}

/// The instant so many seconds after the epoch.
pub(super) fn to_timestamp(arguments: Vec<Expr>) -> Result<Expr, String> {
    static KERNEL: Function = Function {
        name: "TO_TIMESTAMP",
        eval: |values, rows| {
            let seconds = values[0].expand(rows)?;
            let seconds = seconds.as_primitive::<arrow_array::types::Float64Type>();
            let times: TimestampNanosecondArray = seconds.try_unary(|seconds| {
                let time = (seconds * SECOND as f64).round();
                match time.abs() < i64::MAX as f64 {
                    true => Ok(time as i64),
                    false => Err(ArrowError::ComputeError(format!(
                        "{seconds:e} s lie outside of what instants reach"
                    ))),
                }
            })?;
            Ok(Arc::new(times.with_timezone("UTC")))
        },
    };
    Ok(KERNEL.call(super::number::all_doubles(arguments)?, instant()))
}

fn field_and_time(arguments: Vec<Expr>) -> Result<(String, Expr), String> {
    let Ok([field, value]) = <[Expr; 2]>::try_from(arguments) else {
        return Err("a unit and a time are wanted".to_owned());
    };
    let constant = field.as_constant().filter(|_| is_text(&field.data_type));
    let text =
        constant.and_then(|constant| Value::One(constant.clone()).texts().ok()?.get(0).map(str::to_owned));
    let text = text.ok_or("the unit is a text in single quotes, e.g. 'day'")?;
    match &value.data_type {
        t if is_timestamp(t) || matches!(t, DataType::Date32 | DataType::Time64(_) | DataType::Null) => {
            Ok((text, value))
        }
        other => Err(format!("a time is wanted, but this is a {}: CAST it", types::name(other))),
    }
}

fn part(values: &[Value], rows: usize, part: DatePart) -> Result<ArrayRef, ArrowError> {
    let found = date_part(&zoneless(&values[0].expand(rows)?), part)?;
    arrow_cast::cast(&found, &DataType::Int64)
}

fn floored(
    values: &[Value],
    rows: usize,
    floor: impl Fn(i64) -> Option<i64>,
) -> Result<ArrayRef, ArrowError> {
    let array = values[0].expand(rows)?;
    let times = array.as_primitive::<TimestampNanosecondType>();
    let floored: PrimitiveArray<TimestampNanosecondType> = times.try_unary(|time| {
        floor(time).ok_or_else(|| {
            ArrowError::ComputeError("this time lies outside of what instants reach".to_owned())
        })
    })?;
    Ok(Arc::new(floored.with_timezone("UTC")))
}

fn fixed(time: i64, unit: i64, start: i64) -> Option<i64> {
    time.checked_sub(start)?.div_euclid(unit).checked_mul(unit)?.checked_add(start)
}

fn civil(time: i64, first: fn(NaiveDate) -> Option<NaiveDate>) -> Option<i64> {
    let day = first(DateTime::from_timestamp_nanos(time).date_naive())?;
    day.and_hms_opt(0, 0, 0)?.and_utc().timestamp_nanos_opt()
}

/// The day of an instant, as a constant.
pub(crate) fn day_of(now: i64) -> ArrayRef {
    let days = i32::try_from(now.div_euclid(DAY)).unwrap_or(i32::MAX);
    Arc::new(PrimitiveArray::<Date32Type>::from(vec![days]))
}
