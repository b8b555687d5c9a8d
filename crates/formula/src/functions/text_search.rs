//! Methods of texts that look for something, and replace what they find.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use arrow_array::types::Int32Type;
use arrow_array::{Datum, ListArray};
use arrow_schema::ArrowError;
use regex::Regex;

use super::bind::{Bound, Call, Refusal};
use super::kernels;
use super::registry::Function;
use super::utf16;
use crate::error::Error;
use crate::node::{Kernel, Node};
use crate::types::Type;
use crate::value::{Args, Bool, Lane, Text, write_rows};

pub(super) const METHODS: &[Function] = &[
    Function {
        name: "contains",
        signature: "s.contains(String) → boolean",
        doc: "Whether the other text is part of this one.",
        bind: |call| by_arrow(call, |a, b| arrow_string::like::contains(a, b)),
    },
    Function {
        name: "startsWith",
        signature: "s.startsWith(String[, int from]) → boolean",
        doc: "Whether the text begins with the other one.",
        bind: starts_with,
    },
    Function {
        name: "endsWith",
        signature: "s.endsWith(String) → boolean",
        doc: "Whether the text ends with the other one.",
        bind: |call| by_arrow(call, |a, b| arrow_string::like::ends_with(a, b)),
    },
    Function {
        name: "equalsIgnoreCase",
        signature: "s.equalsIgnoreCase(String) → boolean",
        doc: "Whether the texts are equal but for the case of letters.",
        bind: |call| {
            let kernel = kernels::rows2::<Text, Text, Bool, bool>(|a, b| Ok(Some(equal_ignoring_case(a, b))));
            call.kernel(&[Type::Text, Type::Text], Type::Bool, kernel)
        },
    },
    Function {
        name: "compareTo",
        signature: "s.compareTo(String) → int",
        doc: "Below 0, 0 or above 0 as the text sorts before, with or after the other one.",
        bind: |call| {
            let kernel = kernels::rows2::<Text, Text, Int32Type, i32>(|a, b| Ok(Some(compared(a, b))));
            call.kernel(&[Type::Text, Type::Text], Type::Int32, kernel)
        },
    },
    Function {
        name: "compareToIgnoreCase",
        signature: "s.compareToIgnoreCase(String) → int",
        doc: "Below 0, 0 or above 0 as the text sorts before, with or after the other one, but for the case of letters.",
        bind: |call| {
            let kernel = kernels::rows2::<Text, Text, Int32Type, i32>(|a, b| {
                Ok(Some(compared(&a.to_lowercase(), &b.to_lowercase())))
            });
            call.kernel(&[Type::Text, Type::Text], Type::Int32, kernel)
        },
    },
    Function {
        name: "indexOf",
        signature: "s.indexOf(String|char[, int from]) → int",
        doc: "The position of the first occurrence, or -1.",
        bind: |call| index_of(call, false),
    },
    Function {
        name: "lastIndexOf",
        signature: "s.lastIndexOf(String|char[, int from]) → int",
        doc: "The position of the last occurrence, or -1.",
        bind: |call| index_of(call, true),
    },
    Function {
        name: "matches",
        signature: "s.matches(String regex) → boolean",
        doc: "Whether the whole text matches the regular expression.",
        bind: |call| {
            let patterns = Patterns::of(call, 1, true)?;
            let kernel = kernels::rows2::<Text, Text, Bool, bool>(move |text, pattern| {
                patterns.with(pattern, |regex| regex.is_match(text)).map(Some)
            });
            Ok(call.kernel(&[Type::Text, Type::Text], Type::Bool, kernel)?.can_fail())
        },
    },
    Function {
        name: "replace",
        signature: "s.replace(String|char a, String|char b) → String",
        doc: "The text with b in place of every a.",
        bind: |call| {
            characters_as_texts(call)?;
            let kernel =
                kernels::rows3::<Text, Text, Text, Text, String>(|text, a, b| Ok(Some(text.replace(a, b))));
            call.kernel(&[Type::Text, Type::Text, Type::Text], Type::Text, kernel)
        },
    },
    Function {
        name: "replaceAll",
        signature: "s.replaceAll(String regex, String with) → String",
        doc: "The text with every match of the regular expression replaced; $1 is its first group.",
        bind: |call| replaced(call, 0),
    },
    Function {
        name: "replaceFirst",
        signature: "s.replaceFirst(String regex, String with) → String",
        doc: "The text with the first match of the regular expression replaced; $1 is its first group.",
        bind: |call| replaced(call, 1),
    },
    Function {
        name: "split",
        signature: "s.split(String regex[, int limit]) → String[]",
        doc: "The parts between the matches of the regular expression.",
        bind: split,
    },
];

