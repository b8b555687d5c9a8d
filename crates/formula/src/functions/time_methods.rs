//! Methods of instants, dates, times of day and durations.

use arrow_array::types::{
    Date32Type, DurationNanosecondType, Int32Type, Int64Type, Time64NanosecondType, TimestampNanosecondType,
};

use super::bind::{Bound, Call, Refusal};
use super::kernels;
use super::registry::Function;
use super::time_field::weekday;
use crate::ast::BinaryOp;
use crate::check::operator::combine;
use crate::civil::{self, NANOS_PER_SECOND};
use crate::error::Error;
use crate::types::Type;
use crate::value::Text;

/// A method without arguments whose result is a number.
macro_rules! numbers {
    ($of:expr, $arrow:ty; $($name:literal, $doc:literal, $result:ident, $ty:expr, $f:expr;)*) => {
        &[$(Function {
            name: $name,
            signature: concat!("x.", $name, "() → number"),
            doc: $doc,
            bind: |call| call.kernel(&[$of], $ty, kernels::map::<$arrow, $result>($f)),
        }),*]
    };
}

/// A method that moves a time by a number of units.
macro_rules! moves {
    ($bind:ident; $($name:literal, $doc:literal, $unit:expr;)*) => {
        &[$(Function {
            name: $name,
            signature: concat!("x.", $name, "(long) → the same type"),
            doc: $doc,
            bind: |call| $bind(call, $unit),
        }),*]
    };
}

pub(super) const INSTANT_NUMBERS: &[Function] = numbers! {
    Type::Instant, TimestampNanosecondType;
    "getEpochSecond", "The seconds since the epoch.", Int64Type, Type::Int64, |n| n.div_euclid(NANOS_PER_SECOND);
    "getNano", "The nanoseconds of the second.", Int32Type, Type::Int32, |n| n.rem_euclid(NANOS_PER_SECOND) as i32;
    "toEpochMilli", "The milliseconds since the epoch.", Int64Type, Type::Int64, |n| n.div_euclid(1_000_000);
};

pub(super) const INSTANT_MOVES: &[Function] = moves! {
    move_instant;
    "plusSeconds", "The instant so many seconds later.", NANOS_PER_SECOND;
    "plusMillis", "The instant so many milliseconds later.", 1_000_000;
    "plusNanos", "The instant so many nanoseconds later.", 1;
    "minusSeconds", "The instant so many seconds earlier.", -NANOS_PER_SECOND;
    "minusMillis", "The instant so many milliseconds earlier.", -1_000_000;
    "minusNanos", "The instant so many nanoseconds earlier.", -1;
};

/// Methods that instants and dates share.
pub(super) const ORDER: &[Function] = &[
    Function {
        name: "isBefore",
        signature: "a.isBefore(b) → boolean",
        doc: "Whether a is before b.",
        bind: |call| super::registry::delegate(call, "isBefore"),
    },
    Function {
        name: "isAfter",
        signature: "a.isAfter(b) → boolean",
        doc: "Whether a is after b.",
        bind: |call| super::registry::delegate(call, "isAfter"),
    },
    Function {
        name: "plus",
        signature: "a.plus(Duration|Period) → the same type",
        doc: "The time so much later.",
        bind: |call| by_operator(call, BinaryOp::Add),
    },
    Function {
        name: "minus",
        signature: "a.minus(Duration|Period) → the same type",
        doc: "The time so much earlier.",
        bind: |call| by_operator(call, BinaryOp::Sub),
    },
];

pub(super) const DATE_NUMBERS: &[Function] = numbers! {
    Type::Date, Date32Type;
    "getYear", "The year.", Int32Type, Type::Int32, |d| civil::date_of(i64::from(d)).0 as i32;
    "getMonthValue", "The month, from 1 to 12.", Int32Type, Type::Int32, |d| civil::date_of(i64::from(d)).1.cast_signed();
    "getDayOfMonth", "The day of the month.", Int32Type, Type::Int32, |d| civil::date_of(i64::from(d)).2.cast_signed();
    "getDayOfYear", "The day of the year.", Int32Type, Type::Int32, |d| civil::day_of_year(i64::from(d));
    "toEpochDay", "The days since the epoch.", Int64Type, Type::Int64, i64::from;
    "lengthOfMonth", "The days of the month.", Int32Type, Type::Int32, |d| {
        let (year, month, _) = civil::date_of(i64::from(d));
        civil::days_in_month(year, month).cast_signed()
    };
};

