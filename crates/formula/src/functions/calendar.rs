//! Functions of the default business calendar; the same are methods of `calendar("name")`.
//!
//! A day is told by a LocalDate, by an Instant or ZonedDateTime (the day on the calendar's clock), by a text
//! (`2024-01-31`), or by nothing: today.

use std::sync::Arc;

use arrow_array::types::{
    Date32Type, DurationNanosecondType, Float64Type, Int32Type, Int64Type, TimestampNanosecondType,
};
use arrow_array::{Array, ArrayRef, Date32Array, StringViewArray};

use super::bind::{Bound, Call, Refusal};
use super::kernels;
use super::registry::{Function, delegate};
use crate::calendar::{self, Calendar};
use crate::check::literal::token;
use crate::civil::{self, NANOS_PER_DAY};
use crate::error::Error;
use crate::node::{Kernel, Node};
use crate::time::{parse, zone::Clock};
use crate::types::Type;
use crate::value::{Args, Bool, Lane, Text, Write};

/// The class of calendars.
pub(super) const CLASS: &str = "BusinessCalendar";

macro_rules! calendar_functions {
    ($($name:literal, $args:literal, $doc:literal, $bind:expr;)*) => {
        &[$(Function { name: $name, signature: concat!($name, $args), doc: $doc, bind: $bind }),*]
    };
}

