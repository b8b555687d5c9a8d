//! Parts of texts: by place, by separator, without their ends, or filled up. Positions count characters from 1.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_schema::{ArrowError, DataType};

use super::Function;
use super::text::{all_texts, counted, fits, text_then_numbers, whole, written};
use crate::expr::Expr;
use crate::types::TEXT;
use crate::value::Value;

/// From a position on, so many characters.
pub(super) fn substring(arguments: Vec<Expr>) -> Result<Expr, String> {
    static SUBSTRING: Function = Function {
        name: "SUBSTRING",
        eval: |values, rows| {
            let (texts, from) = (values[0].texts()?, values[1].longs()?);
            let count = values.get(2).map(Value::longs).transpose()?;
            written(rows, |row| {
                let (Some(text), Some(from)) = (texts.get(row), from.get(row)) else { return Ok(None) };
                let end = match &count {
                    None => i64::MAX,
                    Some(count) => match count.get(row) {
                        None => return Ok(None),
                        Some(count) if count < 0 => {
                            return Err(ArrowError::ComputeError(format!("SUBSTRING of {count} characters")));
                        }
                        Some(count) => from.saturating_add(count),
                    },
                };
                let start = from.max(1);
                let taken = usize::try_from(end.saturating_sub(start).max(0)).unwrap_or(0);
                let skipped = usize::try_from(start - 1).unwrap_or(usize::MAX);
                Ok(Some(text.chars().skip(skipped).take(taken).collect()))
            })
        },
    };
    Ok(SUBSTRING.call(text_then_numbers(arguments)?, TEXT))
}

/// The first so many characters; with a number below nought all but the last so many.
pub(crate) fn left(arguments: Vec<Expr>) -> Result<Expr, String> {
    static LEFT: Function = Function {
        name: "LEFT",
        eval: |values, rows| {
            let (texts, counts) = (values[0].texts()?, values[1].longs()?);
            written(rows, |row| {
                Ok(texts
                    .get(row)
                    .zip(counts.get(row))
                    .map(|(text, count)| text.chars().take(kept(text, count)).collect()))
            })
        },
    };
    Ok(LEFT.call(text_then_numbers(arguments)?, TEXT))
}

/// The last so many characters; with a number below nought all but the first so many.
pub(super) fn right(arguments: Vec<Expr>) -> Result<Expr, String> {
    static RIGHT: Function = Function {
        name: "RIGHT",
        eval: |values, rows| {
            let (texts, counts) = (values[0].texts()?, values[1].longs()?);
            written(rows, |row| {
                Ok(texts.get(row).zip(counts.get(row)).map(|(text, count)| {
                    let all = text.chars().count();
                    text.chars().skip(all - kept(text, count).min(all)).collect()
                }))
            })
        },
    };
    Ok(RIGHT.call(text_then_numbers(arguments)?, TEXT))
}

/// Filled up on the left, or cut, to so many characters.
pub(super) fn lpad(arguments: Vec<Expr>) -> Result<Expr, String> {
    static LPAD: Function =
        Function { name: "LPAD", eval: |values, rows| padded(values, rows, |fill, text| fill + text) };
    pad(&LPAD, arguments)
}

/// Filled up on the right, or cut, to so many characters.
pub(super) fn rpad(arguments: Vec<Expr>) -> Result<Expr, String> {
    static RPAD: Function = Function {
        name: "RPAD",
        eval: |values, rows| padded(values, rows, |fill, text| text.to_owned() + &fill),
    };
    pad(&RPAD, arguments)
}

/// Where a part begins; 0 if it is not there. The part comes second.
pub(super) fn position(arguments: Vec<Expr>) -> Result<Expr, String> {
    static POSITION: Function = Function {
        name: "POSITION",
        eval: |values, rows| {
            let (texts, parts) = (values[0].texts()?, values[1].texts()?);
            counted(rows, |row| {
                let (text, part) = (texts.get(row)?, parts.get(row)?);
                Some(text.find(part).map_or(0, |byte| text[..byte].chars().count() as i64 + 1))
            })
        },
    };
    Ok(POSITION.call(all_texts(arguments)?, DataType::Int64))
}

