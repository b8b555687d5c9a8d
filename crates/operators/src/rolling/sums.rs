//! Windows that are summed: sums, means, counts, deviations, weighted means. Float sums are exact until they are rounded
//! once (see `aggregate::exact`), so that a value leaves without a trace, NaN and infinities too.
//!
//! **Cost**: each value enters and leaves once; a result of a deviation evaluates a variance in integers.

use arrow_schema::DataType;
use kinetable_engine::Result;

use super::lane::{Lane, Outcome};
use super::slide::{Read, Rolled, Roller, Sliding, slide};
use super::task::{Kernel, Task};
use crate::aggregate::exact::{ExactProducts, ExactSums, Magnitude, Number, variance};

/// What is summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Summing {
    Sum,
    Average,
    Deviation,
    /// Reads weights, then values.
    WeightedAverage,
    /// Counts values that are there.
    Count,
    /// Counts where a Boolean is true.
    CountWhere,
}

/// Sums of windows.
pub(super) struct RollingSum {
    pub(super) what: Summing,
    /// The type of the column.
    pub(super) input: DataType,
}

impl Kernel for RollingSum {
    fn compute(&self, task: &Task<'_>) -> Result<Vec<Outcome>> {
        let values = task.inputs[0];
        let floats = self.input.is_floating();
        Ok(vec![match self.what {
            Summing::Sum if floats => Outcome::Doubles(slide(task, values.doubles(), ExactSum::new)?),
            Summing::Sum => Outcome::Longs(slide(task, values.longs(), LongSum::default)?),
            Summing::Average if floats => Outcome::Doubles(slide(task, values.doubles(), ExactMean::new)?),
            Summing::Average => Outcome::Doubles(slide(task, values.longs(), LongMean::default)?),
            Summing::Deviation if floats => {
                Outcome::Doubles(slide(task, values.doubles(), || Moments::new(Number::of_double))?)
            }
            Summing::Deviation => {
                Outcome::Doubles(slide(task, values.longs(), || Moments::new(Number::of_integer))?)
            }
            Summing::WeightedAverage => {
                let pairs = pairs(task.inputs[0].doubles(), task.inputs[1].doubles());
                Outcome::Doubles(slide(task, &pairs, Weighted::new)?)
            }
            Summing::Count => Outcome::Longs(slide(task, &values.presence(), Count::default)?),
            Summing::CountWhere => Outcome::Longs(slide(task, &values.truths(), Count::default)?),
        }])
    }

    fn roller(&self) -> Option<Box<dyn Roller>> {
        roller(self.what, self.input.is_floating())
    }
}

/// What slides on, of values or counts.
fn roller(what: Summing, floats: bool) -> Option<Box<dyn Roller>> {
    let doubles: Read<f64> = |values| values[0].doubles().clone();
    let longs: Read<i64> = |values| values[0].longs().clone();
    match what {
        Summing::Sum if floats => Rolled::boxed(ExactSum::new, doubles, Outcome::Doubles),
        Summing::Sum => Rolled::boxed(LongSum::default, longs, Outcome::Longs),
        Summing::Average if floats => Rolled::boxed(ExactMean::new, doubles, Outcome::Doubles),
        Summing::Average => Rolled::boxed(LongMean::default, longs, Outcome::Doubles),
        Summing::Deviation if floats => {
            Rolled::boxed(|| Moments::new(Number::of_double), doubles, Outcome::Doubles)
        }
        Summing::Deviation => Rolled::boxed(|| Moments::new(Number::of_integer), longs, Outcome::Doubles),
        Summing::WeightedAverage => {
            let read: Read<(f64, f64)> = |values| pairs(values[0].doubles(), values[1].doubles());
            Rolled::boxed(Weighted::new, read, Outcome::Doubles)
        }
        Summing::Count => Rolled::boxed(Count::default, |values| values[0].presence(), Outcome::Longs),
        Summing::CountWhere => Rolled::boxed(Count::default, |values| values[0].truths(), Outcome::Longs),
    }
}

/// Weights with values, where neither is null.
fn pairs(weights: &Lane<f64>, values: &Lane<f64>) -> Lane<(f64, f64)> {
    let both = |at: usize| weights.is_valid(at) && values.is_valid(at);
    let all = weights.valid.is_none() && values.valid.is_none();
    let valid = (!all).then(|| (0..values.values.len()).map(both).collect());
    let pairs = weights.values.iter().copied().zip(values.values.iter().copied());
    Lane { values: pairs.collect(), valid }
}

/// A wrapping sum of longs.
#[derive(Debug, Clone, Default)]
struct LongSum {
    sum: i64,
    count: usize,
}

impl Sliding<i64> for LongSum {
    type Result = i64;

    #[inline]
    fn enter(&mut self, _: usize, value: &i64) {
        (self.sum, self.count) = (self.sum.wrapping_add(*value), self.count + 1);
    }

    #[inline]
    fn leave(&mut self, _: usize, value: &i64) {
        (self.sum, self.count) = (self.sum.wrapping_sub(*value), self.count - 1);
    }

    #[inline]
    fn result(&mut self) -> Option<i64> {
        (self.count > 0).then_some(self.sum)
    }
}

/// The mean of longs.
#[derive(Debug, Clone, Default)]
struct LongMean {
    sum: i128,
    count: u64,
}

impl Sliding<i64> for LongMean {
    type Result = f64;

    #[inline]
    fn enter(&mut self, _: usize, value: &i64) {
        (self.sum, self.count) = (self.sum + i128::from(*value), self.count + 1);
    }

