//! A column as an axis: numbers of its values, and the range that they have now.
//!
//! Whole numbers are counted from the start of the range in integers, so that instants keep their nanoseconds; a double has 53 bits, which
//! tell more than pixels apart.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_cast::cast;
use arrow_schema::{DataType, TimeUnit};
use kinetable::Table;

use super::checked::column;
use crate::web::messages::tell::Fault;

/// Rows that are looked at together for the range.
const ROWS_AT_ONCE: u64 = 1 << 18;

const NANOSECONDS_A_DAY: i64 = 86_400_000_000_000;
/// Days from the epoch, to either side, whose nanoseconds a long can hold: later ones lie where the last one does.
const DAYS_MAX: i64 = i64::MAX / NANOSECONDS_A_DAY;

/// A column as an axis.
pub(super) struct Axis {
    /// The column.
    pub(super) name: String,
    /// A formula of its values as numbers: `long`, or `double`.
    pub(super) number: String,
    /// A formula that is true of values that have a place on it.
    pub(super) present: String,
    /// A formula that is true of them and of infinities.
    pub(super) known: String,
    /// Whether its numbers are nanoseconds since the epoch.
    pub(super) is_time: bool,
    is_whole: bool,
    /// What a value in Arrow is multiplied by.
    scale: i64,
    index: usize,
}

/// A number of an axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number {
    Whole(i64),
    Real(f64),
}

impl Number {
    pub(super) fn real(self) -> f64 {
        match self {
            Number::Whole(number) => number as f64,
            Number::Real(number) => number,
        }
    }

    pub(super) fn whole(self) -> i64 {
        match self {
            Number::Whole(number) => number.max(-i64::MAX),
            Number::Real(number) => number as i64,
        }
    }

    /// As a formula says it.
    pub(super) fn text(self) -> String {
        match self {
            // The least long has no opposite that a formula could write.
            Number::Whole(number) => format!("({}L)", number.max(-i64::MAX)),
            Number::Real(number) => format!("({number:?})"),
        }
    }
}

/// A range of an axis, its ends included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Range {
    pub(super) low: Number,
    pub(super) high: Number,
}

impl Range {
    /// From one end to the other.
    pub(super) fn length(self) -> f64 {
        match (self.low, self.high) {
            (Number::Whole(low), Number::Whole(high)) => (i128::from(high) - i128::from(low)) as f64,
            (low, high) => high.real() - low.real(),
        }
    }

    /// The width of each of so many parts of it; of a range without length, 1.
    pub(super) fn part(self, count: f64) -> f64 {
        match self.length() {
            length if length.is_infinite() => self.high.real() / count - self.low.real() / count,
            length if length > 0.0 => length / count,
            _ => 1.0,
        }
    }
}

impl Axis {
    /// Of a column of a table.
    ///
    /// # Errors
    /// If there is no such column, or its values are neither numbers nor times.
    pub(super) fn of(table: &Table, name: &str) -> Result<Axis, Fault> {
        let (index, data_type) = column(table, name)?;
        let (number, is_time, is_whole, scale) = match &data_type {
            DataType::Timestamp(TimeUnit::Nanosecond, Some(_)) => {
                (format!("epochNanos({name})"), true, true, 1)
            }
            DataType::Timestamp(TimeUnit::Nanosecond, None) => {
                (format!("epochNanos(toInstant({name}, timeZone(`UTC`)))"), true, true, 1)
            }
            DataType::Date32 => (days(name), true, true, NANOSECONDS_A_DAY),
            DataType::Time64(TimeUnit::Nanosecond) => (format!("nanosOfDay({name})"), false, true, 1),
            DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => {
                (format!("((long){name})"), false, true, 1)
            }
            DataType::Float32 | DataType::Float64 | DataType::Decimal128(..) | DataType::Decimal256(..) => {
                (format!("((double){name})"), false, false, 1)
            }
            _ => {
                let message = format!("column \"{name}\" is no axis: it holds neither numbers nor times");
                return Err(Fault::invalid(message));
            }
        };
        let known = match is_whole {
            true => format!("!isNull({name})"),
            false => format!("!isNull({name}) && !isNaN({number})"),
        };
        let (name, present) = (name.to_owned(), present(name, &data_type));
        Ok(Axis { name, number, present, known, is_time, is_whole, scale, index })
    }

