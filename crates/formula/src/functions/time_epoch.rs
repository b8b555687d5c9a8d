//! Times and numbers: units, counts since the epoch, and the engine's clock.

use std::sync::Arc;

use arrow_array::types::{
    Date32Type, DurationNanosecondType, Float64Type, Int32Type, Int64Type, Time64NanosecondType,
    TimestampNanosecondType,
};
use arrow_array::{Date32Array, TimestampNanosecondArray};

use super::bind::{Bound, Call};
use super::kernels;
use super::registry::Function;
use crate::civil::{self, NANOS_PER_DAY, NANOS_PER_SECOND};
use crate::error::Error;
use crate::node::{Kernel, Node};
use crate::time::{parse, zone};
use crate::types::Type;
use crate::value::{Args, Text};

/// Whole numbers of one unit as whole numbers of another.
macro_rules! units {
    ($($name:literal, $from:literal, $to:literal, $f:expr;)*) => {
        &[$(Function {
            name: $name,
            signature: concat!($name, "(long) → long"),
            doc: concat!("So many ", $from, " in ", $to, "."),
            bind: |call| call.long($f),
        }),*]
    };
}

pub(super) const UNITS: &[Function] = units! {
    "microsToMillis", "microseconds", "milliseconds", |n| n / 1_000;
    "microsToNanos", "microseconds", "nanoseconds", |n: i64| n.wrapping_mul(1_000);
    "microsToSeconds", "microseconds", "seconds", |n| n / 1_000_000;
    "millisToMicros", "milliseconds", "microseconds", |n: i64| n.wrapping_mul(1_000);
    "millisToNanos", "milliseconds", "nanoseconds", |n: i64| n.wrapping_mul(1_000_000);
    "millisToSeconds", "milliseconds", "seconds", |n| n / 1_000;
    "nanosToMicros", "nanoseconds", "microseconds", |n| n / 1_000;
    "nanosToMillis", "nanoseconds", "milliseconds", |n| n / 1_000_000;
    "nanosToSeconds", "nanoseconds", "seconds", |n| n / NANOS_PER_SECOND;
    "secondsToMicros", "seconds", "microseconds", |n: i64| n.wrapping_mul(1_000_000);
    "secondsToMillis", "seconds", "milliseconds", |n: i64| n.wrapping_mul(1_000);
    "secondsToNanos", "seconds", "nanoseconds", |n: i64| n.wrapping_mul(NANOS_PER_SECOND);
    "epochAutoToEpochNanos", "seconds, milli-, micro- or nanoseconds, as their number suggests,", "nanoseconds", parse::epoch_auto;
};

/// A count of some unit since the epoch as an instant.
macro_rules! to_instant {
    ($($name:literal, $unit:literal, $f:expr;)*) => {
        &[$(Function {
            name: $name,
            signature: concat!($name, "(long) → Instant"),
            doc: concat!("The instant so many ", $unit, " after the epoch."),
            bind: |call| counted(call, $f),
        }),*]
    };
}

pub(super) const TO_INSTANT: &[Function] = to_instant! {
    "epochNanosToInstant", "nanoseconds", |n| n;
    "epochMicrosToInstant", "microseconds", |n| n.wrapping_mul(1_000);
    "epochMillisToInstant", "milliseconds", |n| n.wrapping_mul(1_000_000);
    "epochSecondsToInstant", "seconds", |n| n.wrapping_mul(NANOS_PER_SECOND);
    "epochAutoToInstant", "seconds, milli-, micro- or nanoseconds, as their number suggests,", parse::epoch_auto;
};

/// An instant as a count since the epoch.
macro_rules! from_instant {
    ($($name:literal, $unit:literal, $f:expr;)*) => {
        &[$(Function {
            name: $name,
            signature: concat!($name, "(Instant) → long"),
            doc: concat!("The ", $unit, " from the epoch to the instant."),
            bind: |call| count(call, $f),
        }),*]
    };
}