pub(super) const FUNCTIONS: &[Function] = calendar_functions! {
    "calendar", "([String name]) → BusinessCalendar", "The default calendar, or the one of this name.", named;
    "calendarName", "() → String", "The name of the calendar.", |call| { let calendar = take(call)?; fixed(call, &calendar.name) };
    "calendarNames", "() → String[]", "The names of all calendars.", |call| { call.arity(0..=0)?; texts(call, &calendar::calendar_names()) };
    "calendarsFromConfiguration", "() → String[]", "The names of the calendars that are there from the beginning.", |call| { call.arity(0..=0)?; texts(call, &["UTC".to_owned(), "USNYSE_EXAMPLE".to_owned()]) };
    "calendarTimeZone", "() → ZoneId", "The time zone of the calendar.", |call| { let calendar = take(call)?; call.arity(0..=0)?; let node = fixed(call, &calendar.zone_name)?; Ok(Node { ty: Type::Zone, ..node }) };
    "calendarDate", "() → LocalDate", "Today, on the calendar's clock.", |call| { let calendar = take(call)?; call.arity(0..=0)?; day(call, &calendar) };
    "calendarDay", "([day]) → String", "The business hours of a day, e.g. 09:30-16:00.", |call| of_day::<Text, String>(call, Type::Text, |calendar, day| spelled(calendar.hours(day)));
    "standardBusinessDay", "() → String", "The business hours of a standard day.", |call| { let calendar = take(call)?; call.arity(0..=0)?; fixed(call, &spelled(&calendar.standard)) };
    "standardBusinessNanos", "() → long", "The business nanoseconds of a standard day.", |call| standard(call, Type::Int64);
    "standardBusinessDuration", "() → Duration", "The business time of a standard day.", |call| standard(call, Type::Duration);
    "calendarDayOfWeek", "([day]) → String", "The day of the week by name, e.g. MONDAY.", |call| of_day::<Text, &'static str>(call, Type::Text, |_, day| super::time_field::weekday(i64::from(day)));
    "calendarDayOfWeekValue", "([day]) → int", "The day of the week: Monday is 1, Sunday 7.", |call| of_day::<Int32Type, i32>(call, Type::Int32, |_, day| civil::day_of_week(i64::from(day)));
    "isBusinessDay", "([day|DayOfWeek]) → boolean", "Whether it is a business day.", is_business_day;
    "isLastBusinessDayOfWeek", "([day]) → boolean", "Whether it is the last business day of its week.", |call| of_day::<Bool, bool>(call, Type::Bool, |calendar, day| calendar.is_last(day, week));
    "isLastBusinessDayOfMonth", "([day]) → boolean", "Whether it is the last business day of its month.", |call| of_day::<Bool, bool>(call, Type::Bool, |calendar, day| calendar.is_last(day, month));
    "isLastBusinessDayOfYear", "([day]) → boolean", "Whether it is the last business day of its year.", |call| of_day::<Bool, bool>(call, Type::Bool, |calendar, day| calendar.is_last(day, year));
    "fractionStandardBusinessDay", "([day]) → double", "The business time of the day, in standard days.", |call| of_day::<Float64Type, f64>(call, Type::Float64, |calendar, day| calendar.day_nanos(day) as f64 / calendar.standard_nanos() as f64);
    "isBusinessTime", "([Instant|ZonedDateTime]) → boolean", "Whether business goes on at the time.", |call| of_time::<Bool, bool>(call, Type::Bool, Calendar::is_business_time);
    "fractionBusinessDayComplete", "([Instant|ZonedDateTime]) → double", "The part of the day's business time that is over; 1 on a day without.", |call| of_time::<Float64Type, f64>(call, Type::Float64, Calendar::fraction_complete);
    "fractionBusinessDayRemaining", "([Instant|ZonedDateTime]) → double", "The part of the day's business time that is to come; 0 on a day without.", |call| of_time::<Float64Type, f64>(call, Type::Float64, |calendar, t| 1.0 - calendar.fraction_complete(t));
    "diffBusinessNanos", "(Instant, Instant) → long; also of ZonedDateTime", "The business nanoseconds from one time to another.", |call| between::<Int64Type, i64>(call, Type::Int64, Calendar::business_nanos);
    "diffBusinessDuration", "(Instant, Instant) → Duration; also of ZonedDateTime", "The business time from one time to another.", |call| between::<DurationNanosecondType, i64>(call, Type::Duration, Calendar::business_nanos);
    "diffNonBusinessNanos", "(Instant, Instant) → long; also of ZonedDateTime", "The other nanoseconds from one time to another.", |call| between::<Int64Type, i64>(call, Type::Int64, other_nanos);
    "diffNonBusinessDuration", "(Instant, Instant) → Duration; also of ZonedDateTime", "The other time from one time to another.", |call| between::<DurationNanosecondType, i64>(call, Type::Duration, other_nanos);
    "diffBusinessDays", "(Instant, Instant) → double; also of ZonedDateTime", "The business time from one time to another, in standard days.", |call| between::<Float64Type, f64>(call, Type::Float64, |calendar, a, b| calendar.business_nanos(a, b) as f64 / calendar.standard_nanos() as f64);
    "diffBusinessYears", "(Instant, Instant) → double; also of ZonedDateTime", "The business time from one time to another, in years of business time.", |call| between::<Float64Type, f64>(call, Type::Float64, Calendar::business_years);
    "plusBusinessDays", "(day, int) → the same type", "The day so many business days later; null for 0 on another day.", |call| moved(call, business_days, 1);
    "minusBusinessDays", "(day, int) → the same type", "The day so many business days earlier; null for 0 on another day.", |call| moved(call, business_days, -1);
    "plusNonBusinessDays", "(day, int) → the same type", "The day so many non-business days later; null for 0 on a business day.", |call| moved(call, other_days, 1);
    "minusNonBusinessDays", "(day, int) → the same type", "The day so many non-business days earlier; null for 0 on a business day.", |call| moved(call, other_days, -1);
    "futureDate", "(int) → LocalDate", "The date so many days from today.", |call| from_today(call, all_days, 1);
    "pastDate", "(int) → LocalDate", "The date so many days before today.", |call| from_today(call, all_days, -1);
    "futureBusinessDate", "(int) → LocalDate", "The date so many business days from today.", |call| from_today(call, business_days, 1);
    "pastBusinessDate", "(int) → LocalDate", "The date so many business days before today.", |call| from_today(call, business_days, -1);
    "futureNonBusinessDate", "(int) → LocalDate", "The date so many non-business days from today.", |call| from_today(call, other_days, 1);
    "pastNonBusinessDate", "(int) → LocalDate", "The date so many non-business days before today.", |call| from_today(call, other_days, -1);
    "calendarDates", "(day, day[, boolean startInclusive, boolean endInclusive]) → LocalDate[]; of texts → String[]", "The days from one to another.", |call| listed(call, |_, _| true);
    "businessDates", "(day, day[, boolean startInclusive, boolean endInclusive]) → LocalDate[]; of texts → String[]", "The business days from one to another.", |call| listed(call, Calendar::is_business_day);
    "nonBusinessDates", "(day, day[, boolean startInclusive, boolean endInclusive]) → LocalDate[]; of texts → String[]", "The non-business days from one to another.", |call| listed(call, |calendar, day| !calendar.is_business_day(day));
    "numberCalendarDates", "(day, day[, boolean startInclusive, boolean endInclusive]) → int", "The number of days from one to another.", |call| counted(call, |_, _| true);
    "numberBusinessDates", "(day, day[, boolean startInclusive, boolean endInclusive]) → int", "The number of business days from one to another.", |call| counted(call, Calendar::is_business_day);
    "numberNonBusinessDates", "(day, day[, boolean startInclusive, boolean endInclusive]) → int", "The number of non-business days from one to another.", |call| counted(call, |calendar, day| !calendar.is_business_day(day));
    "holidays", "() → LocalDate[]", "The days that differ from the standard, in order.", holidays;
    "weekendDays", "() → String[]", "The days of the week without business, by name.", weekend;
    "addCalendar", "(BusinessCalendar)", "Refused in a formula.", |call| refused(call, "add_calendar");
    "addCalendarFromFile", "(String)", "Refused in a formula.", |call| refused(call, "add_calendar");
    "removeCalendar", "(String)", "Refused in a formula.", |call| refused(call, "remove_calendar");
    "setCalendar", "(String)", "Refused in a formula.", |call| refused(call, "set_calendar");
};

