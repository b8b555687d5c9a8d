//! Parts of times: of an instant in a zone, of a date, of a time of day; and dates and times made of instants.
//!
//! Every part is a function of the nanoseconds that a wall clock shows since 1970-01-01T00:00.

use std::sync::Arc;

use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Float64Type, Int32Type, Int64Type, Time64NanosecondType,
    TimestampNanosecondType,
};
use jiff::tz::TimeZone;

use super::bind::{Bound, Call, Refusal};
use super::kernels;
use super::registry::Function;
use crate::civil::{self, NANOS_PER_DAY, NANOS_PER_SECOND};
use crate::error::Error;
use crate::node::{Kernel, Node};
use crate::time::zone::{self, Clock};
use crate::types::Type;
use crate::value::{Args, Lane, Text, Write, write_rows};

macro_rules! parts {
    ($($name:literal, $result:literal, $kind:expr, $doc:literal, $f:expr;)*) => {
        &[$(Function {
            name: $name,
            signature: concat!($name, "(Instant, ZoneId[, boolean wallClock]) → ", $result, "; ", $name, "(ZonedDateTime|LocalDate|LocalDateTime|LocalTime) → ", $result, ", as far as it has this part"),
            doc: $doc,
            bind: |call| part(call, $kind, $f),
        }),*]
    };
}

/// What a part is a part of, and its type.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    OfDate,
    OfTime,
    OfTimeWide,
    /// The time since midnight: by the wall clock, or as it has passed.
    SinceMidnight,
    SinceMidnightWide,
}

