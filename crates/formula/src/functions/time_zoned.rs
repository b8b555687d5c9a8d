//! Times in a zone (`ZonedDateTime`) and on no clock in particular (`LocalDateTime`): making them, and their methods.
//!
//! The zone is part of the type, so that a column of such times has one zone.

use std::sync::Arc;

use arrow_array::types::{
    Int64Type, IntervalMonthDayNanoType, Time64NanosecondType, TimestampNanosecondType,
};
use arrow_buffer::IntervalMonthDayNano;
use jiff::tz::TimeZone;

use super::bind::{Bound, Call, Refusal};
use super::kernels;
use super::registry::{Function, delegate};
use crate::ast::BinaryOp;
use crate::check::operator::combine;
use crate::civil::NANOS_PER_DAY;
use crate::error::Error;
use crate::node::{Kernel, Node};
use crate::time::parse;
use crate::types::{Type, ZONED_UTC};
use crate::value::{Text, text};

/// Methods that are the plain function of another name.
macro_rules! same_as {
    ($($name:literal, $function:literal, $doc:literal;)*) => {
        &[$(Function {
            name: $name,
            signature: concat!("x.", $name, "(…), as ", $function, "(x, …)"),
            doc: $doc,
            bind: |call| delegate(call, $function),
        }),*]
    };
}

/// Methods of times that move by so many units of the calendar or of the clock.
macro_rules! moves {
    ($($name:literal, $doc:literal, $step:expr;)*) => {
        &[$(Function {
            name: $name,
            signature: concat!("x.", $name, "(long) → the same type"),
            doc: $doc,
            bind: |call| moved(call, $step),
        }),*]
    };
}

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "toZonedDateTime",
        signature: "toZonedDateTime(Instant, ZoneId) → ZonedDateTime; toZonedDateTime(LocalDate, LocalTime, ZoneId) → ZonedDateTime; toZonedDateTime(LocalDateTime, ZoneId) → ZonedDateTime",
        doc: "The instant seen in the zone, or the one at which the zone's clock shows this.",
        bind: to_zoned,
    },
    Function {
        name: "epochNanosToZonedDateTime",
        signature: "epochNanosToZonedDateTime(long, ZoneId) → ZonedDateTime",
        doc: "The time so many nanoseconds after the epoch, in the zone.",
        bind: |call| counted(call, "epochNanosToInstant"),
    },
    Function {
        name: "epochMicrosToZonedDateTime",
        signature: "epochMicrosToZonedDateTime(long, ZoneId) → ZonedDateTime",
        doc: "The time so many microseconds after the epoch, in the zone.",
        bind: |call| counted(call, "epochMicrosToInstant"),
    },
    Function {
        name: "epochMillisToZonedDateTime",
        signature: "epochMillisToZonedDateTime(long, ZoneId) → ZonedDateTime",
        doc: "The time so many milliseconds after the epoch, in the zone.",
        bind: |call| counted(call, "epochMillisToInstant"),
    },
    Function {
        name: "epochSecondsToZonedDateTime",
        signature: "epochSecondsToZonedDateTime(long, ZoneId) → ZonedDateTime",
        doc: "The time so many seconds after the epoch, in the zone.",
        bind: |call| counted(call, "epochSecondsToInstant"),
    },
    Function {
        name: "epochAutoToZonedDateTime",
        signature: "epochAutoToZonedDateTime(long, ZoneId) → ZonedDateTime",
        doc: "The time so long after the epoch, in the unit that the number's size suggests, in the zone.",
        bind: |call| counted(call, "epochAutoToInstant"),
    },
    Function {
        name: "excelToZonedDateTime",
        signature: "excelToZonedDateTime(double, ZoneId) → ZonedDateTime",
        doc: "The time of a spreadsheet's day number in the zone.",
        bind: |call| {
            call.arity(2..=2)?;
            let zone = call.args[1].clone();
            let node = delegate(call, "excelToInstant")?;
            seen_in(node, zone, call)
        },
    },
    Function {
        name: "parseZonedDateTime",
        signature: "parseZonedDateTime(String) → ZonedDateTime",
        doc: "The time that the text spells, in its zone where the text is a constant, else in UTC; fails where it spells none.",
        bind: |call| parsed(call, false),
    },
    Function {
        name: "parseZonedDateTimeQuiet",
        signature: "parseZonedDateTimeQuiet(String) → ZonedDateTime",
        doc: "The time that the text spells, in its zone where the text is a constant, else in UTC; or null.",
        bind: |call| parsed(call, true),
    },
];