pub(super) const FROM_INSTANT: &[Function] = from_instant! {
    "epochNanos", "nanoseconds", |n| n;
    "epochMicros", "microseconds", |n| n.div_euclid(1_000);
    "epochMillis", "milliseconds", |n| n.div_euclid(1_000_000);
    "epochSeconds", "seconds", |n| n.div_euclid(NANOS_PER_SECOND);
};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "epochDays",
        signature: "epochDays(LocalDate) → long",
        doc: "The days from the epoch to the date.",
        bind: |call| {
            call.kernel(&[Type::Date], Type::Int64, kernels::map::<Date32Type, Int64Type>(i64::from))
        },
    },
    Function {
        name: "epochDaysAsInt",
        signature: "epochDaysAsInt(LocalDate) → int",
        doc: "The days from the epoch to the date.",
        bind: |call| {
            call.kernel(&[Type::Date], Type::Int32, kernels::map::<Date32Type, Int32Type>(|days| days))
        },
    },
    Function {
        name: "epochDaysToLocalDate",
        signature: "epochDaysToLocalDate(long) → LocalDate",
        doc: "The date so many days after the epoch.",
        bind: date_of_days,
    },
    Function {
        name: "epochDaysAsIntToLocalDate",
        signature: "epochDaysAsIntToLocalDate(int) → LocalDate",
        doc: "The date so many days after the epoch.",
        bind: date_of_days,
    },
    Function {
        name: "excelToInstant",
        signature: "excelToInstant(double, ZoneId) → Instant",
        doc: "The instant of a spreadsheet's day number in a zone.",
        bind: excel_to_instant,
    },
    Function {
        name: "toExcelTime",
        signature: "toExcelTime(Instant, ZoneId) → double; toExcelTime(ZonedDateTime) → double",
        doc: "The instant as a spreadsheet's day number in a zone.",
        bind: to_excel,
    },
    Function {
        name: "now",
        signature: "now() → Instant",
        doc: "The time of the engine's clock.",
        bind: |call| now(call, 1),
    },
    Function {
        name: "nowSystem",
        signature: "nowSystem() → Instant",
        doc: "The time of the engine's clock.",
        bind: |call| now(call, 1),
    },
    Function {
        name: "nowMillisResolution",
        signature: "nowMillisResolution() → Instant",
        doc: "The time of the engine's clock, in whole milliseconds.",
        bind: |call| now(call, 1_000_000),
    },
    Function {
        name: "nowSystemMillisResolution",
        signature: "nowSystemMillisResolution() → Instant",
        doc: "The time of the engine's clock, in whole milliseconds.",
        bind: |call| now(call, 1_000_000),
    },
    Function {
        name: "today",
        signature: "today([ZoneId]) → String",
        doc: "The date of the engine's clock as a text, in a zone or in UTC.",
        bind: |call| {
            let date = today(call)?;
            Ok(crate::check::operator::spelled(date)?)
        },
    },
    Function {
        name: "todayLocalDate",
        signature: "todayLocalDate([ZoneId]) → LocalDate",
        doc: "The date of the engine's clock, in a zone or in UTC.",
        bind: today,
    },
    Function {
        name: "nanosOfDayToLocalTime",
        signature: "nanosOfDayToLocalTime(long) → LocalTime",
        doc: "The time of day so many nanoseconds after midnight.",
        bind: |call| time_of_day(call, 1),
    },
    Function {
        name: "microsOfDayToLocalTime",
        signature: "microsOfDayToLocalTime(long) → LocalTime",
        doc: "The time of day so many microseconds after midnight.",
        bind: |call| time_of_day(call, 1_000),
    },
    Function {
        name: "millisOfDayToLocalTime",
        signature: "millisOfDayToLocalTime(long) → LocalTime",
        doc: "The time of day so many milliseconds after midnight.",
        bind: |call| time_of_day(call, 1_000_000),
    },
];

/// Static functions of `Instant`.
pub(super) const INSTANT: &[Function] = &[
    Function {
        name: "ofEpochSecond",
        signature: "Instant.ofEpochSecond(long) → Instant",
        doc: "The instant so many seconds after the epoch.",
        bind: |call| counted(call, |n| n.wrapping_mul(NANOS_PER_SECOND)),
    },
    Function {
        name: "ofEpochMilli",
        signature: "Instant.ofEpochMilli(long) → Instant",
        doc: "The instant so many milliseconds after the epoch.",
        bind: |call| counted(call, |n| n.wrapping_mul(1_000_000)),
    },
    Function {
        name: "now",
        signature: "Instant.now() → Instant",
        doc: "The time of the engine's clock.",
        bind: |call| now(call, 1),
    },
    Function {
        name: "parse",
        signature: "Instant.parse(String) → Instant",
        doc: "The instant that the text spells.",
        bind: super::time_parse::instant,
    },
];

