//! Values rounded down or up to the edge of an interval.

use arrow_array::types::{Float64Type, Int64Type, TimestampNanosecondType};

use super::bind::{Bound, Call, Refusal};
use super::kernels;
use super::registry::Function;
use crate::error::Error;
use crate::node::{Kernel, Node};
use crate::types::Type;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "lowerBin",
        signature: "lowerBin(T x, T interval[, T offset]) → T; lowerBin(Instant|ZonedDateTime, Duration|long nanos[, offset]) → the same type",
        doc: "The edge of the interval at or below the value.",
        bind: |call| bin(call, Edge::Lower),
    },
    Function {
        name: "upperBin",
        signature: "upperBin(T x, T interval[, T offset]) → T; upperBin(Instant|ZonedDateTime, Duration|long nanos[, offset]) → the same type",
        doc: "The edge of the interval at or above the value.",
        bind: |call| bin(call, Edge::Upper),
    },
];

#[derive(Clone, Copy, PartialEq)]
enum Edge {
    Lower,
    Upper,
}

fn bin(call: &mut Call<'_, '_>, edge: Edge) -> Bound {
    call.arity(2..=3)?;
    if matches!(call.ty(0), Type::Instant | Type::Zoned(_)) {
        return super::time_zoned::in_zone(call, |call| instant(call, edge));
    }
    let ty = call.unified(0)?;
    let computed = match &ty {
        ty if ty.is_floating() => Type::Float64,
        ty if ty.is_integral() => Type::Int64,
        _ => return Err(Refusal::Types),
    };
    let args = call.converted(&computed)?;
    let kernel =
        if computed == Type::Float64 { floating(edge, args.len()) } else { integral(edge, args.len()) };
    let node = Node::kernel(kernel, args, computed, call.span).can_fail();
    node.converted(&ty).ok_or(Refusal::Types)
}

fn integral(edge: Edge, count: usize) -> Kernel {
    if count == 2 {
        return kernels::rows2::<Int64Type, Int64Type, Int64Type, _>(move |x, width| {
            edge_of(x, width, 0, edge).map(Some)
        });
    }
    kernels::rows3::<Int64Type, Int64Type, Int64Type, Int64Type, _>(move |x, width, offset| {
        edge_of(x, width, offset, edge).map(Some)
    })
}

fn floating(edge: Edge, count: usize) -> Kernel {
    let at = move |x: f64, width: f64, offset: f64| {
        let steps = (x - offset) / width;
        let steps = if edge == Edge::Lower { steps.floor() } else { steps.ceil() };
        Ok(Some(steps * width + offset))
    };
    if count == 2 {
        return kernels::rows2::<Float64Type, Float64Type, Float64Type, _>(move |x, width| at(x, width, 0.0));
    }
    kernels::rows3::<Float64Type, Float64Type, Float64Type, Float64Type, _>(at)
}

/// An instant by an interval in nanoseconds: a Duration, or a long.
fn instant(call: &mut Call<'_, '_>, edge: Edge) -> Bound {
    let mut args = Vec::new();
    for (at, arg) in std::mem::take(&mut call.args).into_iter().enumerate() {
        let span = arg.span;
        let arg = match &arg.ty {
            Type::Instant if at == 0 => Some(arg),
            Type::Duration if at > 0 => {
                Some(Node::kernel(super::time_operator::nanos(), vec![arg], Type::Int64, span).folded())
            }
            ty if at > 0 && ty.is_integral() => arg.widened(&Type::Int64),
            _ => None,
        };
        args.push(arg.ok_or(Refusal::Types)?);
    }
    let kernel = if args.len() == 2 {
        kernels::rows2::<TimestampNanosecondType, Int64Type, TimestampNanosecondType, _>(move |t, width| {
            edge_of(t, width, 0, edge).map(Some)
        })
    } else {
        kernels::rows3::<TimestampNanosecondType, Int64Type, Int64Type, TimestampNanosecondType, _>(
            move |t, width, offset| edge_of(t, width, offset, edge).map(Some),
        )
    };
    let kernel = super::kernels::as_instant(kernel);
    Ok(Node::kernel(kernel, args, Type::Instant, call.span).can_fail())
}

fn edge_of(x: i64, width: i64, offset: i64, edge: Edge) -> Result<i64, Error> {
    if width == 0 {
        return Err(Error::value("the interval is zero").with_hint("give an interval of at least 1"));
    }
    let (x, width, offset) = (i128::from(x), i128::from(width), i128::from(offset));
    let lower = (x - offset).div_euclid(width) * width + offset;
    let result = if edge == Edge::Lower || lower == x { lower } else { lower + width.abs() };
    i64::try_from(result).map_err(|_| Error::value("the edge of the interval does not fit a long"))
}