/// Static functions of `ZonedDateTime`.
pub(super) const ZONED: &[Function] = &[
    Function {
        name: "parse",
        signature: "ZonedDateTime.parse(String) → ZonedDateTime",
        doc: "The time that the text spells, in its zone.",
        bind: |call| parsed(call, false),
    },
    Function {
        name: "ofInstant",
        signature: "ZonedDateTime.ofInstant(Instant, ZoneId) → ZonedDateTime",
        doc: "The instant seen in the zone.",
        bind: to_zoned,
    },
    Function {
        name: "of",
        signature: "ZonedDateTime.of(LocalDate, LocalTime, ZoneId) → ZonedDateTime; ZonedDateTime.of(LocalDateTime, ZoneId) → ZonedDateTime",
        doc: "The time at which the zone's clock shows this.",
        bind: to_zoned,
    },
];

/// Static functions of `LocalDateTime`.
pub(super) const DATE_TIME: &[Function] = &[
    Function {
        name: "parse",
        signature: "LocalDateTime.parse(String) → LocalDateTime",
        doc: "The date and time that the text spells.",
        bind: |call| delegate(call, "parseLocalDateTime"),
    },
    Function {
        name: "of",
        signature: "LocalDateTime.of(LocalDate, LocalTime) → LocalDateTime",
        doc: "The date and the time of day together.",
        bind: |call| delegate(call, "toLocalDateTime"),
    },
    Function {
        name: "ofInstant",
        signature: "LocalDateTime.ofInstant(Instant, ZoneId) → LocalDateTime",
        doc: "What the zone's clock shows.",
        bind: |call| delegate(call, "toLocalDateTime"),
    },
];

/// Static functions of `ZoneId`.
pub(super) const ZONE: &[Function] = &[Function {
    name: "of",
    signature: "ZoneId.of(String) → ZoneId",
    doc: "The time zone of this name.",
    bind: |call| delegate(call, "timeZone"),
}];

/// Static functions of `Period`.
pub(super) const PERIOD: &[Function] = &[
    Function {
        name: "of",
        signature: "Period.of(int years, int months, int days) → Period",
        doc: "So many years, months and days.",
        bind: |call| {
            use arrow_array::types::Int32Type;
            let kernel =
                kernels::rows3::<Int32Type, Int32Type, Int32Type, IntervalMonthDayNanoType, _>(|y, m, d| {
                    Ok(Some(IntervalMonthDayNano::new(y.wrapping_mul(12).wrapping_add(m), d, 0)))
                });
            call.kernel(&[Type::Int32, Type::Int32, Type::Int32], Type::Period, kernel)
        },
    },
    Function {
        name: "ofDays",
        signature: "Period.ofDays(int) → Period",
        doc: "So many days.",
        bind: |call| period_of(call, 0, 1),
    },
    Function {
        name: "ofWeeks",
        signature: "Period.ofWeeks(int) → Period",
        doc: "So many weeks.",
        bind: |call| period_of(call, 0, 7),
    },
    Function {
        name: "ofMonths",
        signature: "Period.ofMonths(int) → Period",
        doc: "So many months.",
        bind: |call| period_of(call, 1, 0),
    },
    Function {
        name: "ofYears",
        signature: "Period.ofYears(int) → Period",
        doc: "So many years.",
        bind: |call| period_of(call, 12, 0),
    },
    Function {
        name: "parse",
        signature: "Period.parse(String) → Period",
        doc: "The period that the text spells.",
        bind: |call| delegate(call, "parsePeriod"),
    },
];

