//! Sum, sum of absolute values and average of integers, char, bool and decimals.
//!
//! **State**: 32 bytes a group. **Update rule**: added values are added, removed ones subtracted, in 128 bits, so
//! that a `long` sum wraps as one of 64 bits does and an average does not. **Cost**: one addition a row.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Decimal128Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, Decimal128Array, Float64Array, Int64Array};
use arrow_schema::DataType;
use kinetable_engine::{Error, Result};

use super::accumulator::{Accumulator, Rows, Wanted, forked};
use super::exact::Magnitude;
use super::spec::{Mean, Sign};
use super::values::for_valid;

/// Sums of integers by group.
pub(super) struct IntegerSums {
    cells: Vec<Cell>,
    sign: Sign,
    outputs: Vec<Mean>,
    result: DataType,
}

#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    sum: i128,
    count: u64,
}

impl IntegerSums {
    /// Sums with these outputs; a sum is of type `result`.
    pub(super) fn new(sign: Sign, outputs: Vec<Mean>, result: DataType) -> IntegerSums {
        IntegerSums { cells: Vec::new(), sign, outputs, result }
    }

    fn visit(&mut self, rows: &Rows<'_>, change: impl Fn(&mut Cell, i128)) {
        let cells = &mut self.cells;
        match self.sign {
            Sign::Kept => integers(rows, |slot, value| change(&mut cells[slot as usize], value)),
            Sign::Dropped => integers(rows, |slot, value| {
                change(&mut cells[slot as usize], value.wrapping_abs());
            }),
        }
    }

    fn sum(&self, slots: &[u32]) -> Result<ArrayRef> {
        let cells = slots.iter().map(|slot| self.cells[*slot as usize]);
        let sums = cells.map(|cell| (cell.count > 0).then_some(cell.sum));
        let DataType::Decimal128(precision, scale) = self.result else {
            let wrapped = sums.map(|sum| sum.map(|sum| sum as i64));
            return Ok(Arc::new(wrapped.collect::<Int64Array>()));
        };
        let sums = sums.collect::<Decimal128Array>();
        let sums = sums.with_precision_and_scale(precision, scale)?;
        sums.validate_decimal_precision(precision).map_err(|error| {
            Error::invalid(format!("a sum of decimals has more than {precision} digits"))
                .with_hint("cast the column to double before summing it")
                .with_cause(error)
        })?;
        Ok(Arc::new(sums))
    }

    fn average(&self, slots: &[u32]) -> ArrayRef {
        let scale = match self.result {
            DataType::Decimal128(_, scale) => scale,
            _ => 0,
        };
        let average = |slot: &u32| {
            let cell = self.cells[*slot as usize];
            let sum = Magnitude::of_integer(cell.sum);
            let average = (cell.count > 0).then(|| sum.divided_by(cell.count).to_f64());
            average.map(|average| average / 10f64.powi(scale.into()))
        };
        Arc::new(slots.iter().map(average).collect::<Float64Array>())
    }
}

impl Accumulator for IntegerSums {
    fn grow(&mut self, slots: usize) {
        self.cells.resize(slots.max(self.cells.len()), Cell::default());
    }

    fn add(&mut self, rows: &Rows<'_>) -> Result<()> {
        self.visit(rows, |cell, value| {
            cell.sum = cell.sum.wrapping_add(value);
            cell.count += 1;
        });
        Ok(())
    }

    fn remove(&mut self, rows: &Rows<'_>) -> Result<()> {
        self.visit(rows, |cell, value| {
            cell.sum = cell.sum.wrapping_sub(value);
            cell.count -= 1;
        });
        Ok(())
    }

    fn clear(&mut self, slot: u32) {
        self.cells[slot as usize] = Cell::default();
    }

    fn fork(&self) -> Option<Box<dyn Accumulator>> {
        Some(Box::new(IntegerSums::new(self.sign, self.outputs.clone(), self.result.clone())))
    }

    fn absorb(&mut self, fork: Box<dyn Accumulator>, slots: &[u32]) -> Result<()> {
        for (slot, theirs) in slots.iter().zip(forked::<IntegerSums>(fork).cells) {
            let cell = &mut self.cells[*slot as usize];
            cell.sum = cell.sum.wrapping_add(theirs.sum);
            cell.count += theirs.count;
        }
        Ok(())
    }

    fn results(&mut self, wanted: &Wanted<'_>) -> Result<Vec<ArrayRef>> {
        let output = |output: &Mean| match output {
            Mean::Sum => self.sum(wanted.slots),
            Mean::Average => Ok(self.average(wanted.slots)),
        };
        self.outputs.iter().map(output).collect()
    }

    fn bytes(&self) -> usize {
        self.cells.capacity() * size_of::<Cell>()
    }
}

/// Visits the values that are not null, with their slots.
fn integers(rows: &Rows<'_>, visit: impl FnMut(u32, i128)) {
    let array = &rows.values[0];
    match array.data_type() {
        DataType::Int8 => primitive::<Int8Type>(rows, visit),
        DataType::Int16 => primitive::<Int16Type>(rows, visit),
        DataType::Int32 => primitive::<Int32Type>(rows, visit),
        DataType::Int64 => primitive::<Int64Type>(rows, visit),
        DataType::UInt8 => primitive::<UInt8Type>(rows, visit),
        DataType::UInt16 => primitive::<UInt16Type>(rows, visit),
        DataType::UInt32 => primitive::<UInt32Type>(rows, visit),
        DataType::UInt64 => primitive::<UInt64Type>(rows, visit),
        DataType::Decimal128(..) => primitive::<Decimal128Type>(rows, visit),
        DataType::Boolean => booleans(rows, visit),
        other => unreachable!("sums of {other} are refused when they are planned"),
    }
}

fn primitive<T>(rows: &Rows<'_>, mut visit: impl FnMut(u32, i128))
where
    T: ArrowPrimitiveType<Native: Into<i128>>,
{
    let array = rows.values[0].as_primitive::<T>();
    for_valid(rows.slots, array.values(), array.nulls(), |slot, value| visit(slot, value.into()));
}

fn booleans(rows: &Rows<'_>, mut visit: impl FnMut(u32, i128)) {
    let array = rows.values[0].as_boolean();
    for (slot, value) in rows.slots.iter().zip(array) {
        if let Some(value) = value {
            visit(*slot, value.into());
        }
    }
}