pub(super) const PARTS: &[Function] = parts! {
    "year", "int", Kind::OfDate, "The year.", |local| civil::date_of(day(local)).0;
    "yearOfCentury", "int", Kind::OfDate, "The last two digits of the year.", |local| civil::date_of(day(local)).0.rem_euclid(100);
    "monthOfYear", "int", Kind::OfDate, "The month, from 1 to 12.", |local| i64::from(civil::date_of(day(local)).1);
    "dayOfMonth", "int", Kind::OfDate, "The day of the month, from 1 on.", |local| i64::from(civil::date_of(day(local)).2);
    "dayOfYear", "int", Kind::OfDate, "The day of the year, from 1 on.", |local| i64::from(civil::day_of_year(day(local)));
    "dayOfWeekValue", "int", Kind::OfDate, "The day of the week: Monday is 1, Sunday 7.", |local| i64::from(civil::day_of_week(day(local)));
    "hourOfDay", "int", Kind::SinceMidnight, "The hour, from 0 to 23.", |since| since / (3_600 * NANOS_PER_SECOND);
    "minuteOfDay", "int", Kind::SinceMidnight, "The minutes since midnight.", |since| since / (60 * NANOS_PER_SECOND);
    "secondOfDay", "int", Kind::SinceMidnight, "The seconds since midnight.", |since| since / NANOS_PER_SECOND;
    "millisOfDay", "int", Kind::SinceMidnight, "The milliseconds since midnight.", |since| since / 1_000_000;
    "nanosOfDay", "long", Kind::SinceMidnightWide, "The nanoseconds since midnight.", |since| since;
    "minuteOfHour", "int", Kind::OfTime, "The minute, from 0 to 59.", |local| local.div_euclid(60 * NANOS_PER_SECOND).rem_euclid(60);
    "secondOfMinute", "int", Kind::OfTime, "The second, from 0 to 59.", |local| local.div_euclid(NANOS_PER_SECOND).rem_euclid(60);
    "millisOfSecond", "int", Kind::OfTime, "The milliseconds of the second.", |local| local.rem_euclid(NANOS_PER_SECOND) / 1_000_000;
    "microsOfSecond", "long", Kind::OfTimeWide, "The microseconds of the second.", |local| local.rem_euclid(NANOS_PER_SECOND) / 1_000;
    "nanosOfSecond", "long", Kind::OfTimeWide, "The nanoseconds of the second.", |local| local.rem_euclid(NANOS_PER_SECOND);
};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "dayOfWeek",
        signature: "dayOfWeek(Instant, ZoneId) → String; dayOfWeek(LocalDate) → String",
        doc: "The day of the week by name, e.g. MONDAY.",
        bind: day_of_week,
    },
    Function {
        name: "microsOfMilli",
        signature: "microsOfMilli(Instant) → int",
        doc: "The microseconds of the millisecond.",
        bind: |call| of_instant(call, |nanos| (nanos.rem_euclid(1_000_000) / 1_000) as i32),
    },
    Function {
        name: "nanosOfMilli",
        signature: "nanosOfMilli(Instant) → int",
        doc: "The nanoseconds of the millisecond.",
        bind: |call| of_instant(call, |nanos| nanos.rem_euclid(1_000_000) as i32),
    },
    Function {
        name: "toLocalDate",
        signature: "toLocalDate(Instant, ZoneId) → LocalDate",
        doc: "The date in the zone.",
        bind: |call| local::<Date32Type>(call, Type::Date, |local| day(local) as i32),
    },
    Function {
        name: "toLocalTime",
        signature: "toLocalTime(Instant, ZoneId) → LocalTime",
        doc: "The time of day in the zone.",
        bind: |call| local::<Time64NanosecondType>(call, Type::Time, |local| civil::split_nanos(local).1),
    },
    Function {
        name: "toLocalDateTime",
        signature: "toLocalDateTime(Instant, ZoneId) → LocalDateTime; toLocalDateTime(LocalDate, LocalTime) → LocalDateTime",
        doc: "The date and time in the zone, or of the parts.",
        bind: |call| {
            if call.ty(0) == Type::Date {
                let kernel = kernels::map2::<Date32Type, Time64NanosecondType, TimestampNanosecondType>(
                    |date, time| i64::from(date).wrapping_mul(NANOS_PER_DAY).wrapping_add(time),
                );
                return call.kernel(&[Type::Date, Type::Time], Type::DateTime, kernel);
            }
            local::<TimestampNanosecondType>(call, Type::DateTime, |local| local)
        },
    },
    Function {
        name: "toInstant",
        signature: "toInstant(LocalDate, LocalTime, ZoneId) → Instant; toInstant(LocalDateTime, ZoneId) → Instant",
        doc: "The instant at which the zone's clock shows this.",
        bind: to_instant,
    },
    Function {
        name: "atMidnight",
        signature: "atMidnight(Instant, ZoneId) → Instant; atMidnight(LocalDate|LocalDateTime, ZoneId) → ZonedDateTime; atMidnight(ZonedDateTime) → ZonedDateTime",
        doc: "The midnight that began the day in the zone.",
        bind: at_midnight,
    },
    Function {
        name: "diffNanos",
        signature: "diffNanos(Instant a, Instant b) → long; diffNanos(ZonedDateTime a, ZonedDateTime b) → long",
        doc: "The nanoseconds from a to b.",
        bind: |call| whole_difference(call, 1),
    },
    Function {
        name: "diffMicros",
        signature: "diffMicros(Instant a, Instant b) → long; diffMicros(ZonedDateTime a, ZonedDateTime b) → long",
        doc: "The microseconds from a to b.",
        bind: |call| whole_difference(call, 1_000),
    },
    Function {
        name: "diffMillis",
        signature: "diffMillis(Instant a, Instant b) → long; diffMillis(ZonedDateTime a, ZonedDateTime b) → long",
        doc: "The milliseconds from a to b.",
        bind: |call| whole_difference(call, 1_000_000),
    },
    Function {
        name: "diffSeconds",
        signature: "diffSeconds(Instant a, Instant b) → double; diffSeconds(ZonedDateTime a, ZonedDateTime b) → double",
        doc: "The seconds from a to b.",
        bind: |call| difference(call, NANOS_PER_SECOND),
    },
    Function {
        name: "diffMinutes",
        signature: "diffMinutes(Instant a, Instant b) → double; diffMinutes(ZonedDateTime a, ZonedDateTime b) → double",
        doc: "The minutes from a to b.",
        bind: |call| difference(call, 60 * NANOS_PER_SECOND),
    },
    Function {
        name: "diffDays",
        signature: "diffDays(Instant a, Instant b) → double; diffDays(ZonedDateTime a, ZonedDateTime b) → double",
        doc: "The days of 24 hours from a to b.",
        bind: |call| difference(call, NANOS_PER_DAY),
    },
    Function {
        name: "diffYears365",
        signature: "diffYears365(Instant a, Instant b) → double; diffYears365(ZonedDateTime a, ZonedDateTime b) → double",
        doc: "The years of 365 days from a to b.",
        bind: |call| difference(call, 365 * NANOS_PER_DAY),
    },
    Function {
        name: "diffYearsAvg",
        signature: "diffYearsAvg(Instant a, Instant b) → double; diffYearsAvg(ZonedDateTime a, ZonedDateTime b) → double",
        doc: "The years of 365.2425 days from a to b.",
        bind: |call| difference(call, 31_556_952 * NANOS_PER_SECOND),
    },
    Function {
        name: "formatDate",
        signature: "formatDate(Instant, ZoneId) → String; formatDate(LocalDate) → String",
        doc: "The date as 2024-01-31.",
        bind: |call| {
            if call.ty(0) == Type::Date {
                call.arity(1..=1)?;
                return Ok(crate::check::operator::spelled(call.args.remove(0))?);
            }
            let date = local::<Date32Type>(call, Type::Date, |local| day(local) as i32)?;
            Ok(crate::check::operator::spelled(date)?)
        },
    },
    Function {
        name: "formatDateTime",
        signature: "formatDateTime(Instant, ZoneId) → String",
        doc: "The instant as 2024-01-31T10:30:00.000000000 ET.",
        bind: format_date_time,
    },
    Function {
        name: "formatDurationNanos",
        signature: "formatDurationNanos(long) → String",
        doc: "The nanoseconds as PT1:00:00.000000000.",
        bind: |call| {
            call.kernel(
                &[Type::Int64],
                Type::Text,
                kernels::rows::<Int64Type, Text, String>(|nanos| Ok(Some(clock_text(nanos)))),
            )
        },
    },
];

