//! `rolling_min` and `rolling_max`: the values of a window that no later one beats, in order; the first is the extreme.
//!
//! **Cost**: each value enters and leaves once.

use std::cmp::Ordering;
use std::collections::VecDeque;

use arrow_schema::DataType;
use kinetable_engine::Result;

use super::lane::{Bytes, Outcome};
use super::slide::{Rolled, Roller, Sliding, slide};
use super::task::{Kernel, Task};

/// Which extreme value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extreme {
    Least,
    Greatest,
}

impl Extreme {
    /// Whether a value is the better of two; of equal ones neither is.
    #[inline(always)]
    pub(super) fn is_better<V: Ordered>(self, value: &V, than: &V) -> bool {
        match self {
            Extreme::Least => value.order(than).is_lt(),
            Extreme::Greatest => value.order(than).is_gt(),
        }
    }
}

/// Values with a total order: −0.0 is less than 0.0, so that equal values have equal bits.
pub(super) trait Ordered: Clone + Default + Send + Sync {
    fn order(&self, other: &Self) -> Ordering;

    fn is_nan(&self) -> bool {
        false
    }

    /// NaN, for types that have it.
    fn nan() -> Option<Self> {
        None
    }
}

impl Ordered for i64 {
    #[inline(always)]
    fn order(&self, other: &i64) -> Ordering {
        self.cmp(other)
    }
}

impl Ordered for i128 {
    fn order(&self, other: &i128) -> Ordering {
        self.cmp(other)
    }
}

impl Ordered for Bytes {
    fn order(&self, other: &Bytes) -> Ordering {
        self.cmp(other)
    }
}

impl Ordered for f64 {
    #[inline(always)]
    fn order(&self, other: &f64) -> Ordering {
        self.total_cmp(other)
    }

    #[inline(always)]
    fn is_nan(&self) -> bool {
        f64::is_nan(*self)
    }

    fn nan() -> Option<f64> {
        Some(f64::NAN)
    }
}

/// The extreme value of each window.
pub(super) struct RollingExtreme {
    pub(super) which: Extreme,
    /// The type of the column.
    pub(super) input: DataType,
}

impl Kernel for RollingExtreme {
    fn compute(&self, task: &Task<'_>) -> Result<Vec<Outcome>> {
        let (values, which) = (task.inputs[0], self.which);
        Ok(vec![match &self.input {
            DataType::Float32 | DataType::Float64 => {
                Outcome::Doubles(slide(task, values.doubles(), || Best::new(which))?)
            }
            DataType::Utf8View | DataType::BinaryView => {
                Outcome::Bytes(slide(task, &values.bytes(), || Best::new(which))?)
            }
            DataType::Decimal128(..) => Outcome::Wides(slide(task, &values.wides(), || Best::new(which))?),
            _ => Outcome::Longs(slide(task, values.longs(), || Best::new(which))?),
        }])
    }

    fn roller(&self) -> Option<Box<dyn Roller>> {
        let which = self.which;
        match &self.input {
            DataType::Float32 | DataType::Float64 => Rolled::boxed(
                move || Best::new(which),
                |values| values[0].doubles().clone(),
                Outcome::Doubles,
            ),
            DataType::Utf8View | DataType::BinaryView => {
                Rolled::boxed(move || Best::new(which), |values| values[0].bytes(), Outcome::Bytes)
            }
            DataType::Decimal128(..) => {
                Rolled::boxed(move || Best::new(which), |values| values[0].wides(), Outcome::Wides)
            }
            _ => Rolled::boxed(move || Best::new(which), |values| values[0].longs().clone(), Outcome::Longs),
        }
    }
}

/// The values that no later one beats, and how many NaN there are.
#[derive(Debug, Clone)]
struct Best<V> {
    which: Extreme,
    ranked: VecDeque<(usize, V)>,
    nans: usize,
}

impl<V> Best<V> {
    fn new(which: Extreme) -> Best<V> {
        Best { which, ranked: VecDeque::new(), nans: 0 }
    }
}

impl<V: Ordered> Sliding<V> for Best<V> {
    type Result = V;

    #[inline]
    fn enter(&mut self, place: usize, value: &V) {
        if value.is_nan() {
            self.nans += 1;
            return;
        }
        while self.ranked.back().is_some_and(|(_, last)| !self.which.is_better(last, value)) {
            self.ranked.pop_back();
        }
        self.ranked.push_back((place, value.clone()));
    }

    #[inline]
    fn leave(&mut self, place: usize, value: &V) {
        if value.is_nan() {
            self.nans -= 1;
        } else if self.ranked.front().is_some_and(|(first, _)| *first == place) {
            self.ranked.pop_front();
        }
    }

    #[inline]
    fn result(&mut self) -> Option<V> {
        if self.nans > 0 {
            return V::nan();
        }
        self.ranked.front().map(|(_, value)| value.clone())
    }
}
