//! The quick filter: one text that is looked for in all columns, as what it can be in each.
//!
//! | column | is found by |
//! |---|---|
//! | text | texts that contain it, in any case |
//! | integer, decimal | the number |
//! | floating point | numbers that begin with the digits: `1.5` finds 1.5 up to, but not including, 1.6 |
//! | Boolean, char | the value |
//! | instant, date | what lies within the date or time, which may be cut short: `2024-01` finds a month, in UTC |
//!
//! Columns in which the text can mean nothing are passed over, and so are hidden columns of formats.

use arrow_schema::{DataType, Field, Schema};
use kinetable::formula::{is_column_name, parse_instant};
use kinetable_wire::grpc::SearchCondition;
use kinetable_wire::looks::is_look;

use super::fault::Outcome;
use super::filter::joined;
use super::literal::{column, is_text, moment, number, quoted, quoted_character};

/// Nanoseconds of a day.
const DAY: i64 = 86_400_000_000_000;

/// The condition as a formula.
pub(super) fn search(search: &SearchCondition, schema: &Schema) -> Outcome<String> {
    let text = search.search_string.trim();
    let mut terms = Vec::new();
    if search.optional_references.is_empty() {
        let is_shown = |field: &&Field| !is_look(field.name()) && is_column_name(field.name());
        let fields = schema.fields().iter().map(|field| field.as_ref()).filter(is_shown);
        terms.extend(fields.filter_map(|field| term(field.name(), field.data_type(), text)));
    }
    for reference in &search.optional_references {
        let (name, data_type) = column(schema, Some(reference))?;
        terms.extend(term(name, data_type, text));
    }
    Ok(if terms.is_empty() { "(false)".to_owned() } else { joined(terms, " || ") })
}

fn term(name: &str, data_type: &DataType, text: &str) -> Option<String> {
    match data_type {
        text_type if is_text(text_type) => Some(format!("({name} icase includes {})", quoted(text))),
        DataType::Boolean => {
            let value: bool = text.to_ascii_lowercase().parse().ok()?;
            Some(format!("({name} == {value})"))
        }
        DataType::UInt16 => {
            let mut characters = text.chars();
            let only = characters.next().filter(|first| first.len_utf16() == 1)?;
            characters.next().is_none().then(|| format!("({name} == {})", quoted_character(only)))
        }
        integer if integer.is_integer() => {
            let value: i64 = text.parse().ok()?;
            Some(format!("({name} == {value})"))
        }
        DataType::Decimal128(..) | DataType::Decimal256(..) => match text.parse::<i64>() {
            Ok(value) => Some(format!("({name} == {value})")),
            Err(_) => Some(format!("({name} == {})", number(finite(text)?, None))),
        },
        DataType::Float32 | DataType::Float64 => beginning(name, data_type, text),
        DataType::Timestamp(_, Some(zone)) if zone.as_ref() == "UTC" => within(name, data_type, span(text)?),
        DataType::Date32 => {
            let (start, end) = span(text)?;
            if start % DAY != 0 || end % DAY != 0 {
                return None;
            }
            within(name, data_type, (start, end))
        }
        _ => None,
    }
}

fn finite(text: &str) -> Option<f64> {
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

/// Numbers that begin with these digits. Both ends are read from digits, so that they are the numbers that a column of the type
/// has for them: a sum would be another, and so would the nearest of a wider type.
fn beginning(name: &str, data_type: &DataType, text: &str) -> Option<String> {
    let value = finite(text)?;
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse().ok()?),
        None => (text, 0i32),
    };
    let places = mantissa.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let next = digits.parse::<u128>().ok()?.checked_add(1)?;
    let exponent = exponent.checked_sub(i32::try_from(places).ok()?)?;
    let end: f64 = format!("{next}e{exponent}").parse().ok()?;
    let spell = |value| number(value, Some(data_type));
    Some(match text.starts_with('-') {
        true => format!("({name} <= {} && {name} > {})", spell(value), spell(-end)),
        false => format!("({name} >= {} && {name} < {})", spell(value), spell(end)),
    })
}

