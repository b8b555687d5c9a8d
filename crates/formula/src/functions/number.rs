//! Numbers: roots, logarithms, angles, rounding, signs and tests.

use arrow_array::ArrowNativeTypeOp;
use arrow_array::types::{Float32Type, Float64Type, Int32Type, Int64Type};

use super::bind::{Bound, Call, Refusal};
use super::kernels;
use super::registry::Function;
use crate::eval::arith;
use crate::eval::dispatch::numeric;
use crate::node::Kernel;
use crate::types::Type;
use crate::value::{Args, Lane, Read, write_rows};

macro_rules! doubles {
    ($($name:literal, $doc:literal, $f:expr;)*) => {
        &[$(Function {
            name: $name,
            signature: concat!($name, "(double) → double"),
            doc: $doc,
            bind: |call| call.double($f),
        }),*]
    };
}

pub(super) const OF_ONE: &[Function] = doubles! {
    "sqrt", "The square root; NaN below zero.", f64::sqrt;
    "cbrt", "The cube root.", f64::cbrt;
    "exp", "e to this power.", f64::exp;
    "expm1", "e to this power less one, exact near zero.", f64::exp_m1;
    "log", "The natural logarithm.", f64::ln;
    "log10", "The logarithm to base 10.", f64::log10;
    "log1p", "The natural logarithm of one more, exact near zero.", f64::ln_1p;
    "sin", "The sine of an angle in radians.", f64::sin;
    "cos", "The cosine of an angle in radians.", f64::cos;
    "tan", "The tangent of an angle in radians.", f64::tan;
    "asin", "The angle in radians with this sine.", f64::asin;
    "acos", "The angle in radians with this cosine.", f64::acos;
    "atan", "The angle in radians with this tangent.", f64::atan;
    "sinh", "The hyperbolic sine.", f64::sinh;
    "cosh", "The hyperbolic cosine.", f64::cosh;
    "tanh", "The hyperbolic tangent.", f64::tanh;
    "ceil", "The next whole number upwards, as a double.", f64::ceil;
    "floor", "The next whole number downwards, as a double.", f64::floor;
    "rint", "The nearest whole number, as a double; halves go to the even one.", f64::round_ties_even;
    "toDegrees", "Radians in degrees.", f64::to_degrees;
    "toRadians", "Degrees in radians.", f64::to_radians;
};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "atan2",
        signature: "atan2(double y, double x) → double",
        doc: "The angle in radians of the point (x, y).",
        bind: |call| call.doubles(f64::atan2),
    },
    Function {
        name: "hypot",
        signature: "hypot(double, double) → double",
        doc: "The length of the diagonal.",
        bind: |call| call.doubles(f64::hypot),
    },
    Function {
        name: "pow",
        signature: "pow(double a, double b) → double",
        doc: "a to the power b.",
        bind: |call| call.doubles(f64::powf),
    },
    Function {
        name: "round",
        signature: "round(number) → long",
        doc: "The nearest whole number; halves go up.",
        bind: |call| {
            call.kernel(&[Type::Float64], Type::Int64, kernels::map::<Float64Type, Int64Type>(round))
        },
    },
    Function {
        name: "signum",
        signature: "signum(number) → int",
        doc: "-1, 0 or 1 as the number is negative, zero or positive.",
        bind: signum,
    },
    Function {
        name: "abs",
        signature: "abs(T number) → T",
        doc: "The number without its sign.",
        bind: absolute,
    },
    Function {
        name: "clamp",
        signature: "clamp(T x, T min, T max) → T",
        doc: "The nearest value to x between min and max.",
        bind: clamp,
    },
    Function {
        name: "max",
        signature: "max(T…) → T; max(T[]) → T",
        doc: "The greatest of the values; null counts not.",
        bind: |call| extreme(call, true),
    },
    Function {
        name: "min",
        signature: "min(T…) → T; min(T[]) → T",
        doc: "The least of the values; null counts not.",
        bind: |call| extreme(call, false),
    },
    Function {
        name: "copySign",
        signature: "copySign(T a, T b) → T (float, double)",
        doc: "a with the sign of b.",
        bind: |call| floats2(call, |a, b| a.copysign(b), |a, b| a.copysign(b)),
    },
    Function {
        name: "IEEEremainder",
        signature: "IEEEremainder(T a, T b) → T (float, double)",
        doc: "a less the whole multiple of b that is nearest to it.",
        bind: |call| {
            floats2(call, |a, b| nearest_remainder(f64::from(a), f64::from(b)) as f32, nearest_remainder)
        },
    },
    Function {
        name: "nextAfter",
        signature: "nextAfter(T a, T b) → T (float, double)",
        doc: "The number beside a in the direction of b.",
        bind: |call| floats2(call, next_after_float, next_after),
    },
    Function {
        name: "nextUp",
        signature: "nextUp(T) → T (float, double)",
        doc: "The next greater number.",
        bind: |call| floats(call, f32::next_up, f64::next_up),
    },
    Function {
        name: "nextDown",
        signature: "nextDown(T) → T (float, double)",
        doc: "The next smaller number.",
        bind: |call| floats(call, f32::next_down, f64::next_down),
    },
    Function {
        name: "ulp",
        signature: "ulp(T) → T (float, double)",
        doc: "The distance from the number to the next greater one.",
        bind: |call| floats(call, |x| x.abs().next_up() - x.abs(), |x| x.abs().next_up() - x.abs()),
    },
    Function {
        name: "scalb",
        signature: "scalb(double x, int n) → double",
        doc: "x times two to the n.",
        bind: |call| {
            let kernel = kernels::map2::<Float64Type, Int32Type, Float64Type>(|x, n| x * 2f64.powi(n));
            call.kernel(&[Type::Float64, Type::Int32], Type::Float64, kernel)
        },
    },
    Function {
        name: "getExponent",
        signature: "getExponent(double) → int",
        doc: "The exponent of two of the number.",
        bind: |call| {
            let kernel =
                kernels::map::<Float64Type, Int32Type>(|x| ((x.to_bits() >> 52) & 0x7ff) as i32 - 1023);
            call.kernel(&[Type::Float64], Type::Int32, kernel)
        },
    },
    Function {
        name: "compare",
        signature: "compare(number a, number b) → int",
        doc: "-1, 0 or 1 as a is less than, equal to or greater than b; null is least, NaN greatest.",
        bind: compare,
    },
];

