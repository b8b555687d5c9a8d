//! Functions of Booleans: a choice as a function, and conditions with a meaning for null.

use std::sync::Arc;

use arrow_array::BooleanArray;

use super::bind::{Bound, Call, Refusal};
use super::registry::Function;
use crate::check::operator::{choice, condition};
use crate::eval::boolean;
use crate::node::Kernel;
use crate::types::Type;
use crate::value::{Args, Bool, Lane, write_rows};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "ifelse",
        signature: "ifelse(boolean condition, T a, T b) → T",
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
        signature: "and(boolean…) → boolean",
        doc: "Whether all are true; null where one is null and none is false.",
        bind: |call| fold(call, false),
    },
    Function {
        name: "or",
        signature: "or(boolean…) → boolean",
        doc: "Whether one is true; null where one is null and none is true.",
        bind: |call| fold(call, true),
    },
    Function {
        name: "not",
        signature: "not(boolean) → boolean",
        doc: "The other truth value; null stays null.",
        bind: |call| call.kernel(&[Type::Bool], Type::Bool, boolean::not()),
    },
];

fn if_else(call: &mut Call<'_, '_>) -> Bound {
    call.arity(3..=3)?;
    let mut args = std::mem::take(&mut call.args).into_iter();
    let (Some(test), Some(a), Some(b)) = (args.next(), args.next(), args.next()) else {
        return Err(Refusal::Types);
    };
    let test = condition(test, "\"ifelse\"")?;
    Ok(choice(test, a, b, call.span)?)
}

/// Three-valued `and` (`decides` false) and `or` (`decides` true).
fn fold(call: &mut Call<'_, '_>, decides: bool) -> Bound {
    call.arity(1..=usize::MAX)?;
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