fn day(local: i64) -> i64 {
    civil::split_nanos(local).0
}

/// The instant and its zone out of the arguments; a zoned time brings its zone along.
pub(super) fn take_instant(call: &mut Call<'_, '_>) -> Result<(Node, TimeZone), Refusal> {
    match call.ty(0) {
        Type::Zoned(name) => {
            let instant = call.args.remove(0).converted(&Type::Instant).ok_or(Refusal::Types)?;
            let zone = zone::find(&name).ok_or(Refusal::Types)?;
            Ok((instant, zone))
        }
        Type::Instant => {
            let zone = call.take_zone(1)?;
            Ok((call.args.remove(0), zone))
        }
        _ => Err(Refusal::Types),
    }
}

/// A kernel from what the zone's clock shows.
fn zoned<O: Write<V>, V>(
    zone: TimeZone,
    f: impl Fn(&mut Clock<'_>, i64) -> V + Send + Sync + 'static,
) -> Kernel {
    Arc::new(move |args: Args| {
        let lane = Lane::<TimestampNanosecondType>::of(&args.values[0]);
        let mut clock = Clock::new(&zone);
        write_rows::<O, V>(args.rows, args.nulls().as_ref(), |row| Ok(Some(f(&mut clock, lane.get(row)))))
    })
}

fn part(call: &mut Call<'_, '_>, kind: Kind, f: fn(i64) -> i64) -> Bound {
    let wide = matches!(kind, Kind::OfTimeWide | Kind::SinceMidnightWide);
    if wide {
        typed_part::<Int64Type>(call, kind, f, Type::Int64, |n| n)
    } else {
        typed_part::<Int32Type>(call, kind, f, Type::Int32, |n| n as i32)
    }
}

fn typed_part<O: ArrowPrimitiveType>(
    call: &mut Call<'_, '_>,
    kind: Kind,
    f: fn(i64) -> i64,
    result: Type,
    narrow: fn(i64) -> O::Native,
) -> Bound {
    let since_midnight = matches!(kind, Kind::SinceMidnight | Kind::SinceMidnightWide);
    let of = move |local: i64| f(if since_midnight { civil::split_nanos(local).1 } else { local });
    match call.ty(0) {
        Type::Date if kind == Kind::OfDate => {
            let kernel =
                kernels::map::<Date32Type, O>(move |days| narrow(of(i64::from(days) * NANOS_PER_DAY)));
            call.kernel(&[Type::Date], result, kernel)
        }
        Type::DateTime => call.kernel(
            &[Type::DateTime],
            result,
            kernels::map::<TimestampNanosecondType, O>(move |local| narrow(of(local))),
        ),
        Type::Time if kind != Kind::OfDate => call.kernel(
            &[Type::Time],
            result,
            kernels::map::<Time64NanosecondType, O>(move |local| narrow(of(local))),
        ),
        _ => {
            let wall_clock = if since_midnight && call.ty(call.len() - 1) == Type::Bool {
                call.take_flag(call.len() - 1)?
            } else {
                true
            };
            let (instant, zone) = take_instant(call)?;
            call.arity(0..=0)?;
            call.args.push(instant);
            let kernel = zoned::<O, O::Native>(zone, move |clock, nanos| {
                if wall_clock {
                    narrow(of(clock.local(nanos)))
                } else {
                    narrow(f(passed_since_midnight(clock, nanos)))
                }
            });
            call.kernel(&[Type::Instant], result, kernel)
        }
    }
}

/// The nanoseconds that have passed since the zone's last midnight: an hour off the wall clock after a change.
fn passed_since_midnight(clock: &mut Clock<'_>, nanos: i64) -> i64 {
    let local = clock.local(nanos);
    let midnight = clock.instant(day(local) * NANOS_PER_DAY);
    midnight.map_or(0, |midnight| nanos - midnight)
}

fn of_instant(call: &mut Call<'_, '_>, f: fn(i64) -> i32) -> Bound {
    call.kernel(&[Type::Instant], Type::Int32, kernels::map::<TimestampNanosecondType, Int32Type>(f))
}

/// The names of the days of the week, Monday first.
pub(super) const WEEKDAYS: [&str; 7] =
    ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"];

/// The name of a day's weekday.
pub(super) fn weekday(days: i64) -> &'static str {
    WEEKDAYS[civil::day_of_week(days) as usize - 1]
}

