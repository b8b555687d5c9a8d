//! Random numbers that replay: each is a hash of the formula's seed, of the place of the call in the formula, and of
//! the row's key. However rows fall into chunks, a row draws the same number.

use arrow_array::types::{Float64Type, Int64Type};

use super::bind::{Bound, Call, Refusal};
use super::kernels;
use super::registry::Function;
use crate::formula::Input;
use crate::node::{Kernel, Node};
use crate::types::Type;
use crate::value::Bool;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "random",
        signature: "random() → double",
        doc: "A random number from 0 to below 1.",
        bind: unit,
    },
    Function {
        name: "randomBool",
        signature: "randomBool() → boolean",
        doc: "True or false, by chance.",
        bind: |call| {
            call.arity(0..=0)?;
            let seed = seed(call);
            drawn(
                call,
                Type::Bool,
                kernels::rows::<Int64Type, Bool, bool>(move |key| Ok(Some(hash(seed, key) & 1 == 1))),
            )
        },
    },
    Function {
        name: "randomInt",
        signature: "randomInt(int from, int to) → int",
        doc: "A random number from one to below another.",
        bind: |call| whole(call, Type::Int32),
    },
    Function {
        name: "randomLong",
        signature: "randomLong(long from, long to) → long",
        doc: "A random number from one to below another.",
        bind: |call| whole(call, Type::Int64),
    },
    Function {
        name: "randomFloat",
        signature: "randomFloat(float from, float to) → float",
        doc: "A random number from one to below another.",
        bind: |call| between(call, Type::Float32),
    },
    Function {
        name: "randomDouble",
        signature: "randomDouble(double from, double to) → double",
        doc: "A random number from one to below another.",
        bind: |call| between(call, Type::Float64),
    },
    Function {
        name: "randomGaussian",
        signature: "randomGaussian(double mean, double std) → double",
        doc: "A normally distributed random number.",
        bind: gaussian,
    },
];

/// Where the sequence of this call begins.
fn seed(call: &mut Call<'_, '_>) -> u64 {
    let checker = &mut call.inputs;
    checker.draws += 1;
    mixed(checker.scope.seed() ^ mixed(checker.draws))
}

fn key(call: &mut Call<'_, '_>) -> Node {
    let span = call.span;
    call.inputs.input(Input::Key, Type::Int64, span)
}

fn drawn(call: &mut Call<'_, '_>, ty: Type, kernel: Kernel) -> Bound {
    let key = key(call);
    call.args.insert(0, key);
    call.kernel(&[Type::Int64], ty, kernel)
}

/// A step of SplitMix64: every bit of the result depends on every bit of the number.
fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ number >> 31
}

fn hash(seed: u64, key: i64) -> u64 {
    mixed(seed ^ mixed(key.cast_unsigned()))
}

/// From 0 to below 1, in steps of 2⁻⁵³.
fn fraction(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1u64 << 53) as f64
}

fn unit(call: &mut Call<'_, '_>) -> Bound {
    call.arity(0..=0)?;
    let seed = seed(call);
    drawn(call, Type::Float64, kernels::map::<Int64Type, Float64Type>(move |key| fraction(hash(seed, key))))
}

fn whole(call: &mut Call<'_, '_>, ty: Type) -> Bound {
    call.arity(2..=2)?;
    if !call.unified(0)?.widens_to(&ty) {
        return Err(Refusal::Types);
    }
    let seed = seed(call);
    let key = key(call);
    call.args.insert(0, key);
    let at = move |key: i64, from: i64, to: i64| {
        let width = (i128::from(to) - i128::from(from)).max(1).cast_unsigned();
        let step = (u128::from(hash(seed, key)) * width) >> 64;
        (i128::from(from) + step.cast_signed()) as i64
    };
    let kernel = kernels::rows3::<Int64Type, Int64Type, Int64Type, Int64Type, i64>(move |key, from, to| {
        Ok(Some(at(key, from, to)))
    });
    let node = call.kernel(&[Type::Int64, Type::Int64, Type::Int64], Type::Int64, kernel)?;
    node.converted(&ty).ok_or(Refusal::Types)
}

fn between(call: &mut Call<'_, '_>, ty: Type) -> Bound {
    call.arity(2..=2)?;
    let seed = seed(call);
    let key = key(call);
    call.args.insert(0, key);
    let kernel =
        kernels::rows3::<Int64Type, Float64Type, Float64Type, Float64Type, f64>(move |key, from, to| {
            Ok(Some(from + (to - from) * fraction(hash(seed, key))))
        });
    let node = call.kernel(&[Type::Int64, Type::Float64, Type::Float64], Type::Float64, kernel)?;
    node.converted(&ty).ok_or(Refusal::Types)
}

/// By Box and Muller, of two numbers from the same key.
fn gaussian(call: &mut Call<'_, '_>) -> Bound {
    call.arity(2..=2)?;
    let seed = seed(call);
    let key = key(call);
    call.args.insert(0, key);
    let kernel =
        kernels::rows3::<Int64Type, Float64Type, Float64Type, Float64Type, f64>(move |key, mean, std| {
            let first = hash(seed, key);
            let radius = (-2.0 * (1.0 - fraction(first)).ln()).sqrt();
            let angle = std::f64::consts::TAU * fraction(mixed(first));
            Ok(Some(mean + std * radius * angle.cos()))
        });
    call.kernel(&[Type::Int64, Type::Float64, Type::Float64], Type::Float64, kernel)
}
