//! `rolling_prod`: products of doubles, which cannot be undone, multiplied in an order that the window alone determines.
//!
//! A window of n rows is cut, from its end, into runs of 2^k rows, the k being the bits of n from the greatest; each run is
//! the product of its halves, and the runs are multiplied from the first to the last. Products of 2^k rows are shared by all windows, so
//! that a result costs about log n multiplications, and a null is a factor of one.

use kinetable_engine::Result;

use super::lane::{Lane, Outcome};
use super::task::{Kernel, Run, Task};

/// Products of windows.
pub(super) struct RollingProduct;

impl Kernel for RollingProduct {
    fn compute(&self, task: &Task<'_>) -> Result<Vec<Outcome>> {
        let values = task.inputs[0].doubles();
        let products = task.fill(|_, run, results, valid| {
            let windows = task.windows(run);
            let longest = windows.iter().map(|(first, end)| end - first).max().unwrap_or(0);
            let levels = levels(values, run, longest);
            // How many values there are up to each row.
            let mut counts = vec![0usize; run.len + 1];
            for row in 0..run.len {
                counts[row + 1] = counts[row] + usize::from(values.is_valid(run.start + row));
            }
            for (((first, end), out), valid) in windows.into_iter().zip(results).zip(valid) {
                *valid = counts[end] > counts[first];
                *out = product(&levels, first, end);
            }
            Ok(())
        });
        Ok(vec![Outcome::Doubles(products?)])
    }
}

/// `levels[k][row]`: the product of the 2^k rows that end with a row; as many levels as the longest window has bits.
fn levels(values: &Lane<f64>, run: &Run, longest: usize) -> Vec<Vec<f64>> {
    let factor = |place: usize| values.get(place).copied().unwrap_or(1.0);
    let mut levels: Vec<Vec<f64>> = vec![(run.start..run.start + run.len).map(factor).collect()];
    while longest >> levels.len() > 0 {
        let half = 1 << (levels.len() - 1);
        let below = &levels[levels.len() - 1];
        let joined = |row: usize| below[row.saturating_sub(half)] * below[row];
        levels.push((0..run.len).map(joined).collect());
    }
    levels
}

/// The product of a window.
fn product(levels: &[Vec<f64>], first: usize, end: usize) -> f64 {
    let mut left = end - first;
    let mut at = first;
    let mut product = 1.0;
    // The least run comes first in the window, the greatest last.
    while left > 0 {
        let level = left.trailing_zeros() as usize;
        at += 1 << level;
        product *= levels[level][at - 1];
        left &= left - 1;
    }
    product
}
