//! Arithmetic of times: operators, and the same as functions.
//!
//! An instant moves by a duration, a period (in UTC) or nanoseconds; the difference of instants is nanoseconds.

use std::sync::Arc;

use arrow_array::types::{
    Date32Type, DurationNanosecondType, Int64Type, IntervalMonthDayNanoType, TimestampNanosecondType,
};
use arrow_buffer::IntervalMonthDayNano;

use super::bind::{Bound, Call, Refusal};
use super::kernels;
use super::registry::Function;
use crate::ast::BinaryOp;
use crate::civil::{self, NANOS_PER_DAY};
use crate::error::{Error, Span};
use crate::node::{Kernel, Node};
use crate::time::zone;
use crate::types::Type;
use crate::value::Args;

type Stamp = TimestampNanosecondType;
type Span64 = DurationNanosecondType;
type Interval = IntervalMonthDayNanoType;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "plus",
        signature: "plus(Instant|ZonedDateTime, Duration|Period|long nanos) → the same type; plus(LocalDate, Period) → LocalDate; plus(Duration, Duration) → Duration; plus(Period, Period) → Period",
        doc: "The sum.",
        bind: |call| as_operator(call, BinaryOp::Add),
    },
    Function {
        name: "minus",
        signature: "minus(Instant|ZonedDateTime, Duration|Period|long nanos) → the same type; minus(Instant, Instant) → long nanos; minus(LocalDate, Period) → LocalDate; minus(Duration, Duration) → Duration; minus(Period, Period) → Period",
        doc: "The difference.",
        bind: |call| as_operator(call, BinaryOp::Sub),
    },
    Function {
        name: "multiply",
        signature: "multiply(Duration, long) → Duration; multiply(Period, int) → Period",
        doc: "So many times the duration or period.",
        bind: |call| as_operator(call, BinaryOp::Mul),
    },
    Function {
        name: "divide",
        signature: "divide(Duration, long) → Duration",
        doc: "The duration divided by a number.",
        bind: |call| as_operator(call, BinaryOp::Div),
    },
    Function {
        name: "plusDays",
        signature: "plusDays(LocalDate|LocalDateTime|Instant|ZonedDateTime|String, long) → the same type",
        doc: "The time so many days later.",
        bind: |call| moved_by_days(call, 1),
    },
    Function {
        name: "minusDays",
        signature: "minusDays(LocalDate|LocalDateTime|Instant|ZonedDateTime|String, long) → the same type",
        doc: "The time so many days earlier.",
        bind: |call| moved_by_days(call, -1),
    },
    Function {
        name: "isBefore",
        signature: "isBefore(Instant, Instant) → boolean; isBefore(ZonedDateTime, ZonedDateTime) → boolean",
        doc: "Whether the first is before the second; false when one is null.",
        bind: |call| ordered(call, BinaryOp::Lt),
    },
    Function {
        name: "isBeforeOrEqual",
        signature: "isBeforeOrEqual(Instant, Instant) → boolean; isBeforeOrEqual(ZonedDateTime, ZonedDateTime) → boolean",
        doc: "Whether the first is not after the second; false when one is null.",
        bind: |call| ordered(call, BinaryOp::Le),
    },
    Function {
        name: "isAfter",
        signature: "isAfter(Instant, Instant) → boolean; isAfter(ZonedDateTime, ZonedDateTime) → boolean",
        doc: "Whether the first is after the second; false when one is null.",
        bind: |call| ordered(call, BinaryOp::Gt),
    },
    Function {
        name: "isAfterOrEqual",
        signature: "isAfterOrEqual(Instant, Instant) → boolean; isAfterOrEqual(ZonedDateTime, ZonedDateTime) → boolean",
        doc: "Whether the first is not before the second; false when one is null.",
        bind: |call| ordered(call, BinaryOp::Ge),
    },
];

fn as_operator(call: &mut Call<'_, '_>, op: BinaryOp) -> Bound {
    call.arity(2..=2)?;
    combine(op, &call.args[0], &call.args[1], call.span).ok_or(Refusal::Types)
}

