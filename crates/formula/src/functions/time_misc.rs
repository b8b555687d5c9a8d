//! The engine's clock as an object, dates of Java's first kind, the precision of texts of times, and what a formula
//! does not do: change clocks and zones.

use arrow_array::types::{Int64Type, TimestampNanosecondType};

use super::bind::{Bound, Call, Refusal};
use super::kernels;
use super::registry::{Function, delegate};
use crate::check::literal::token;
use crate::error::Error;
use crate::time::parse;
use crate::types::Type;
use crate::value::Text;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "currentClock",
        signature: "currentClock() → Clock",
        doc: "The engine's clock.",
        bind: |call| {
            call.arity(0..=0)?;
            Ok(token(CLASS, "engine", call.span))
        },
    },
    Function {
        name: "setClock",
        signature: "setClock(Clock)",
        doc: "Refused in a formula.",
        bind: |call| {
            refused(call, "set the engine's clock", "the clock is handed to a session when it is made")
        },
    },
    Function {
        name: "timeZoneAliasAdd",
        signature: "timeZoneAliasAdd(String, String)",
        doc: "Refused in a formula.",
        bind: |call| {
            refused(
                call,
                "change the short names of time zones",
                "call time.time_zone_alias_add in the script",
            )
        },
    },
    Function {
        name: "timeZoneAliasRm",
        signature: "timeZoneAliasRm(String)",
        doc: "Refused in a formula.",
        bind: |call| {
            refused(
                call,
                "change the short names of time zones",
                "call time.time_zone_alias_rm in the script",
            )
        },
    },
    Function {
        name: "toDate",
        signature: "toDate(Instant) → Instant; toDate(ZonedDateTime) → Instant",
        doc: "The instant in whole milliseconds, as java.util.Date holds it.",
        bind: |call| {
            let kernel = kernels::map::<TimestampNanosecondType, TimestampNanosecondType>(|n| {
                n - n.rem_euclid(1_000_000)
            });
            call.kernel(&[Type::Instant], Type::Instant, kernels::as_instant(kernel))
        },
    },
    Function {
        name: "parseTimePrecision",
        signature: "parseTimePrecision(String) → String",
        doc: "The finest unit that the text of a time tells, e.g. SecondOfMinute; fails where it is no time.",
        bind: |call| precision(call, false),
    },
    Function {
        name: "parseTimePrecisionQuiet",
        signature: "parseTimePrecisionQuiet(String) → String",
        doc: "The finest unit that the text of a time tells, e.g. SecondOfMinute, or null.",
        bind: |call| precision(call, true),
    },
];

const CLASS: &str = "Clock";

/// Methods of the clock.
pub(super) const CLOCK: &[Function] = &[
    Function {
        name: "currentTimeMillis",
        signature: "clock.currentTimeMillis() → long",
        doc: "The milliseconds from the epoch to now.",
        bind: |call| counted(call, 1_000_000),
    },
    Function {
        name: "currentTimeMicros",
        signature: "clock.currentTimeMicros() → long",
        doc: "The microseconds from the epoch to now.",
        bind: |call| counted(call, 1_000),
    },
    Function {
        name: "currentTimeNanos",
        signature: "clock.currentTimeNanos() → long",
        doc: "The nanoseconds from the epoch to now.",
        bind: |call| counted(call, 1),
    },
    Function {
        name: "instantNanos",
        signature: "clock.instantNanos() → Instant",
        doc: "Now.",
        bind: |call| instant(call, "now"),
    },
    Function {
        name: "instantMillis",
        signature: "clock.instantMillis() → Instant",
        doc: "Now, in whole milliseconds.",
        bind: |call| instant(call, "nowMillisResolution"),
    },
];

fn refused(call: &mut Call<'_, '_>, what: &str, instead: &str) -> Bound {
    Err(Error::name(call.span, format!("a formula cannot {what}")).with_hint(instead).into())
}

fn instant(call: &mut Call<'_, '_>, name: &str) -> Bound {
    call.take_token(0, CLASS)?;
    delegate(call, name)
}

fn counted(call: &mut Call<'_, '_>, unit: i64) -> Bound {
    let now = instant(call, "now")?;
    call.args.push(now);
    call.kernel(
        &[Type::Instant],
        Type::Int64,
        kernels::map::<TimestampNanosecondType, Int64Type>(move |nanos| nanos.div_euclid(unit)),
    )
}

fn precision(call: &mut Call<'_, '_>, quiet: bool) -> Bound {
    let kernel = kernels::rows::<Text, Text, &'static str>(move |text| match parse::precision(text.trim()) {
        None if !quiet => Err(Error::value(format!("\"{text}\" is not a time, such as 2024-01-31T10:30:00"))),
        found => Ok(found),
    });
    let node = call.kernel(&[Type::Text], Type::Text, kernel)?;
    Ok(if quiet { node.can_be_null() } else { node.can_fail() })
}

/// What `timeZone()` is without an argument.
pub(super) fn default_zone(call: &mut Call<'_, '_>) -> Bound {
    let name = crate::check::literal::text("UTC", call.span);
    match name.as_constant() {
        Some(array) => Ok(crate::node::Node::constant(Type::Zone, array.clone(), call.span)),
        None => Err(Refusal::Types),
    }
}
