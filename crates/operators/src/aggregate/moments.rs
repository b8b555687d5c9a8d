//! `var` and `std`: sample variance and standard deviation, from exact sums of values and of squares.
//!
//! **State**: 72 bytes a group. **Update rule**: values and squares are added and subtracted exactly. **Cost**: about
//! two sums a row; some hundred nanoseconds a result, whose numerator is evaluated in integers so that it does not
//! cancel. The variance is the true one rounded once; the deviation is its root.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array};
use kinetable_engine::Result;

use super::accumulator::{Accumulator, Rows, Wanted, forked};
use super::exact::{ExactProducts, ExactSums, Number, variance};
use super::numbers::for_numbers;
use super::spec::Spread;

/// Sums of values and squares by group.
pub(super) struct Moments {
    sums: ExactSums,
    squares: ExactProducts,
    outputs: Vec<Spread>,
}

impl Moments {
    /// Moments with these outputs.
    pub(super) fn new(outputs: Vec<Spread>) -> Moments {
        Moments { sums: ExactSums::default(), squares: ExactProducts::default(), outputs }
    }
}

impl Accumulator for Moments {
    fn grow(&mut self, slots: usize) {
        self.sums.grow(slots);
        self.squares.grow(slots);
    }

    fn add(&mut self, rows: &Rows<'_>) -> Result<()> {
        let (sums, squares) = (&mut self.sums, &mut self.squares);
        for_numbers(&rows.values[0], rows.slots, |slot, number| {
            sums.add_number(slot, number);
            // What NaN and infinities make of the variance is seen in the sum.
            if let Number::Finite(parts) = number {
                squares.add(slot, parts, parts);
            }
        });
        Ok(())
    }

    fn remove(&mut self, rows: &Rows<'_>) -> Result<()> {
        let (sums, squares) = (&mut self.sums, &mut self.squares);
        for_numbers(&rows.values[0], rows.slots, |slot, number| {
            sums.remove_number(slot, number);
            if let Number::Finite(parts) = number {
                squares.remove(slot, parts, parts);
            }
        });
        Ok(())
    }

    fn clear(&mut self, slot: u32) {
        self.sums.clear(slot);
        self.squares.clear(slot);
    }

    fn fork(&self) -> Option<Box<dyn Accumulator>> {
        Some(Box::new(Moments::new(self.outputs.clone())))
    }

    fn absorb(&mut self, fork: Box<dyn Accumulator>, slots: &[u32]) -> Result<()> {
        let fork = forked::<Moments>(fork);
        self.sums.absorb(&fork.sums, slots);
        self.squares.absorb(&fork.squares, slots);
        Ok(())
    }

    fn results(&mut self, wanted: &Wanted<'_>) -> Result<Vec<ArrayRef>> {
        let variance =
            |slot: &u32| (self.sums.count(*slot) > 0).then(|| variance(&self.sums, &self.squares, *slot));
        let variances: Float64Array = wanted.slots.iter().map(variance).collect();
        let output = |spread: &Spread| -> ArrayRef {
            Arc::new(match spread {
                Spread::Variance => variances.clone(),
                Spread::Deviation => variances.unary(f64::sqrt),
            })
        };
        Ok(self.outputs.iter().map(output).collect())
    }

    fn bytes(&self) -> usize {
        self.sums.bytes() + self.squares.bytes()
    }
}
