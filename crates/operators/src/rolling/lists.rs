//! `rolling_group` and `rolling_formula`: the windows themselves, as lists, and functions of them.
//!
//! **Cost**: the rows of each window.

use std::sync::Arc;

use arrow_array::{ArrayRef, ListArray, UInt32Array};
use arrow_buffer::OffsetBuffer;
use arrow_schema::Field;
use arrow_select::take::take;
use kinetable_engine::column::{RowFunction, concat_chunks};
use kinetable_engine::{Error, Result};
use rayon::prelude::*;

use super::lane::{Outcome, Values};
use super::task::{Kernel, Task};

/// Values in the lists of one call of a function, about.
const PART: usize = 1 << 18;

/// Windows as lists.
pub(super) struct RollingGroup;

impl Kernel for RollingGroup {
    fn compute(&self, task: &Task<'_>) -> Result<Vec<Outcome>> {
        Ok(vec![Outcome::Array(list(task.inputs[0], &windows(task))?)])
    }
}

/// A function of windows.
pub(super) struct RollingFormula {
    pub(super) function: Arc<dyn RowFunction>,
}

impl Kernel for RollingFormula {
    fn compute(&self, task: &Task<'_>) -> Result<Vec<Outcome>> {
        let windows = windows(task);
        let parts = parts(&windows);
        let eval = |part: &[(usize, usize)]| {
            let lists = task.inputs.iter().map(|values| list(values, part)).collect::<Result<Vec<_>>>()?;
            self.function.eval(&lists, part.len())
        };
        let results = match parts.len() {
            0 | 1 => parts.into_iter().map(eval).collect::<Result<Vec<_>>>()?,
            _ => parts.into_par_iter().map(eval).collect::<Result<Vec<_>>>()?,
        };
        let results = concat_chunks(self.function.data_type(), &results)?;
        Ok(vec![Outcome::Array(results)])
    }
}

/// The windows of all wanted rows, by place in the values.
fn windows(task: &Task<'_>) -> Vec<(usize, usize)> {
    let place = |start: usize| move |(first, end): (usize, usize)| (start + first, start + end);
    task.runs.iter().flat_map(|run| task.windows(run).into_iter().map(place(run.start))).collect()
}

/// The windows in parts of about as many values.
fn parts(windows: &[(usize, usize)]) -> Vec<&[(usize, usize)]> {
    let mut parts = Vec::new();
    let (mut start, mut values) = (0, 0);
    for (at, (first, end)) in windows.iter().enumerate() {
        values += end - first + 1;
        if values >= PART {
            parts.push(&windows[start..=at]);
            (start, values) = (at + 1, 0);
        }
    }
    if start < windows.len() {
        parts.push(&windows[start..]);
    }
    parts
}

/// The values of windows as lists.
fn list(values: &Values<'_>, windows: &[(usize, usize)]) -> Result<ArrayRef> {
    let count: usize = windows.iter().map(|(first, end)| end - first).sum();
    if i32::try_from(count).is_err() {
        let message =
            format!("the windows have {count} values in all, more than the 2147483647 of one column");
        return Err(Error::invalid(message).with_hint("make the windows smaller, or filter rows first"));
    }
    let places = windows.iter().flat_map(|(first, end)| *first..*end);
    let places: UInt32Array = places.map(|at| values.place(at) as u32).collect::<Vec<_>>().into();
    let items = take(&values.array, &places, None)?;
    let offsets = OffsetBuffer::from_lengths(windows.iter().map(|(first, end)| end - first));
    let field = Field::new_list_field(items.data_type().clone(), true);
    Ok(Arc::new(ListArray::try_new(Arc::new(field), offsets, items, None)?))
}