/// Static functions of `LocalTime`.
pub(super) const TIME: &[Function] = &[
    Function {
        name: "of",
        signature: "LocalTime.of(int hour, int minute[, int second[, int nano]]) → LocalTime",
        doc: "The time of day; fails where there is none.",
        bind: time_of,
    },
    Function {
        name: "ofSecondOfDay",
        signature: "LocalTime.ofSecondOfDay(long) → LocalTime",
        doc: "The time of day so many seconds after midnight.",
        bind: |call| {
            let kernel = kernels::rows::<Int64Type, Time64NanosecondType, i64>(|n| {
                within_day(n.saturating_mul(1_000_000_000))
            });
            Ok(call.kernel(&[Type::Int64], Type::Time, kernel)?.can_fail())
        },
    },
    Function {
        name: "ofNanoOfDay",
        signature: "LocalTime.ofNanoOfDay(long) → LocalTime",
        doc: "The time of day so many nanoseconds after midnight.",
        bind: |call| delegate(call, "nanosOfDayToLocalTime"),
    },
    Function {
        name: "parse",
        signature: "LocalTime.parse(String) → LocalTime",
        doc: "The time of day that the text spells.",
        bind: |call| delegate(call, "parseLocalTime"),
    },
];

/// Methods that times with a date and a time of day share.
pub(super) const PARTS: &[Function] = same_as! {
    "getYear", "year", "The year.";
    "getMonthValue", "monthOfYear", "The month, from 1 to 12.";
    "getDayOfMonth", "dayOfMonth", "The day of the month.";
    "getDayOfYear", "dayOfYear", "The day of the year.";
    "getDayOfWeek", "dayOfWeek", "The day of the week by name, e.g. MONDAY.";
    "getHour", "hourOfDay", "The hour.";
    "getMinute", "minuteOfHour", "The minute.";
    "getSecond", "secondOfMinute", "The second.";
    "toLocalDate", "toLocalDate", "The date.";
    "toLocalTime", "toLocalTime", "The time of day.";
    "isBefore", "isBefore", "Whether x is before the other.";
    "isAfter", "isAfter", "Whether x is after the other.";
    "plus", "plus", "The time so much later.";
    "minus", "minus", "The time so much earlier.";
};

pub(super) const NANO: &[Function] = &[Function {
    name: "getNano",
    signature: "x.getNano() → int",
    doc: "The nanoseconds of the second.",
    bind: |call| delegate(call, "nanosOfSecond")?.converted(&Type::Int32).ok_or(Refusal::Types),
}];

pub(super) const ZONED_METHODS: &[Function] = same_as! {
    "toInstant", "toInstant", "The instant.";
    "toLocalDateTime", "toLocalDateTime", "The date and time on the zone's clock.";
    "toEpochSecond", "epochSeconds", "The seconds since the epoch.";
};

pub(super) const MOVES: &[Function] = moves! {
    "plusYears", "The time so many years later.", Step::Months(12);
    "plusMonths", "The time so many months later.", Step::Months(1);
    "plusWeeks", "The time so many weeks later.", Step::Days(7);
    "plusDays", "The time so many days later.", Step::Days(1);
    "plusHours", "The time so many hours later.", Step::Nanos(3_600_000_000_000);
    "plusMinutes", "The time so many minutes later.", Step::Nanos(60_000_000_000);
    "plusSeconds", "The time so many seconds later.", Step::Nanos(1_000_000_000);
    "plusNanos", "The time so many nanoseconds later.", Step::Nanos(1);
    "minusYears", "The time so many years earlier.", Step::Months(-12);
    "minusMonths", "The time so many months earlier.", Step::Months(-1);
    "minusWeeks", "The time so many weeks earlier.", Step::Days(-7);
    "minusDays", "The time so many days earlier.", Step::Days(-1);
    "minusHours", "The time so many hours earlier.", Step::Nanos(-3_600_000_000_000);
    "minusMinutes", "The time so many minutes earlier.", Step::Nanos(-60_000_000_000);
    "minusSeconds", "The time so many seconds earlier.", Step::Nanos(-1_000_000_000);
    "minusNanos", "The time so many nanoseconds earlier.", Step::Nanos(-1);
};

