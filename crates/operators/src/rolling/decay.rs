//! `ema`, `ems`, `emmin`, `emmax`, `emstd`: statistics in which old values decay, by rows or by time.
//!
//! The mean, sum, least and greatest value are continued from the result alone; in time form also from the timestamp of
//! the last value taken in, and the deviation from mean and variance. These are kept beside the result.

use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, ArrayRef, cast::AsArray};
use arrow_schema::DataType;
use kinetable_engine::{Error, Result};

use super::lane::{Lane, Outcome};
use super::spec::{BadData, Decay, OperationControl};
use super::task::{Kernel, Run, Task};

/// One decaying statistic.
pub(super) struct Decaying {
    pub(super) what: Decay,
    /// The factor a row, or how many nanoseconds it takes to decay to 1/e.
    pub(super) scale: Pace,
    pub(super) control: OperationControl,
    /// For messages: the operation and the column.
    pub(super) place: String,
}

/// What decay follows.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pace {
    /// Each row by this factor.
    Rows(f64),
    /// Time, by this many nanoseconds.
    Time(f64),
}

/// Where a statistic stands after a row.
#[derive(Debug, Clone, Copy, Default)]
struct State {
    /// Whether a value was taken in.
    begun: bool,
    /// The statistic; of the deviation, the mean.
    value: f64,
    variance: f64,
    result: f64,
    stamp: i64,
}

impl Decaying {
    /// The types of what is kept beside the result.
    pub(super) fn kept(&self) -> Vec<DataType> {
        let mut kept = Vec::new();
        if self.what == Decay::Deviation {
            kept.extend([DataType::Float64, DataType::Float64]);
        }
        if let Pace::Time(_) = self.scale {
            kept.push(DataType::Int64);
        }
        kept
    }

    fn seed(&self, seeds: &[ArrayRef], index: usize) -> State {
        let double = |array: &ArrayRef| array.as_primitive::<Float64Type>().value(index);
        let (begun, result) = (seeds[0].is_valid(index), double(&seeds[0]));
        let mut state = State { begun, value: result, result, ..State::default() };
        if self.what == Decay::Deviation {
            (state.value, state.variance) = (double(&seeds[1]), double(&seeds[2]));
        }
        if let Pace::Time(_) = self.scale
            && let Some(stamps) = seeds.last()
        {
            state.stamp = stamps.as_primitive::<Int64Type>().value(index);
        }
        state
    }

    /// What becomes of the state at a null or NaN.
    fn bad(&self, state: &mut State, behaviour: BadData, what: &str) -> Result<()> {
        match behaviour {
            BadData::Skip => {}
            BadData::Reset => *state = State::default(),
            BadData::Poison => {
                let nan = f64::NAN;
                *state = State { begun: true, value: nan, variance: nan, result: nan, ..*state };
            }
            BadData::Throw => {
                let hint = "its OperationControl says THROW; SKIP passes over such values";
                return Err(Error::invalid(format!("{}: {what}", self.place)).with_hint(hint));
            }
        }
        Ok(())
    }

    #[inline(always)]
    fn take(&self, state: &mut State, x: f64, factor: f64) {
        if !state.begun {
            let result = if self.what == Decay::Deviation { f64::NAN } else { x };
            *state = State { begun: true, value: x, variance: 0.0, result, ..*state };
            return;
        }
        let value = state.value;
        state.value = match self.what {
            Decay::Average => factor * value + (1.0 - factor) * x,
            Decay::Sum => factor * value + x,
            Decay::Least if value.is_nan() => value,
            Decay::Least => (factor * value).min(x),
            Decay::Greatest if value.is_nan() => value,
            Decay::Greatest => (factor * value).max(x),
            Decay::Deviation => {
                let distance = x - value;
                state.variance = factor * (state.variance + (1.0 - factor) * distance * distance);
                state.result = state.variance.sqrt();
                factor * value + (1.0 - factor) * x
            }
        };
        if self.what != Decay::Deviation {
            state.result = state.value;
        }
    }

    /// Goes through a run and shows each state.
    fn go(
        &self,
        task: &Task<'_>,
        index: usize,
        run: &Run,
        values: &Lane<f64>,
        mut show: impl FnMut(usize, &State),
    ) -> Result<()> {
        let mut state = task.seeds.map_or_else(State::default, |seeds| self.seed(seeds, index));
        let (mut factor, mut gap) = match self.scale {
            Pace::Rows(factor) => (factor, 0),
            Pace::Time(_) => (1.0, 0),
        };
        for (at, place) in run.places().enumerate() {
            match values.get(place) {
                None => self.bad(&mut state, self.control.on_null, "a null")?,
                Some(x) if x.is_nan() => self.bad(&mut state, self.control.on_nan, "a NaN")?,
                Some(x) => {
                    if let (Pace::Time(scale), Some(stamps)) = (self.scale, task.stamps) {
                        let since = stamps[place].wrapping_sub(state.stamp);
                        if since != gap {
                            (factor, gap) = ((-(since as f64) / scale).exp(), since);
                        }
                        state.stamp = stamps[place];
                    }
                    self.take(&mut state, *x, factor);
                }
            }
            show(at, &state);
        }
        Ok(())
    }

    /// What the next row needs, of each row.
    fn states(&self, task: &Task<'_>, values: &Lane<f64>) -> Result<Vec<Outcome>> {
        let states = task.fill(|index, run, states: &mut [State], _| {
            self.go(task, index, run, values, |at, state| states[at] = *state)
        })?;
        let double = |value: fn(&State) -> f64| {
            let begun = states.values.iter().map(|state| state.begun).collect();
            Outcome::Doubles(Lane { values: states.values.iter().map(value).collect(), valid: Some(begun) })
        };
        let mut outcomes = vec![double(|state| state.result)];
        if self.what == Decay::Deviation {
            outcomes.extend([double(|state| state.value), double(|state| state.variance)]);
        }
        if let Pace::Time(_) = self.scale {
            let stamps = states.values.iter().map(|state| state.stamp).collect();
            outcomes.push(Outcome::Longs(Lane { values: stamps, valid: None }));
        }
        Ok(outcomes)
    }
}

impl Kernel for Decaying {
    fn compute(&self, task: &Task<'_>) -> Result<Vec<Outcome>> {
        let values = task.inputs[0].doubles();
        if task.keeps_state && !self.kept().is_empty() {
            return self.states(task, values);
        }
        let results = task.fill(|index, run, results, valid| {
            self.go(task, index, run, values, |at, state| {
                (results[at], valid[at]) = (state.result, state.begun);
            })
        });
        Ok(vec![Outcome::Doubles(results?)])
    }
}
