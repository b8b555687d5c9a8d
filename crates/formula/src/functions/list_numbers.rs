//! Functions of arrays of numbers: sums, moments, weighted ones, running ones. Null items are skipped.

use std::sync::Arc;

use arrow_array::builder::PrimitiveBuilder;
use arrow_array::types::{ArrowPrimitiveType, Float64Type, Int64Type};
use arrow_array::{Array, ArrayRef, ArrowNativeTypeOp, Float64Array, Int64Array, PrimitiveArray};

use super::bind::{Bound, Call, Refusal};
use super::list::{Lists, item_type};
use super::list_functions::{listed, of_lists};
use super::registry::Function;
use crate::error::Error;
use crate::eval::dispatch::numeric;
use crate::node::Kernel;
use crate::types::Type;
use crate::value::{Args, Bool, Lane, primitive, write_rows};

macro_rules! statistics {
    ($($name:literal, $doc:literal, $f:expr;)*) => {
        &[$(Function {
            name: $name,
            signature: concat!($name, "(number[]) → double"),
            doc: $doc,
            bind: |call| statistic(call, $f),
        }),*]
    };
}

macro_rules! pairs {
    ($($name:literal, $doc:literal, $f:expr;)*) => {
        &[$(Function {
            name: $name,
            signature: concat!($name, "(number[], number[]) → double"),
            doc: $doc,
            bind: |call| of_pairs(call, $f),
        }),*]
    };
}

macro_rules! folds {
    ($($name:literal, $doc:literal, $running:expr, $whole:expr, $floating:expr;)*) => {
        &[$(Function {
            name: $name,
            signature: if $running { concat!($name, "(number[]) → long[] or double[]") } else { concat!($name, "(number[]) → long or double") },
            doc: $doc,
            bind: |call| fold(call, $running, $whole, $floating),
        }),*]
    };
}

pub(super) const STATISTICS: &[Function] = statistics! {
    "avg", "The average of the items.", mean;
    "absAvg", "The average of the items without their signs.", |items| mean(&items.iter().map(|x| x.abs()).collect::<Vec<_>>());
    "var", "The variance of the sample; NaN for one item.", variance;
    "std", "The standard deviation of the sample; NaN for one item.", deviation;
    "ste", "The standard error of the average.", error;
    "tstat", "The average in standard errors.", |items| mean(items) / error(items);
    "median", "The middle item, or the average of the two in the middle.", median;
};

pub(super) const PAIRS: &[Function] = pairs! {
    "cov", "The covariance of the pairs.", covariance;
    "cor", "The correlation of the pairs, from -1 to 1.", correlation;
    "wavg", "The average of the first array weighted by the second.", weighted_mean;
    "wvar", "The variance of the first array weighted by the second.", weighted_variance;
    "wstd", "The standard deviation of the first array weighted by the second.", |x, w| weighted_variance(x, w).sqrt();
    "wste", "The standard error of the weighted average.", weighted_error;
    "wtstat", "The weighted average in standard errors.", |x, w| weighted_mean(x, w) / weighted_error(x, w);
};