pub(super) const DATE: &[Function] = &[
    Function {
        name: "getDayOfWeek",
        signature: "date.getDayOfWeek() → String",
        doc: "The day of the week by name, e.g. MONDAY; its number is .getDayOfWeek().getValue().",
        bind: |call| {
            let kernel =
                kernels::rows::<Date32Type, Text, &'static str>(|days| Ok(Some(weekday(i64::from(days)))));
            call.kernel(&[Type::Date], Type::Text, kernel)
        },
    },
    Function {
        name: "isLeapYear",
        signature: "date.isLeapYear() → boolean",
        doc: "Whether the year has 366 days.",
        bind: |call| {
            let kernel =
                kernels::test::<Date32Type>(|days| civil::is_leap(civil::date_of(i64::from(days)).0));
            call.kernel(&[Type::Date], Type::Bool, kernel)
        },
    },
];

pub(super) const DATE_MOVES: &[Function] = moves! {
    move_date;
    "plusDays", "The date so many days later.", (0, 1);
    "plusWeeks", "The date so many weeks later.", (0, 7);
    "plusMonths", "The date so many months later.", (1, 0);
    "plusYears", "The date so many years later.", (12, 0);
    "minusDays", "The date so many days earlier.", (0, -1);
    "minusWeeks", "The date so many weeks earlier.", (0, -7);
    "minusMonths", "The date so many months earlier.", (-1, 0);
    "minusYears", "The date so many years earlier.", (-12, 0);
};

pub(super) const TIME: &[Function] = numbers! {
    Type::Time, Time64NanosecondType;
    "getHour", "The hour.", Int32Type, Type::Int32, |n| (n / (3_600 * NANOS_PER_SECOND)) as i32;
    "getMinute", "The minute.", Int32Type, Type::Int32, |n| (n / (60 * NANOS_PER_SECOND) % 60) as i32;
    "getSecond", "The second.", Int32Type, Type::Int32, |n| (n / NANOS_PER_SECOND % 60) as i32;
    "getNano", "The nanoseconds of the second.", Int32Type, Type::Int32, |n| (n % NANOS_PER_SECOND) as i32;
    "toSecondOfDay", "The seconds since midnight.", Int32Type, Type::Int32, |n| (n / NANOS_PER_SECOND) as i32;
    "toNanoOfDay", "The nanoseconds since midnight.", Int64Type, Type::Int64, |n| n;
};

pub(super) const DURATION_NUMBERS: &[Function] = numbers! {
    Type::Duration, DurationNanosecondType;
    "toNanos", "The nanoseconds.", Int64Type, Type::Int64, |n| n;
    "toMillis", "The whole milliseconds.", Int64Type, Type::Int64, |n| n.div_euclid(1_000_000);
    "toSeconds", "The whole seconds.", Int64Type, Type::Int64, |n| n.div_euclid(NANOS_PER_SECOND);
    "getSeconds", "The whole seconds.", Int64Type, Type::Int64, |n| n.div_euclid(NANOS_PER_SECOND);
    "toMinutes", "The whole minutes.", Int64Type, Type::Int64, |n| n.div_euclid(NANOS_PER_SECOND) / 60;
    "toHours", "The whole hours.", Int64Type, Type::Int64, |n| n.div_euclid(NANOS_PER_SECOND) / 3_600;
    "toDays", "The whole days of 24 hours.", Int64Type, Type::Int64, |n| n.div_euclid(NANOS_PER_SECOND) / 86_400;
    "getNano", "The nanoseconds of the second.", Int32Type, Type::Int32, |n| n.rem_euclid(NANOS_PER_SECOND) as i32;
};

