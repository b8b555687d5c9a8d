//! `String.format`: marks such as `%d`, `%5.2f`, `%-10s`, `%,d`, `%02d`, `%x`, `%e`, `%b`, `%c`, `%%` and `%n`.

use std::fmt::Write;

use arrow_array::types::{Float64Type, Int64Type, UInt16Type};

use crate::check::operator::spelled;
use crate::error::Error;
use crate::node::Node;
use crate::types::Type;
use crate::value::{Bool, Lane, Text, Value};

/// A stretch of text, or a mark to be filled in by an argument.
pub(super) enum Piece {
    Literal(String),
    Mark(Mark),
}

/// `%[argument$][flags][width][.precision]conversion`
pub(super) struct Mark {
    argument: usize,
    left: bool,
    plus: bool,
    space: bool,
    zero: bool,
    grouped: bool,
    width: usize,
    precision: Option<usize>,
    conversion: char,
}

/// An argument as it is read.
pub(super) enum Column<'a> {
    Integer(Lane<'a, Int64Type>),
    Floating(Lane<'a, Float64Type>),
    Character(Lane<'a, UInt16Type>),
    Boolean(Lane<'a, Bool>),
    Text(Lane<'a, Text>),
}

impl<'a> Column<'a> {
    pub fn of(value: &'a Value, ty: &Type) -> Self {
        match ty {
            Type::Int64 => Self::Integer(Lane::of(value)),
            Type::Float64 => Self::Floating(Lane::of(value)),
            Type::Char => Self::Character(Lane::of(value)),
            Type::Bool => Self::Boolean(Lane::of(value)),
            _ => Self::Text(Lane::of(value)),
        }
    }
}

/// The argument as a long, a double, a char, a Boolean or a text.
pub(super) fn readable(arg: Node) -> Result<Node, Error> {
    let to = match &arg.ty {
        Type::Char | Type::Bool | Type::Text => return Ok(arg),
        ty if ty.is_integral() => Type::Int64,
        ty if ty.is_floating() => Type::Float64,
        _ => return spelled(arg),
    };
    let span = arg.span;
    arg.converted(&to).ok_or_else(|| Error::internal("a number does not widen").at(span))
}

/// The pieces of the pattern, whose marks fit the arguments' types.
pub(super) fn parsed(pattern: &str, types: &[Type]) -> Result<Vec<Piece>, Error> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut next = 0;
    let mut rest = pattern;
    while let Some(at) = rest.find('%') {
        literal.push_str(&rest[..at]);
        let (mark, after) = mark(&rest[at + 1..])?;
        rest = after;
        match mark.conversion {
            '%' => literal.push('%'),
            'n' => literal.push('\n'),
            _ => {
                pieces.push(Piece::Literal(std::mem::take(&mut literal)));
                pieces.push(Piece::Mark(placed(mark, &mut next, types)?));
            }
        }
    }
    literal.push_str(rest);
    pieces.push(Piece::Literal(literal));
    Ok(pieces)
}

/// Says which argument fills the mark, and that its type fits.
fn placed(mut mark: Mark, next: &mut usize, types: &[Type]) -> Result<Mark, Error> {
    if mark.argument == 0 {
        *next += 1;
        mark.argument = *next;
    }
    mark.argument -= 1;
    let Some(ty) = types.get(mark.argument) else {
        return Err(Error::ty(format!("the mark %{} has no argument", mark.conversion)));
    };
    let fits = match mark.conversion.to_ascii_lowercase() {
        's' | 'b' => true,
        'd' | 'x' | 'o' => ty.is_integral(),
        'f' | 'e' | 'g' => ty.is_floating(),
        'c' => *ty == Type::Char,
        _ => return Err(Error::ty(format!("the mark %{} is not known", mark.conversion))),
    };
    if fits {
        return Ok(mark);
    }
    Err(Error::ty(format!("the mark %{} does not take a value of type {ty}", mark.conversion))
        .with_hint("%d takes integers, %f floating numbers, %s anything"))
}

fn mark(text: &str) -> Result<(Mark, &str), Error> {
    let mut mark = Mark {
        argument: 0,
        left: false,
        plus: false,
        space: false,
        zero: false,
        grouped: false,
        width: 0,
        precision: None,
        conversion: '%',
    };
    let mut rest = text;
    if let Some((digits, after)) = rest.split_once('$')
        && let Ok(argument) = digits.parse()
    {
        mark.argument = argument;
        rest = after;
    }
    while let Some(flag) = rest.chars().next() {
        match flag {
            '-' => mark.left = true,
            '+' => mark.plus = true,
            ' ' => mark.space = true,
            '0' => mark.zero = true,
            ',' => mark.grouped = true,
            _ => break,
        }
        rest = &rest[1..];
    }
    (mark.width, rest) = number(rest);
    if let Some(after) = rest.strip_prefix('.') {
        let (precision, after) = number(after);
        mark.precision = Some(precision);
        rest = after;
    }
    let Some(conversion) = rest.chars().next() else {
        return Err(
            Error::ty("the text ends within a % mark").with_hint("a percent sign itself is written %%")
        );
    };
    if mark.width > 1000 || mark.precision.is_some_and(|precision| precision > 100) {
        return Err(Error::ty("the width of a % mark is too big"));
    }
    mark.conversion = conversion;
    Ok((mark, &rest[conversion.len_utf8()..]))
}

fn number(text: &str) -> (usize, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    (text[..end].parse().unwrap_or(0), &text[end..])
}

/// The text of one row.
pub(super) fn fill(pieces: &[Piece], columns: &[Column<'_>], row: usize) -> String {
    let mut out = String::new();
    for piece in pieces {
        match piece {
            Piece::Literal(text) => out.push_str(text),
            Piece::Mark(mark) => mark.write(&mut out, &columns[mark.argument], row),
        }
    }
    out
}

impl Mark {
    fn write(&self, out: &mut String, column: &Column<'_>, row: usize) {
        let body = self.body(column, row);
        let body = if self.conversion.is_ascii_uppercase() { body.to_uppercase() } else { body };
        let length = body.chars().count();
        let missing = self.width.saturating_sub(length);
        if self.left {
            out.push_str(&body);
            out.extend(std::iter::repeat_n(' ', missing));
        } else if self.zero && is_number(&body) && matches!(column, Column::Integer(_) | Column::Floating(_))
        {
            let sign = usize::from(body.starts_with(['-', '+', ' ']));
            out.push_str(&body[..sign]);
            out.extend(std::iter::repeat_n('0', missing));
            out.push_str(&body[sign..]);
        } else {
            out.extend(std::iter::repeat_n(' ', missing));
            out.push_str(&body);
        }
    }

    fn body(&self, column: &Column<'_>, row: usize) -> String {
        let text = match column {
            Column::Integer(lane) => lane.opt(row).map(|value| self.integer(value)),
            Column::Floating(lane) => lane.opt(row).map(|value| self.floating(value)),
            Column::Character(lane) => lane.opt(row).map(|unit| {
                let mut text = String::new();
                crate::eval::java::char(&mut text, unit);
                text
            }),
            Column::Boolean(lane) => lane.opt(row).map(|value| value.to_string()),
            Column::Text(lane) => lane.opt(row).map(str::to_owned),
        };
        match (self.conversion.to_ascii_lowercase(), text) {
            ('b', None) => "false".to_owned(),
            ('b', Some(text)) if !matches!(column, Column::Boolean(_)) => (!text.is_empty()).to_string(),
            (_, None) => "null".to_owned(),
            ('s', Some(text)) => match self.precision {
                Some(precision) => text.chars().take(precision).collect(),
                None => text,
            },
            (_, Some(text)) => text,
        }
    }

    fn signed(&self, negative: bool, digits: &str) -> String {
        let sign = if negative {
            "-"
        } else if self.plus {
            "+"
        } else if self.space {
            " "
        } else {
            ""
        };
        format!("{sign}{digits}")
    }

    fn integer(&self, value: i64) -> String {
        match self.conversion.to_ascii_lowercase() {
            'x' => format!("{value:x}"),
            'o' => format!("{value:o}"),
            _ => {
                let digits = value.unsigned_abs().to_string();
                let digits = if self.grouped { grouped(&digits) } else { digits };
                self.signed(value < 0, &digits)
            }
        }
    }

    fn floating(&self, value: f64) -> String {
        if self.conversion == 's' {
            let mut text = String::new();
            crate::eval::java::double(&mut text, value);
            return text;
        }
        if value.is_nan() {
            return "NaN".to_owned();
        }
        if value.is_infinite() {
            return self.signed(value < 0.0, "Infinity");
        }
        let precision = self.precision.unwrap_or(6);
        let magnitude = value.abs();
        let digits = match self.conversion.to_ascii_lowercase() {
            'e' => scientific(magnitude, precision),
            'g' => general(magnitude, precision.max(1)),
            _ => {
                let fixed = fixed(magnitude, precision);
                if self.grouped { grouped(&fixed) } else { fixed }
            }
        };
        self.signed(value.is_sign_negative(), &digits)
    }
}

/// Whether zeros may be put in front.
fn is_number(body: &str) -> bool {
    body.contains(|c: char| c.is_ascii_digit())
}

/// The shortest digits of a number, and how many of them stand before the point.
fn shortest(magnitude: f64) -> (Vec<u8>, i32) {
    let text = format!("{magnitude:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect();
    (digits, exponent.parse().unwrap_or(0) + 1)
}

/// The digits cut to `count`, of which halves go up; a carry beyond the first makes one digit more before the point.
fn rounded(mut digits: Vec<u8>, mut before: i32, count: i32) -> (Vec<u8>, i32) {
    let Ok(count) = usize::try_from(count) else { return (vec![0], 1) };
    let up = digits.get(count).is_some_and(|digit| *digit >= 5);
    digits.resize(count, 0);
    if up {
        let carried = digits.iter().rposition(|digit| *digit < 9);
        digits.iter_mut().skip(carried.map_or(0, |at| at + 1)).for_each(|digit| *digit = 0);
        match carried {
            Some(at) => digits[at] += 1,
            None => {
                digits.insert(0, 1);
                before += 1;
            }
        }
    }
    (digits, before)
}

/// So many digits after the point.
fn fixed(magnitude: f64, precision: usize) -> String {
    let (digits, before) = shortest(magnitude);
    let (digits, before) = rounded(digits, before, before + precision as i32);
    let digit = |place: i32| {
        usize::try_from(place).ok().and_then(|at| digits.get(at)).map_or('0', |d| char::from(d + b'0'))
    };
    let whole: String = if before > 0 { (0..before).map(digit).collect() } else { "0".to_owned() };
    let fraction: String = (before..before + precision as i32).map(digit).collect();
    if precision == 0 { whole } else { format!("{whole}.{fraction}") }
}

/// `1.5e+03`
fn scientific(magnitude: f64, precision: usize) -> String {
    let (digits, before) = shortest(magnitude);
    let (mut digits, before) = rounded(digits, before, precision as i32 + 1);
    digits.truncate(precision + 1);
    let exponent = if magnitude == 0.0 { 0 } else { before - 1 };
    let mut out: String = digits.iter().map(|digit| char::from(digit + b'0')).collect();
    if precision > 0 {
        out.insert(1, '.');
    }
    let _ = write!(out, "e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs());
    out
}

/// So many significant digits, with an exponent where the number is very small or needs more of them.
fn general(magnitude: f64, precision: usize) -> String {
    let (_, before) = shortest(magnitude);
    if magnitude != 0.0 && (magnitude < 1e-4 || before > precision as i32) {
        return scientific(magnitude, precision - 1);
    }
    let before = if magnitude == 0.0 { 1 } else { before };
    fixed(magnitude, usize::try_from(precision as i32 - before).unwrap_or(0))
}

/// Commas between groups of three digits of the whole part.
fn grouped(digits: &str) -> String {
    let whole = digits.find('.').unwrap_or(digits.len());
    let mut out = String::new();
    for (at, c) in digits.chars().enumerate() {
        if at > 0 && at < whole && (whole - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_of_shown_digits_go_up() {
        for (value, precision, expected) in [
            (2.25, 1, "2.3"),
            (0.15, 1, "0.2"),
            (9.996, 2, "10.00"),
            (0.0, 2, "0.00"),
            (123.456, 0, "123"),
            (0.005, 2, "0.01"),
            (0.004, 2, "0.00"),
            (1e20, 1, "100000000000000000000.0"),
            (0.0004, 2, "0.00"),
            (0.5, 0, "1"),
        ] {
            assert_eq!(fixed(value, precision), expected);
        }
        assert_eq!(scientific(12345.678, 6), "1.234568e+04");
        assert_eq!(scientific(9.99, 1), "1.0e+01");
        assert_eq!(scientific(0.0, 2), "0.00e+00");
        assert_eq!(general(0.00001234, 3), "1.23e-05");
        assert_eq!(general(123.4, 6), "123.400");
    }
}