pub(super) const FOLDS: &[Function] = folds! {
    "sum", "The sum of the items.", false, i64::wrapping_add, |a, b| a + b;
    "product", "The product of the items.", false, i64::wrapping_mul, |a, b| a * b;
    "cumsum", "The sums of the items so far; null items leave them as they are.", true, i64::wrapping_add, |a, b| a + b;
    "cumprod", "The products of the items so far; null items leave them as they are.", true, i64::wrapping_mul, |a, b| a * b;
};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "absSum",
        signature: "absSum(number[]) → long or double",
        doc: "The sum of the items without their signs.",
        bind: absolute_sum,
    },
    Function {
        name: "wsum",
        signature: "wsum(number[], number[]) → long or double",
        doc: "The sum of the products of the pairs.",
        bind: weighted_sum,
    },
    Function {
        name: "percentile",
        signature: "percentile(double p, T[]) → T",
        doc: "The item that p of the others are not above, p from 0 to 1.",
        bind: percentile,
    },
    Function {
        name: "indexOfMax",
        signature: "indexOfMax(number[]) → long",
        doc: "The position of the greatest item.",
        bind: |call| index_of(call, true),
    },
    Function {
        name: "indexOfMin",
        signature: "indexOfMin(number[]) → long",
        doc: "The position of the least item.",
        bind: |call| index_of(call, false),
    },
    Function {
        name: "countPos",
        signature: "countPos(number[]) → long",
        doc: "The number of items above 0.",
        bind: |call| count(call, |x| x > 0.0),
    },
    Function {
        name: "countNeg",
        signature: "countNeg(number[]) → long",
        doc: "The number of items below 0.",
        bind: |call| count(call, |x| x < 0.0),
    },
    Function {
        name: "countZero",
        signature: "countZero(number[]) → long",
        doc: "The number of items that are 0.",
        bind: |call| count(call, |x| x == 0.0),
    },
    Function {
        name: "containsNonFinite",
        signature: "containsNonFinite(number[]) → boolean; containsNonFinite(number…) → boolean",
        doc: "Whether one of the items is infinite or not a number; null counts not.",
        bind: non_finite,
    },
    Function {
        name: "cummax",
        signature: "cummax(T[]) → T[]",
        doc: "The greatest of the items so far.",
        bind: |call| running_extreme(call, true),
    },
    Function {
        name: "cummin",
        signature: "cummin(T[]) → T[]",
        doc: "The least of the items so far.",
        bind: |call| running_extreme(call, false),
    },
    Function {
        name: "diff",
        signature: "diff(int stride, T[]) → T[]",
        doc: "The item so much further on less the item; null beyond the ends.",
        bind: differences,
    },
    Function {
        name: "sequence",
        signature: "sequence(T from, T to, T step) → T[]",
        doc: "The numbers from one to another, both included, by steps.",
        bind: sequence,
    },
];

/// The items as doubles; null items stay null.
fn doubles(items: &ArrayRef) -> Result<Float64Array, Error> {
    let doubles = arrow_cast::cast(items, &Type::Float64.data_type())?;
    Ok(primitive::<Float64Type>(&doubles).clone())
}

fn numbers_of(call: &Call<'_, '_>, at: usize) -> Result<Type, Refusal> {
    item_type(&call.ty(at)).filter(Type::is_number).ok_or(Refusal::Types)
}

fn present(items: &Float64Array, range: std::ops::Range<usize>) -> Vec<f64> {
    range.filter(|at| items.is_valid(*at)).map(|at| items.value(at)).collect()
}

/// A double of the items that are there; null when none is.
fn statistic(call: &mut Call<'_, '_>, f: fn(&[f64]) -> f64) -> Bound {
    numbers_of(call, 0)?;
    let kernel: Kernel = Arc::new(move |args: Args| {
        let lists = Lists::of(&args.values[0]);
        let items = doubles(lists.items())?;
        write_rows::<Float64Type, f64>(args.rows, None, |row| {
            let found = present(&items, lists.range(row).unwrap_or(0..0));
            Ok((!found.is_empty()).then(|| f(&found)))
        })
    });
    of_lists(call, Type::Float64, kernel)
}

fn count(call: &mut Call<'_, '_>, test: fn(f64) -> bool) -> Bound {
    numbers_of(call, 0)?;
    let kernel: Kernel = Arc::new(move |args: Args| {
        let lists = Lists::of(&args.values[0]);
        let items = doubles(lists.items())?;
        write_rows::<Int64Type, i64>(args.rows, None, |row| {
            let found = lists.range(row).map(|range| present(&items, range));
            Ok(found.map(|found| found.into_iter().filter(|x| test(*x)).count() as i64))
        })
    });
    of_lists(call, Type::Int64, kernel)
}

fn non_finite(call: &mut Call<'_, '_>) -> Bound {
    numbers_of(call, 0)?;
    let kernel: Kernel = Arc::new(move |args: Args| {
        let lists = Lists::of(&args.values[0]);
        let items = doubles(lists.items())?;
        write_rows::<Bool, bool>(args.rows, None, |row| {
            let found = lists.range(row).map(|range| present(&items, range));
            Ok(found.map(|found| found.into_iter().any(|x| !x.is_finite())))
        })
    });
    of_lists(call, Type::Bool, kernel)
}

fn mean(items: &[f64]) -> f64 {
    items.iter().sum::<f64>() / items.len() as f64
}

