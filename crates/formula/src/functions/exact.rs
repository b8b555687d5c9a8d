//! Integer arithmetic that fails rather than wraps, and division that rounds down.

use arrow_array::ArrowNativeTypeOp;
use arrow_array::types::{ArrowPrimitiveType, Int8Type, Int16Type, Int32Type, Int64Type};

use super::bind::{Bound, Call, Refusal};
use super::kernels;
use super::registry::Function;
use crate::error::Error;
use crate::eval::arith::refuse_zero;
use crate::eval::dispatch::numeric;
use crate::node::{Kernel, Node};
use crate::types::Type;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "floorDiv",
        signature: "floorDiv(T a, T b) → T (integers)",
        doc: "a divided by b, rounded down.",
        bind: |call| divided(call, true),
    },
    Function {
        name: "floorMod",
        signature: "floorMod(T a, T b) → T (integers)",
        doc: "What floorDiv leaves over: it has the sign of b.",
        bind: |call| divided(call, false),
    },
    Function {
        name: "addExact",
        signature: "addExact(T a, T b) → T (integers)",
        doc: "The sum; fails where it does not fit the type.",
        bind: |call| exact2(call, Operation::Add),
    },
    Function {
        name: "subtractExact",
        signature: "subtractExact(T a, T b) → T (integers)",
        doc: "The difference; fails where it does not fit the type.",
        bind: |call| exact2(call, Operation::Subtract),
    },
    Function {
        name: "multiplyExact",
        signature: "multiplyExact(T a, T b) → T (integers)",
        doc: "The product; fails where it does not fit the type.",
        bind: |call| exact2(call, Operation::Multiply),
    },
    Function {
        name: "negateExact",
        signature: "negateExact(T) → T (integers)",
        doc: "The number with the other sign; fails where it does not fit the type.",
        bind: |call| exact1(call, Operation::Negate),
    },
    Function {
        name: "incrementExact",
        signature: "incrementExact(T) → T (integers)",
        doc: "One more; fails where it does not fit the type.",
        bind: |call| exact1(call, Operation::Increment),
    },
    Function {
        name: "decrementExact",
        signature: "decrementExact(T) → T (integers)",
        doc: "One less; fails where it does not fit the type.",
        bind: |call| exact1(call, Operation::Decrement),
    },
    Function {
        name: "toIntExact",
        signature: "toIntExact(long) → int",
        doc: "The number as an int; fails where it does not fit.",
        bind: |call| narrowed::<Int32Type>(call, Type::Int32),
    },
    Function {
        name: "toShortExact",
        signature: "toShortExact(long) → short",
        doc: "The number as a short; fails where it does not fit.",
        bind: |call| narrowed::<Int16Type>(call, Type::Int16),
    },
    Function {
        name: "toByteExact",
        signature: "toByteExact(long) → byte",
        doc: "The number as a byte; fails where it does not fit.",
        bind: |call| narrowed::<Int8Type>(call, Type::Int8),
    },
];

#[derive(Clone, Copy)]
enum Operation {
    Add,
    Subtract,
    Multiply,
    Negate,
    Increment,
    Decrement,
}

/// The type of all arguments, which must be an integer type.
fn integers(call: &Call<'_, '_>, count: usize) -> Result<Type, Refusal> {
    call.arity(count..=count)?;
    let ty = call.unified(0)?;
    if ty.is_integral() { Ok(ty) } else { Err(Refusal::Types) }
}

fn divided(call: &mut Call<'_, '_>, quotient: bool) -> Bound {
    let ty = integers(call, 2)?;
    let kernel: Kernel = numeric!(&ty, T => divide_kernel::<T>(quotient), _ => return Err(Refusal::Types));
    Ok(call.kernel(&[ty.clone(), ty.clone()], ty, kernel)?.can_fail())
}

fn divide_kernel<T: ArrowPrimitiveType>(quotient: bool) -> Kernel {
    let divide = kernels::rows2::<T, T, T, _>(move |a: T::Native, b: T::Native| {
        let rest = a.mod_wrapping(b);
        let zero = T::Native::ZERO;
        let below = !rest.is_zero() && (rest < zero) != (b < zero);
        Ok(Some(match (quotient, below) {
            (true, false) => a.div_wrapping(b),
            (true, true) => a.div_wrapping(b).sub_wrapping(T::Native::ONE),
            (false, false) => rest,
            (false, true) => rest.add_wrapping(b),
        }))
    });
    std::sync::Arc::new(move |args| {
        refuse_zero::<T>(&args)?;
        divide(args)
    })
}

fn exact2(call: &mut Call<'_, '_>, operation: Operation) -> Bound {
    let ty = integers(call, 2)?;
    let kernel: Kernel = numeric!(&ty, T => kernels::rows2::<T, T, T, _>(move |a, b| {
        let result = match operation {
            Operation::Add => a.add_checked(b),
            Operation::Subtract => a.sub_checked(b),
            _ => a.mul_checked(b),
        };
        result.map(Some).map_err(|_| does_not_fit())
    }), _ => return Err(Refusal::Types));
    Ok(call.kernel(&[ty.clone(), ty.clone()], ty, kernel)?.can_fail())
}

fn exact1(call: &mut Call<'_, '_>, operation: Operation) -> Bound {
    let ty = integers(call, 1)?;
    let kernel: Kernel = numeric!(&ty, T => kernels::rows::<T, T, _>(move |a| {
        let one = ArrowNativeTypeOp::ONE;
        let result = match operation {
            Operation::Negate => a.neg_checked(),
            Operation::Increment => a.add_checked(one),
            _ => a.sub_checked(one),
        };
        result.map(Some).map_err(|_| does_not_fit())
    }), _ => return Err(Refusal::Types));
    Ok(call.kernel(std::slice::from_ref(&ty), ty.clone(), kernel)?.can_fail())
}

fn narrowed<O>(call: &mut Call<'_, '_>, to: Type) -> Bound
where
    O: ArrowPrimitiveType,
    O::Native: TryFrom<i64>,
{
    if !integers(call, 1)?.widens_to(&Type::Int64) {
        return Err(Refusal::Types);
    }
    let kernel = kernels::rows::<Int64Type, O, _>(|value| {
        O::Native::try_from(value).map(Some).map_err(|_| does_not_fit())
    });
    let node: Node = call.kernel(&[Type::Int64], to, kernel)?;
    Ok(node.can_fail())
}

fn does_not_fit() -> Error {
    Error::value("the result does not fit the type")
        .with_hint("cast to long first, or use +, - and *, which wrap")
}