fn day_of_week(call: &mut Call<'_, '_>) -> Bound {
    if call.ty(0) == Type::Date {
        let kernel =
            kernels::rows::<Date32Type, Text, &'static str>(|days| Ok(Some(weekday(i64::from(days)))));
        return call.kernel(&[Type::Date], Type::Text, kernel);
    }
    if call.ty(0) == Type::DateTime {
        let kernel = kernels::rows::<TimestampNanosecondType, Text, &'static str>(|local| {
            Ok(Some(weekday(day(local))))
        });
        return call.kernel(&[Type::DateTime], Type::Text, kernel);
    }
    let (instant, zone) = take_instant(call)?;
    call.args.insert(0, instant);
    let kernel = zoned::<Text, &'static str>(zone, |clock, nanos| weekday(day(clock.local(nanos))));
    call.kernel(&[Type::Instant], Type::Text, kernel)
}

/// A value made of what the zone's clock shows.
fn local<O: ArrowPrimitiveType>(call: &mut Call<'_, '_>, result: Type, f: fn(i64) -> O::Native) -> Bound {
    if call.ty(0) == Type::DateTime {
        return call.kernel(&[Type::DateTime], result, kernels::map::<TimestampNanosecondType, O>(f));
    }
    let (instant, zone) = take_instant(call)?;
    call.args.insert(0, instant);
    let kernel = zoned::<O, O::Native>(zone, move |clock, nanos| f(clock.local(nanos)));
    call.kernel(&[Type::Instant], result, kernel)
}