fn variance(items: &[f64]) -> f64 {
    let mean = mean(items);
    let squares: f64 = items.iter().map(|x| (x - mean) * (x - mean)).sum();
    if items.len() < 2 { f64::NAN } else { squares / (items.len() - 1) as f64 }
}

fn deviation(items: &[f64]) -> f64 {
    variance(items).sqrt()
}

fn error(items: &[f64]) -> f64 {
    deviation(items) / (items.len() as f64).sqrt()
}

fn median(items: &[f64]) -> f64 {
    if items.iter().any(|x| x.is_nan()) {
        return f64::NAN;
    }
    let mut sorted = items.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[middle] } else { (sorted[middle - 1] + sorted[middle]) / 2.0 }
}

/// A double of the pairs of which both are there; null when none is.
fn of_pairs(call: &mut Call<'_, '_>, f: fn(&[f64], &[f64]) -> f64) -> Bound {
    call.arity(2..=2)?;
    numbers_of(call, 0)?;
    numbers_of(call, 1)?;
    let kernel: Kernel =
        Arc::new(move |args: Args| paired(&args, |x, y| if x.is_empty() { None } else { Some(f(x, y)) }));
    let wanted = [call.ty(0), call.ty(1)];
    call.kernel(&wanted, Type::Float64, kernel)
}

fn paired(args: &Args, f: impl Fn(&[f64], &[f64]) -> Option<f64>) -> Result<ArrayRef, Error> {
    let (first, second) = (Lists::of(&args.values[0]), Lists::of(&args.values[1]));
    let (xs, ys) = (doubles(first.items())?, doubles(second.items())?);
    write_rows::<Float64Type, f64>(args.rows, None, |row| {
        let (Some(a), Some(b)) = (first.range(row), second.range(row)) else { return Ok(None) };
        if a.len() != b.len() {
            return Err(Error::value(format!("the arrays have {} and {} items", a.len(), b.len())));
        }
        let both = a.zip(b).filter(|(a, b)| xs.is_valid(*a) && ys.is_valid(*b));
        let (x, y): (Vec<f64>, Vec<f64>) = both.map(|(a, b)| (xs.value(a), ys.value(b))).unzip();
        Ok(f(&x, &y))
    })
}

fn covariance(x: &[f64], y: &[f64]) -> f64 {
    let (mx, my) = (mean(x), mean(y));
    x.iter().zip(y).map(|(x, y)| (x - mx) * (y - my)).sum::<f64>() / x.len() as f64
}

fn correlation(x: &[f64], y: &[f64]) -> f64 {
    covariance(x, y) / (covariance(x, x) * covariance(y, y)).sqrt()
}

fn weighted_mean(x: &[f64], w: &[f64]) -> f64 {
    x.iter().zip(w).map(|(x, w)| x * w).sum::<f64>() / w.iter().sum::<f64>()
}

/// Unbiased, with the weights as reliabilities.
fn weighted_variance(x: &[f64], w: &[f64]) -> f64 {
    let mean = weighted_mean(x, w);
    let (total, squares) = (w.iter().sum::<f64>(), w.iter().map(|w| w * w).sum::<f64>());
    let spread: f64 = x.iter().zip(w).map(|(x, w)| w * (x - mean) * (x - mean)).sum();
    spread * total / (total * total - squares)
}

fn weighted_error(x: &[f64], w: &[f64]) -> f64 {
    let (total, squares) = (w.iter().sum::<f64>(), w.iter().map(|w| w * w).sum::<f64>());
    weighted_variance(x, w).sqrt() * (squares / (total * total)).sqrt()
}

/// Sums and products, whole or running: longs of integers, doubles of floating numbers.
fn fold(
    call: &mut Call<'_, '_>,
    running: bool,
    whole: fn(i64, i64) -> i64,
    floating: fn(f64, f64) -> f64,
) -> Bound {
    if numbers_of(call, 0)?.is_integral() {
        folded::<Int64Type>(call, running, Type::Int64, whole, |x| x)
    } else {
        folded::<Float64Type>(call, running, Type::Float64, floating, |x| x)
    }
}

fn absolute_sum(call: &mut Call<'_, '_>) -> Bound {
    if numbers_of(call, 0)?.is_integral() {
        folded::<Int64Type>(call, false, Type::Int64, i64::wrapping_add, i64::wrapping_abs)
    } else {
        folded::<Float64Type>(call, false, Type::Float64, |a, b| a + b, f64::abs)
    }
}

