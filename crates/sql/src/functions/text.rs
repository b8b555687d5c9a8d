//! Functions of whole texts.

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
/// Bytes of the texts that a function makes at once.
pub(crate) const BYTES_AT_ONCE_MAX: usize = 1 << 29;

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
            written(rows, |row| {
                fits(texts.iter().filter_map(|text| text.get(row)).map(str::len).sum())?;
                Ok(Some(texts.iter().filter_map(|text| text.get(row)).collect()))
            })
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
                let Some(separator) = texts[0].get(row) else { return Ok(None) };
                joined_fits(&parts, separator)?;
                Ok(Some(parts.join(separator)))
            })
        },
    };
    let texts = arguments.into_iter().map(|argument| argument.cast(&TEXT, Failing::Error));
    Ok(CONCAT.call(texts.collect::<Result<_, _>>()?, TEXT))
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

pub(super) fn text_then_numbers(arguments: Vec<Expr>) -> Result<Vec<Expr>, String> {
    let mut arguments = arguments.into_iter();
    let mut all = all_texts(arguments.next().into_iter().collect())?;
    for argument in arguments {
        all.push(whole(argument)?);
    }
    Ok(all)
}

/// The argument, which is an integer.
pub(super) fn whole(argument: Expr) -> Result<Expr, String> {
    match &argument.data_type {
        t if is_integer(t) || *t == DataType::Null => argument.cast(&DataType::Int64, Failing::Error),
        other => Err(format!("an integer is wanted, but this is a {}", types::name(other))),
    }
}

/// Refuses a text that is too long, before it is made.
pub(super) fn fits(bytes: usize) -> Result<(), ArrowError> {
    if bytes <= BYTES_MAX {
        return Ok(());
    }
    Err(ArrowError::ComputeError(format!("a text of {bytes} bytes would be too long: {BYTES_MAX} at most")))
}

/// Refuses parts that are too long with separators between.
pub(super) fn joined_fits(parts: &[&str], separator: &str) -> Result<(), ArrowError> {
    let between = parts.len().saturating_sub(1).saturating_mul(separator.len());
    fits(parts.iter().map(|part| part.len()).sum::<usize>().saturating_add(between))
}

/// Refuses texts that are too long together: a short statement may ask for a long one in every row.
pub(super) fn fit_together(bytes: usize) -> Result<(), ArrowError> {
    if bytes <= BYTES_AT_ONCE_MAX {
        return Ok(());
    }
    Err(ArrowError::ComputeError(format!(
        "the texts of these rows would have more than {BYTES_AT_ONCE_MAX} bytes together"
    )))
}

/// Texts written row by row.
pub(super) fn written(
    rows: usize,
    mut text: impl FnMut(usize) -> Result<Option<String>, ArrowError>,
) -> Result<ArrayRef, ArrowError> {
    let mut builder = StringViewBuilder::with_capacity(rows);
    let mut bytes = 0;
    for row in 0..rows {
        let text = text(row)?;
        let length = text.as_ref().map_or(0, String::len);
        fits(length)?;
        bytes += length;
        fit_together(bytes)?;
        builder.append_option(text);
    }
    Ok(Arc::new(builder.finish()))
}

/// Integers counted row by row.
pub(super) fn counted(rows: usize, count: impl FnMut(usize) -> Option<i64>) -> Result<ArrayRef, ArrowError> {
    Ok(Arc::new((0..rows).map(count).collect::<Int64Array>()))
}
