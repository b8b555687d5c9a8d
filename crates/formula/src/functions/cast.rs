//! Casts as functions.

use super::bind::{Bound, Call, Refusal};
use super::registry::Function;
use crate::error::Error;
use crate::eval::cast;
use crate::node::{Kernel, Node};
use crate::types::Type;
use crate::value::{Args, Value};

macro_rules! casts {
    ($($name:literal, $to:literal, $ty:expr;)*) => {
        &[$(Function {
            name: $name,
            signature: concat!($name, "(number) → ", $to),
            doc: concat!("The number as a ", $to, ": cut towards zero, or to its low bits."),
            bind: |call| to(call, $ty),
        }),*]
    };
}

pub(super) const FUNCTIONS: &[Function] = casts! {
    "byteCast", "byte", Type::Int8;
    "shortCast", "short", Type::Int16;
    "charCast", "char", Type::Char;
    "intCast", "int", Type::Int32;
    "longCast", "long", Type::Int64;
    "floatCast", "float", Type::Float32;
    "doubleCast", "double", Type::Float64;
};

pub(super) const CHECKED: &[Function] = &[
    Function {
        name: "castInt",
        signature: "castInt(number|number[][, boolean errorOnLoss]) → int|int[]",
        doc: "The number as an int; asked to, it fails where the number changes.",
        bind: |call| checked(call, Type::Int32),
    },
    Function {
        name: "castLong",
        signature: "castLong(number|number[][, boolean errorOnLoss]) → long|long[]",
        doc: "The number as a long; asked to, it fails where the number changes.",
        bind: |call| checked(call, Type::Int64),
    },
    Function {
        name: "castDouble",
        signature: "castDouble(number|number[][, boolean errorOnLoss]) → double|double[]",
        doc: "The number as a double; asked to, it fails where the number changes.",
        bind: |call| checked(call, Type::Float64),
    },
];

fn to(call: &mut Call<'_, '_>, ty: Type) -> Bound {
    call.arity(1..=1)?;
    if call.is_list(0) {
        return call.lifted(|call| to(call, ty));
    }
    if !call.ty(0).is_number() && !matches!(call.ty(0), Type::Decimal(..)) {
        return Err(Refusal::Types);
    }
    call.args.remove(0).converted(&ty).ok_or(Refusal::Types)
}

/// A cast that looks whether the number survives the way there and back.
fn checked(call: &mut Call<'_, '_>, ty: Type) -> Bound {
    call.arity(1..=2)?;
    let strict = if call.len() == 2 { call.take_flag(1)? } else { false };
    if call.is_list(0) {
        return call.lifted(|call| strictly(call, strict, ty));
    }
    strictly(call, strict, ty)
}

fn strictly(call: &mut Call<'_, '_>, strict: bool, ty: Type) -> Bound {
    let from = call.ty(0);
    if !strict || from == ty {
        return to(call, ty);
    }
    let (Some(there), Some(back)) = (cast::kernel(&from, &ty), cast::kernel(&ty, &from)) else {
        return Err(Refusal::Types);
    };
    let Some(differs) = crate::eval::compare::comparison(crate::ast::BinaryOp::Ne, &from) else {
        return Err(Refusal::Types);
    };
    let kernel: Kernel = std::sync::Arc::new(move |args: Args| {
        let (rows, now) = (args.rows, args.now);
        let original = args.one();
        let one = |value: Value| Args { values: vec![value], rows, now };
        let like = |array| if original.is_scalar() { Value::Scalar(array) } else { Value::Array(array) };
        let result = there(one(original.clone()))?;
        let again = back(one(like(result.clone())))?;
        let changed = differs(Args { values: vec![original.clone(), like(again)], rows, now })?;
        let lost = crate::value::boolean(&changed).values().set_indices().next();
        lost.map_or(Ok(result), |row| Err(Error::value("the cast loses digits").with_row(row)))
    });
    let arg = call.args.remove(0);
    Ok(Node::kernel(kernel, vec![arg], ty, call.span).can_fail())
}
