//! `weighted_sum` and `weighted_avg`, over rows where neither value nor weight is null.
//!
//! **State**: 72 bytes a group: exact sums of weights and of products; 8 more for sums of integers, which wrap.
//! **Cost**: about two sums a row.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, Float64Array, Int64Array};
use kinetable_engine::Result;

use super::accumulator::{Accumulator, Rows, Wanted, forked};
use super::exact::{ExactProducts, ExactSums, Number};
use super::numbers::for_numbers;

/// What is made of weighted values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weighing {
    /// The sum of integers by integers, wrapping.
    LongSum,
    /// The sum, as a double.
    Sum,
    /// The sum over the sum of the weights.
    Average,
}

/// Sums of weights and products by group. Reads weight, then value.
pub(super) struct Weighted {
    weights: ExactSums,
    products: ExactProducts,
    longs: Vec<i64>,
    outputs: Vec<Weighing>,
    numbers: [Vec<Option<Number>>; 2],
}

impl Weighted {
    /// Sums with these outputs.
    pub(super) fn new(outputs: Vec<Weighing>) -> Weighted {
        Weighted {
            weights: ExactSums::default(),
            products: ExactProducts::default(),
            longs: Vec::new(),
            outputs,
            numbers: [Vec::new(), Vec::new()],
        }
    }

    fn change(&mut self, rows: &Rows<'_>, way: Way) {
        for (numbers, array) in self.numbers.iter_mut().zip(rows.values) {
            read(array, numbers);
        }
        let [weights, values] = &self.numbers;
        for ((slot, weight), value) in rows.slots.iter().zip(weights).zip(values) {
            let (Some(weight), Some(value)) = (*weight, *value) else {
                continue;
            };
            match way {
                Way::In => self.weights.add_number(*slot, weight),
                Way::Out => self.weights.remove_number(*slot, weight),
            }
            match (weight, value, way) {
                (Number::Finite(weight), Number::Finite(value), Way::In) => {
                    self.products.add(*slot, weight, value);
                }
                (Number::Finite(weight), Number::Finite(value), Way::Out) => {
                    self.products.remove(*slot, weight, value);
                }
                _ => {
                    let product = weight.to_f64() * value.to_f64();
                    self.products.count_special(*slot, product, way.sign());
                }
            }
            if let (Some(weight), Some(value)) = (weight.to_long(), value.to_long()) {
                let product = weight.wrapping_mul(value).wrapping_mul(way.sign());
                let sum = &mut self.longs[*slot as usize];
                *sum = sum.wrapping_add(product);
            }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    In,
    Out,
}

impl Way {
    fn sign(self) -> i64 {
        match self {
            Way::In => 1,
            Way::Out => -1,
        }
    }
}

impl Accumulator for Weighted {
    fn grow(&mut self, slots: usize) {
        self.weights.grow(slots);
        self.products.grow(slots);
        self.longs.resize(slots.max(self.longs.len()), 0);
    }

    fn add(&mut self, rows: &Rows<'_>) -> Result<()> {
        self.change(rows, Way::In);
        Ok(())
    }

    fn remove(&mut self, rows: &Rows<'_>) -> Result<()> {
        self.change(rows, Way::Out);
        Ok(())
    }

    fn clear(&mut self, slot: u32) {
        self.weights.clear(slot);
        self.products.clear(slot);
        self.longs[slot as usize] = 0;
    }

    fn fork(&self) -> Option<Box<dyn Accumulator>> {
        Some(Box::new(Weighted::new(self.outputs.clone())))
    }

    fn absorb(&mut self, fork: Box<dyn Accumulator>, slots: &[u32]) -> Result<()> {
        let fork = forked::<Weighted>(fork);
        self.weights.absorb(&fork.weights, slots);
        self.products.absorb(&fork.products, slots);
        for (slot, long) in slots.iter().zip(fork.longs) {
            let sum = &mut self.longs[*slot as usize];
            *sum = sum.wrapping_add(long);
        }
        Ok(())
    }

    fn results(&mut self, wanted: &Wanted<'_>) -> Result<Vec<ArrayRef>> {
        let some = |slot: &u32| (self.weights.count(*slot) > 0).then_some(*slot);
        let slots = || wanted.slots.iter().map(some);
        let long = |slot: u32| self.longs[slot as usize];
        let sum = |slot: u32| self.products.total(slot).to_f64();
        let average = |slot: u32| sum(slot) / self.weights.total(slot).to_f64();
        let output = |weighing: &Weighing| -> ArrayRef {
            match weighing {
                Weighing::LongSum => Arc::new(slots().map(|slot| slot.map(long)).collect::<Int64Array>()),
                Weighing::Sum => Arc::new(slots().map(|slot| slot.map(sum)).collect::<Float64Array>()),
                Weighing::Average => {
                    let plain = slots().map(|slot| slot.map(|slot| plain_nan(average(slot))));
                    Arc::new(plain.collect::<Float64Array>())
                }
            }
        };
        Ok(self.outputs.iter().map(output).collect())
    }

    fn bytes(&self) -> usize {
        self.weights.bytes() + self.products.bytes() + self.longs.capacity() * 8
    }
}

/// One NaN for all.
fn plain_nan(value: f64) -> f64 {
    if value.is_nan() { f64::NAN } else { value }
}

fn read(array: &ArrayRef, numbers: &mut Vec<Option<Number>>) {
    numbers.clear();
    numbers.resize(array.len(), None);
    let rows: Vec<u32> = (0..array.len() as u32).collect();
    for_numbers(array, &rows, |row, number| numbers[row as usize] = Some(number));
}