/// Static functions of `Duration`.
pub(super) const DURATION: &[Function] = &[
    Function {
        name: "ofNanos",
        signature: "Duration.ofNanos(long) → Duration",
        doc: "So many nanoseconds.",
        bind: |call| long_span(call, 1),
    },
    Function {
        name: "ofMillis",
        signature: "Duration.ofMillis(long) → Duration",
        doc: "So many milliseconds.",
        bind: |call| long_span(call, 1_000_000),
    },
    Function {
        name: "ofSeconds",
        signature: "Duration.ofSeconds(long) → Duration",
        doc: "So many seconds.",
        bind: |call| long_span(call, NANOS_PER_SECOND),
    },
    Function {
        name: "ofMinutes",
        signature: "Duration.ofMinutes(long) → Duration",
        doc: "So many minutes.",
        bind: |call| long_span(call, 60 * NANOS_PER_SECOND),
    },
    Function {
        name: "ofHours",
        signature: "Duration.ofHours(long) → Duration",
        doc: "So many hours.",
        bind: |call| long_span(call, 3_600 * NANOS_PER_SECOND),
    },
    Function {
        name: "ofDays",
        signature: "Duration.ofDays(long) → Duration",
        doc: "So many days of 24 hours.",
        bind: |call| long_span(call, NANOS_PER_DAY),
    },
    Function {
        name: "between",
        signature: "Duration.between(Instant, Instant) → Duration",
        doc: "The time from the first to the second.",
        bind: between,
    },
    Function {
        name: "parse",
        signature: "Duration.parse(String) → Duration",
        doc: "The duration that the text spells.",
        bind: super::time_parse::duration,
    },
];

/// Static functions of `LocalDate`.
pub(super) const DATE: &[Function] = &[
    Function {
        name: "ofEpochDay",
        signature: "LocalDate.ofEpochDay(long) → LocalDate",
        doc: "The date so many days after the epoch.",
        bind: date_of_days,
    },
    Function {
        name: "of",
        signature: "LocalDate.of(int year, int month, int day) → LocalDate",
        doc: "The date of a year, month and day; fails where there is none.",
        bind: date_of_parts,
    },
    Function {
        name: "parse",
        signature: "LocalDate.parse(String) → LocalDate",
        doc: "The date that the text spells.",
        bind: super::time_parse::date,
    },
];

fn counted(call: &mut Call<'_, '_>, f: impl Fn(i64) -> i64 + Copy + Send + Sync + 'static) -> Bound {
    let kernel = kernels::map::<Int64Type, TimestampNanosecondType>(f);
    call.kernel(&[Type::Int64], Type::Instant, kernels::as_instant(kernel))
}

fn count(call: &mut Call<'_, '_>, f: impl Fn(i64) -> i64 + Copy + Send + Sync + 'static) -> Bound {
    if let Type::Zoned(_) = call.ty(0) {
        let zoned = call.args.remove(0);
        call.args.extend(zoned.converted(&Type::Instant));
    }
    call.kernel(&[Type::Instant], Type::Int64, kernels::map::<TimestampNanosecondType, Int64Type>(f))
}

fn date_of_days(call: &mut Call<'_, '_>) -> Bound {
    call.kernel(&[Type::Int64], Type::Date, kernels::map::<Int64Type, Date32Type>(|days| days as i32))
}

fn date_of_parts(call: &mut Call<'_, '_>) -> Bound {
    let kernel = kernels::rows3::<Int32Type, Int32Type, Int32Type, Date32Type, i32>(|year, month, day| {
        let (wide, month_number) = (i64::from(year), u32::try_from(month).unwrap_or(0));
        let valid = (1..=12).contains(&month)
            && day >= 1
            && day.cast_unsigned() <= civil::days_in_month(wide, month_number);
        if !valid {
            return Err(Error::value(format!("there is no day {day} of month {month} in the year {year}")));
        }
        Ok(Some(civil::days_of(wide, month_number, day.cast_unsigned()) as i32))
    });
    Ok(call.kernel(&[Type::Int32, Type::Int32, Type::Int32], Type::Date, kernel)?.can_fail())
}

