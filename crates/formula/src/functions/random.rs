//! Random numbers that replay: each is a hash of the formula's seed, of the place of the call in the formula, and of
//! the row's key. However rows fall into chunks, a row draws the same number.

use std::sync::Arc;

use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{ArrayRef, Int64Array};

use super::bind::{Bound, Call, Refusal};
use super::kernels;
use super::registry::Function;
use crate::error::Error;
use crate::formula::Input;
use crate::node::{Kernel, Node};
use crate::types::Type;
use crate::value::{Args, Bool, Lane};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "random",
        signature: "random([int count]) → double|double[]",
        doc: "A random number from 0 to below 1.",
        bind: |call| draw(call, 0, unit),
    },
    Function {
        name: "randomBool",
        signature: "randomBool([int count]) → boolean|boolean[]",
        doc: "True or false, by chance.",
        bind: |call| draw(call, 0, truth),
    },
    Function {
        name: "randomInt",
        signature: "randomInt(int from, int to[, int count]) → int|int[]",
        doc: "A random number from one to below another.",
        bind: |call| draw(call, 2, |call, key| whole(call, key, Type::Int32)),
    },
    Function {
        name: "randomLong",
        signature: "randomLong(long from, long to[, int count]) → long|long[]",
        doc: "A random number from one to below another.",
        bind: |call| draw(call, 2, |call, key| whole(call, key, Type::Int64)),
    },
    Function {
        name: "randomFloat",
        signature: "randomFloat(float from, float to[, int count]) → float|float[]",
        doc: "A random number from one to below another.",
        bind: |call| draw(call, 2, |call, key| between(call, key, Type::Float32)),
    },
    Function {
        name: "randomDouble",
        signature: "randomDouble(double from, double to[, int count]) → double|double[]",
        doc: "A random number from one to below another.",
        bind: |call| draw(call, 2, |call, key| between(call, key, Type::Float64)),
    },
    Function {
        name: "randomGaussian",
        signature: "randomGaussian(double mean, double std[, int count]) → double|double[]",
        doc: "A normally distributed random number.",
        bind: |call| draw(call, 2, gaussian),
    },
];

/// Static functions of `Math`.
pub(super) const MATH: &[Function] = &[Function {
    name: "random",
    signature: "Math.random() → double",
    doc: "A random number from 0 to below 1.",
    bind: |call| draw(call, 0, unit),
}];

/// Where the sequence of this call begins.
fn seed(call: &mut Call<'_, '_>) -> u64 {
    let checker = &mut call.inputs;
    checker.draws += 1;
    mixed(checker.scope.seed() ^ mixed(checker.draws))
}

/// One number a row, of so many parameters; with one argument more, an array of as many as it says.
fn draw(call: &mut Call<'_, '_>, params: usize, one: impl Fn(&mut Call<'_, '_>, Node) -> Bound) -> Bound {
    call.arity(params..=params + 1)?;
    let span = call.span;
    let key = call.inputs.input(Input::Key, Type::Int64, span);
    if call.len() == params {
        return one(call, key);
    }
    let count = call.args.pop().and_then(|count| count.widened(&Type::Int64)).ok_or(Refusal::Types)?;
    let seed = seed(call);
    let keys: Kernel = Arc::new(move |args: Args| keys(&args, seed));
    let keys = Node::kernel(keys, vec![key, count], Type::List(Box::new(Type::Int64)), span).can_fail();
    call.args.insert(0, keys);
    call.lifted(|call| {
        let key = call.args.remove(0);
        one(call, key)
    })
}

/// No array of random numbers gets longer than this.
const LENGTH_MAX: i64 = 1 << 24;

/// As many keys for each row as the count says, all of them different.
fn keys(args: &Args, seed: u64) -> Result<ArrayRef, Error> {
    let (key, count) = (Lane::<Int64Type>::of(&args.values[0]), Lane::<Int64Type>::of(&args.values[1]));
    let (mut items, mut lengths) = (Vec::new(), Vec::with_capacity(args.rows));
    for row in 0..args.rows {
        let length = count.opt(row).unwrap_or(0);
        if !(0..=LENGTH_MAX).contains(&length) {
            return Err(Error::value(format!("{length} is no number of items")).with_row(row));
        }
        let base = hash(seed, key.get(row));
        items.extend((0..length).map(|item| mixed(base ^ mixed(item.cast_unsigned())).cast_signed()));
        lengths.push(length as usize);
    }
    super::list_functions::listed(Arc::new(Int64Array::from(items)), lengths, args)
}

fn drawn(call: &mut Call<'_, '_>, key: Node, ty: Type, kernel: Kernel) -> Bound {
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

fn truth(call: &mut Call<'_, '_>, key: Node) -> Bound {
    let seed = seed(call);
    let kernel = kernels::rows::<Int64Type, Bool, bool>(move |key| Ok(Some(hash(seed, key) & 1 == 1)));
    drawn(call, key, Type::Bool, kernel)
}

fn unit(call: &mut Call<'_, '_>, key: Node) -> Bound {
    let seed = seed(call);
    drawn(
        call,
        key,
        Type::Float64,
        kernels::map::<Int64Type, Float64Type>(move |key| fraction(hash(seed, key))),
    )
}

fn whole(call: &mut Call<'_, '_>, key: Node, ty: Type) -> Bound {
    if !call.unified(0)?.widens_to(&ty) {
        return Err(Refusal::Types);
    }
    let seed = seed(call);
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

fn between(call: &mut Call<'_, '_>, key: Node, ty: Type) -> Bound {
    let seed = seed(call);
    call.args.insert(0, key);
    let kernel =
        kernels::rows3::<Int64Type, Float64Type, Float64Type, Float64Type, f64>(move |key, from, to| {
            Ok(Some(from + (to - from) * fraction(hash(seed, key))))
        });
    let node = call.kernel(&[Type::Int64, Type::Float64, Type::Float64], Type::Float64, kernel)?;
    node.converted(&ty).ok_or(Refusal::Types)
}

/// By Box and Muller, of two numbers from the same key.
fn gaussian(call: &mut Call<'_, '_>, key: Node) -> Bound {
    let seed = seed(call);
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