/// A test that Arrow has a kernel for.
fn by_arrow(
    call: &mut Call<'_, '_>,
    f: fn(&dyn Datum, &dyn Datum) -> Result<arrow_array::BooleanArray, ArrowError>,
) -> Bound {
    let kernel: Kernel = Arc::new(move |args: Args| {
        let (a, b) = args.two();
        let result = a.with_datum(|a| b.with_datum(|b| f(a, b)))?;
        Ok(Arc::new(result))
    });
    call.kernel(&[Type::Text, Type::Text], Type::Bool, kernel)
}

fn starts_with(call: &mut Call<'_, '_>) -> Bound {
    if call.len() == 2 {
        return by_arrow(call, |a, b| arrow_string::like::starts_with(a, b));
    }
    let kernel = kernels::rows3::<Text, Text, Int32Type, Bool, bool>(|text, prefix, from| {
        Ok(Some(utf16::slice(text, from, None).is_some_and(|rest| rest.starts_with(prefix))))
    });
    call.kernel(&[Type::Text, Type::Text, Type::Int32], Type::Bool, kernel)
}

/// Equal but for the case of letters.
pub(crate) fn equal_ignoring_case(a: &str, b: &str) -> bool {
    if a.is_ascii() && b.is_ascii() {
        a.eq_ignore_ascii_case(b)
    } else {
        a.to_lowercase() == b.to_lowercase()
    }
}

/// The difference of the first units that differ, or of the lengths.
fn compared(a: &str, b: &str) -> i32 {
    let pairs = a.encode_utf16().zip(b.encode_utf16());
    let differing = pairs.map(|(a, b)| i32::from(a) - i32::from(b)).find(|difference| *difference != 0);
    differing.unwrap_or_else(|| utf16::length(a) as i32 - utf16::length(b) as i32)
}

/// Arguments that are single characters become texts.
fn characters_as_texts(call: &mut Call<'_, '_>) -> Result<(), Refusal> {
    for at in 1..call.len() {
        if call.ty(at) == Type::Char {
            let arg = call.args[at].clone();
            call.args[at] = crate::check::operator::spelled(arg)?;
        }
    }
    Ok(())
}

fn index_of(call: &mut Call<'_, '_>, last: bool) -> Bound {
    call.arity(2..=3)?;
    if call.ty(1) == Type::Char {
        let arg = call.args[1].clone();
        call.args[1] = crate::check::operator::spelled(arg)?;
    }
    let find = move |text: &str, what: &str, from: Option<i32>| {
        let found =
            if last { found_last(text, what, from) } else { found_first(text, what, from.unwrap_or(0)) };
        Ok(Some(found.map_or(-1, |byte| utf16::unit_of(text, byte) as i32)))
    };
    if call.len() == 2 {
        let kernel = kernels::rows2::<Text, Text, Int32Type, i32>(move |text, what| find(text, what, None));
        return call.kernel(&[Type::Text, Type::Text], Type::Int32, kernel);
    }
    let kernel = kernels::rows3::<Text, Text, Int32Type, Int32Type, i32>(move |text, what, from| {
        find(text, what, Some(from))
    });
    call.kernel(&[Type::Text, Type::Text, Type::Int32], Type::Int32, kernel)
}

fn found_first(text: &str, what: &str, from: i32) -> Option<usize> {
    let start = utf16::byte_of(text, from.max(0) as usize)?;
    text[start..].find(what).map(|at| start + at)
}

/// The last occurrence that begins at or before `from`.
fn found_last(text: &str, what: &str, from: Option<i32>) -> Option<usize> {
    let Some(from) = from else { return text.rfind(what) };
    let last_start = utf16::byte_of(text, usize::try_from(from).ok()?).unwrap_or(text.len());
    let mut found = None;
    for (at, _) in text.char_indices().chain(std::iter::once((text.len(), ' '))) {
        if at <= last_start && text[at..].starts_with(what) {
            found = Some(at);
        }
    }
    found
}

/// The regular expressions of an argument: one for all rows, compiled with the formula, or one for each text that
/// turns up.
struct Patterns {
    whole: bool,
    known: Mutex<HashMap<String, Regex>>,
}

/// Patterns that differ by row are kept up to this number.
const PATTERNS_MAX: usize = 256;

impl Patterns {
    fn of(call: &Call<'_, '_>, at: usize, whole: bool) -> Result<Self, Refusal> {
        let patterns = Self { whole, known: Mutex::default() };
        if let Some(pattern) = call.constant_text(at) {
            let span = call.args[at].span;
            patterns.with(&pattern, |_| ()).map_err(|error| error.at(span))?;
        }
        Ok(patterns)
    }