fn time_of_day(call: &mut Call<'_, '_>, factor: i64) -> Bound {
    let kernel = kernels::rows::<Int64Type, Time64NanosecondType, i64>(move |count| {
        let nanos = count.checked_mul(factor).filter(|nanos| (0..NANOS_PER_DAY).contains(nanos));
        nanos.map(Some).ok_or_else(|| Error::value(format!("{count} is not a time of day")))
    });
    Ok(call.kernel(&[Type::Int64], Type::Time, kernel)?.can_fail())
}

fn long_span(call: &mut Call<'_, '_>, factor: i64) -> Bound {
    let kernel = kernels::map::<Int64Type, DurationNanosecondType>(move |n| n.wrapping_mul(factor));
    call.kernel(&[Type::Int64], Type::Duration, kernel)
}

fn between(call: &mut Call<'_, '_>) -> Bound {
    let kernel =
        kernels::map2::<TimestampNanosecondType, TimestampNanosecondType, DurationNanosecondType>(|a, b| {
            b.wrapping_sub(a)
        });
    call.kernel(&[Type::Instant, Type::Instant], Type::Duration, kernel)
}

fn now(call: &mut Call<'_, '_>, resolution: i64) -> Bound {
    let kernel: Kernel = Arc::new(move |args: Args| {
        let nanos = args.now - args.now.rem_euclid(resolution);
        Ok(Arc::new(TimestampNanosecondArray::from(vec![nanos; args.rows]).with_timezone("UTC")))
    });
    Ok(call.kernel(&[], Type::Instant, kernel)?.never_null())
}

fn today(call: &mut Call<'_, '_>) -> Bound {
    let zone = if call.args.is_empty() { None } else { Some(call.take_zone(0)?) };
    let kernel: Kernel = Arc::new(move |args: Args| {
        let local = zone.as_ref().map_or(args.now, |zone| zone::Clock::new(zone).local(args.now));
        let (days, _) = civil::split_nanos(local);
        Ok(Arc::new(Date32Array::from(vec![days as i32; args.rows])))
    });
    let node: Node = call.kernel(&[], Type::Date, kernel)?;
    Ok(node.never_null())
}

/// Spreadsheets count days from 1899-12-30.
const EXCEL_EPOCH_DAYS: f64 = 25_569.0;

fn excel_to_instant(call: &mut Call<'_, '_>) -> Bound {
    call.arity(2..=2)?;
    let zone = call.take_zone(1)?;
    let kernel = kernels::rows::<Float64Type, TimestampNanosecondType, i64>(move |days| {
        let millis = ((days - EXCEL_EPOCH_DAYS) * 86_400_000.0).round() as i64;
        Ok(zone::Clock::new(&zone).instant(millis.saturating_mul(1_000_000)))
    });
    Ok(call.kernel(&[Type::Float64], Type::Instant, kernels::as_instant(kernel))?.can_be_null())
}

fn to_excel(call: &mut Call<'_, '_>) -> Bound {
    let (instant, zone) = super::time_field::take_instant(call)?;
    call.arity(0..=0)?;
    call.args.push(instant);
    let kernel = kernels::rows::<TimestampNanosecondType, Float64Type, f64>(move |nanos| {
        let local = zone::Clock::new(&zone).local(nanos);
        Ok(Some(local as f64 / NANOS_PER_DAY as f64 + EXCEL_EPOCH_DAYS))
    });
    call.kernel(&[Type::Instant], Type::Float64, kernel)
}

/// A function from a text, which may have no answer (`quiet`) or fail.
pub(super) fn read_text<O: crate::value::Write<V>, V: 'static>(
    call: &mut Call<'_, '_>,
    ty: Type,
    quiet: bool,
    what: &'static str,
    f: fn(&str) -> Option<V>,
) -> Bound {
    let kernel = kernels::rows::<Text, O, V>(move |text| match f(text.trim()) {
        None if !quiet => Err(Error::value(format!("\"{text}\" is not {what}"))),
        found => Ok(found),
    });
    let kernel = if ty == Type::Instant { kernels::as_instant(kernel) } else { kernel };
    let node = call.kernel(&[Type::Text], ty, kernel)?;
    Ok(if quiet { node.can_be_null() } else { node.can_fail() })
}