/// Methods of calendars beside the functions above.
pub(super) const METHODS: &[Function] = calendar_functions! {
    "name", "() → String", "The name of the calendar.", |call| { let calendar = take(call)?; fixed(call, &calendar.name) };
    "timeZone", "() → ZoneId", "The time zone of the calendar.", |call| delegate(call, "calendarTimeZone");
    "plusDays", "(day, int) → the same type", "The day so many days later.", |call| moved(call, all_days, 1);
    "minusDays", "(day, int) → the same type", "The day so many days earlier.", |call| moved(call, all_days, -1);
};

fn refused(call: &mut Call<'_, '_>, function: &str) -> Bound {
    let message = "a formula cannot change which calendars there are";
    Err(Error::name(call.span, message).with_hint(format!("call calendar.{function} in the script")).into())
}

/// Takes the calendar out of the arguments, if it is among them; else the default one.
fn take(call: &mut Call<'_, '_>) -> Result<Arc<Calendar>, Refusal> {
    let name = match call.ty(0) {
        Type::Token(CLASS) => Some(call.take_token(0, CLASS)?),
        _ => None,
    };
    Ok(calendar::find(name.as_deref()).map_err(|error| error.at(call.span))?)
}

fn named(call: &mut Call<'_, '_>) -> Bound {
    call.arity(0..=1)?;
    let name = match call.len() {
        0 => None,
        _ => Some(call.constant_text(0).ok_or(Refusal::Types)?),
    };
    let calendar = calendar::find(name.as_deref()).map_err(|error| error.at(call.span))?;
    Ok(token(CLASS, &calendar.name, call.span))
}

fn fixed(call: &mut Call<'_, '_>, value: &str) -> Bound {
    call.arity(0..=0)?;
    Ok(crate::check::literal::text(value, call.span))
}

fn texts(call: &mut Call<'_, '_>, values: &[String]) -> Bound {
    constant_list(call, Arc::new(StringViewArray::from_iter_values(values)))
}

fn constant_list(call: &mut Call<'_, '_>, values: ArrayRef) -> Bound {
    let ty = Type::List(Box::new(Type::of(values.data_type())));
    Ok(Node::constant(ty, crate::formula::one_list(values)?, call.span))
}

fn standard(call: &mut Call<'_, '_>, ty: Type) -> Bound {
    let calendar = take(call)?;
    call.arity(0..=0)?;
    let nanos: ArrayRef = Arc::new(arrow_array::Int64Array::from(vec![calendar.standard_nanos()]));
    let array = arrow_cast::cast(&nanos, &ty.data_type()).map_err(Error::from)?;
    Ok(Node::constant(ty, array, call.span))
}