/// `left op right` where one of them is a time; `None` when there is no such operator.
pub(crate) fn combine(op: BinaryOp, left: &Node, right: &Node, span: Span) -> Option<Node> {
    let (first, second) = (&left.ty, &right.ty);
    if let Type::Zoned(zone) = first {
        return zoned(op, left, right, zone, span);
    }
    if let (BinaryOp::Add, Type::Zoned(zone)) = (op, second) {
        return zoned(op, right, left, zone, span);
    }
    if let (BinaryOp::Sub, Type::Instant, Type::Zoned(_)) = (op, first, second) {
        return typed(op, left, &right.clone().converted(&Type::Instant)?, span);
    }
    let swapped = matches!(op, BinaryOp::Add | BinaryOp::Mul)
        && (first.is_integral() || matches!(first, Type::Duration | Type::Period))
        && !(second.is_integral() || first == second);
    if swapped
        || (op == BinaryOp::Mul && first.is_integral() && matches!(second, Type::Duration | Type::Period))
    {
        return typed(op, right, left, span);
    }
    typed(op, left, right, span)
}

/// `left op right` where the left side is a time in a zone: a period moves its clock, anything else the instant.
fn zoned(op: BinaryOp, left: &Node, right: &Node, name: &Arc<str>, span: Span) -> Option<Node> {
    if !matches!(op, BinaryOp::Add | BinaryOp::Sub) {
        return None;
    }
    if right.ty == Type::Period {
        let sign = if op == BinaryOp::Sub { -1 } else { 1 };
        let zone = zone::find(name)?;
        let kernel = kernels::rows2::<Stamp, Interval, Stamp, i64>(move |t, period| {
            let mut clock = zone::Clock::new(&zone);
            let local = clock.local(t);
            Ok(clock.instant(moved(local, period, sign)))
        });
        let node = Node::kernel(kernel, vec![left.clone(), right.clone()], Type::Instant, span).can_be_null();
        return kernels::relabelled(node, &Type::Zoned(name.clone()));
    }
    let instant = left.clone().converted(&Type::Instant)?;
    let right = match &right.ty {
        Type::Zoned(_) if op == BinaryOp::Sub => right.clone().converted(&Type::Instant)?,
        _ => right.clone(),
    };
    let node = typed(op, &instant, &right, span)?;
    if node.ty == Type::Instant { node.converted(&left.ty) } else { Some(node) }
}

fn typed(op: BinaryOp, left: &Node, right: &Node, span: Span) -> Option<Node> {
    use BinaryOp::{Add, Div, Mul, Sub};
    let sign = if op == Sub { -1 } else { 1 };
    let with =
        |kernel: Kernel, ty: Type| Some(Node::kernel(kernel, vec![left.clone(), right.clone()], ty, span));
    let longer = |kernel: Kernel, ty: Type| {
        let right = right.clone().widened(&Type::Int64)?;
        Some(Node::kernel(kernel, vec![left.clone(), right], ty, span))
    };
    match (op, &left.ty, &right.ty) {
        (Sub, Type::Instant, Type::Instant) => {
            with(kernels::map2::<Stamp, Stamp, Int64Type>(i64::wrapping_sub), Type::Int64)
        }
        (Add | Sub, Type::Instant, Type::Duration) => {
            let kernel = kernels::map2::<Stamp, Span64, Stamp>(move |t, d| t.wrapping_add(sign * d));
            with(kernels::as_instant(kernel), Type::Instant)
        }
        (Add | Sub, Type::Instant, Type::Period) => {
            let kernel = kernels::map2::<Stamp, Interval, Stamp>(move |t, p| moved(t, p, sign));
            with(kernels::as_instant(kernel), Type::Instant)
        }
        (Add | Sub, Type::Instant, n) if n.is_integral() => {
            let kernel = kernels::map2::<Stamp, Int64Type, Stamp>(move |t, d| t.wrapping_add(sign * d));
            longer(kernels::as_instant(kernel), Type::Instant)
        }
        (Add | Sub, Type::Date, Type::Period) => with(
            kernels::map2::<Date32Type, Interval, Date32Type>(move |date, p| moved_date(date, p, sign)),
            Type::Date,
        ),
        (Sub, Type::Date, Type::Date) => None,
        (Add | Sub, Type::DateTime, Type::Period) => {
            with(kernels::map2::<Stamp, Interval, Stamp>(move |t, p| moved(t, p, sign)), Type::DateTime)
        }
        (Add | Sub, Type::DateTime, Type::Duration) => {
            with(kernels::map2::<Stamp, Span64, Stamp>(move |t, d| t.wrapping_add(sign * d)), Type::DateTime)
        }
        (Add | Sub, Type::Duration, Type::Duration) => with(
            kernels::map2::<Span64, Span64, Span64>(move |a, b| a.wrapping_add(sign * b)),
            Type::Duration,
        ),
        (Add | Sub, Type::Period, Type::Period) => with(
            kernels::map2::<Interval, Interval, Interval>(move |a, b| added(a, b, sign as i32)),
            Type::Period,
        ),
        (Mul, Type::Duration, n) if n.is_integral() => {
            longer(kernels::map2::<Span64, Int64Type, Span64>(i64::wrapping_mul), Type::Duration)
        }
        (Mul, Type::Period, n) if n.is_integral() => {
            longer(kernels::map2::<Interval, Int64Type, Interval>(multiplied), Type::Period)
        }
        (Div, Type::Duration, n) if n.is_integral() => {
            let kernel = kernels::rows2::<Span64, Int64Type, Span64, i64>(|d, n| match n {
                0 => Err(Error::value("a duration is divided by zero")),
                n => Ok(Some(d.wrapping_div(n))),
            });
            longer(kernel, Type::Duration).map(Node::can_fail)
        }
        _ => None,
    }
}