fn to_instant(call: &mut Call<'_, '_>) -> Bound {
    if matches!(call.ty(0), Type::Zoned(_) | Type::Instant) {
        call.arity(1..=1)?;
        return call.args.remove(0).converted(&Type::Instant).ok_or(Refusal::Types);
    }
    if call.ty(0) == Type::Date {
        call.arity(3..=3)?;
        let zone = call.take_zone(2)?;
        let kernel = kernels::rows2::<Date32Type, Time64NanosecondType, TimestampNanosecondType, i64>(
            move |date, time| shown(&zone, i64::from(date) * NANOS_PER_DAY + time),
        );
        let node = call.kernel(&[Type::Date, Type::Time], Type::Instant, kernels::as_instant(kernel))?;
        return Ok(node.can_fail());
    }
    call.arity(2..=2)?;
    let zone = call.take_zone(1)?;
    let kernel = kernels::rows::<TimestampNanosecondType, TimestampNanosecondType, i64>(move |local| {
        shown(&zone, local)
    });
    Ok(call.kernel(&[Type::DateTime], Type::Instant, kernels::as_instant(kernel))?.can_fail())
}

fn shown(zone: &TimeZone, local: i64) -> Result<Option<i64>, Error> {
    let instant = Clock::new(zone).instant(local);
    instant.map(Some).ok_or_else(|| Error::value("this time does not fit an instant"))
}

fn at_midnight(call: &mut Call<'_, '_>) -> Bound {
    if matches!(call.ty(0), Type::Date | Type::DateTime) {
        call.arity(2..=2)?;
        let zone = call.take_zone(1)?;
        let ty = Type::Zoned(super::time_zoned::label(&zone)?);
        let date = if call.ty(0) == Type::Date {
            call.args.remove(0)
        } else {
            local::<Date32Type>(call, Type::Date, |local| day(local) as i32)?
        };
        let kernel = kernels::rows::<Date32Type, TimestampNanosecondType, i64>(move |date| {
            shown(&zone, i64::from(date) * NANOS_PER_DAY)
        });
        let node = Node::kernel(kernel, vec![date], Type::Instant, call.span).can_fail();
        return kernels::relabelled(node, &ty).ok_or(Refusal::Types);
    }
    let ty = call.ty(0);
    let (instant, zone) = take_instant(call)?;
    call.args.insert(0, instant);
    let kernel = zoned::<TimestampNanosecondType, i64>(zone, |clock, nanos| {
        nanos - passed_since_midnight(clock, nanos)
    });
    let node = call.kernel(&[Type::Instant], Type::Instant, kernel)?;
    kernels::relabelled(node, &ty).ok_or(Refusal::Types)
}

fn whole_difference(call: &mut Call<'_, '_>, unit: i64) -> Bound {
    let kernel = kernels::map2::<TimestampNanosecondType, TimestampNanosecondType, Int64Type>(move |a, b| {
        b.wrapping_sub(a) / unit
    });
    call.kernel(&[Type::Instant, Type::Instant], Type::Int64, kernel)
}

fn difference(call: &mut Call<'_, '_>, unit: i64) -> Bound {
    let kernel =
        kernels::map2::<TimestampNanosecondType, TimestampNanosecondType, Float64Type>(move |a, b| {
            b.wrapping_sub(a) as f64 / unit as f64
        });
    call.kernel(&[Type::Instant, Type::Instant], Type::Float64, kernel)
}

fn format_date_time(call: &mut Call<'_, '_>) -> Bound {
    let name = match call.ty(0) {
        Type::Zoned(name) => zone::short_name(&name).to_owned(),
        _ => call.zone_name(1)?,
    };
    let (instant, zone) = take_instant(call)?;
    call.arity(0..=0)?;
    call.args.insert(0, instant);
    let kernel = zoned::<Text, String>(zone, move |clock, nanos| {
        let local = clock.local(nanos);
        let mut text = String::new();
        crate::eval::java::date(&mut text, day(local));
        let since = civil::split_nanos(local).1;
        let (seconds, nanos) = (since / NANOS_PER_SECOND, since % NANOS_PER_SECOND);
        format!("{text}T{:02}:{:02}:{:02}.{nanos:09} {name}", seconds / 3600, seconds / 60 % 60, seconds % 60)
    });
    call.kernel(&[Type::Instant], Type::Text, kernel)
}

fn clock_text(nanos: i64) -> String {
    let sign = if nanos < 0 { "-" } else { "" };
    let magnitude = nanos.unsigned_abs();
    let (seconds, fraction) = (magnitude / 1_000_000_000, magnitude % 1_000_000_000);
    format!("{sign}PT{}:{:02}:{:02}.{fraction:09}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}