/// The n-th of the parts between separators; empty if there are fewer.
pub(super) fn split_part(arguments: Vec<Expr>) -> Result<Expr, String> {
    static SPLIT: Function = Function {
        name: "SPLIT_PART",
        eval: |values, rows| {
            let (texts, separators, places) = (values[0].texts()?, values[1].texts()?, values[2].longs()?);
            written(rows, |row| {
                let (Some(text), Some(separator), Some(place)) =
                    (texts.get(row), separators.get(row), places.get(row))
                else {
                    return Ok(None);
                };
                let Some(place) = usize::try_from(place).ok().and_then(|place| place.checked_sub(1)) else {
                    return Err(ArrowError::ComputeError("SPLIT_PART counts parts from 1".to_owned()));
                };
                let part = match separator {
                    "" => (place == 0).then_some(text),
                    separator => text.split(separator).nth(place),
                };
                Ok(Some(part.unwrap_or_default().to_owned()))
            })
        },
    };
    let Ok([text, separator, place]) = <[Expr; 3]>::try_from(arguments) else {
        return Err("three arguments are wanted".to_owned());
    };
    let mut all = all_texts(vec![text, separator])?;
    all.push(whole(place)?);
    Ok(SPLIT.call(all, TEXT))
}

/// Which ends are trimmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ends {
    Both,
    Leading,
    Trailing,
}

/// Without blanks, or the characters of a second text, at its ends.
pub(crate) fn trim(ends: Ends, mut arguments: Vec<Expr>) -> Result<Expr, String> {
    static BOTH: Function =
        Function { name: "TRIM", eval: |values, rows| trimmed(values, rows, |t, c| t.trim_matches(c)) };
    static LEADING: Function = Function {
        name: "LTRIM",
        eval: |values, rows| trimmed(values, rows, |t, c| t.trim_start_matches(c)),
    };
    static TRAILING: Function =
        Function { name: "RTRIM", eval: |values, rows| trimmed(values, rows, |t, c| t.trim_end_matches(c)) };
    if arguments.len() == 1 {
        arguments.push(Expr::literal(Arc::new(arrow_array::StringViewArray::from(vec![" "]))));
    }
    let function = match ends {
        Ends::Both => &BOTH,
        Ends::Leading => &LEADING,
        Ends::Trailing => &TRAILING,
    };
    Ok(function.call(all_texts(arguments)?, TEXT))
}

fn trimmed(
    values: &[Value],
    rows: usize,
    trim: for<'a> fn(&'a str, &[char]) -> &'a str,
) -> Result<ArrayRef, ArrowError> {
    let (texts, letters) = (values[0].texts()?, values[1].texts()?);
    written(rows, |row| {
        Ok(texts.get(row).zip(letters.get(row)).map(|(text, letters)| {
            let letters: Vec<char> = letters.chars().collect();
            trim(text, &letters).to_owned()
        }))
    })
}

fn pad(function: &'static Function, arguments: Vec<Expr>) -> Result<Expr, String> {
    let mut arguments = arguments.into_iter();
    let (Some(text), Some(count)) = (arguments.next(), arguments.next()) else {
        return Err("a text and a length are wanted".to_owned());
    };
    let blank = || Expr::literal(Arc::new(arrow_array::StringViewArray::from(vec![" "])));
    let mut all = all_texts(vec![text, arguments.next().unwrap_or_else(blank)])?;
    all.push(whole(count)?);
    Ok(function.call(all, TEXT))
}

fn padded(values: &[Value], rows: usize, put: fn(String, &str) -> String) -> Result<ArrayRef, ArrowError> {
    let (texts, fills, counts) = (values[0].texts()?, values[1].texts()?, values[2].longs()?);
    written(rows, |row| {
        let (Some(text), Some(fill), Some(count)) = (texts.get(row), fills.get(row), counts.get(row)) else {
            return Ok(None);
        };
        let count = usize::try_from(count.max(0)).unwrap_or(usize::MAX);
        let length = text.chars().count();
        if length >= count {
            return Ok(Some(text.chars().take(count).collect()));
        }
        fits(count)?;
        Ok(Some(put(fill.chars().cycle().take(count - length).collect(), text)))
    })
}

/// How many characters of a text `LEFT` and `RIGHT` keep.
fn kept(text: &str, count: i64) -> usize {
    match usize::try_from(count) {
        Ok(count) => count,
        Err(_) => {
            let dropped = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
            text.chars().count().saturating_sub(dropped)
        }
    }
}
