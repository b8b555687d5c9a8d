//! Constants and the names of types.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, Int32Array, Int64Array, IntervalMonthDayNanoArray, StringViewArray,
    TimestampNanosecondArray,
};
use arrow_schema::DataType;
use kinetable::Result;
use sqlparser::ast::{self, ExactNumberInfo, TypedString, Value, ValueWithSpan};
use sqlparser::tokenizer::Location;

use super::start;
use crate::expr::{Expr, Failing};
use crate::place::{at, unsupported};
use crate::types::{INTERVAL, TEXT, TIME, instant};

/// A constant.
pub(super) fn literal(value: &ValueWithSpan) -> Result<Expr> {
    let place = value.span.start;
    match &value.value {
        Value::Null => Ok(Expr::null(&DataType::Null)),
        Value::Boolean(truth) => Ok(Expr::literal(Arc::new(BooleanArray::from(vec![*truth])))),
        Value::Number(digits, _) => number(digits, place),
        Value::SingleQuotedString(text)
        | Value::EscapedStringLiteral(text)
        | Value::NationalStringLiteral(text) => Ok(self::text(text)),
        Value::DollarQuotedString(text) => Ok(self::text(&text.value)),
        Value::Placeholder(name) => {
            Err(unsupported(place, format!("the parameter {name}"), "write the value into the statement"))
        }
        other => Err(unsupported(place, format!("the constant {other}"), "texts are in single quotes")),
    }
}

fn text(text: &str) -> Expr {
    Expr::literal(Arc::new(StringViewArray::from(vec![text])))
}

/// A number: `INTEGER` or `BIGINT` if it is whole and fits, else `DOUBLE`.
pub(super) fn number(digits: &str, place: Location) -> Result<Expr> {
    let array: ArrayRef = if let Ok(int) = digits.parse::<i32>() {
        Arc::new(Int32Array::from(vec![int]))
    } else if let Ok(long) = digits.parse::<i64>() {
        Arc::new(Int64Array::from(vec![long]))
    } else {
        match digits.parse::<f64>() {
            Ok(double) if double.is_finite() => Arc::new(Float64Array::from(vec![double])),
            _ => return Err(at(place, format!("\"{digits}\" is no number"))),
        }
    };
    Ok(Expr::literal(array))
}

/// `DATE '2026-01-31'` and its like.
pub(super) fn typed(typed: &TypedString) -> Result<Expr> {
    let place = typed.value.span.start;
    let (to, _) = data_type(&typed.data_type, place)?;
    literal(&typed.value)?.cast(&to, Failing::Error).map_err(|message| at(place, message))
}

/// `INTERVAL '1' DAY`, `INTERVAL '1 day 2 hours'`.
pub(super) fn interval(interval: &ast::Interval) -> Result<Expr> {
    let place = start(&interval.value);
    let amount = match &*interval.value {
        ast::Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) | Value::Number(text, _) => text.clone(),
            _ => return Err(at(place, "an interval is a text or a number").with_hint("INTERVAL '1' DAY")),
        },
        _ => return Err(unsupported(place, "an interval that is computed", "INTERVAL '1' DAY, a constant")),
    };
    if interval.last_field.is_some() || interval.leading_precision.is_some() {
        return Err(unsupported(place, "an interval with TO or a precision", "INTERVAL '1 day 2 hours'"));
    }
    let said = match &interval.leading_field {
        None => amount,
        Some(unit) => format!("{amount} {}", unit.to_string().to_ascii_lowercase()),
    };
    let value = arrow_cast::parse::parse_interval_month_day_nano(&said).map_err(|_| {
        at(place, format!("\"{said}\" is no interval"))
            .with_hint("INTERVAL '1' DAY, INTERVAL '1 day 2 hours'")
    })?;
    Ok(Expr::literal(Arc::new(IntervalMonthDayNanoArray::from(vec![value]))))
}

/// `CURRENT_TIMESTAMP` and its like: the time at which the query began.
pub(super) fn moment(name: &ast::Ident, now: i64) -> Option<Expr> {
    if name.quote_style.is_some() {
        return None;
    }
    Some(match name.value.to_ascii_uppercase().as_str() {
        "CURRENT_TIMESTAMP" | "LOCALTIMESTAMP" | "NOW" => {
            Expr::literal(Arc::new(TimestampNanosecondArray::from(vec![now]).with_timezone("UTC")))
        }
        "CURRENT_DATE" | "TODAY" => Expr::literal(crate::functions::time::day_of(now)),
        _ => return None,
    })
}

/// A type by its name, and how long its texts may be.
///
/// # Errors
/// If there is none of this name.
pub(crate) fn data_type(named: &ast::DataType, place: Location) -> Result<(DataType, Option<i64>)> {
    use ast::DataType as T;
    let length = |length: &Option<ast::CharacterLength>| match length {
        Some(ast::CharacterLength::IntegerLength { length, .. }) => i64::try_from(*length).ok(),
        _ => None,
    };
    let plain = match named {
        T::Boolean | T::Bool => DataType::Boolean,
        T::TinyInt(_) => DataType::Int8,
        T::SmallInt(_) | T::Int2(_) | T::Int16 => DataType::Int16,
        T::Int(_) | T::Integer(_) | T::Int4(_) | T::Int32 | T::MediumInt(_) => DataType::Int32,
        T::BigInt(_) | T::Int8(_) | T::Int64 => DataType::Int64,
        T::Real | T::Float4 | T::Float32 => DataType::Float32,
        T::Float(_) | T::Double(_) | T::DoublePrecision | T::Float8 | T::Float64 => DataType::Float64,
        T::Decimal(digits) | T::Numeric(digits) | T::Dec(digits) => decimal(digits, place)?,
        T::Varchar(n)
        | T::Char(n)
        | T::Character(n)
        | T::CharacterVarying(n)
        | T::CharVarying(n)
        | T::Nvarchar(n) => {
            return Ok((TEXT, length(n)));
        }
        T::Text | T::String(_) => TEXT,
        T::Date | T::Date32 => DataType::Date32,
        T::Time(..) => TIME,
        T::Timestamp(..) | T::TimestampNtz(_) | T::Datetime(_) => instant(),
        T::Interval { .. } => INTERVAL,
        other => {
            return Err(at(place, format!("there is no type {other}")).with_hint(
                "BOOLEAN, TINYINT, SMALLINT, INTEGER, BIGINT, REAL, DOUBLE, DECIMAL(p, s), VARCHAR, DATE, TIME, TIMESTAMP",
            ));
        }
    };
    Ok((plain, None))
}

fn decimal(digits: &ExactNumberInfo, place: Location) -> Result<DataType> {
    let (precision, scale) = match digits {
        ExactNumberInfo::None => (18, 3),
        ExactNumberInfo::Precision(precision) => (*precision, 0),
        ExactNumberInfo::PrecisionAndScale(precision, scale) => (*precision, *scale),
    };
    match (u8::try_from(precision), i8::try_from(scale)) {
        (Ok(p @ 1..=38), Ok(s)) if s >= 0 && s.unsigned_abs() <= p => Ok(DataType::Decimal128(p, s)),
        _ => Err(at(place, format!("there is no DECIMAL({precision}, {scale})"))
            .with_hint("1 to 38 digits in all, of them at least 0 after the point")),
    }
}
