//! Functions of texts. Positions count characters from 1.

use std::sync::Arc;

use arrow_array::builder::StringViewBuilder;
use arrow_array::{ArrayRef, BooleanArray, Int64Array};
use arrow_schema::{ArrowError, DataType};

use super::Function;
use crate::expr::{Expr, Failing};
use crate::types::{self, TEXT, is_integer, is_text};
use crate::value::{Texts, Value};

/// Bytes of a text that a function makes.
const BYTES_MAX: usize = 1 << 24;

macro_rules! mapped {
    ($($name:ident $text:literal $function:expr;)*) => {
        $(pub(super) fn $name(arguments: Vec<Expr>) -> Result<Expr, String> {
            static KERNEL: Function = Function {
                name: $text,
                eval: |values, rows| {
                    let texts = values[0].texts()?;
                    let function: fn(&str) -> String = $function;
                    written(rows, |row| Ok(texts.get(row).map(function)))
                },
            };
            Ok(KERNEL.call(all_texts(arguments)?, TEXT))
        })*
    };
}

mapped! {
    upper "UPPER" |text| text.to_uppercase();
    lower "LOWER" |text| text.to_lowercase();
    reverse "REVERSE" |text| text.chars().rev().collect();
    initcap "INITCAP" capitalised;
}

macro_rules! tests {
    ($($name:ident $text:literal $function:expr;)*) => {
        $(pub(super) fn $name(arguments: Vec<Expr>) -> Result<Expr, String> {
            static KERNEL: Function = Function {
                name: $text,
                eval: |values, rows| {
                    let (texts, parts) = (values[0].texts()?, values[1].texts()?);
                    let function: fn(&str, &str) -> bool = $function;
                    let found = (0..rows).map(|row| Some(function(texts.get(row)?, parts.get(row)?)));
                    Ok(Arc::new(found.collect::<BooleanArray>()))
                },
            };
            Ok(KERNEL.call(all_texts(arguments)?, DataType::Boolean))
        })*
    };
}

tests! {
    starts_with "STARTS_WITH" |text, part| text.starts_with(part);
    ends_with "ENDS_WITH" |text, part| text.ends_with(part);
    contains "CONTAINS" |text, part| text.contains(part);
}

/// How many characters it has.
pub(super) fn length(arguments: Vec<Expr>) -> Result<Expr, String> {
    static LENGTH: Function = Function {
        name: "LENGTH",
        eval: |values, rows| {
            let texts = values[0].texts()?;
            counted(rows, |row| Some(texts.get(row)?.chars().count() as i64))
        },
    };
    Ok(LENGTH.call(all_texts(arguments)?, DataType::Int64))
}

/// How many bytes it has.
pub(super) fn octet_length(arguments: Vec<Expr>) -> Result<Expr, String> {
    static BYTES: Function = Function {
        name: "OCTET_LENGTH",
        eval: |values, rows| {
            let texts = values[0].texts()?;
            counted(rows, |row| Some(texts.get(row)?.len() as i64))
        },
    };
    Ok(BYTES.call(all_texts(arguments)?, DataType::Int64))
}

/// The number of the first character.
pub(super) fn ascii(arguments: Vec<Expr>) -> Result<Expr, String> {
    static ASCII: Function = Function {
        name: "ASCII",
        eval: |values, rows| {
            let texts = values[0].texts()?;
            counted(rows, |row| {
                Some(texts.get(row)?.chars().next().map_or(0, |first| i64::from(u32::from(first))))
            })
        },
    };
    Ok(ASCII.call(all_texts(arguments)?, DataType::Int64))
}

/// The character of a number.
pub(super) fn chr(arguments: Vec<Expr>) -> Result<Expr, String> {
    static CHR: Function = Function {
        name: "CHR",
        eval: |values, rows| {
            let longs = values[0].longs()?;
            written(rows, |row| {
                let letter = |code: i64| {
                    let letter = u32::try_from(code).ok().and_then(char::from_u32);
                    letter.ok_or_else(|| {
                        ArrowError::ComputeError(format!("{code} is the number of no character"))
                    })
                };
                longs.get(row).map(|code| letter(code).map(String::from)).transpose()
            })
        },
    };
    let [code] = <[Expr; 1]>::try_from(arguments).map_err(|_| "one argument is wanted")?;
    Ok(CHR.call(vec![whole(code)?], TEXT))
}

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

/// So many times.
pub(super) fn repeat(arguments: Vec<Expr>) -> Result<Expr, String> {
    static REPEAT: Function = Function {
        name: "REPEAT",
        eval: |values, rows| {
            let (texts, counts) = (values[0].texts()?, values[1].longs()?);
            written(rows, |row| {
                let (Some(text), Some(count)) = (texts.get(row), counts.get(row)) else { return Ok(None) };
                let count = usize::try_from(count.max(0)).unwrap_or(usize::MAX);
                fits(text.len().saturating_mul(count))?;
                Ok(Some(text.repeat(count)))
            })
        },
    };
    Ok(REPEAT.call(text_then_numbers(arguments)?, TEXT))
}