fn holidays(call: &mut Call<'_, '_>) -> Bound {
    let calendar = take(call)?;
    call.arity(0..=0)?;
    constant_list(call, Arc::new(Date32Array::from_iter_values(calendar.holidays.keys().copied())))
}

fn weekend(call: &mut Call<'_, '_>) -> Bound {
    let calendar = take(call)?;
    call.arity(0..=0)?;
    let days = super::time_field::WEEKDAYS.iter().zip(calendar.weekend).filter(|(_, is)| *is);
    let days: Vec<String> = days.map(|(day, _)| (*day).to_owned()).collect();
    texts(call, &days)
}

/// The hours as text.
fn spelled(hours: &[(i64, i64)]) -> String {
    let at = |nanos: i64| {
        let mut text = String::new();
        if nanos == NANOS_PER_DAY {
            text.push_str("24:00")
        } else {
            crate::eval::java::time(&mut text, nanos)
        }
        text
    };
    hours.iter().map(|(from, to)| format!("{}-{}", at(*from), at(*to))).collect::<Vec<_>>().join(", ")
}

fn week(day: i32) -> i64 {
    (i64::from(day) + 3).div_euclid(7)
}

fn month(day: i32) -> i64 {
    let (year, month, _) = civil::date_of(i64::from(day));
    year * 12 + i64::from(month)
}

fn year(day: i32) -> i64 {
    civil::date_of(i64::from(day)).0
}

fn other_nanos(calendar: &Calendar, from: i64, to: i64) -> i64 {
    to.wrapping_sub(from) - calendar.business_nanos(from, to)
}

/// The first argument, taken as a day of the calendar; without one, today.
fn day(call: &mut Call<'_, '_>, calendar: &Arc<Calendar>) -> Bound {
    let calendar = calendar.clone();
    let span = call.span;
    if call.len() == 0 {
        let kernel: Kernel = Arc::new(move |args: Args| {
            Ok(Arc::new(Date32Array::from(vec![calendar.day_of(args.now); args.rows])))
        });
        return Ok(Node::kernel(kernel, Vec::new(), Type::Date, span).never_null());
    }
    let arg = call.args.remove(0);
    let (from, kernel) = match &arg.ty {
        Type::Date => return Ok(arg),
        Type::Instant | Type::Zoned(_) => {
            let kernel = kernels::rows::<TimestampNanosecondType, Date32Type, i32>(move |t| {
                Ok(Some(calendar.day_of(t)))
            });
            (Type::Instant, kernel)
        }
        Type::Text => {
            let kernel = kernels::rows::<Text, Date32Type, i32>(|text| {
                let day = parse::date(text.trim());
                day.map(Some)
                    .ok_or_else(|| Error::value(format!("\"{text}\" is not a date, such as 2024-01-31")))
            });
            (Type::Text, kernel)
        }
        _ => return Err(Refusal::Types),
    };
    let fallible = from == Type::Text;
    let arg = arg.converted(&from).ok_or(Refusal::Types)?;
    let node = Node::kernel(kernel, vec![arg], Type::Date, span);
    Ok(if fallible { node.can_fail() } else { node }.folded())
}

/// A function of a day.
fn of_day<O: Write<V>, V: 'static>(call: &mut Call<'_, '_>, ty: Type, f: fn(&Calendar, i32) -> V) -> Bound {
    let calendar = take(call)?;
    call.arity(0..=1)?;
    let day = day(call, &calendar)?;
    let kernel = kernels::rows::<Date32Type, O, V>(move |day| Ok(Some(f(&calendar, day))));
    Ok(Node::kernel(kernel, vec![day], ty, call.span))
}

