//! Null and NaN: tests, and values in their place.

use std::sync::Arc;

use arrow_array::types::Float64Type;
use arrow_buffer::BooleanBuffer;

use super::bind::{Bound, Call, Refusal};
use super::registry::Function;
use crate::eval::choose::zip;
use crate::node::{Kernel, Node};
use crate::types::{self, Type};
use crate::value::{Lane, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "isNull",
        signature: "isNull(any) → boolean",
        doc: "Whether the value is null.",
        bind: |call| call.is_null_test(true),
    },
    Function {
        name: "nullValueFor",
        signature: "nullValueFor(Class) → null of this type",
        doc: "Null of the type of the class, e.g. nullValueFor(int.class).",
        bind: |call| {
            call.arity(1..=1)?;
            let class = call.take_token(0, "Class")?;
            let ty = types::named(&class).flatten().ok_or(Refusal::Types)?;
            let null = arrow_array::new_null_array(&ty.data_type(), 1);
            Ok(Node::constant(ty, null, call.span))
        },
    },
    Function {
        name: "replaceIfNull",
        signature: "replaceIfNull(T|T[] x, T value) → T|T[]",
        doc: "x, or the value where x is null.",
        bind: |call| replace(call, Hole { null: true, ..Hole::default() }),
    },
    Function {
        name: "replaceIfNaN",
        signature: "replaceIfNaN(T|T[] x, T value) → T|T[] (float, double)",
        doc: "x, or the value where x is not a number.",
        bind: |call| replace(call, Hole { nan: true, ..Hole::default() }),
    },
    Function {
        name: "replaceIfNullNaN",
        signature: "replaceIfNullNaN(T|T[] x, T value) → T|T[] (float, double)",
        doc: "x, or the value where x is null or not a number.",
        bind: |call| replace(call, Hole { null: true, nan: true, ..Hole::default() }),
    },
    Function {
        name: "replaceIfNonFinite",
        signature: "replaceIfNonFinite(T|T[] x, T value) → T|T[] (float, double)",
        doc: "x, or the value where x is null, not a number or infinite.",
        bind: |call| replace(call, Hole { null: true, nan: true, infinite: true }),
    },
];

/// What is replaced.
#[derive(Clone, Copy, Default)]
struct Hole {
    null: bool,
    nan: bool,
    infinite: bool,
}

fn replace(call: &mut Call<'_, '_>, hole: Hole) -> Bound {
    call.arity(2..=2)?;
    if call.is_list(0) {
        return call.lifted(move |call| replace(call, hole));
    }
    let (from, other) = (call.ty(0), call.ty(1));
    // A constant of a wider type does not widen a column of numbers that can hold it.
    let ty = if from.is_number() && other.is_integral() {
        from
    } else {
        types::unify(&from, &other).ok_or(Refusal::Types)?
    };
    if (hole.nan || hole.infinite) && !ty.is_floating() {
        return Err(Refusal::Types);
    }
    let args = call.converted(&ty)?;
    let nullable = args[1].nullable || (args[0].nullable && !hole.null);
    let mut node = Node::kernel(kernel(hole), args, ty, call.span);
    node.nullable = nullable;
    Ok(node)
}

fn kernel(hole: Hole) -> Kernel {
    Arc::new(move |args| {
        let rows = args.rows;
        let (x, other) = args.two();
        let keep = kept(&x, hole, rows)?;
        match keep {
            None => x.expand(rows),
            Some(keep) => zip(&keep, &x, &other),
        }
    })
}

/// The rows that stay; `None` when all do.
fn kept(x: &Value, hole: Hole, rows: usize) -> Result<Option<BooleanBuffer>, crate::error::Error> {
    let valid = if hole.null { x.nulls(rows).map(|nulls| nulls.into_inner()) } else { None };
    if !hole.nan && !hole.infinite {
        return Ok(valid);
    }
    let doubles = arrow_cast::cast(x.array(), &Type::Float64.data_type())?;
    let doubles = if x.is_scalar() { Value::Scalar(doubles) } else { Value::Array(doubles) };
    let lane = Lane::<Float64Type>::of(&doubles);
    let good = BooleanBuffer::collect_bool(rows, |row| match lane.opt(row) {
        Some(value) => !(value.is_nan() && hole.nan || value.is_infinite() && hole.infinite),
        None => !hole.null,
    });
    debug_assert_eq!(good.len(), rows);
    Ok(Some(good))
}