fn folded<T: ArrowPrimitiveType>(
    call: &mut Call<'_, '_>,
    running: bool,
    ty: Type,
    f: fn(T::Native, T::Native) -> T::Native,
    first: fn(T::Native) -> T::Native,
) -> Bound {
    let result = if running { Type::List(Box::new(ty.clone())) } else { ty.clone() };
    let data_type = ty.data_type();
    let kernel: Kernel = Arc::new(move |args: Args| {
        let lists = Lists::of(&args.values[0]);
        let items = arrow_cast::cast(lists.items(), &data_type)?;
        let items = primitive::<T>(&items);
        if running {
            return run::<T>(&args, items, |a, b| f(a, first(b)), first);
        }
        write_rows::<T, T::Native>(args.rows, None, |row| {
            let range = lists.range(row).unwrap_or(0..0);
            let values = range.filter(|at| items.is_valid(*at)).map(|at| first(items.value(at)));
            Ok(values.reduce(f))
        })
    });
    of_lists(call, result, kernel)
}

/// The results so far, one for each item; a null item repeats the one before.
fn run<T: ArrowPrimitiveType>(
    args: &Args,
    items: &PrimitiveArray<T>,
    f: impl Fn(T::Native, T::Native) -> T::Native,
    first: impl Fn(T::Native) -> T::Native,
) -> Result<ArrayRef, Error> {
    let lists = Lists::of(&args.values[0]);
    let mut builder = PrimitiveBuilder::<T>::with_capacity(items.len());
    let mut lengths = Vec::with_capacity(args.rows);
    for row in 0..args.rows {
        let range = lists.range(row).unwrap_or(0..0);
        lengths.push(range.len());
        let mut last = None;
        for at in range {
            if items.is_valid(at) {
                let value = items.value(at);
                last = Some(last.map_or_else(|| first(value), |last| f(last, value)));
            }
            builder.append_option(last);
        }
    }
    listed(Arc::new(builder.finish()), lengths, args)
}

fn running_extreme(call: &mut Call<'_, '_>, greatest: bool) -> Bound {
    let item = numbers_of(call, 0)?;
    let kernel: Kernel = numeric!(&item, T => Arc::new(move |args: Args| {
        let items = primitive::<T>(Lists::of(&args.values[0]).items()).clone();
        run::<T>(&args, &items, |a, b| super::number::further(a, b, greatest), |x| x)
    }), _ => return Err(Refusal::Types));
    let ty = call.ty(0);
    of_lists(call, ty, kernel)
}

fn weighted_sum(call: &mut Call<'_, '_>) -> Bound {
    call.arity(2..=2)?;
    let integral = numbers_of(call, 0)?.is_integral() && numbers_of(call, 1)?.is_integral();
    let wanted = [call.ty(0), call.ty(1)];
    let kernel: Kernel =
        Arc::new(move |args: Args| {
            let sums = paired(&args, |x, w| {
                if x.is_empty() { None } else { Some(x.iter().zip(w).map(|(x, w)| x * w).sum()) }
            })?;
            if integral { Ok(arrow_cast::cast(&sums, &Type::Int64.data_type())?) } else { Ok(sums) }
        });
    call.kernel(&wanted, if integral { Type::Int64 } else { Type::Float64 }, kernel)
}

fn percentile(call: &mut Call<'_, '_>) -> Bound {
    call.arity(2..=2)?;
    let item = numbers_of(call, 1)?;
    let wanted = [Type::Float64, call.ty(1)];
    let kernel: Kernel = Arc::new(|args: Args| {
        let (p, lists) = (Lane::<Float64Type>::of(&args.values[0]), Lists::of(&args.values[1]));
        let mut places: Vec<Option<i64>> = Vec::with_capacity(args.rows);
        for row in 0..args.rows {
            let (Some(p), Some(range)) = (p.opt(row), lists.range(row)) else {
                places.push(None);
                continue;
            };
            if !(0.0..=1.0).contains(&p) {
                return Err(Error::value(format!("{p} is not between 0 and 1")).with_row(row));
            }
            let items = lists.items().slice(range.start, range.len());
            let order = arrow_ord::sort::sort_to_indices(&crate::eval::nan::tidy(items.clone()), None, None)?;
            let nulls = items.null_count();
            let present = items.len() - nulls;
            let at = present.checked_sub(1).map(|last| nulls + (last as f64 * p + 0.5).floor() as usize);
            places.push(at.map(|at| range.start as i64 + i64::from(order.value(at))));
        }
        Ok(arrow_select::take::take(lists.items(), &Int64Array::from(places), None)?)
    });
    Ok(call.kernel(&wanted, item, kernel)?.can_fail().can_be_null())
}