/// With one part in place of another.
pub(super) fn replace(arguments: Vec<Expr>) -> Result<Expr, String> {
    static REPLACE: Function = Function {
        name: "REPLACE",
        eval: |values, rows| {
            let (texts, from, to) = (values[0].texts()?, values[1].texts()?, values[2].texts()?);
            written(rows, |row| {
                let (Some(text), Some(from), Some(to)) = (texts.get(row), from.get(row), to.get(row)) else {
                    return Ok(None);
                };
                if from.is_empty() {
                    return Ok(Some(text.to_owned()));
                }
                fits(text.len().saturating_add(text.matches(from).count().saturating_mul(to.len())))?;
                Ok(Some(text.replace(from, to)))
            })
        },
    };
    Ok(REPLACE.call(all_texts(arguments)?, TEXT))
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

/// One after the other; null if one is.
pub(crate) fn concatenated(left: Expr, right: Expr) -> Result<Expr, String> {
    static CONCAT: Function = Function {
        name: "||",
        eval: |values, rows| {
            let (left, right) = (values[0].texts()?, values[1].texts()?);
            written(rows, |row| {
                Ok(left.get(row).zip(right.get(row)).map(|(left, right)| left.to_owned() + right))
            })
        },
    };
    let sides = vec![left.cast(&TEXT, Failing::Error)?, right.cast(&TEXT, Failing::Error)?];
    Ok(CONCAT.call(sides, TEXT))
}

/// One after the other, without those that are null.
pub(super) fn concat(arguments: Vec<Expr>) -> Result<Expr, String> {
    static CONCAT: Function = Function {
        name: "CONCAT",
        eval: |values, rows| {
            let texts = values.iter().map(Value::texts).collect::<Result<Vec<_>, _>>()?;
            written(rows, |row| Ok(Some(texts.iter().filter_map(|text| text.get(row)).collect())))
        },
    };
    let texts = arguments.into_iter().map(|argument| argument.cast(&TEXT, Failing::Error));
    Ok(CONCAT.call(texts.collect::<Result<_, _>>()?, TEXT))
}

/// One after the other with a separator between, without those that are null. The separator comes first.
pub(super) fn concat_ws(arguments: Vec<Expr>) -> Result<Expr, String> {
    static CONCAT: Function = Function {
        name: "CONCAT_WS",
        eval: |values, rows| {
            let texts = values.iter().map(Value::texts).collect::<Result<Vec<Texts>, _>>()?;
            written(rows, |row| {
                let parts: Vec<&str> = texts[1..].iter().filter_map(|text| text.get(row)).collect();
                Ok(texts[0].get(row).map(|separator| parts.join(separator)))
            })
        },
    };
    let texts = arguments.into_iter().map(|argument| argument.cast(&TEXT, Failing::Error));
    Ok(CONCAT.call(texts.collect::<Result<_, _>>()?, TEXT))
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

fn capitalised(text: &str) -> String {
    let mut inside = false;
    let letters = text.chars().flat_map(|letter| {
        let begins = letter.is_alphanumeric() && !inside;
        inside = letter.is_alphanumeric();
        match begins {
            true => letter.to_uppercase().collect::<Vec<_>>(),
            false => letter.to_lowercase().collect(),
        }
    });
    letters.collect()
}

/// The arguments, which are texts.
pub(super) fn all_texts(arguments: Vec<Expr>) -> Result<Vec<Expr>, String> {
    let text = |value: Expr| match &value.data_type {
        t if is_text(t) || *t == DataType::Null => value.cast(&TEXT, Failing::Error),
        other => Err(format!("a text is wanted, but this is a {}: CAST it", types::name(other))),
    };
    arguments.into_iter().map(text).collect()
}

fn text_then_numbers(arguments: Vec<Expr>) -> Result<Vec<Expr>, String> {
    let mut arguments = arguments.into_iter();
    let mut all = all_texts(arguments.next().into_iter().collect())?;
    for argument in arguments {
        all.push(whole(argument)?);
    }
    Ok(all)
}

/// The argument, which is an integer.
fn whole(argument: Expr) -> Result<Expr, String> {
    match &argument.data_type {
        t if is_integer(t) || *t == DataType::Null => argument.cast(&DataType::Int64, Failing::Error),
        other => Err(format!("an integer is wanted, but this is a {}", types::name(other))),
    }
}

fn fits(bytes: usize) -> Result<(), ArrowError> {
    if bytes <= BYTES_MAX {
        return Ok(());
    }
    Err(ArrowError::ComputeError(format!("a text of {bytes} bytes would be too long: {BYTES_MAX} at most")))
}

/// Texts written row by row.
pub(super) fn written(
    rows: usize,
    mut text: impl FnMut(usize) -> Result<Option<String>, ArrowError>,
) -> Result<ArrayRef, ArrowError> {
    let mut builder = StringViewBuilder::with_capacity(rows);
    for row in 0..rows {
        let text = text(row)?;
        fits(text.as_ref().map_or(0, String::len))?;
        builder.append_option(text);
    }
    Ok(Arc::new(builder.finish()))
}

fn counted(rows: usize, count: impl FnMut(usize) -> Option<i64>) -> Result<ArrayRef, ArrowError> {
    Ok(Arc::new((0..rows).map(count).collect::<Int64Array>()))
}
