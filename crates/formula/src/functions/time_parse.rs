//! Times read out of texts. The quiet variants answer null where the others fail.

use arrow_array::types::{
    Date32Type, DurationNanosecondType, Int64Type, IntervalMonthDayNanoType, Time64NanosecondType,
    TimestampNanosecondType,
};
use arrow_buffer::IntervalMonthDayNano;

use super::bind::{Bound, Call};
use super::registry::Function;
use super::time_epoch::read_text;
use crate::error::Error;
use crate::time::parse;
use crate::types::Type;

macro_rules! parsers {
    ($($name:literal, $quiet:literal, $to:literal, $bind:ident;)*) => {
        &[$(
            Function {
                name: $name,
                signature: concat!($name, "(String) → ", $to),
                doc: concat!("The ", $to, " that the text spells; fails where it spells none."),
                bind: |call| $bind(call, false),
            },
            Function {
                name: $quiet,
                signature: concat!($quiet, "(String) → ", $to),
                doc: concat!("The ", $to, " that the text spells, or null."),
                bind: |call| $bind(call, true),
            },
        )*]
    };
}

pub(super) const FUNCTIONS: &[Function] = parsers! {
    "parseInstant", "parseInstantQuiet", "Instant", parsed_instant;
    "parseEpochNanos", "parseEpochNanosQuiet", "long", parsed_nanos;
    "parseLocalDate", "parseLocalDateQuiet", "LocalDate", parsed_date;
    "parseLocalTime", "parseLocalTimeQuiet", "LocalTime", parsed_time;
    "parseLocalDateTime", "parseLocalDateTimeQuiet", "LocalDateTime", parsed_date_time;
    "parseDuration", "parseDurationQuiet", "Duration", parsed_duration;
    "parseDurationNanos", "parseDurationNanosQuiet", "long", parsed_duration_nanos;
    "parsePeriod", "parsePeriodQuiet", "Period", parsed_period;
};

pub(super) const ZONES: &[Function] = &[
    Function {
        name: "timeZone",
        signature: "timeZone() → ZoneId; timeZone(String) → ZoneId",
        doc: "The time zone of this name, or the default one (UTC), for functions that take one.",
        bind: |call| if call.len() == 0 { super::time_misc::default_zone(call) } else { time_zone(call) },
    },
    Function {
        name: "parseTimeZoneQuiet",
        signature: "parseTimeZoneQuiet(String) → ZoneId",
        doc: "The time zone of this name, for functions that take one; null where there is none.",
        bind: |call| {
            let span = call.span;
            match call.constant_text(0) {
                Some(name) if crate::time::zone::find(&name).is_none() => {
                    let null = arrow_array::new_null_array(&Type::Text.data_type(), 1);
                    Ok(crate::node::Node::constant(Type::Zone, null, span))
                }
                _ => time_zone(call),
            }
        },
    },
    Function {
        name: "parseTimeZone",
        signature: "parseTimeZone(String) → ZoneId",
        doc: "The time zone of this name, for functions that take one.",
        bind: time_zone,
    },
];

/// `Instant.parse`
pub(super) fn instant(call: &mut Call<'_, '_>) -> Bound {
    parsed_instant(call, false)
}

/// `LocalDate.parse`
pub(super) fn date(call: &mut Call<'_, '_>) -> Bound {
    parsed_date(call, false)
}

/// `Duration.parse`
pub(super) fn duration(call: &mut Call<'_, '_>) -> Bound {
    parsed_duration(call, false)
}

fn parsed_instant(call: &mut Call<'_, '_>, quiet: bool) -> Bound {
    read_text::<TimestampNanosecondType, i64>(call, Type::Instant, quiet, INSTANT, parse::instant)
}

const INSTANT: &str = "an instant, such as 2024-01-01T00:00:00Z";

fn parsed_nanos(call: &mut Call<'_, '_>, quiet: bool) -> Bound {
    read_text::<Int64Type, i64>(call, Type::Int64, quiet, INSTANT, parse::instant)
}

fn parsed_date(call: &mut Call<'_, '_>, quiet: bool) -> Bound {
    read_text::<Date32Type, i32>(call, Type::Date, quiet, "a date, such as 2024-01-31", parse::date)
}

fn parsed_time(call: &mut Call<'_, '_>, quiet: bool) -> Bound {
    read_text::<Time64NanosecondType, i64>(
        call,
        Type::Time,
        quiet,
        "a time of day, such as 10:30:00",
        parse::time_of_day,
    )
}

fn parsed_date_time(call: &mut Call<'_, '_>, quiet: bool) -> Bound {
    let what = "a date and time, such as 2024-01-31T10:30:00";
    read_text::<TimestampNanosecondType, i64>(call, Type::DateTime, quiet, what, parse::date_time)
}

const DURATION: &str = "a duration, such as PT1h30m";

fn parsed_duration(call: &mut Call<'_, '_>, quiet: bool) -> Bound {
    read_text::<DurationNanosecondType, i64>(call, Type::Duration, quiet, DURATION, parse::duration)
}

fn parsed_duration_nanos(call: &mut Call<'_, '_>, quiet: bool) -> Bound {
    read_text::<Int64Type, i64>(call, Type::Int64, quiet, DURATION, parse::duration)
}

fn parsed_period(call: &mut Call<'_, '_>, quiet: bool) -> Bound {
    let period =
        |text: &str| parse::period(text).map(|(months, days)| IntervalMonthDayNano::new(months, days, 0));
    let what = "a period, such as P1Y2M3D";
    read_text::<IntervalMonthDayNanoType, IntervalMonthDayNano>(call, Type::Period, quiet, what, period)
}

/// A constant of type zone; other functions take the text as well.
fn time_zone(call: &mut Call<'_, '_>) -> Bound {
    call.arity(1..=1)?;
    let node = call.args[0].clone();
    call.take_zone(0)?;
    let span = node.span;
    match node.as_constant() {
        Some(name) => Ok(crate::node::Node::constant(Type::Zone, name.clone(), span)),
        None => Err(Error::internal("a time zone that is no constant").into()),
    }
}