    #[inline]
    fn leave(&mut self, _: usize, value: &i64) {
        (self.sum, self.count) = (self.sum - i128::from(*value), self.count - 1);
    }

    #[inline]
    fn result(&mut self) -> Option<f64> {
        // A sum that a double holds exactly is divided with one rounding by the processor too.
        let exact = self.sum.unsigned_abs() < 1 << 53;
        let mean = || match exact {
            true => self.sum as f64 / self.count as f64,
            false => Magnitude::of_integer(self.sum).divided_by(self.count).to_f64(),
        };
        (self.count > 0).then(mean)
    }
}

/// The exact sum of doubles.
#[derive(Debug, Clone)]
struct ExactSum(ExactSums);

impl ExactSum {
    fn new() -> ExactSum {
        ExactSum(one_sum())
    }
}

fn one_sum() -> ExactSums {
    let mut sums = ExactSums::default();
    sums.grow(1);
    sums
}

impl Sliding<f64> for ExactSum {
    type Result = f64;

    #[inline]
    fn enter(&mut self, _: usize, value: &f64) {
        self.0.add_number(0, Number::of_double(*value));
    }

    #[inline]
    fn leave(&mut self, _: usize, value: &f64) {
        self.0.remove_number(0, Number::of_double(*value));
    }

    #[inline]
    fn result(&mut self) -> Option<f64> {
        (self.0.count(0) > 0).then(|| self.0.total(0).to_f64())
    }
}

/// The mean of doubles, from their exact sum.
#[derive(Debug, Clone)]
struct ExactMean(ExactSum);

impl ExactMean {
    fn new() -> ExactMean {
        ExactMean(ExactSum::new())
    }
}

impl Sliding<f64> for ExactMean {
    type Result = f64;

    #[inline]
    fn enter(&mut self, place: usize, value: &f64) {
        self.0.enter(place, value);
    }

    #[inline]
    fn leave(&mut self, place: usize, value: &f64) {
        self.0.leave(place, value);
    }

    #[inline]
    fn result(&mut self) -> Option<f64> {
        let count = self.0.0.count(0);
        (count > 0).then(|| self.0.0.total(0).divided_by(count))
    }
}

/// The sample deviation, from exact sums of values and squares.
#[derive(Debug, Clone)]
struct Moments<V> {
    number: fn(V) -> Number,
    sums: ExactSums,
    squares: ExactProducts,
}

impl<V> Moments<V> {
    fn new(number: fn(V) -> Number) -> Moments<V> {
        let mut squares = ExactProducts::default();
        squares.grow(1);
        Moments { number, sums: one_sum(), squares }
    }
}

impl<V: Copy> Sliding<V> for Moments<V> {
    type Result = f64;

    fn enter(&mut self, _: usize, value: &V) {
        let number = (self.number)(*value);
        self.sums.add_number(0, number);
        // What NaN and infinities make of the variance is seen in the sum.
        if let Number::Finite(parts) = number {
            self.squares.add(0, parts, parts);
        }
    }

    fn leave(&mut self, _: usize, value: &V) {
        let number = (self.number)(*value);
        self.sums.remove_number(0, number);
        if let Number::Finite(parts) = number {
            self.squares.remove(0, parts, parts);
        }
    }

    fn result(&mut self) -> Option<f64> {
        (self.sums.count(0) > 0).then(|| variance(&self.sums, &self.squares, 0).sqrt())
    }
}

/// The weighted mean, from exact sums of weights and products.
#[derive(Debug, Clone)]
struct Weighted {
    weights: ExactSums,
    products: ExactProducts,
}

impl Weighted {
    fn new() -> Weighted {
        let mut products = ExactProducts::default();
        products.grow(1);
        Weighted { weights: one_sum(), products }
    }

    fn count_special(&mut self, weight: f64, value: f64, by: i64) {
        let product = weight * value;
        // A finite weight of an infinite value may round to a finite product only if it is zero, which makes NaN.
        self.products.count_special(0, product, by);
    }
}

impl Sliding<(f64, f64)> for Weighted {
    type Result = f64;

    fn enter(&mut self, _: usize, (weight, value): &(f64, f64)) {
        let (w, v) = (Number::of_double(*weight), Number::of_double(*value));
        self.weights.add_number(0, w);
        match (w, v) {
            (Number::Finite(w), Number::Finite(v)) => self.products.add(0, w, v),
            _ => self.count_special(*weight, *value, 1),
        }
    }

    fn leave(&mut self, _: usize, (weight, value): &(f64, f64)) {
        let (w, v) = (Number::of_double(*weight), Number::of_double(*value));
        self.weights.remove_number(0, w);
        match (w, v) {
            (Number::Finite(w), Number::Finite(v)) => self.products.remove(0, w, v),
            _ => self.count_special(*weight, *value, -1),
        }
    }

    fn result(&mut self) -> Option<f64> {
        let mean = || {
            let weights = self.weights.total(0).to_f64();
            match weights == 0.0 {
                true => f64::NAN,
                false => self.products.total(0).to_f64() / weights,
            }
        };
        (self.weights.count(0) > 0).then(mean)
    }
}

/// How many there are: zero is a result.
#[derive(Debug, Clone, Default)]
struct Count(i64);

impl Sliding<()> for Count {
    type Result = i64;

    #[inline]
    fn enter(&mut self, _: usize, (): &()) {
        self.0 += 1;
    }

    #[inline]
    fn leave(&mut self, _: usize, (): &()) {
        self.0 -= 1;
    }

    #[inline]
    fn result(&mut self) -> Option<i64> {
        Some(self.0)
    }
}