pub(super) const PERIOD_METHODS: &[Function] = &[
    Function {
        name: "getYears",
        signature: "p.getYears() → int",
        doc: "The years.",
        bind: |call| of_period(call, |p| p.months / 12),
    },
    Function {
        name: "getMonths",
        signature: "p.getMonths() → int",
        doc: "The months beside the years.",
        bind: |call| of_period(call, |p| p.months % 12),
    },
    Function {
        name: "getDays",
        signature: "p.getDays() → int",
        doc: "The days.",
        bind: |call| of_period(call, |p| p.days),
    },
    Function {
        name: "toTotalMonths",
        signature: "p.toTotalMonths() → long",
        doc: "The years and months, in months.",
        bind: |call| {
            let kernel = kernels::map::<IntervalMonthDayNanoType, Int64Type>(|p| i64::from(p.months));
            call.kernel(&[Type::Period], Type::Int64, kernel)
        },
    },
    Function {
        name: "plus",
        signature: "p.plus(Period) → Period",
        doc: "The sum.",
        bind: |call| by_operator(call, BinaryOp::Add),
    },
    Function {
        name: "minus",
        signature: "p.minus(Period) → Period",
        doc: "The difference.",
        bind: |call| by_operator(call, BinaryOp::Sub),
    },
];

/// One unit of a move.
#[derive(Clone, Copy)]
enum Step {
    Months(i32),
    Days(i32),
    Nanos(i64),
}

/// The zone's name as it stands in a type.
pub(super) fn label(zone: &TimeZone) -> Result<Arc<str>, Refusal> {
    if let Some(name) = zone.iana_name() {
        return Ok(if name == "UTC" { ZONED_UTC.into() } else { name.into() });
    }
    let Ok(offset) = zone.to_fixed_offset() else {
        return Err(Error::name(crate::error::Span::new(0, 0), "this time zone has no name").into());
    };
    let mut text = String::new();
    match offset.seconds() {
        0 => return Ok(ZONED_UTC.into()),
        seconds => crate::eval::java::offset(&mut text, i64::from(seconds)),
    }
    Ok(text.into())
}

/// Binds a function that takes and makes instants to a time in a zone, which stays in its zone.
pub(super) fn in_zone(call: &mut Call<'_, '_>, f: impl FnOnce(&mut Call<'_, '_>) -> Bound) -> Bound {
    let ty = call.ty(0);
    if !matches!(ty, Type::Zoned(_)) {
        return f(call);
    }
    let instant = call.args.remove(0).converted(&Type::Instant).ok_or(Refusal::Types)?;
    call.args.insert(0, instant);
    f(call)?.converted(&ty).ok_or(Refusal::Types)
}

fn to_zoned(call: &mut Call<'_, '_>) -> Bound {
    let zone = call.args.last().cloned().ok_or(Refusal::Types)?;
    if call.ty(0) == Type::Instant {
        call.arity(2..=2)?;
        let instant = call.args.remove(0);
        return seen_in(instant, zone, call);
    }
    if !matches!(call.ty(0), Type::Date | Type::DateTime) {
        return Err(Refusal::Types);
    }
    let instant = delegate(call, "toInstant")?;
    seen_in(instant, zone, call)
}

/// The instants seen in the zone that an argument names.
fn seen_in(instant: Node, zone: Node, call: &mut Call<'_, '_>) -> Bound {
    call.args = vec![zone];
    let zone = call.take_zone(0)?;
    instant.converted(&Type::Zoned(label(&zone)?)).ok_or(Refusal::Types)
}

fn counted(call: &mut Call<'_, '_>, name: &str) -> Bound {
    call.arity(2..=2)?;
    let zone = call.args.remove(1);
    let node = delegate(call, name)?;
    seen_in(node, zone, call)
}

fn parsed(call: &mut Call<'_, '_>, quiet: bool) -> Bound {
    call.arity(1..=1)?;
    let zone = call
        .constant(0)
        .filter(|_| call.ty(0) == Type::Text)
        .and_then(|array| parse::zoned(text(array).value(0)))
        .and_then(|(_, zone)| label(&zone).ok());
    let ty = Type::Zoned(zone.unwrap_or_else(|| ZONED_UTC.into()));
    let kernel =
        kernels::rows::<Text, TimestampNanosecondType, i64>(move |text| match parse::zoned(text.trim()) {
            Some((nanos, _)) => Ok(Some(nanos)),
            None if quiet => Ok(None),
            None => Err(Error::value(format!(
                "\"{text}\" is not a time in a zone, such as 2024-01-31T10:30:00 ET"
            ))),
        });
    let node = call.kernel(&[Type::Text], Type::Instant, kernel)?;
    let node = if quiet { node.can_be_null() } else { node.can_fail() };
    kernels::relabelled(node, &ty).ok_or(Refusal::Types)
}

