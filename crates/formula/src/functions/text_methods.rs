//! Methods of texts that make texts and numbers.

use std::sync::Arc;

use arrow_array::types::{Int32Type, UInt16Type};

use super::bind::{Bound, Call, Refusal};
use super::kernels;
use super::registry::Function;
use super::utf16;
use crate::check::operator::spelled;
use crate::error::Error;
use crate::node::{Kernel, Node};
use crate::types::Type;
use crate::value::{Args, Bool, Lane, Text, write_rows};

/// Methods of any value.
pub(super) const ANY: &[Function] = &[
    Function {
        name: "toString",
        signature: "x.toString() → String",
        doc: "The value as a text.",
        bind: |call| {
            call.arity(1..=1)?;
            Ok(spelled(call.args.remove(0))?)
        },
    },
    Function {
        name: "equals",
        signature: "x.equals(y) → boolean",
        doc: "Whether the values are equal.",
        bind: |call| compared(call, crate::ast::BinaryOp::Eq),
    },
    Function {
        name: "compareTo",
        signature: "x.compareTo(y) → int",
        doc: "-1, 0 or 1 as x is less than, equal to or greater than y.",
        bind: |call| match super::registry::find("compare") {
            Some(compare) => (compare.bind)(call),
            None => Err(Refusal::Types),
        },
    },
];

fn compared(call: &mut Call<'_, '_>, op: crate::ast::BinaryOp) -> Bound {
    call.arity(2..=2)?;
    let (Some(b), Some(a)) = (call.args.pop(), call.args.pop()) else { return Err(Refusal::Types) };
    Ok(crate::check::operator::combine(op, a, b, call.span)?)
}

pub(super) const METHODS: &[Function] = &[
    Function {
        name: "length",
        signature: "s.length() → int",
        doc: "The number of characters.",
        bind: |call| {
            let kernel = kernels::rows::<Text, Int32Type, i32>(|text| Ok(Some(utf16::length(text) as i32)));
            call.kernel(&[Type::Text], Type::Int32, kernel)
        },
    },
    Function {
        name: "isEmpty",
        signature: "s.isEmpty() → boolean",
        doc: "Whether there are no characters.",
        bind: |call| test(call, str::is_empty),
    },
    Function {
        name: "isBlank",
        signature: "s.isBlank() → boolean",
        doc: "Whether there is nothing but white space.",
        bind: |call| test(call, |text| text.trim().is_empty()),
    },
    Function {
        name: "toCharArray",
        signature: "s.toCharArray() → char[]",
        doc: "The characters.",
        bind: chars,
    },
    Function {
        name: "charAt",
        signature: "s.charAt(int) → char",
        doc: "The character at a position from 0 on; fails beyond the end.",
        bind: |call| {
            let kernel = kernels::rows2::<Text, Int32Type, UInt16Type, u16>(|text, at| {
                let unit = usize::try_from(at).ok().and_then(|at| utf16::unit_at(text, at));
                unit.map(Some).ok_or_else(|| out_of_range(text, &format!("position {at}")))
            });
            Ok(call.kernel(&[Type::Text, Type::Int32], Type::Char, kernel)?.can_fail())
        },
    },
    Function {
        name: "substring",
        signature: "s.substring(int from[, int to]) → String",
        doc: "The characters from one position to before another, or to the end; fails beyond the end.",
        bind: substring,
    },
    Function {
        name: "subSequence",
        signature: "s.subSequence(int from, int to) → String",
        doc: "The characters from one position to before another.",
        bind: substring,
    },
    Function {
        name: "concat",
        signature: "s.concat(String) → String",
        doc: "The text with another one after it.",
        bind: |call| {
            let kernel = kernels::rows2::<Text, Text, Text, String>(|a, b| Ok(Some(format!("{a}{b}"))));
            call.kernel(&[Type::Text, Type::Text], Type::Text, kernel)
        },
    },
    Function {
        name: "toUpperCase",
        signature: "s.toUpperCase() → String",
        doc: "The text in capitals.",
        bind: |call| changed(call, str::to_uppercase),
    },
    Function {
        name: "toLowerCase",
        signature: "s.toLowerCase() → String",
        doc: "The text in small letters.",
        bind: |call| changed(call, str::to_lowercase),
    },
    Function {
        name: "trim",
        signature: "s.trim() → String",
        doc: "The text without white space at its ends.",
        bind: |call| part(call, |text| text.trim_matches(|c: char| c <= ' ')),
    },
    Function {
        name: "strip",
        signature: "s.strip() → String",
        doc: "The text without white space at its ends.",
        bind: |call| part(call, str::trim),
    },
    Function {
        name: "stripLeading",
        signature: "s.stripLeading() → String",
        doc: "The text without white space at its beginning.",
        bind: |call| part(call, str::trim_start),
    },
    Function {
        name: "stripTrailing",
        signature: "s.stripTrailing() → String",
        doc: "The text without white space at its end.",
        bind: |call| part(call, str::trim_end),
    },
    Function {
        name: "intern",
        signature: "s.intern() → String",
        doc: "The text itself.",
        bind: |call| part(call, |text| text),
    },
    Function {
        name: "repeat",
        signature: "s.repeat(int) → String",
        doc: "The text so many times.",
        bind: |call| {
            let kernel = kernels::rows2::<Text, Int32Type, Text, String>(repeated);
            Ok(call.kernel(&[Type::Text, Type::Int32], Type::Text, kernel)?.can_fail())
        },
    },
    Function {
        name: "hashCode",
        signature: "s.hashCode() → int",
        doc: "A number that equal texts share.",
        bind: |call| {
            let kernel = kernels::rows::<Text, Int32Type, i32>(|text| {
                Ok(Some(
                    text.encode_utf16()
                        .fold(0i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit))),
                ))
            });
            call.kernel(&[Type::Text], Type::Int32, kernel)
        },
    },
    Function {
        name: "formatted",
        signature: "s.formatted(values…) → String",
        doc: "The text with its % marks filled in by the values.",
        bind: super::text_static::format,
    },
];

