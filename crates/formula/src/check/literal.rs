//! Constants as written. A single quote holds a char when it holds one character, and a time when it holds more.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, DurationNanosecondArray, Float32Array, Float64Array, Int32Array,
    Int64Array, IntervalMonthDayNanoArray, NullArray, StringViewArray, Time64NanosecondArray,
    TimestampNanosecondArray, UInt16Array,
};
use arrow_buffer::IntervalMonthDayNano;

use crate::ast::{Expr, ExprKind, Literal};
use crate::error::{Error, Span};
use crate::node::Node;
use crate::time::{parse, zone};
use crate::types::Type;

pub(crate) fn constant(literal: &Literal, span: Span) -> Result<Node, Error> {
    let (ty, array): (Type, ArrayRef) = match literal {
        Literal::Null => (Type::Null, Arc::new(NullArray::new(1))),
        Literal::Bool(value) => (Type::Bool, Arc::new(BooleanArray::from(vec![*value]))),
        Literal::Int(value) => (Type::Int32, Arc::new(Int32Array::from(vec![*value]))),
        Literal::Long(value) => (Type::Int64, Arc::new(Int64Array::from(vec![*value]))),
        Literal::Float(value) => (Type::Float32, Arc::new(Float32Array::from(vec![*value]))),
        Literal::Double(value) => (Type::Float64, Arc::new(Float64Array::from(vec![*value]))),
        Literal::Text(value) => return Ok(text(value, span)),
        Literal::Quoted(value) => quoted(value, span)?,
    };
    Ok(Node::constant(ty, array, span))
}

/// A constant String.
pub(crate) fn text(value: &str, span: Span) -> Node {
    Node::constant(Type::Text, Arc::new(StringViewArray::from(vec![value])), span)
}

/// A constant that only functions take.
pub(crate) fn token(class: &'static str, which: &str, span: Span) -> Node {
    Node::constant(Type::Token(class), Arc::new(StringViewArray::from(vec![which])), span)
}

/// The literal in single quotes that the expression is, as it was written.
pub(crate) fn quoted_text(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Literal(Literal::Quoted(value)) => Some(value),
        _ => None,
    }
}

fn quoted(value: &str, span: Span) -> Result<(Type, ArrayRef), Error> {
    let mut units = value.encode_utf16();
    if let (Some(unit), None) = (units.next(), units.next()) {
        return Ok((Type::Char, Arc::new(UInt16Array::from(vec![unit]))));
    }
    time(value).ok_or_else(|| {
        Error::syntax(span, format!("'{value}' is neither a character nor a time")).with_hint(format!(
            "texts stand in backticks: `{value}`; times look like '2024-01-01T00:00:00Z', '2024-01-01', '10:30', 'PT1h', 'P1D', 'ET'"
        ))
    })
}

/// The first of instant, period, duration, date, time of day, zone that the text spells.
fn time(value: &str) -> Option<(Type, ArrayRef)> {
    if let Some(nanos) = parse::instant(value) {
        let array = TimestampNanosecondArray::from(vec![nanos]).with_timezone("UTC");
        return Some((Type::Instant, Arc::new(array)));
    }
    if let Some((months, days)) = parse::period(value) {
        let period = IntervalMonthDayNano::new(months, days, 0);
        return Some((Type::Period, Arc::new(IntervalMonthDayNanoArray::from(vec![period]))));
    }
    if let Some(nanos) = parse::duration(value) {
        return Some((Type::Duration, Arc::new(DurationNanosecondArray::from(vec![nanos]))));
    }
    if let Some(days) = parse::date(value) {
        return Some((Type::Date, Arc::new(Date32Array::from(vec![days]))));
    }
    if let Some(nanos) = parse::time_of_day(value) {
        return Some((Type::Time, Arc::new(Time64NanosecondArray::from(vec![nanos]))));
    }
    zone::find(value)?;
    Some((Type::Zone, Arc::new(StringViewArray::from(vec![value]))))
}
