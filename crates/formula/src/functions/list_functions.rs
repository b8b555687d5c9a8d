//! Functions of arrays.

use std::sync::Arc;

use arrow_array::Array;
use arrow_array::types::Int64Type;

use super::bind::{Bound, Call, Refusal};
use super::list::{self, Lists, item_type};
use super::registry::Function;
use crate::eval::dispatch::numeric;
use crate::node::{Kernel, Node};
use crate::types::Type;
use crate::value::{Args, Bool, Lane, Text, text, write_rows};

/// Methods of arrays.
pub(super) const METHODS: &[Function] = &[
    Function {
        name: "size",
        signature: "array.size() → long",
        doc: "The number of items.",
        bind: length,
    },
    Function {
        name: "isEmpty",
        signature: "array.isEmpty() → boolean",
        doc: "Whether there are no items.",
        bind: |call| {
            let kernel: Kernel = Arc::new(|args: Args| {
                let lists = Lists::of(&args.values[0]);
                write_rows::<Bool, bool>(args.rows, None, |row| Ok(lists.range(row).map(|range| range.is_empty())))
            });
            of_lists(call, Type::Bool, kernel)
        },
    },
    Function {
        name: "get",
        signature: "array.get(long) → T",
        doc: "The item at a position from 0 on; null beyond the ends.",
        bind: |call| {
            call.arity(2..=2)?;
            let (Some(index), Some(array)) = (call.args.pop(), call.args.pop()) else { return Err(Refusal::Types) };
            Ok(list::item(array, index, call.span)?)
        },
    },
];

/// The number of items.
fn length(call: &mut Call<'_, '_>) -> Bound {
    let kernel: Kernel = Arc::new(|args: Args| {
        let lists = Lists::of(&args.values[0]);
        write_rows::<Int64Type, i64>(args.rows, None, |row| Ok(lists.range(row).map(|range| range.len() as i64)))
    });
    of_lists(call, Type::Int64, kernel)
}

/// A function of one array.
fn of_lists(call: &mut Call<'_, '_>, result: Type, kernel: Kernel) -> Bound {
    call.arity(1..=1)?;
    if !call.is_list(0) {
        return Err(Refusal::Types);
    }
    let wanted = call.ty(0);
    call.kernel(&[wanted], result, kernel)
}

/// The greatest or the least item; a NaN wins, null counts not.
pub(super) fn extreme(call: &mut Call<'_, '_>, greatest: bool) -> Bound {
    let Some(item) = item_type(&call.ty(0)) else { return Err(Refusal::Types) };
    let kernel: Kernel = numeric!(&item, T => Arc::new(move |args: Args| {
        let lists = Lists::of(&args.values[0]);
        let items = crate::value::primitive::<T>(lists.items());
        write_rows::<T, _>(args.rows, None, |row| {
            let range = lists.range(row).unwrap_or(0..0);
            let present = range.filter(|at| items.is_valid(*at)).map(|at| items.value(at));
            Ok(present.reduce(|a, b| super::number::further(a, b, greatest)))
        })
    }), _ => return Err(Refusal::Types));
    of_lists(call, item, kernel)
}

/// `String.join(separator, array)`
pub(super) fn joined(call: &mut Call<'_, '_>) -> Bound {
    let kernel: Kernel = Arc::new(|args: Args| {
        let separator = Lane::<Text>::of(&args.values[0]);
        let lists = Lists::of(&args.values[1]);
        let items = text(lists.items());
        write_rows::<Text, String>(args.rows, None, |row| {
            let (Some(separator), Some(range)) = (separator.opt(row), lists.range(row)) else { return Ok(None) };
            let parts: Vec<&str> =
                range.map(|at| if items.is_null(at) { "null" } else { items.value(at) }).collect();
            Ok(Some(parts.join(separator)))
        })
    });
    let wanted = [Type::Text, Type::List(Box::new(Type::Text))];
    let node: Node = call.kernel(&wanted, Type::Text, kernel)?;
    Ok(node)
}