/// Tests of floating numbers.
pub(super) const TESTS: &[Function] = &[
    Function {
        name: "isNaN",
        signature: "isNaN(number) → boolean",
        doc: "Whether the value is not a number; false for null.",
        bind: |call| floating_test(call, f64::is_nan),
    },
    Function {
        name: "isInf",
        signature: "isInf(number) → boolean",
        doc: "Whether the value is infinite; false for null.",
        bind: |call| floating_test(call, f64::is_infinite),
    },
    Function {
        name: "isFinite",
        signature: "isFinite(number) → boolean",
        doc: "Whether the value is a number and not infinite; false for null.",
        bind: |call| floating_test(call, f64::is_finite),
    },
];

/// The names of some tests in `Double` and `Float`.
pub(super) const DOUBLE_TESTS: &[Function] = &[Function {
    name: "isInfinite",
    signature: "Double.isInfinite(number) → boolean",
    doc: "Whether the value is infinite; false for null.",
    bind: |call| floating_test(call, f64::is_infinite),
}];

fn round(x: f64) -> i64 {
    (x + 0.5).floor() as i64
}

fn signum(call: &mut Call<'_, '_>) -> Bound {
    let ty = call.ty(0);
    let kernel: Kernel =
        numeric!(&ty, T => kernels::map::<T, Int32Type>(sign), _ => return Err(Refusal::Types));
    call.kernel(&[ty], Type::Int32, kernel)
}

fn sign<N: ArrowNativeTypeOp>(x: N) -> i32 {
    if x > N::ZERO { 1 } else { -i32::from(x < N::ZERO) }
}

fn absolute(call: &mut Call<'_, '_>) -> Bound {
    let ty = call.ty(0);
    let kernel: Kernel = match ty {
        Type::Float32 => arith::each::<Float32Type>(f32::abs),
        Type::Float64 => arith::each::<Float64Type>(f64::abs),
        _ => {
            numeric!(&ty, T => arith::each::<T>(|x| if x < Default::default() { x.neg_wrapping() } else { x }), _ => return Err(Refusal::Types))
        }
    };
    call.kernel(std::slice::from_ref(&ty), ty.clone(), kernel)
}

fn clamp(call: &mut Call<'_, '_>) -> Bound {
    call.arity(3..=3)?;
    let ty = call.unified(0)?;
    let kernel: Kernel = numeric!(&ty, T => kernels::rows3::<T, T, T, T, _>(|x, low, high| {
        Ok(Some(if x < low { low } else if x > high { high } else { x }))
    }), _ => return Err(Refusal::Types));
    call.kernel(&[ty.clone(), ty.clone(), ty.clone()], ty, kernel)
}

/// `min` and `max` of several values, or of the items of an array.
fn extreme(call: &mut Call<'_, '_>, greatest: bool) -> Bound {
    if call.is_list(0) {
        return super::list_functions::extreme(call, greatest);
    }
    call.arity(1..=usize::MAX)?;
    let ty = call.unified(0)?;
    let kernel: Kernel = numeric!(&ty, T => extreme_kernel::<T>(greatest), _ => match ty {
        Type::Instant => extreme_kernel::<arrow_array::types::TimestampNanosecondType>(greatest),
        Type::Date => extreme_kernel::<arrow_array::types::Date32Type>(greatest),
        Type::Duration => extreme_kernel::<arrow_array::types::DurationNanosecondType>(greatest),
        Type::Time => extreme_kernel::<arrow_array::types::Time64NanosecondType>(greatest),
        _ => return Err(Refusal::Types),
    });
    let kernel = if ty == Type::Instant { kernels::as_instant(kernel) } else { kernel };
    let wanted = vec![ty.clone(); call.len()];
    call.kernel(&wanted, ty, kernel)
}