/// Whether a day, or a day of the week by name, is one of business.
fn is_business_day(call: &mut Call<'_, '_>) -> Bound {
    let at = usize::from(call.ty(0) == Type::Token(CLASS));
    if call.ty(at) != Type::Text {
        return of_day::<Bool, bool>(call, Type::Bool, Calendar::is_business_day);
    }
    let calendar = take(call)?;
    let kernel = kernels::rows::<Text, Bool, bool>(move |text| {
        if let Some(at) = super::time_field::WEEKDAYS.iter().position(|day| *day == text) {
            return Ok(Some(!calendar.weekend[at]));
        }
        let day = parse::date(text.trim());
        let day =
            day.ok_or_else(|| Error::value(format!("\"{text}\" is neither a date nor a day of the week")))?;
        Ok(Some(calendar.is_business_day(day)))
    });
    Ok(call.kernel(&[Type::Text], Type::Bool, kernel)?.can_fail())
}

/// A function of a time, or of now.
fn of_time<O: Write<V>, V: 'static>(call: &mut Call<'_, '_>, ty: Type, f: fn(&Calendar, i64) -> V) -> Bound {
    let calendar = take(call)?;
    call.arity(0..=1)?;
    if call.len() == 0 {
        let now = delegate(call, "now")?;
        call.args.push(now);
    }
    let kernel = kernels::rows::<TimestampNanosecondType, O, V>(move |t| Ok(Some(f(&calendar, t))));
    call.kernel(&[Type::Instant], ty, kernel)
}

fn between<O: Write<V>, V: 'static>(
    call: &mut Call<'_, '_>,
    ty: Type,
    f: fn(&Calendar, i64, i64) -> V,
) -> Bound {
    let calendar = take(call)?;
    let kernel = kernels::rows2::<TimestampNanosecondType, TimestampNanosecondType, O, V>(move |a, b| {
        Ok(Some(f(&calendar, a, b)))
    });
    call.kernel(&[Type::Instant, Type::Instant], ty, kernel)
}

/// The day so many steps on.
type Move = fn(&Calendar, i32, i32) -> Option<i32>;

fn all_days(_: &Calendar, day: i32, count: i32) -> Option<i32> {
    day.checked_add(count)
}

fn business_days(calendar: &Calendar, day: i32, count: i32) -> Option<i32> {
    calendar.moved(day, count, true)
}

fn other_days(calendar: &Calendar, day: i32, count: i32) -> Option<i32> {
    calendar.moved(day, count, false)
}

/// `plusDays`, `minusDays` of a time in a zone, or of a text.
pub(super) fn moved_by_days(call: &mut Call<'_, '_>, sign: i32) -> Bound {
    moved(call, all_days, sign)
}

/// A day moved; a time keeps what the calendar's clock shows, a text stays one.
fn moved(call: &mut Call<'_, '_>, by: Move, sign: i32) -> Bound {
    let calendar = take(call)?;
    call.arity(2..=2)?;
    let ty = call.ty(0);
    let count = move |n: i32| n.saturating_mul(sign);
    match &ty {
        Type::Date => {
            let kernel = kernels::rows2::<Date32Type, Int32Type, Date32Type, i32>(move |day, n| {
                Ok(by(&calendar, day, count(n)))
            });
            Ok(call.kernel(&[Type::Date, Type::Int32], ty, kernel)?.can_be_null())
        }
        Type::Text => {
            let kernel = kernels::rows2::<Text, Int32Type, Text, String>(move |text, n| {
                let day = parse::date(text.trim());
                let day =
                    day.ok_or_else(|| Error::value(format!("\"{text}\" is not a date, such as 2024-01-31")))?;
                Ok(by(&calendar, day, count(n)).map(text_of))
            });
            Ok(call.kernel(&[Type::Text, Type::Int32], ty, kernel)?.can_fail().can_be_null())
        }
        Type::Instant | Type::Zoned(_) => {
            let zone = match &ty {
                Type::Zoned(name) => crate::time::zone::find(name).ok_or(Refusal::Types)?,
                _ => calendar.zone.clone(),
            };
            let kernel = kernels::rows2::<TimestampNanosecondType, Int32Type, TimestampNanosecondType, i64>(
                move |t, n| {
                    let mut clock = Clock::new(&zone);
                    let (day, of_day) = civil::split_nanos(clock.local(t));
                    let day = by(&calendar, day as i32, count(n));
                    Ok(day.and_then(|day| {
                        clock.instant(i64::from(day).checked_mul(NANOS_PER_DAY)?.checked_add(of_day)?)
                    }))
                },
            );
            let node = call.kernel(&[Type::Instant, Type::Int32], Type::Instant, kernel)?.can_be_null();
            kernels::relabelled(node, &ty).ok_or(Refusal::Types)
        }
        _ => Err(Refusal::Types),
    }
}