/// Times from a first one to before another.
fn within(name: &str, data_type: &DataType, (start, end): (i64, i64)) -> Option<String> {
    let (start, end) = (moment(start, Some(data_type)).ok()?, moment(end, Some(data_type)).ok()?);
    Some(format!("({name} >= {start} && {name} < {end})"))
}

/// The first nanosecond of a date or time that may be cut short, and the first after it, in UTC.
fn span(text: &str) -> Option<(i64, i64)> {
    const SEPARATORS: [&str; 6] = ["", "-", "-", "T", ":", ":"];
    let text = text.trim_end_matches(['Z', 'z']).trim_end().replacen(' ', "T", 1);
    let (mut rest, fraction) = match text.split_once('.') {
        Some((clock, fraction)) => (clock, Some(fraction)),
        None => (text.as_str(), None),
    };
    let mut parts = [0, 1, 1, 0, 0, 0];
    let mut known = 0;
    while known < parts.len() && !rest.is_empty() {
        rest = rest.strip_prefix(SEPARATORS[known])?;
        let width = if known == 0 { 4 } else { 2 };
        parts[known] = digits(rest.get(..width)?)?;
        rest = &rest[width..];
        known += 1;
    }
    if !rest.is_empty() || known == 0 {
        return None;
    }
    let start = moment_of(parts)?;
    match (known, fraction) {
        (6, Some(fraction)) if fraction.len() <= 9 => {
            let unit = 10i64.pow(9 - fraction.len() as u32);
            let start = start.checked_add(digits(fraction)? * unit)?;
            Some((start, start.checked_add(unit)?))
        }
        (_, Some(_)) => None,
        (1, None) => Some((start, moment_of([parts[0] + 1, 1, 1, 0, 0, 0])?)),
        (2, None) if parts[1] == 12 => Some((start, moment_of([parts[0] + 1, 1, 1, 0, 0, 0])?)),
        (2, None) => Some((start, moment_of([parts[0], parts[1] + 1, 1, 0, 0, 0])?)),
        (known, None) => {
            Some((start, start.checked_add([DAY, DAY / 24, DAY / 1_440, DAY / 86_400][known - 3])?))
        }
    }
}

fn digits(text: &str) -> Option<i64> {
    let are_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if are_digits { text.parse().ok() } else { None }
}

/// Nanoseconds since the epoch of year, month, day, hour, minute and second in UTC.
fn moment_of([year, month, day, hour, minute, second]: [i64; 6]) -> Option<i64> {
    parse_instant(&format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_spans() {
        let second = DAY / 86_400;
        for (text, expected) in [
            ("1970", Some((0, 365 * DAY))),
            ("1970-01", Some((0, 31 * DAY))),
            ("1969-12", Some((-31 * DAY, 0))),
            ("1970-01-02", Some((DAY, 2 * DAY))),
            ("1970-01-01T00", Some((0, 3_600 * second))),
            ("1970-01-01 00:01", Some((60 * second, 120 * second))),
            ("1970-01-01T00:00:01Z", Some((second, 2 * second))),
            ("1970-01-01T00:00:00.5", Some((second / 2, second / 10 * 6))),
            ("1970-13", None),
            ("70", None),
            ("1970-01-01T00:00.5", None),
            ("1970-01-01T00:00:00.", None),
            ("", None),
        ] {
            assert_eq!(span(text), expected, "{text}");
        }
    }

    #[test]
    fn numbers_are_found_by_how_they_begin() {
        let double = |text: &str| beginning("X", &DataType::Float64, text);
        for (text, expected) in [
            ("1.5", Some("(X >= 1.5 && X < 1.6)")),
            ("-2", Some("(X <= -2.0 && X > -3.0)")),
            ("1.1", Some("(X >= 1.1 && X < 1.2)")),
            ("-0.09", Some("(X <= -0.09 && X > -0.1)")),
            ("1.50e3", Some("(X >= 1500.0 && X < 1510.0)")),
            ("+.3", Some("(X >= 0.3 && X < 0.4)")),
            ("x", None),
            ("1e", None),
            ("inf", None),
        ] {
            assert_eq!(double(text).as_deref(), expected, "{text}");
        }
        let single = beginning("X", &DataType::Float32, "0.7").expect("a number");
        assert_eq!(single, "(X >= 0.699999988079071 && X < 0.800000011920929)");
    }
}