fn index_of(call: &mut Call<'_, '_>, greatest: bool) -> Bound {
    numbers_of(call, 0)?;
    let kernel: Kernel = Arc::new(move |args: Args| {
        let lists = Lists::of(&args.values[0]);
        let items = doubles(lists.items())?;
        write_rows::<Int64Type, i64>(args.rows, None, |row| {
            let range = lists.range(row).unwrap_or(0..0);
            let start = range.start;
            let better = |a: f64, b: f64| if greatest { a > b } else { a < b };
            let mut best: Option<usize> = None;
            for at in range.filter(|at| items.is_valid(*at)) {
                if best.is_none_or(|best| better(items.value(at), items.value(best))) {
                    best = Some(at);
                }
            }
            Ok(best.map(|at| (at - start) as i64))
        })
    });
    of_lists(call, Type::Int64, kernel)
}

fn differences(call: &mut Call<'_, '_>) -> Bound {
    call.arity(2..=2)?;
    let item = numbers_of(call, 1)?;
    let ty = call.ty(1);
    let kernel: Kernel = numeric!(&item, T => Arc::new(|args: Args| {
        let (stride, lists) = (Lane::<Int64Type>::of(&args.values[0]), Lists::of(&args.values[1]));
        let items = primitive::<T>(lists.items());
        let mut builder = PrimitiveBuilder::<T>::with_capacity(items.len());
        let mut lengths = Vec::with_capacity(args.rows);
        for row in 0..args.rows {
            let range = lists.range(row).filter(|_| !stride.is_null(row)).unwrap_or(0..0);
            lengths.push(range.len());
            for at in range.clone() {
                let other = usize::try_from(at as i64 + stride.get(row)).ok();
                let other = other.filter(|other| range.contains(other) && items.is_valid(*other) && items.is_valid(at));
                builder.append_option(other.map(|other| items.value(other).sub_wrapping(items.value(at))));
            }
        }
        listed(Arc::new(builder.finish()), lengths, &args)
    }), _ => return Err(Refusal::Types));
    call.kernel(&[Type::Int64, ty.clone()], ty, kernel)
}

/// No sequence gets longer than this.
const LENGTH_MAX: f64 = 16_777_216.0;

fn sequence(call: &mut Call<'_, '_>) -> Bound {
    call.arity(3..=3)?;
    let item = call.unified(0)?;
    if !item.is_number() {
        return Err(Refusal::Types);
    }
    let data_type = item.data_type();
    let kernel: Kernel = Arc::new(move |args: Args| {
        let lane = |at: usize| Lane::<Float64Type>::of(&args.values[at]);
        let (from, to, step) = (lane(0), lane(1), lane(2));
        let (mut items, mut lengths) = (Vec::new(), Vec::with_capacity(args.rows));
        let nulls = args.nulls();
        for row in 0..args.rows {
            let before = items.len();
            if nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row)) {
                let steps = ((to.get(row) - from.get(row)) / step.get(row)).floor();
                if steps.is_nan() || steps > LENGTH_MAX {
                    return Err(Error::value("this sequence has no end, or is too long").with_row(row));
                }
                items.extend(
                    (0..=steps as i64)
                        .filter(|_| steps >= 0.0)
                        .map(|n| from.get(row) + n as f64 * step.get(row)),
                );
            }
            lengths.push(items.len() - before);
        }
        let items: ArrayRef = Arc::new(Float64Array::from(items));
        listed(arrow_cast::cast(&items, &data_type)?, lengths, &args)
    });
    let result = Type::List(Box::new(item));
    Ok(call.kernel(&[Type::Float64, Type::Float64, Type::Float64], result, kernel)?.can_fail())
}