fn text_of(day: i32) -> String {
    let mut text = String::new();
    crate::eval::java::date(&mut text, i64::from(day));
    text
}

fn from_today(call: &mut Call<'_, '_>, by: Move, sign: i32) -> Bound {
    let calendar = take(call)?;
    call.arity(1..=1)?;
    let count = call.args.remove(0);
    let today = day(call, &calendar)?;
    call.args = vec![today, count];
    let kernel = kernels::rows2::<Date32Type, Int32Type, Date32Type, i32>(move |day, n| {
        Ok(by(&calendar, day, n.saturating_mul(sign)))
    });
    Ok(call.kernel(&[Type::Date, Type::Int32], Type::Date, kernel)?.can_be_null())
}

/// No list of days gets longer than this.
const DAYS_MAX: i32 = 1_000_000;

/// Two days, whether both ends count, and whether the days were texts.
fn ends(call: &mut Call<'_, '_>, calendar: &Arc<Calendar>) -> Result<((bool, bool), bool), Refusal> {
    if call.len() != 2 && call.len() != 4 {
        return Err(Refusal::Types);
    }
    let inclusive = if call.len() == 4 {
        let end = call.take_flag(3)?;
        (call.take_flag(2)?, end)
    } else {
        (true, true)
    };
    let of_texts = call.ty(0) == Type::Text;
    let first = day(call, calendar)?;
    let last = day(call, calendar)?;
    call.args = vec![first, last];
    Ok((inclusive, of_texts))
}

/// The days between, both ends included where they are to be.
fn days(first: i32, last: i32, (start, end): (bool, bool)) -> Result<std::ops::Range<i32>, Error> {
    let (first, last) = (first.saturating_add(i32::from(!start)), last.saturating_add(i32::from(end)));
    if last.saturating_sub(first) > DAYS_MAX {
        return Err(Error::value(format!(
            "from {} to {} there are too many days",
            text_of(first),
            text_of(last)
        )));
    }
    Ok(first..last.max(first))
}

fn counted(call: &mut Call<'_, '_>, test: fn(&Calendar, i32) -> bool) -> Bound {
    let calendar = take(call)?;
    let (inclusive, _) = ends(call, &calendar)?;
    let kernel = kernels::rows2::<Date32Type, Date32Type, Int32Type, i32>(move |first, last| {
        Ok(Some(days(first, last, inclusive)?.filter(|day| test(&calendar, *day)).count() as i32))
    });
    Ok(call.kernel(&[Type::Date, Type::Date], Type::Int32, kernel)?.can_fail())
}

fn listed(call: &mut Call<'_, '_>, test: fn(&Calendar, i32) -> bool) -> Bound {
    let calendar = take(call)?;
    let (inclusive, of_texts) = ends(call, &calendar)?;
    let item = if of_texts { Type::Text } else { Type::Date };
    let kernel: Kernel = Arc::new(move |args: Args| {
        let (a, b) = (Lane::<Date32Type>::of(&args.values[0]), Lane::<Date32Type>::of(&args.values[1]));
        let (mut found, mut lengths) = (Vec::new(), Vec::with_capacity(args.rows));
        for row in 0..args.rows {
            let before = found.len();
            if let (Some(first), Some(last)) = (a.opt(row), b.opt(row)) {
                let days = days(first, last, inclusive).map_err(|error| error.with_row(row))?;
                found.extend(days.filter(|day| test(&calendar, *day)));
            }
            lengths.push(found.len() - before);
        }
        let items: ArrayRef = if of_texts {
            Arc::new(StringViewArray::from_iter_values(found.into_iter().map(text_of)))
        } else {
            Arc::new(Date32Array::from(found))
        };
        super::list_functions::listed(items, lengths, &args)
    });
    Ok(call.kernel(&[Type::Date, Type::Date], Type::List(Box::new(item)), kernel)?.can_fail())
}