/// `-duration`
pub(crate) fn negated(node: Node, span: Span) -> Result<Node, Error> {
    let kernel = kernels::map::<Span64, Span64>(i64::wrapping_neg);
    Ok(Node::kernel(kernel, vec![node], Type::Duration, span))
}

/// An instant moved by the calendar of UTC.
fn moved(nanos: i64, period: IntervalMonthDayNano, sign: i64) -> i64 {
    let (days, of_day) = civil::split_nanos(nanos);
    let days = moved_days(days, period, sign);
    days.wrapping_mul(NANOS_PER_DAY).wrapping_add(of_day).wrapping_add(sign * period.nanoseconds)
}

fn moved_days(days: i64, period: IntervalMonthDayNano, sign: i64) -> i64 {
    civil::plus_months(days, sign * i64::from(period.months)) + sign * i64::from(period.days)
}

fn moved_date(date: i32, period: IntervalMonthDayNano, sign: i64) -> i32 {
    moved_days(i64::from(date), period, sign) as i32
}

fn added(a: IntervalMonthDayNano, b: IntervalMonthDayNano, sign: i32) -> IntervalMonthDayNano {
    IntervalMonthDayNano::new(
        a.months.wrapping_add(sign.wrapping_mul(b.months)),
        a.days.wrapping_add(sign.wrapping_mul(b.days)),
        a.nanoseconds.wrapping_add(i64::from(sign).wrapping_mul(b.nanoseconds)),
    )
}

fn multiplied(period: IntervalMonthDayNano, times: i64) -> IntervalMonthDayNano {
    let narrow = times as i32;
    IntervalMonthDayNano::new(
        period.months.wrapping_mul(narrow),
        period.days.wrapping_mul(narrow),
        period.nanoseconds.wrapping_mul(times),
    )
}

/// The kernel that reads a duration as nanoseconds.
pub(crate) fn nanos() -> Kernel {
    kernels::map::<Span64, Int64Type>(|nanos| nanos)
}

fn moved_by_days(call: &mut Call<'_, '_>, sign: i64) -> Bound {
    match call.ty(0) {
        Type::Date => call.kernel(
            &[Type::Date, Type::Int64],
            Type::Date,
            kernels::map2::<Date32Type, Int64Type, Date32Type>(move |date, days| {
                (i64::from(date) + sign * days) as i32
            }),
        ),
        Type::DateTime => call.kernel(&[Type::DateTime, Type::Int64], Type::DateTime, days_later(sign)),
        Type::Instant => {
            call.kernel(&[Type::Instant, Type::Int64], Type::Instant, kernels::as_instant(days_later(sign)))
        }
        Type::Zoned(_) | Type::Text => super::calendar::moved_by_days(call, sign as i32),
        _ => Err(Refusal::Types),
    }
}

fn days_later(sign: i64) -> Kernel {
    kernels::map2::<Stamp, Int64Type, Stamp>(move |t, days| {
        t.wrapping_add((sign * days).wrapping_mul(NANOS_PER_DAY))
    })
}

/// A comparison of times, which is false where one of them is null.
fn ordered(call: &mut Call<'_, '_>, op: BinaryOp) -> Bound {
    let ty = match call.ty(0) {
        ty @ (Type::Instant | Type::Date | Type::DateTime | Type::Time) => ty,
        Type::Zoned(_) => Type::Instant,
        _ => return Err(Refusal::Types),
    };
    let Some(compare) = crate::eval::compare::comparison(op, &ty) else { return Err(Refusal::Types) };
    let kernel: Kernel = Arc::new(move |args: Args| {
        let nulls = args.nulls();
        let result = compare(args)?;
        match nulls {
            None => Ok(result),
            Some(nulls) => super::boolean::definite(crate::value::boolean(&result).values() & nulls.inner()),
        }
    });
    Ok(call.kernel(&[ty.clone(), ty], Type::Bool, kernel)?.never_null())
}
