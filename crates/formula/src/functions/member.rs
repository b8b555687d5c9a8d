//! Whether a value is one of several, or between two.

use std::sync::Arc;

use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Decimal128Type, Decimal256Type, DurationNanosecondType,
    Time64NanosecondType, TimestampNanosecondType,
};
use arrow_array::{Array, ArrayRef};
use arrow_buffer::{BooleanBuffer, i256};
use std::collections::HashSet;
use std::hash::Hash;

use super::bind::{Bound, Call, Refusal};
use super::boolean::definite;
use super::registry::Function;
use crate::ast::{BinaryOp, LogicOp};
use crate::check::operator::{combine, logic_node};
use crate::error::Error;
use crate::eval::dispatch::numeric;
use crate::node::{Branch, Kernel, Node};
use crate::types::{self, Type};
use crate::value::{Args, Bool, Lane, Read, Text, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "in",
        signature: "in(T x, T a, T b…) → boolean",
        doc: "Whether x is one of the values; null is one of them only where null is listed.",
        bind: is_in,
    },
    Function {
        name: "inObj",
        signature: "inObj(T x, T a, T b…) → boolean",
        doc: "Whether x is one of the values.",
        bind: is_in,
    },
    Function {
        name: "inRange",
        signature: "inRange(T x, T low, T high) → boolean",
        doc: "Whether x is between low and high, both included; false for null.",
        bind: in_range,
    },
];

fn is_in(call: &mut Call<'_, '_>) -> Bound {
    call.arity(2..=usize::MAX)?;
    let mut args = std::mem::take(&mut call.args);
    let x = args.remove(0);
    if args.iter().all(|arg| arg.as_constant().is_some()) {
        let values: Vec<&ArrayRef> = args.iter().filter_map(Node::as_constant).collect();
        let types: Vec<Type> = args.iter().map(|arg| arg.ty.clone()).collect();
        if let Some(node) = among(x.clone(), &types, &values, false, call.span)? {
            return Ok(node);
        }
    }
    let mut parts = Vec::new();
    for arg in args {
        parts.push(Branch::new(combine(BinaryOp::Eq, x.clone(), arg, call.span)?));
    }
    if parts.len() == 1 {
        return Ok(parts.remove(0).node);
    }
    Ok(logic_node(LogicOp::Or, parts, call.span))
}

/// Whether `x` is one of the constants, by one look-up a row. `not` turns the answer. `None` when the constants and
/// `x` have no type in common whose values can be looked up.
///
/// A NaN is one of the constants when NaN is listed.
pub(crate) fn among(
    x: Node,
    types: &[Type],
    values: &[&ArrayRef],
    not: bool,
    span: crate::error::Span,
) -> Result<Option<Node>, Error> {
    let mut ty = x.ty.clone();
    for other in types {
        match types::comparison(&ty, other) {
            Some(common) => ty = common,
            None => return Ok(None),
        }
    }
    let mut list = Vec::new();
    for (value, from) in values.iter().zip(types) {
        let Some(node) = Node::constant(from.clone(), (*value).clone(), span).converted(&ty) else {
            return Ok(None);
        };
        list.extend(node.as_constant().cloned());
    }
    let (Some(x), Some(kernel)) = (x.converted(&ty), lookup(&ty, &list, not)) else { return Ok(None) };
    Ok(Some(Node::kernel(kernel, vec![x], Type::Bool, span).never_null()))
}

/// The kernel that looks values of type `ty` up among one-row arrays of that type.
fn lookup(ty: &Type, list: &[ArrayRef], not: bool) -> Option<Kernel> {
    Some(match ty {
        Type::Float32 => floats::<arrow_array::types::Float32Type>(list, not, |v| float_key(f64::from(v))),
        Type::Float64 => floats::<arrow_array::types::Float64Type>(list, not, float_key),
        Type::Bool => set::<Bool, bool>(list, not, |v| v),
        Type::Text => texts(list, not),
        Type::Instant | Type::DateTime => set::<TimestampNanosecondType, i64>(list, not, |v| v),
        Type::Date => set::<Date32Type, i32>(list, not, |v| v),
        Type::Time => set::<Time64NanosecondType, i64>(list, not, |v| v),
        Type::Duration => set::<DurationNanosecondType, i64>(list, not, |v| v),
        Type::Decimal(precision, _) if *precision > 38 => set::<Decimal256Type, i256>(list, not, |v| v),
        Type::Decimal(..) => set::<Decimal128Type, i128>(list, not, |v| v),
        _ => {
            return numeric!(ty, T => Some(set::<T, i64>(list, not, crate::eval::cast::Convert::<i64>::convert)), _ => None);
        }
    })
}

/// One key for both zeros, and one for every NaN.
fn float_key(value: f64) -> u64 {
    if value.is_nan() { f64::NAN.to_bits() } else { (value + 0.0).to_bits() }
}

fn floats<T: ArrowPrimitiveType>(list: &[ArrayRef], not: bool, bits: fn(T::Native) -> u64) -> Kernel {
    set::<T, u64>(list, not, bits)
}

/// Few values are compared one after the other, many are hashed.
const FEW: usize = 8;

fn set<R: Read, K: Eq + Hash + Copy + Send + Sync + 'static>(
    list: &[ArrayRef],
    not: bool,
    key: impl Fn(R::Item<'_>) -> K + Copy + Send + Sync + 'static,
) -> Kernel {
    let (mut keys, mut null) = (Vec::new(), false);
    for one in list {
        let value = Value::Scalar(one.clone());
        match Lane::<R>::of(&value).opt(0) {
            Some(value) => keys.push(key(value)),
            None => null = true,
        }
    }
    let many: HashSet<K> = if keys.len() > FEW { keys.iter().copied().collect() } else { HashSet::new() };
    Arc::new(move |args: Args| {
        let lane = Lane::<R>::of(&args.values[0]);
        let found = |row| match lane.opt(row) {
            None => null,
            Some(value) if keys.len() > FEW => many.contains(&key(value)),
            Some(value) => keys.contains(&key(value)),
        };
        definite(BooleanBuffer::collect_bool(args.rows, |row| found(row) != not))
    })
}

fn texts(list: &[ArrayRef], not: bool) -> Kernel {
    let null = list.iter().any(|one| one.is_null(0));
    let keys: Vec<String> = list
        .iter()
        .filter(|one| one.is_valid(0))
        .map(|one| crate::value::text(one).value(0).to_owned())
        .collect();
    let many: HashSet<String> = keys.iter().cloned().collect();
    Arc::new(move |args: Args| {
        let lane = Lane::<Text>::of(&args.values[0]);
        let found = |row| match lane.opt(row) {
            None => null,
            Some(value) if keys.len() > FEW => many.contains(value),
            Some(value) => keys.iter().any(|key| key == value),
        };
        definite(BooleanBuffer::collect_bool(args.rows, |row| found(row) != not))
    })
}

fn in_range(call: &mut Call<'_, '_>) -> Bound {
    call.arity(3..=3)?;
    let mut args = std::mem::take(&mut call.args).into_iter();
    let (Some(x), Some(low), Some(high)) = (args.next(), args.next(), args.next()) else {
        return Err(Refusal::Types);
    };
    let span = call.span;
    let present =
        Node::kernel(super::kernels::null_test(false), vec![x.clone()], Type::Bool, span).never_null();
    let above = combine(BinaryOp::Ge, x.clone(), low, span)?;
    let below = combine(BinaryOp::Le, x, high, span)?;
    let parts = [present, above, below].into_iter().map(Branch::new).collect();
    Ok(logic_node(LogicOp::And, parts, span))
}