fn extreme_kernel<T: arrow_array::types::ArrowPrimitiveType>(greatest: bool) -> Kernel
where
    T::Native: ArrowNativeTypeOp,
{
    std::sync::Arc::new(move |args: Args| {
        let lanes: Vec<Lane<'_, T>> = args.values.iter().map(Lane::of).collect();
        write_rows::<T, _>(args.rows, None, |row| {
            let mut best = None;
            for value in lanes.iter().filter_map(|lane| lane.opt(row)) {
                best = Some(best.map_or(value, |best: T::Native| further(best, value, greatest)));
            }
            Ok(best)
        })
    })
}

/// The greater or the lesser; NaN wins over both.
pub(super) fn further<N: ArrowNativeTypeOp>(a: N, b: N, greatest: bool) -> N {
    let is_nan = |x: N| x.partial_cmp(&x).is_none();
    if is_nan(a) || (!is_nan(b) && if greatest { a >= b } else { a <= b }) { a } else { b }
}

fn floats(
    call: &mut Call<'_, '_>,
    float: impl Fn(f32) -> f32 + Copy + Send + Sync + 'static,
    double: impl Fn(f64) -> f64 + Copy + Send + Sync + 'static,
) -> Bound {
    if call.ty(0) == Type::Float32 {
        return call.kernel(&[Type::Float32], Type::Float32, arith::each::<Float32Type>(float));
    }
    call.double(double)
}

fn floats2(
    call: &mut Call<'_, '_>,
    float: impl Fn(f32, f32) -> f32 + Copy + Send + Sync + 'static,
    double: impl Fn(f64, f64) -> f64 + Copy + Send + Sync + 'static,
) -> Bound {
    if call.ty(0) == Type::Float32 && call.ty(1) == Type::Float32 {
        let kernel = arith::pairwise::<Float32Type>(float);
        return call.kernel(&[Type::Float32, Type::Float32], Type::Float32, kernel);
    }
    call.doubles(double)
}

fn nearest_remainder(a: f64, b: f64) -> f64 {
    if !a.is_finite() || b == 0.0 || b.is_nan() {
        return f64::NAN;
    }
    if b.is_infinite() {
        return a;
    }
    let rest = a % b;
    let twice = (rest * 2.0).abs();
    let odd = ((a - rest) / b).abs() % 2.0 >= 1.0;
    if twice > b.abs() || (twice == b.abs() && odd) { rest - b.abs().copysign(rest) } else { rest }
}

fn next_after(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() {
        f64::NAN
    } else if a == b {
        b
    } else if a < b {
        a.next_up()
    } else {
        a.next_down()
    }
}

fn next_after_float(a: f32, b: f32) -> f32 {
    if a.is_nan() || b.is_nan() {
        f32::NAN
    } else if a == b {
        b
    } else if a < b {
        a.next_up()
    } else {
        a.next_down()
    }
}

fn floating_test(call: &mut Call<'_, '_>, f: fn(f64) -> bool) -> Bound {
    let kernel = std::sync::Arc::new(move |args: Args| {
        let lane = Lane::<Float64Type>::of(&args.values[0]);
        let bits = arrow_buffer::BooleanBuffer::collect_bool(args.rows, |row| lane.opt(row).is_some_and(f));
        Ok(std::sync::Arc::new(arrow_array::BooleanArray::new(bits, None)) as arrow_array::ArrayRef)
    });
    Ok(call.kernel(&[Type::Float64], Type::Bool, kernel)?.never_null())
}

fn compare(call: &mut Call<'_, '_>) -> Bound {
    call.arity(2..=2)?;
    let Some(ty) = crate::types::comparison(&call.ty(0), &call.ty(1)) else { return Err(Refusal::Types) };
    let kernel: Kernel = numeric!(&ty, T => compare_kernel::<T, _>(|a, b| a.compare(b)), _ => match ty {
        Type::Text => compare_kernel::<crate::value::Text, _>(|a, b| a.cmp(b)),
        Type::Bool => compare_kernel::<crate::value::Bool, _>(|a, b| a.cmp(&b)),
        Type::Instant => compare_kernel::<arrow_array::types::TimestampNanosecondType, _>(|a, b| a.cmp(&b)),
        Type::Date => compare_kernel::<arrow_array::types::Date32Type, _>(|a, b| a.cmp(&b)),
        _ => return Err(Refusal::Types),
    });
    let args = call.converted(&ty)?;
    Ok(crate::node::Node::kernel(kernel, args, Type::Int32, call.span).never_null())
}

fn compare_kernel<R: Read, F>(order: F) -> Kernel
where
    F: Fn(R::Item<'_>, R::Item<'_>) -> std::cmp::Ordering + Send + Sync + 'static,
{
    std::sync::Arc::new(move |args: Args| {
        let (a, b) = (Lane::<R>::of(&args.values[0]), Lane::<R>::of(&args.values[1]));
        write_rows::<Int32Type, _>(args.rows, None, |row| {
            let order = match (a.opt(row), b.opt(row)) {
                (Some(a), Some(b)) => order(a, b),
                (a, b) => a.is_some().cmp(&b.is_some()),
            };
            Ok(Some(order as i32))
        })
    })
}
