//! Cumulative operations: the result of a row is made of its value and the result of the row before.

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Float64Type, Int64Type, UInt32Type};
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, PrimitiveArray, UInt32Array};
use arrow_schema::DataType;
use arrow_select::take::take;
use kinetable_engine::Result;
use kinetable_engine::column::concat_chunks;

use super::extreme::{Extreme, Ordered};
use super::lane::{Lane, Outcome, Values};
use super::spec::Cumulative;
use super::task::{Kernel, Task};

/// `cum_sum`, `cum_prod`, `cum_min`, `cum_max`.
pub(super) struct Accumulate {
    pub(super) what: Cumulative,
    /// The type of the column.
    pub(super) input: DataType,
}

impl Kernel for Accumulate {
    fn compute(&self, task: &Task<'_>) -> Result<Vec<Outcome>> {
        let values = task.inputs[0];
        let outcome = match self.what {
            Cumulative::Sum if self.input.is_floating() => doubles(task, values, |sum, value| sum + value)?,
            Cumulative::Sum => longs(task, values, i64::wrapping_add)?,
            Cumulative::Product if self.input.is_floating() => doubles(task, values, |a, b| a * b)?,
            Cumulative::Product => longs(task, values, i64::wrapping_mul)?,
            Cumulative::Least => self.extreme(task, values, Extreme::Least)?,
            Cumulative::Greatest => self.extreme(task, values, Extreme::Greatest)?,
        };
        Ok(vec![outcome])
    }
}

impl Accumulate {
    fn extreme(&self, task: &Task<'_>, values: &Values<'_>, which: Extreme) -> Result<Outcome> {
        Ok(match &self.input {
            DataType::Float32 | DataType::Float64 => {
                let seeds = seeds(task, self.input.clone()).map(|array| Values::new(array, None));
                let seeds = seeds.as_ref().map(Values::doubles);
                Outcome::Doubles(best(task, values.doubles(), seeds, which)?)
            }
            DataType::Utf8View | DataType::BinaryView => {
                let seeds = seeds(task, self.input.clone()).map(|array| Values::new(array, None).bytes());
                Outcome::Bytes(best(task, &values.bytes(), seeds.as_ref(), which)?)
            }
            DataType::Decimal128(..) => {
                let seeds = seeds(task, self.input.clone());
                let seeds = seeds.map(|array| lane_of::<Decimal128Type>(&array));
                Outcome::Wides(best(task, &values.wides(), seeds.as_ref(), which)?)
            }
            _ => {
                let seeds = seeds(task, self.input.clone()).map(|array| Values::new(array, None));
                let seeds = seeds.as_ref().map(Values::longs);
                Outcome::Longs(best(task, values.longs(), seeds, which)?)
            }
        })
    }
}

/// The results before the runs.
fn seeds(task: &Task<'_>, data_type: DataType) -> Option<ArrayRef> {
    let seeds = &task.seeds?[0];
    debug_assert_eq!(*seeds.data_type(), data_type, "results before are of the result's type");
    Some(seeds.clone())
}

fn lane_of<T: ArrowPrimitiveType>(array: &ArrayRef) -> Lane<T::Native> {
    let array: &PrimitiveArray<T> = array.as_primitive();
    let valid = array.nulls().map(|nulls| nulls.iter().collect());
    Lane { values: array.values().to_vec(), valid }
}

fn doubles(task: &Task<'_>, values: &Values<'_>, join: impl Fn(f64, f64) -> f64 + Sync) -> Result<Outcome> {
    let seeds = seeds(task, DataType::Float64).map(|array| lane_of::<Float64Type>(&array));
    let step = |result: Option<f64>, value: &f64| Some(result.map_or(*value, |result| join(result, *value)));
    Ok(Outcome::Doubles(accumulate(task, values.doubles(), seeds.as_ref(), step)?))
}

fn longs(task: &Task<'_>, values: &Values<'_>, join: impl Fn(i64, i64) -> i64 + Sync) -> Result<Outcome> {
    let seeds = seeds(task, DataType::Int64).map(|array| lane_of::<Int64Type>(&array));
    let step = |result: Option<i64>, value: &i64| Some(result.map_or(*value, |result| join(result, *value)));
    Ok(Outcome::Longs(accumulate(task, values.longs(), seeds.as_ref(), step)?))
}

fn best<V: Ordered>(
    task: &Task<'_>,
    values: &Lane<V>,
    seeds: Option<&Lane<V>>,
    which: Extreme,
) -> Result<Lane<V>> {
    accumulate(task, values, seeds, |result, value| match result {
        result if value.is_nan() => result,
        Some(result) if !which.is_better(value, &result) => Some(result),
        _ => Some(value.clone()),
    })
}

/// Takes each value that is there into the result so far.
fn accumulate<V: Sync, S: Clone + Default + Send + Sync>(
    task: &Task<'_>,
    values: &Lane<V>,
    seeds: Option<&Lane<S>>,
    step: impl Fn(Option<S>, &V) -> Option<S> + Sync,
) -> Result<Lane<S>> {
    task.fill(|index, run, results, valid| {
        let mut result = seeds.and_then(|seeds| seeds.get(index).cloned());
        for ((place, out), valid) in run.places().zip(results).zip(valid) {
            if let Some(value) = values.get(place) {
                result = step(result, value);
            }
            match &result {
                Some(result) => *out = result.clone(),
                None => *valid = false,
            }
        }
        Ok(())
    })
}

/// `cum_count_where`: how many rows so far its predicate is true for.
pub(super) struct CountWhere;

impl Kernel for CountWhere {
    fn compute(&self, task: &Task<'_>) -> Result<Vec<Outcome>> {
        let truths = task.inputs[0].truths();
        let seeds = seeds(task, DataType::Int64).map(|array| lane_of::<Int64Type>(&array));
        let counts = task.fill(|index, run, results, _| {
            let mut count = seeds.as_ref().and_then(|seeds| seeds.get(index).copied()).unwrap_or(0);
            for (place, out) in run.places().zip(results) {
                count += i64::from(truths.is_valid(place));
                *out = count;
            }
            Ok(())
        });
        Ok(vec![Outcome::Longs(counts?)])
    }
}

/// `forward_fill`: the last value that is not null.
pub(super) struct ForwardFill;

impl Kernel for ForwardFill {
    fn compute(&self, task: &Task<'_>) -> Result<Vec<Outcome>> {
        let values = task.inputs[0];
        let known = values.array.len();
        let nulls = values.array.nulls();
        let seeds = task.seeds.map(|seeds| &seeds[0]);
        // Places in the array of values with the seeds behind them.
        let lane: Lane<u32> = task.fill(|index, run, results, valid| {
            let seed = seeds.is_some_and(|seeds| seeds.is_valid(index));
            let mut last = seed.then_some((known + index) as u32);
            for ((place, out), valid) in run.places().map(|at| values.place(at)).zip(results).zip(valid) {
                if nulls.is_none_or(|nulls| nulls.is_valid(place)) {
                    last = Some(place as u32);
                }
                *valid = last.is_some();
                *out = last.unwrap_or(0);
            }
            Ok(())
        })?;
        let array = match seeds {
            None => values.array.clone(),
            Some(seeds) => concat_chunks(values.array.data_type(), &[values.array.clone(), seeds.clone()])?,
        };
        let nulls = lane.valid.map(arrow_buffer::NullBuffer::from);
        let places = PrimitiveArray::<UInt32Type>::new(lane.values.into(), nulls);
        let places: UInt32Array = places;
        Ok(vec![Outcome::Array(take(&array, &places, None)?)])
    }
}
