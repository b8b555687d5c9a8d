//! Values of messages as formulas spell them.

use arrow_schema::{DataType, Schema, TimeUnit};
use kinetable::formula::is_column_name;
use kinetable_wire::grpc::literal::Value;
use kinetable_wire::grpc::{Literal, Reference};

use super::fault::{Outcome, invalid, unmet};

/// The column that a reference names, with its type.
pub(super) fn column<'a>(
    schema: &'a Schema,
    reference: Option<&'a Reference>,
) -> Outcome<(&'a str, &'a DataType)> {
    let Some(Reference { column_name: name }) = reference else {
        return Err(unmet("a condition names no column"));
    };
    let Ok(field) = schema.field_with_name(name) else {
        let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        return Err(invalid(format!("no column \"{name}\"\n  hint: columns: {}", names.join(", "))));
    };
    if !is_column_name(name) {
        return Err(invalid(format!(
            "column \"{name}\" has a name that conditions cannot use: rename it first"
        )));
    }
    Ok((name, field.data_type()))
}

/// Whether values are texts.
pub(super) fn is_text(data_type: &DataType) -> bool {
    match data_type {
        DataType::Utf8View | DataType::Utf8 | DataType::LargeUtf8 => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

/// A value as it stands beside one of a type; `None` is beside another literal.
pub(super) fn spelled(literal: &Literal, beside: Option<&DataType>) -> Outcome<String> {
    let Some(value) = &literal.value else {
        return Err(unmet("a condition has a literal without a value"));
    };
    Ok(match value {
        Value::StringValue(text) => match (beside, only(text)) {
            (Some(DataType::UInt16), Some(character)) => quoted_character(character),
            _ => quoted(text),
        },
        Value::BoolValue(value) => value.to_string(),
        Value::LongValue(value) => value.to_string(),
        Value::DoubleValue(value) => number(*value, beside),
        Value::NanoTimeValue(nanos) => moment(*nanos, beside)?,
    })
}

fn only(text: &str) -> Option<char> {
    let mut characters = text.chars();
    let first = characters.next().filter(|character| character.len_utf16() == 1)?;
    characters.next().is_none().then_some(first)
}

/// A text in backticks.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('`');
    text.chars().for_each(|character| escape(character, &mut quoted));
    quoted.push('`');
    quoted
}

/// A character in single quotes.
pub(super) fn quoted_character(character: char) -> String {
    let mut quoted = String::from("'");
    escape(character, &mut quoted);
    quoted.push('\'');
    quoted
}

fn escape(character: char, quoted: &mut String) {
    match character {
        '\\' | '`' | '\'' => quoted.extend(['\\', character]),
        '\n' => quoted.push_str("\\n"),
        '\r' => quoted.push_str("\\r"),
        '\t' => quoted.push_str("\\t"),
        other => quoted.push(other),
    }
}

/// A number; beside integers a whole one is an integer, so that large ones are compared exactly, and beside single floats it is
/// the nearest of them, which is what a cell with these digits holds.
pub(super) fn number(value: f64, beside: Option<&DataType>) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        let sign = if value > 0.0 { "POS" } else { "NEG" };
        return format!("{sign}_INFINITY_DOUBLE");
    }
    let is_whole = value.fract() == 0.0 && value.abs() < 9.2e18;
    match beside {
        Some(other) if is_whole && other.is_integer() => (value as i64).to_string(),
        Some(DataType::Float32) if (value as f32).is_finite() => format!("{:?}", f64::from(value as f32)),
        _ => format!("{value:?}"),
    }
}

/// A time; beside dates its date in UTC, beside numbers its nanoseconds.
pub(super) fn moment(nanos: i64, beside: Option<&DataType>) -> Outcome<String> {
    let time = arrow_array::temporal_conversions::timestamp_ns_to_datetime(nanos)
        .ok_or_else(|| invalid(format!("{nanos} ns since 1970 is no time")))?;
    Ok(match beside {
        Some(DataType::Date32) => format!("'{}'", time.format("%Y-%m-%d")),
        Some(other) if other.is_integer() => nanos.to_string(),
        Some(DataType::Timestamp(TimeUnit::Nanosecond, None)) => {
            format!("'{}'", time.format("%Y-%m-%dT%H:%M:%S%.9f"))
        }
        _ => format!("'{}Z'", time.format("%Y-%m-%dT%H:%M:%S%.9f")),
    })
}
