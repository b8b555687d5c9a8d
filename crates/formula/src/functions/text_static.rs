//! Static functions of `String`, of the boxed types and of `Character`.

use std::sync::Arc;

use arrow_array::types::UInt16Type;

use super::bind::{Bound, Call};
use super::kernels;
use super::registry::Function;
use super::text_format;
use crate::check::operator::spelled;
use crate::error::Error;
use crate::node::{Kernel, Kind, Node};
use crate::types::Type;
use crate::value::{Args, Lane, Text, Value, write_rows};

pub(super) const STRING: &[Function] = &[
    Function {
        name: "valueOf",
        signature: "String.valueOf(any) → String",
        doc: "The value as a text; null reads \"null\".",
        bind: |call| {
            call.arity(1..=1)?;
            let text = spelled(call.args.remove(0))?;
            let kind = Kind::Join(crate::eval::text::joined(), vec![text]);
            Ok(Node { kind, ty: Type::Text, span: call.span, fallible: false, nullable: false })
        },
    },
    Function {
        name: "format",
        signature: "String.format(String, values…) → String",
        doc: "The text with its % marks filled in by the values.",
        bind: format,
    },
    Function {
        name: "new",
        signature: "new String(String) → String; new String(char[]) → String",
        doc: "The text itself, or the one of the characters.",
        bind: new_text,
    },
    Function {
        name: "copyValueOf",
        signature: "String.copyValueOf(char[]) → String",
        doc: "The text of the characters.",
        bind: new_text,
    },
    Function {
        name: "join",
        signature: "String.join(String separator, String…) → String; String.join(String separator, String[]) → String",
        doc: "The texts with the separator between them.",
        bind: join,
    },
];

pub(super) const CHARACTER: &[Function] = &[
    Function {
        name: "isDigit",
        signature: "Character.isDigit(char) → boolean",
        doc: "Whether the character is a digit.",
        bind: |call| character(call, char::is_numeric),
    },
    Function {
        name: "isLetter",
        signature: "Character.isLetter(char) → boolean",
        doc: "Whether the character is a letter.",
        bind: |call| character(call, char::is_alphabetic),
    },
    Function {
        name: "isUpperCase",
        signature: "Character.isUpperCase(char) → boolean",
        doc: "Whether the character is a capital.",
        bind: |call| character(call, char::is_uppercase),
    },
    Function {
        name: "isLowerCase",
        signature: "Character.isLowerCase(char) → boolean",
        doc: "Whether the character is a small letter.",
        bind: |call| character(call, char::is_lowercase),
    },
    Function {
        name: "isWhitespace",
        signature: "Character.isWhitespace(char) → boolean",
        doc: "Whether the character is white space.",
        bind: |call| character(call, char::is_whitespace),
    },
];

fn character(call: &mut Call<'_, '_>, f: fn(char) -> bool) -> Bound {
    let kernel = kernels::test::<UInt16Type>(move |unit| char::from_u32(u32::from(unit)).is_some_and(f));
    call.kernel(&[Type::Char], Type::Bool, kernel)
}

fn new_text(call: &mut Call<'_, '_>) -> Bound {
    call.arity(1..=1)?;
    if call.ty(0) == Type::Text {
        return Ok(call.args.remove(0));
    }
    let chars = Type::List(Box::new(Type::Char));
    let kernel: Kernel = Arc::new(|args: Args| {
        let lists = super::list::Lists::of(&args.values[0]);
        let units = crate::value::primitive::<UInt16Type>(lists.items());
        write_rows::<Text, String>(args.rows, args.nulls().as_ref(), |row| {
            let range = lists.range(row).unwrap_or(0..0);
            Ok(Some(String::from_utf16_lossy(&units.values()[range])))
        })
    });
    call.kernel(&[chars], Type::Text, kernel)
}

fn join(call: &mut Call<'_, '_>) -> Bound {
    call.arity(2..=usize::MAX)?;
    if call.ty(1) == Type::List(Box::new(Type::Text)) {
        return super::list_functions::joined(call);
    }
    let wanted = vec![Type::Text; call.len()];
    let kernel: Kernel = Arc::new(|args: Args| {
        let lanes: Vec<Lane<'_, Text>> = args.values.iter().map(Lane::of).collect();
        write_rows::<Text, String>(args.rows, None, |row| {
            let Some(separator) = lanes[0].opt(row) else { return Ok(None) };
            let parts: Vec<&str> = lanes[1..].iter().map(|lane| lane.opt(row).unwrap_or("null")).collect();
            Ok(Some(parts.join(separator)))
        })
    });
    call.kernel(&wanted, Type::Text, kernel)
}

/// `%` marks filled in: also the method `formatted`.
pub(super) fn format(call: &mut Call<'_, '_>) -> Bound {
    call.arity(1..=usize::MAX)?;
    let Some(pattern) = call.constant_text(0) else {
        let span = call.args[0].span;
        return Err(Error::ty("the text to format must be the same for all rows").at(span).into());
    };
    let types: Vec<Type> = call.args[1..].iter().map(|arg| arg.ty.clone()).collect();
    let pieces = text_format::parsed(&pattern, &types).map_err(|error| error.at(call.args[0].span))?;
    let args: Vec<Node> = call.args.drain(1..).collect();
    let mut readable = Vec::with_capacity(args.len());
    for arg in args {
        readable.push(text_format::readable(arg)?);
    }
    let types: Vec<Type> = readable.iter().map(|arg| arg.ty.clone()).collect();
    let kernel: Kernel = Arc::new(move |args: Args| filled(&pieces, &types, &args.values, args.rows));
    let node = Node::kernel(kernel, readable, Type::Text, call.span).never_null();
    Ok(node)
}

fn filled(
    pieces: &[text_format::Piece],
    types: &[Type],
    values: &[Value],
    rows: usize,
) -> Result<arrow_array::ArrayRef, Error> {
    let columns: Vec<text_format::Column<'_>> =
        values.iter().zip(types).map(|(value, ty)| text_format::Column::of(value, ty)).collect();
    write_rows::<Text, String>(rows, None, |row| Ok(Some(text_format::fill(pieces, &columns, row))))
}