fn test(call: &mut Call<'_, '_>, f: fn(&str) -> bool) -> Bound {
    call.kernel(&[Type::Text], Type::Bool, kernels::rows::<Text, Bool, bool>(move |text| Ok(Some(f(text)))))
}

fn changed(call: &mut Call<'_, '_>, f: fn(&str) -> String) -> Bound {
    call.kernel(&[Type::Text], Type::Text, kernels::rows::<Text, Text, String>(move |text| Ok(Some(f(text)))))
}

/// A method whose result is a part of the text.
fn part(call: &mut Call<'_, '_>, f: fn(&str) -> &str) -> Bound {
    let kernel: Kernel = Arc::new(move |args: Args| {
        let lane = Lane::<Text>::of(&args.values[0]);
        write_rows::<Text, &str>(args.rows, args.nulls().as_ref(), |row| Ok(Some(f(lane.get(row)))))
    });
    call.kernel(&[Type::Text], Type::Text, kernel)
}

fn substring(call: &mut Call<'_, '_>) -> Bound {
    call.arity(2..=3)?;
    let with_end = call.len() == 3;
    let kernel: Kernel = Arc::new(move |args: Args| {
        let text = Lane::<Text>::of(&args.values[0]);
        let from = Lane::<Int32Type>::of(&args.values[1]);
        let to = with_end.then(|| Lane::<Int32Type>::of(&args.values[2]));
        write_rows::<Text, &str>(args.rows, args.nulls().as_ref(), |row| {
            let (from, to) = (from.get(row), to.as_ref().map(|to| to.get(row)));
            let found = utf16::slice(text.get(row), from, to);
            found.map(Some).ok_or_else(|| {
                let to = to.map_or(String::new(), |to| format!(" to {to}"));
                out_of_range(text.get(row), &format!("position {from}{to}"))
            })
        })
    });
    let mut wanted = vec![Type::Text, Type::Int32];
    wanted.extend(with_end.then_some(Type::Int32));
    let node: Node = call.kernel(&wanted, Type::Text, kernel)?;
    Ok(node.can_fail())
}

/// No text gets longer than this.
const LENGTH_MAX: usize = 1 << 24;

fn repeated(text: &str, times: i32) -> Result<Option<String>, Error> {
    let Ok(times) = usize::try_from(times) else {
        return Err(Error::value(format!("a text cannot be repeated {times} times")));
    };
    if text.len().saturating_mul(times) > LENGTH_MAX {
        return Err(Error::value(format!(
            "a text of {} characters repeated {times} times is too long",
            text.len()
        )));
    }
    Ok(Some(text.repeat(times)))
}

fn out_of_range(text: &str, what: &str) -> Error {
    let shown: String = text.chars().take(40).collect();
    Error::value(format!("{what} is not in the text \"{shown}\" of length {}", utf16::length(text)))
        .with_hint("test the length first, e.g. s.length() > 3 ? s.substring(3) : s")
}

fn chars(call: &mut Call<'_, '_>) -> Bound {
    let kernel: Kernel = Arc::new(|args: Args| {
        let texts = Lane::<Text>::of(&args.values[0]);
        let (mut units, mut lengths) = (Vec::new(), Vec::with_capacity(args.rows));
        for row in 0..args.rows {
            let before = units.len();
            units.extend(texts.opt(row).unwrap_or("").encode_utf16());
            lengths.push(units.len() - before);
        }
        super::list_functions::listed(Arc::new(arrow_array::UInt16Array::from(units)), lengths, &args)
    });
    call.kernel(&[Type::Text], Type::List(Box::new(Type::Char)), kernel)
}