pub(super) const DURATION: &[Function] = &[
    Function {
        name: "plus",
        signature: "a.plus(Duration) → Duration",
        doc: "The sum.",
        bind: |call| by_operator(call, BinaryOp::Add),
    },
    Function {
        name: "minus",
        signature: "a.minus(Duration) → Duration",
        doc: "The difference.",
        bind: |call| by_operator(call, BinaryOp::Sub),
    },
    Function {
        name: "multipliedBy",
        signature: "a.multipliedBy(long) → Duration",
        doc: "So many times the duration.",
        bind: |call| by_operator(call, BinaryOp::Mul),
    },
    Function {
        name: "dividedBy",
        signature: "a.dividedBy(long) → Duration",
        doc: "The duration divided by a number.",
        bind: |call| by_operator(call, BinaryOp::Div),
    },
    Function {
        name: "abs",
        signature: "a.abs() → Duration",
        doc: "The duration without its sign.",
        bind: |call| {
            let kernel = kernels::map::<DurationNanosecondType, DurationNanosecondType>(i64::wrapping_abs);
            call.kernel(&[Type::Duration], Type::Duration, kernel)
        },
    },
    Function {
        name: "negated",
        signature: "a.negated() → Duration",
        doc: "The duration with the other sign.",
        bind: |call| {
            let kernel = kernels::map::<DurationNanosecondType, DurationNanosecondType>(i64::wrapping_neg);
            call.kernel(&[Type::Duration], Type::Duration, kernel)
        },
    },
    Function {
        name: "isZero",
        signature: "a.isZero() → boolean",
        doc: "Whether it is no time.",
        bind: |call| tested(call, |n| n == 0),
    },
    Function {
        name: "isNegative",
        signature: "a.isNegative() → boolean",
        doc: "Whether it is less than no time.",
        bind: |call| tested(call, |n| n < 0),
    },
];

/// Methods of the names of weekdays, which in Java are values of their own.
pub(super) const WEEKDAY: &[Function] = &[Function {
    name: "getValue",
    signature: "day.getValue() → int",
    doc: "The number of a weekday's name: MONDAY is 1, SUNDAY 7; fails on other texts.",
    bind: |call| {
        let kernel = kernels::rows::<Text, Int32Type, i32>(|name| {
            let found = super::time_field::WEEKDAYS.iter().position(|day| *day == name);
            found
                .map(|at| Some(at as i32 + 1))
                .ok_or_else(|| Error::value(format!("\"{name}\" is not a weekday")))
        });
        Ok(call.kernel(&[Type::Text], Type::Int32, kernel)?.can_fail())
    },
}];

fn move_instant(call: &mut Call<'_, '_>, unit: i64) -> Bound {
    let kernel = kernels::map2::<TimestampNanosecondType, Int64Type, TimestampNanosecondType>(move |t, n| {
        t.wrapping_add(n.wrapping_mul(unit))
    });
    call.kernel(&[Type::Instant, Type::Int64], Type::Instant, kernels::as_instant(kernel))
}

/// Months and days of one step.
fn move_date(call: &mut Call<'_, '_>, (months, days): (i64, i64)) -> Bound {
    let kernel = kernels::map2::<Date32Type, Int64Type, Date32Type>(move |date, n| {
        (civil::plus_months(i64::from(date), n.wrapping_mul(months)).wrapping_add(n.wrapping_mul(days)))
            as i32
    });
    call.kernel(&[Type::Date, Type::Int64], Type::Date, kernel)
}

fn by_operator(call: &mut Call<'_, '_>, op: BinaryOp) -> Bound {
    call.arity(2..=2)?;
    let (Some(b), Some(a)) = (call.args.pop(), call.args.pop()) else { return Err(Refusal::Types) };
    Ok(combine(op, a, b, call.span)?)
}

fn tested(call: &mut Call<'_, '_>, f: fn(i64) -> bool) -> Bound {
    call.kernel(&[Type::Duration], Type::Bool, kernels::test::<DurationNanosecondType>(f))
}