fn period_of(call: &mut Call<'_, '_>, months: i32, days: i32) -> Bound {
    use arrow_array::types::Int32Type;
    let kernel = kernels::map::<Int32Type, IntervalMonthDayNanoType>(move |n| {
        IntervalMonthDayNano::new(n.wrapping_mul(months), n.wrapping_mul(days), 0)
    });
    call.kernel(&[Type::Int32], Type::Period, kernel)
}

fn of_period(call: &mut Call<'_, '_>, f: fn(IntervalMonthDayNano) -> i32) -> Bound {
    use arrow_array::types::Int32Type;
    call.kernel(&[Type::Period], Type::Int32, kernels::map::<IntervalMonthDayNanoType, Int32Type>(f))
}

fn by_operator(call: &mut Call<'_, '_>, op: BinaryOp) -> Bound {
    call.arity(2..=2)?;
    let (Some(b), Some(a)) = (call.args.pop(), call.args.pop()) else { return Err(Refusal::Types) };
    Ok(combine(op, a, b, call.span)?)
}

fn moved(call: &mut Call<'_, '_>, step: Step) -> Bound {
    call.arity(2..=2)?;
    let Some(count) = call.args.pop().and_then(|count| count.widened(&Type::Int64)) else {
        return Err(Refusal::Types);
    };
    let Some(time) = call.args.pop() else { return Err(Refusal::Types) };
    let span = call.span;
    let moved_by = match step {
        Step::Nanos(unit) => {
            let kernel = kernels::map::<Int64Type, arrow_array::types::DurationNanosecondType>(move |n| {
                n.wrapping_mul(unit)
            });
            Node::kernel(kernel, vec![count], Type::Duration, span)
        }
        Step::Months(unit) => calendar_step(count, unit, 0, span),
        Step::Days(unit) => calendar_step(count, 0, unit, span),
    };
    Ok(combine(BinaryOp::Add, time, moved_by.folded(), span)?)
}

fn calendar_step(count: Node, months: i32, days: i32, span: crate::error::Span) -> Node {
    let kernel: Kernel = kernels::map::<Int64Type, IntervalMonthDayNanoType>(move |n| {
        let n = n.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32;
        IntervalMonthDayNano::new(n.wrapping_mul(months), n.wrapping_mul(days), 0)
    });
    Node::kernel(kernel, vec![count], Type::Period, span)
}

fn time_of(call: &mut Call<'_, '_>) -> Bound {
    call.arity(2..=4)?;
    let wanted = vec![Type::Int64; call.len()];
    let kernel: Kernel = Arc::new(|args: crate::value::Args| {
        let lanes: Vec<_> = args.values.iter().map(crate::value::Lane::<Int64Type>::of).collect();
        crate::value::write_rows::<Time64NanosecondType, i64>(args.rows, args.nulls().as_ref(), |row| {
            let part = |at: usize| lanes.get(at).map_or(0, |lane| lane.get(row));
            let (hour, minute, second, nano) = (part(0), part(1), part(2), part(3));
            let valid = (0..24).contains(&hour)
                && (0..60).contains(&minute)
                && (0..60).contains(&second)
                && (0..1_000_000_000).contains(&nano);
            if !valid {
                return Err(Error::value(format!("{hour}:{minute}:{second}.{nano} is not a time of day")));
            }
            Ok(Some(((hour * 60 + minute) * 60 + second) * 1_000_000_000 + nano))
        })
    });
    Ok(call.kernel(&wanted, Type::Time, kernel)?.can_fail())
}

fn within_day(nanos: i64) -> Result<Option<i64>, Error> {
    if (0..NANOS_PER_DAY).contains(&nanos) {
        return Ok(Some(nanos));
    }
    Err(Error::value(format!("{nanos} nanoseconds are not a time of day")))
}
