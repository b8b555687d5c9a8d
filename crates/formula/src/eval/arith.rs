//! `+ - * / %`, `& | ^` and the sign on numbers of one type: plain loops that vectorise.
//!
//! Integers wrap. An argument that nobody else holds is computed in place, so that a longer formula allocates once.

use std::sync::Arc;

use arrow_arith::arity;
use arrow_array::types::{ArrowPrimitiveType, Int32Type, Int64Type};
use arrow_array::{Array, ArrayRef, ArrowNativeTypeOp, PrimitiveArray, new_null_array};

use super::dispatch::numeric;
use crate::ast::BinaryOp;
use crate::error::Error;
use crate::node::Kernel;
use crate::types::Type;
use crate::value::{Args, Value, primitive};

/// The kernel of `op` on two arguments of the number type `ty`, if it has one.
pub(crate) fn binary(op: BinaryOp, ty: &Type) -> Option<Kernel> {
    numeric!(ty, T => arithmetic::<T>(op), _ => None).or_else(|| bits(op, ty))
}

fn arithmetic<T: ArrowPrimitiveType>(op: BinaryOp) -> Option<Kernel> {
    Some(match op {
        BinaryOp::Add => pairwise::<T>(|a, b| a.add_wrapping(b)),
        BinaryOp::Sub => pairwise::<T>(|a, b| a.sub_wrapping(b)),
        BinaryOp::Mul => pairwise::<T>(|a, b| a.mul_wrapping(b)),
        BinaryOp::Div => pairwise::<T>(|a, b| a.div_wrapping(b)),
        BinaryOp::Rem => remainder::<T>(),
        _ => return None,
    })
}

fn bits(op: BinaryOp, ty: &Type) -> Option<Kernel> {
    match (op, ty) {
        (BinaryOp::BitAnd, Type::Int32) => Some(pairwise::<Int32Type>(|a, b| a & b)),
        (BinaryOp::BitOr, Type::Int32) => Some(pairwise::<Int32Type>(|a, b| a | b)),
        (BinaryOp::BitXor, Type::Int32) => Some(pairwise::<Int32Type>(|a, b| a ^ b)),
        (BinaryOp::BitAnd, Type::Int64) => Some(pairwise::<Int64Type>(|a, b| a & b)),
        (BinaryOp::BitOr, Type::Int64) => Some(pairwise::<Int64Type>(|a, b| a | b)),
        (BinaryOp::BitXor, Type::Int64) => Some(pairwise::<Int64Type>(|a, b| a ^ b)),
        _ => None,
    }
}

/// `-x`
pub(crate) fn negate(ty: &Type) -> Option<Kernel> {
    numeric!(ty, T => Some(each::<T>(|a| a.neg_wrapping())), _ => None)
}

/// A kernel of one argument that keeps the type.
pub(crate) fn each<T: ArrowPrimitiveType>(
    op: impl Fn(T::Native) -> T::Native + Copy + Send + Sync + 'static,
) -> Kernel {
    Arc::new(move |args| {
        let array = owned::<T>(args.one());
        Ok(Arc::new(in_place(array, op)))
    })
}

/// A kernel of two arguments of one type that keeps the type.
pub(crate) fn pairwise<T: ArrowPrimitiveType>(
    op: impl Fn(T::Native, T::Native) -> T::Native + Copy + Send + Sync + 'static,
) -> Kernel {
    Arc::new(move |args| combine::<T>(args, op))
}

fn combine<T: ArrowPrimitiveType>(
    args: Args,
    op: impl Fn(T::Native, T::Native) -> T::Native + Copy,
) -> Result<ArrayRef, Error> {
    let rows = args.rows;
    match args.two() {
        (Value::Scalar(a), Value::Scalar(b)) => {
            Ok(Arc::new(arity::binary::<_, _, _, T>(primitive::<T>(&a), primitive::<T>(&b), op)?))
        }
        (Value::Scalar(one), _) | (_, Value::Scalar(one)) if one.is_null(0) => {
            Ok(new_null_array(&T::DATA_TYPE, rows))
        }
        (a @ Value::Array(_), Value::Scalar(one)) => {
            let b = primitive::<T>(&one).value(0);
            Ok(Arc::new(in_place(owned::<T>(a), move |a| op(a, b))))
        }
        (Value::Scalar(one), b @ Value::Array(_)) => {
            let a = primitive::<T>(&one).value(0);
            Ok(Arc::new(in_place(owned::<T>(b), move |b| op(a, b))))
        }
        (a @ Value::Array(_), b @ Value::Array(_)) => arrays(owned::<T>(a), owned::<T>(b), op),
    }
}

fn arrays<T: ArrowPrimitiveType>(
    a: PrimitiveArray<T>,
    b: PrimitiveArray<T>,
    op: impl Fn(T::Native, T::Native) -> T::Native + Copy,
) -> Result<ArrayRef, Error> {
    let a = match arity::binary_mut(a, &b, op) {
        Ok(done) => return Ok(Arc::new(done?)),
        Err(shared) => shared,
    };
    match arity::binary_mut(b, &a, move |b, a| op(a, b)) {
        Ok(done) => Ok(Arc::new(done?)),
        Err(b) => Ok(Arc::new(arity::binary::<_, _, _, T>(&a, &b, op)?)),
    }
}

/// The array itself, with no other reference to it left behind.
fn owned<T: ArrowPrimitiveType>(value: Value) -> PrimitiveArray<T> {
    primitive::<T>(value.array()).clone()
}

fn in_place<T: ArrowPrimitiveType>(
    array: PrimitiveArray<T>,
    op: impl Fn(T::Native) -> T::Native + Copy,
) -> PrimitiveArray<T> {
    match array.unary_mut(op) {
        Ok(done) => done,
        Err(shared) => shared.unary(op),
    }
}

/// The remainder has the sign of the left side; an integer divided by zero fails and says the row.
fn remainder<T: ArrowPrimitiveType>() -> Kernel {
    Arc::new(|args| {
        if !T::DATA_TYPE.is_floating() {
            refuse_zero::<T>(&args)?;
        }
        combine::<T>(args, |a, b| {
            let integral_zero = !T::DATA_TYPE.is_floating() && b.is_zero();
            if integral_zero { b } else { a.mod_wrapping(b) }
        })
    })
}

/// Fails if a row that has both values has a zero on the right.
pub(crate) fn refuse_zero<T: ArrowPrimitiveType>(args: &Args) -> Result<(), Error> {
    let divisor = primitive::<T>(args.values[1].array());
    if !divisor.values().iter().any(|b| b.is_zero()) {
        return Ok(());
    }
    let step = usize::from(!args.values[1].is_scalar());
    let nulls = args.nulls();
    let row = (0..args.rows).find(|row| {
        divisor.value(row * step).is_zero() && nulls.as_ref().is_none_or(|nulls| nulls.is_valid(*row))
    });
    row.map_or(Ok(()), |row| {
        Err(Error::value("an integer is divided by zero")
            .with_row(row)
            .with_hint("guard it, e.g. n == 0 ? null : x % n"))
    })
}