    fn with<R>(&self, pattern: &str, f: impl FnOnce(&Regex) -> R) -> Result<R, Error> {
        let mut known = self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(regex) = known.get(pattern) {
            let regex = regex.clone();
            drop(known);
            return Ok(f(&regex));
        }
        let spelled = if self.whole { format!("^(?:{pattern})$") } else { pattern.to_owned() };
        let regex = Regex::new(&spelled).map_err(|error| bad_pattern(pattern, &error))?;
        if known.len() >= PATTERNS_MAX {
            known.clear();
        }
        known.insert(pattern.to_owned(), regex.clone());
        drop(known);
        Ok(f(&regex))
    }
}

fn bad_pattern(pattern: &str, error: &regex::Error) -> Error {
    let why = error.to_string();
    let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ");
    Error::value(format!("\"{pattern}\" is not a regular expression: {why}"))
        .with_hint("look-around and back-references are not supported; a literal dot is written \\\\.")
}

fn replaced(call: &mut Call<'_, '_>, limit: usize) -> Bound {
    let patterns = Patterns::of(call, 1, false)?;
    let kernel = kernels::rows3::<Text, Text, Text, Text, String>(move |text, pattern, with| {
        let with = replacement(with);
        patterns.with(pattern, |regex| regex.replacen(text, limit, with.as_str()).into_owned()).map(Some)
    });
    Ok(call.kernel(&[Type::Text, Type::Text, Type::Text], Type::Text, kernel)?.can_fail())
}

/// Java's `$1x` and `\$` in the spelling of the regex crate: `${1}x` and `$$`.
fn replacement(with: &str) -> String {
    let mut spelled = String::new();
    let mut chars = with.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('$') => spelled.push_str("$$"),
                Some(c) => spelled.push(c),
                None => {}
            },
            '$' => match chars.peek() {
                Some(digit) if digit.is_ascii_digit() => {
                    spelled.push_str(&format!("${{{digit}}}"));
                    chars.next();
                }
                _ => spelled.push('$'),
            },
            c => spelled.push(c),
        }
    }
    spelled
}

fn split(call: &mut Call<'_, '_>) -> Bound {
    call.arity(2..=3)?;
    let patterns = Patterns::of(call, 1, false)?;
    let limited = call.len() == 3;
    let kernel: Kernel = Arc::new(move |args: Args| {
        let nulls = args.nulls();
        let (text, pattern) = (Lane::<Text>::of(&args.values[0]), Lane::<Text>::of(&args.values[1]));
        let limit = limited.then(|| Lane::<Int32Type>::of(&args.values[2]));
        let mut parts: Vec<String> = Vec::new();
        let mut lengths = Vec::with_capacity(args.rows);
        for row in 0..args.rows {
            let before = parts.len();
            if nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row)) {
                let limit = limit.as_ref().map_or(0, |limit| limit.get(row));
                let found = patterns.with(pattern.get(row), |regex| pieces(regex, text.get(row), limit));
                parts.extend(found.map_err(|error| error.with_row(row))?);
            }
            lengths.push(parts.len() - before);
        }
        let rows = parts.len();
        let values = write_rows::<Text, &String>(rows, None, |row| Ok(Some(&parts[row])))?;
        let field = Arc::new(arrow_schema::Field::new_list_field(Type::Text.data_type(), true));
        let offsets = arrow_buffer::OffsetBuffer::from_lengths(lengths);
        Ok(Arc::new(ListArray::try_new(field, offsets, values, nulls)?))
    });
    let mut wanted = vec![Type::Text, Type::Text];
    wanted.extend(limited.then_some(Type::Int32));
    let node: Node = call.kernel(&wanted, Type::List(Box::new(Type::Text)), kernel)?;
    Ok(node.can_fail())
}

/// The parts as Java counts them: at most `limit` if positive; with 0 empty ones at the end are left out.
fn pieces(regex: &Regex, text: &str, limit: i32) -> Vec<String> {
    let mut parts = Vec::new();
    let mut start = 0;
    for found in regex.find_iter(text) {
        if limit > 0 && parts.len() + 1 == limit as usize {
            break;
        }
        if found.end() == 0 || found.is_empty() && found.start() == text.len() {
            continue;
        }
        parts.push(text[start..found.start()].to_owned());
        start = found.end();
    }
    parts.push(text[start..].to_owned());
    while limit == 0 && parts.len() > 1 && parts.last().is_some_and(String::is_empty) {
        parts.pop();
    }
    parts
}
