//! Functions of Booleans: a choice as a function, and conditions with a meaning for null.

use std::sync::Arc;

use arrow_array::{Array, BooleanArray};

use super::bind::{Bound, Call, Refusal};
use super::registry::Function;
use crate::check::operator::{choice, condition};
use crate::eval::boolean;
use crate::node::{Kernel, Node};
use crate::types::Type;
use crate::value::{Args, Bool, Lane, write_rows};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "ifelse",
        signature: "ifelse(boolean condition, T a, T b) → T; ifelse(boolean[] condition, T|T[] a, T|T[] b) → T[]",
        doc: "a where the condition is true, else b.",
        bind: if_else,
    },
    Function {
        name: "ifelseObj",
        signature: "ifelseObj(boolean condition, T a, T b) → T",
        doc: "a where the condition is true, else b.",
        bind: if_else,
    },
    Function {
        name: "and",
        signature: "and(boolean…) → boolean; and(boolean[][, boolean null]) → boolean",
        doc: "Whether all are true; null where one is null and none is false.",
        bind: |call| fold(call, false),
    },
    Function {
        name: "or",
        signature: "or(boolean…) → boolean; or(boolean[][, boolean null]) → boolean",
        doc: "Whether one is true; null where one is null and none is true.",
        bind: |call| fold(call, true),
    },
    Function {
        name: "not",
        signature: "not(boolean) → boolean; not(boolean[][, boolean null]) → boolean[]",
        doc: "The other truth value; null stays null.",
        bind: not,
    },
];

fn if_else(call: &mut Call<'_, '_>) -> Bound {
    call.arity(3..=3)?;
    if call.is_list(0) {
        return call.lifted(if_else);
    }
    let mut args = std::mem::take(&mut call.args).into_iter();
    let (Some(test), Some(a), Some(b)) = (args.next(), args.next(), args.next()) else {
        return Err(Refusal::Types);
    };
    let test = condition(test, "\"ifelse\"")?;
    Ok(choice(test, a, b, call.span)?)
}

fn not(call: &mut Call<'_, '_>) -> Bound {
    if !call.is_list(0) {
        return call.kernel(&[Type::Bool], Type::Bool, boolean::not());
    }
    call.arity(1..=2)?;
    let fill = call.args.get(1).cloned();
    call.args.truncate(1);
    let array = call.args.remove(0);
    let items = match fill {
        None => array,
        Some(fill) => filled(array, fill, call)?,
    };
    Ok(crate::functions::list::each(items, call.span, crate::check::operator::inverted)?)
}

/// A Boolean array with a value in the place of null.
fn filled(array: Node, fill: Node, call: &mut Call<'_, '_>) -> Bound {
    call.args = vec![array, fill];
    super::registry::delegate(call, "replaceIfNull")
}

/// `and`, `or` of the items of an array; a second argument says what null counts as.
fn fold_items(call: &mut Call<'_, '_>, decides: bool) -> Bound {
    call.arity(1..=2)?;
    if call.len() == 2 {
        let (fill, array) = (call.args.remove(1), call.args.remove(0));
        let items = filled(array, fill, call)?;
        call.args = vec![items];
    }
    let kernel: Kernel = Arc::new(move |args: Args| {
        let lists = super::list::Lists::of(&args.values[0]);
        let items = crate::value::boolean(lists.items());
        write_rows::<Bool, bool>(args.rows, None, |row| {
            let Some(range) = lists.range(row) else { return Ok(None) };
            let mut result = Some(!decides);
            for at in range {
                if items.is_null(at) {
                    result = None;
                } else if items.value(at) == decides {
                    return Ok(Some(decides));
                }
            }
            Ok(result)
        })
    });
    let wanted = Type::List(Box::new(Type::Bool));
    if call.ty(0) != wanted {
        return Err(Refusal::Types);
    }
    Ok(call.kernel(&[wanted], Type::Bool, kernel)?.can_be_null())
}

/// Three-valued `and` (`decides` false) and `or` (`decides` true).
fn fold(call: &mut Call<'_, '_>, decides: bool) -> Bound {
    call.arity(1..=usize::MAX)?;
    if call.is_list(0) {
        return fold_items(call, decides);
    }
    let wanted = vec![Type::Bool; call.len()];
    let kernel: Kernel = Arc::new(move |args: Args| {
        let lanes: Vec<Lane<'_, Bool>> = args.values.iter().map(Lane::of).collect();
        write_rows::<Bool, bool>(args.rows, None, |row| {
            let mut result = Some(!decides);
            for lane in &lanes {
                match lane.opt(row) {
                    Some(value) if value == decides => return Ok(Some(decides)),
                    Some(_) => {}
                    None => result = None,
                }
            }
            Ok(result)
        })
    });
    call.kernel(&wanted, Type::Bool, kernel)
}

/// A Boolean array that is nowhere null.
pub(super) fn definite(
    bits: arrow_buffer::BooleanBuffer,
) -> Result<arrow_array::ArrayRef, crate::error::Error> {
    Ok(Arc::new(BooleanArray::new(bits, None)))
}