    /// A formula of how many widths a value lies above the start of a range.
    pub(super) fn place(&self, range: Range, width: f64) -> String {
        let (x, low) = (&self.number, range.low.text());
        let distance = match range.low {
            // Where the difference of integers would overflow, that of doubles is as good.
            Number::Whole(least @ 1..) => {
                let beyond = format!("{x} < ({}L)", i64::MIN + least);
                format!("({beyond} ? (double){x} - (double){low} : (double)({x} - {low}))")
            }
            Number::Whole(least @ ..0) => {
                let beyond = format!("{x} > {}L", i64::MAX + least.max(-i64::MAX));
                format!("({beyond} ? (double){x} - (double){low} : (double)({x} - {low}))")
            }
            Number::Real(least) if range.length().is_infinite() => {
                return format!("({x} / {width:?} - ({:?}))", least / width);
            }
            Number::Whole(0) | Number::Real(_) => format!("(double)({x} - {low})"),
        };
        format!("{distance} / {width:?}")
    }

    /// The number of a text: digits, or the integer that the value is in Arrow.
    ///
    /// # Errors
    /// If it is none.
    pub(super) fn parse(&self, text: &str) -> Result<Number, Fault> {
        let fault = || {
            let kind = if self.is_whole { "an integer" } else { "a number" };
            Fault::invalid(format!(
                "\"{}\" is not {kind}, as \"{}\" has them",
                text.escape_debug(),
                self.name
            ))
        };
        if self.is_whole {
            let number: i64 = text.parse().map_err(|_| fault())?;
            return Ok(Number::Whole(self.scaled(number)));
        }
        let number: f64 = text.parse().map_err(|_| fault())?;
        number.is_finite().then_some(Number::Real(number)).ok_or_else(fault)
    }

    /// The least and the greatest number now; none of a table without any.
    ///
    /// **Cost**: the column is read whole.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(super) fn range(&self, table: &Table) -> Result<Option<Range>, Fault> {
        let version = table.version()?;
        let rows = version.rows();
        let mut found: Option<Range> = None;
        let mut first = 0;
        while first < rows.len() {
            let last = (first + ROWS_AT_ONCE).min(rows.len());
            let cells = version.read(self.index, &rows.slice(first..last))?;
            let part = if self.is_whole { self.whole(&cells)? } else { real(&cells)? };
            found = match (found, part) {
                (Some(found), Some(part)) => Some(join(found, part)),
                (found, part) => found.or(part),
            };
            first = last;
        }
        Ok(found)
    }

    /// The number of a value in Arrow.
    fn scaled(&self, number: i64) -> i64 {
        match self.scale {
            1 => number,
            scale => number.clamp(-DAYS_MAX, DAYS_MAX) * scale,
        }
    }

    fn whole(&self, cells: &arrow_array::ArrayRef) -> Result<Option<Range>, Fault> {
        let numbers = cast(cells, &DataType::Int64).map_err(kinetable::Error::from)?;
        let mut numbers = numbers.as_primitive::<Int64Type>().iter().flatten();
        let Some(first) = numbers.next() else { return Ok(None) };
        let (low, high) = numbers.fold((first, first), |(low, high), one| (low.min(one), high.max(one)));
        let scaled = |number: i64| Number::Whole(self.scaled(number));
        Ok(Some(Range { low: scaled(low), high: scaled(high) }))
    }
}

/// A formula of a date's nanoseconds.
fn days(name: &str) -> String {
    format!("(max({}L, min({DAYS_MAX}L, (long)epochDays({name}))) * {NANOSECONDS_A_DAY}L)", -DAYS_MAX)
}

/// A formula that is true of values that are there, and of numbers that are finite.
pub(super) fn present(name: &str, data_type: &DataType) -> String {
    match data_type {
        DataType::Float32 | DataType::Float64 => format!("!isNull({name}) && isFinite({name})"),
        _ => format!("!isNull({name})"),
    }
}

fn real(cells: &arrow_array::ArrayRef) -> Result<Option<Range>, Fault> {
    let numbers = cast(cells, &DataType::Float64).map_err(kinetable::Error::from)?;
    let numbers = numbers.as_primitive::<Float64Type>();
    let mut numbers = numbers.iter().flatten().filter(|number| number.is_finite());
    let Some(first) = numbers.next() else { return Ok(None) };
    let (low, high) = numbers.fold((first, first), |(low, high), one| (low.min(one), high.max(one)));
    Ok(Some(Range { low: Number::Real(low), high: Number::Real(high) }))
}

fn join(one: Range, other: Range) -> Range {
    let least = |a: Number, b: Number| if less(b, a) { b } else { a };
    let greatest = |a: Number, b: Number| if less(a, b) { b } else { a };
    Range { low: least(one.low, other.low), high: greatest(one.high, other.high) }
}

pub(super) fn less(one: Number, other: Number) -> bool {
    match (one, other) {
        (Number::Whole(one), Number::Whole(other)) => one < other,
        (one, other) => one.real() < other.real(),
    }
}
