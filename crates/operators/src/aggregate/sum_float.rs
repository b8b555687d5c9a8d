//! Sum, sum of absolute values and average of floats: the true ones, rounded once.
//!
//! **State**: see [`super::exact`]. **Update rule**: added values are added, removed ones subtracted, exactly; NaN
//! and infinities are counted in and out, so that the finite sum is there again when they are gone. **Cost**: a few
//! nanoseconds a row.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type};
use arrow_array::{Array, ArrayRef, Float32Array, Float64Array};
use arrow_schema::DataType;
use kinetable_engine::Result;

use super::accumulator::{Accumulator, Rows, Wanted, forked};
use super::exact::{ExactSums, Number};
use super::spec::{Mean, Sign};
use super::values::for_valid;

/// Sums of floats by group.
pub(super) struct FloatSums {
    sums: ExactSums,
    sign: Sign,
    outputs: Vec<Mean>,
    input: DataType,
}

impl FloatSums {
    /// Sums of a column of type `input`, `Float32` or `Float64`, with these outputs.
    pub(super) fn new(sign: Sign, outputs: Vec<Mean>, input: DataType) -> FloatSums {
        FloatSums { sums: ExactSums::default(), sign, outputs, input }
    }

    #[inline(always)]
    fn visit(&mut self, rows: &Rows<'_>, change: impl Fn(&mut ExactSums, u32, f64)) {
        let sums = &mut self.sums;
        match self.sign {
            Sign::Kept => floats(rows, |slot, value| change(sums, slot, value)),
            Sign::Dropped => floats(rows, |slot, value| change(sums, slot, value.abs())),
        }
    }

    fn sum(&self, slots: &[u32]) -> ArrayRef {
        let total = |slot: &u32| (self.sums.count(*slot) > 0).then(|| self.sums.total(*slot));
        let totals = slots.iter().map(total);
        match self.input {
            DataType::Float32 => {
                let sums = totals.map(|total| total.map(|total| total.to_f32()));
                Arc::new(sums.collect::<Float32Array>())
            }
            _ => {
                let sums = totals.map(|total| total.map(|total| total.to_f64()));
                Arc::new(sums.collect::<Float64Array>())
            }
        }
    }

    fn average(&self, slots: &[u32]) -> ArrayRef {
        let average = |slot: &u32| {
            let count = self.sums.count(*slot);
            (count > 0).then(|| self.sums.total(*slot).divided_by(count))
        };
        Arc::new(slots.iter().map(average).collect::<Float64Array>())
    }
}

impl Accumulator for FloatSums {
    fn grow(&mut self, slots: usize) {
        self.sums.grow(slots);
    }

    fn add(&mut self, rows: &Rows<'_>) -> Result<()> {
        self.visit(rows, |sums, slot, value| sums.add_number(slot, Number::of_double(value)));
        Ok(())
    }

    fn remove(&mut self, rows: &Rows<'_>) -> Result<()> {
        self.visit(rows, |sums, slot, value| sums.remove_number(slot, Number::of_double(value)));
        Ok(())
    }

    fn clear(&mut self, slot: u32) {
        self.sums.clear(slot);
    }

    fn fork(&self) -> Option<Box<dyn Accumulator>> {
        Some(Box::new(FloatSums::new(self.sign, self.outputs.clone(), self.input.clone())))
    }

    fn absorb(&mut self, fork: Box<dyn Accumulator>, slots: &[u32]) -> Result<()> {
        self.sums.absorb(&forked::<FloatSums>(fork).sums, slots);
        Ok(())
    }

    fn results(&mut self, wanted: &Wanted<'_>) -> Result<Vec<ArrayRef>> {
        let output = |output: &Mean| match output {
            Mean::Sum => self.sum(wanted.slots),
            Mean::Average => self.average(wanted.slots),
        };
        Ok(self.outputs.iter().map(output).collect())
    }

    fn bytes(&self) -> usize {
        self.sums.bytes()
    }
}

/// Visits the values that are not null, with their slots.
#[inline(always)]
fn floats(rows: &Rows<'_>, mut visit: impl FnMut(u32, f64)) {
    match rows.values[0].data_type() {
        DataType::Float32 => {
            let array = rows.values[0].as_primitive::<Float32Type>();
            for_valid(rows.slots, array.values(), array.nulls(), |slot, value| {
                visit(slot, value.into());
            });
        }
        _ => {
            let array = rows.values[0].as_primitive::<Float64Type>();
            for_valid(rows.slots, array.values(), array.nulls(), visit);
        }
    }
}
