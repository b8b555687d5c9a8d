//! What a kernel is asked: for which rows of which runs, over which values.

use std::ops::Range;

use arrow_array::ArrayRef;
use kinetable_engine::Result;
use rayon::prelude::*;

use super::lane::{Lane, Outcome, Values};
use super::slide::Roller;

/// From how many rows on runs are shared out to threads.
const PARALLEL_FROM: usize = 1 << 15;

/// Rows of one group that follow each other, and those of them whose results are wanted.
///
/// A run begins and ends where its group does, or further out than any wanted row looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    /// Where it begins in the values.
    pub(super) start: usize,
    /// How many rows it has.
    pub(super) len: usize,
    /// The wanted rows, counted from the start.
    pub(super) wanted: Range<usize>,
}

impl Run {
    /// The places of the wanted rows in the values.
    pub(super) fn places(&self) -> Range<usize> {
        self.start + self.wanted.start..self.start + self.wanted.end
    }
}

/// How far a result looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// All rows of the group before it, by way of the result before it.
    Onward,
    /// Rows by position, see [`super::Window::Ticks`].
    Ticks { back: i64, ahead: i64 },
    /// Rows by timestamp, see [`super::Window::Time`].
    Time { back: i64, ahead: i64 },
}

/// Computes results.
///
/// **Contract**: a result is a function of the values in its reach alone; for [`Reach::Onward`], of the values from
/// the run's first wanted row and the seed.
pub(super) trait Kernel: Send + Sync {
    /// The results of the wanted rows, run after run; then, if asked for, what else the next row needs.
    fn compute(&self, task: &Task<'_>) -> Result<Vec<Outcome>>;

    /// What slides on when rows come to the end of groups; none if windows are read anew.
    fn roller(&self) -> Option<Box<dyn Roller>> {
        None
    }
}

/// One question to a kernel.
pub(super) struct Task<'a> {
    pub(super) runs: &'a [Run],
    pub(super) reach: Reach,
    /// What the kernel reads.
    pub(super) inputs: Vec<&'a Values<'a>>,
    /// Timestamps, if the operation has some.
    pub(super) stamps: Option<&'a [i64]>,
    /// Of each run, the result before its first wanted row and what else was kept; `None`: all runs begin their groups.
    pub(super) seeds: Option<&'a [ArrayRef]>,
    /// Whether what the next row needs is asked for.
    pub(super) keeps_state: bool,
}

impl Task<'_> {
    /// How many rows are wanted.
    pub(super) fn wanted(&self) -> usize {
        self.runs.iter().map(|run| run.wanted.len()).sum()
    }

    /// The windows of a run's wanted rows, counted from the start of the run; neither end ever goes back.
    pub(super) fn windows(&self, run: &Run) -> Vec<(usize, usize)> {
        let len = run.len as i64;
        match self.reach {
            Reach::Onward => unreachable!("what goes onward has no windows"),
            Reach::Ticks { back, ahead } => {
                let window = |row: usize| {
                    let row = row as i64;
                    let first = row.saturating_sub(back).saturating_add(1).clamp(0, len);
                    let end = row.saturating_add(ahead).saturating_add(1).clamp(first, len);
                    (first as usize, end as usize)
                };
                run.wanted.clone().map(window).collect()
            }
            Reach::Time { back, ahead } => {
                let stamps = self.stamps.expect("windows of time have timestamps");
                let stamps = &stamps[run.start..run.start + run.len];
                let (mut first, mut end) = (0, 0);
                let window = |row: usize| {
                    let stamp = stamps[row];
                    let (from, to) = (stamp.saturating_sub(back), stamp.saturating_add(ahead));
                    first += stamps[first..].iter().take_while(|stamp| **stamp < from).count();
                    end = end.max(first);
                    end += stamps[end..].iter().take_while(|stamp| **stamp <= to).count();
                    (first, end)
                };
                run.wanted.clone().map(window).collect()
            }
        }
    }

    /// Lets `work` fill in the results of each run: values, and whether they are there, which is so unless it says
    /// otherwise.
    pub(super) fn fill<V, F>(&self, work: F) -> Result<Lane<V>>
    where
        V: Clone + Default + Send,
        F: Fn(usize, &Run, &mut [V], &mut [bool]) -> Result<()> + Sync,
    {
        let count = self.wanted();
        let (mut values, mut valid) = (vec![V::default(); count], vec![true; count]);
        let (mut values_left, mut valid_left) = (&mut values[..], &mut valid[..]);
        let mut jobs = Vec::with_capacity(self.runs.len());
        for (index, run) in self.runs.iter().enumerate() {
            let (of_run, rest) = values_left.split_at_mut(run.wanted.len());
            let (valid_of_run, valid_rest) = valid_left.split_at_mut(run.wanted.len());
            (values_left, valid_left) = (rest, valid_rest);
            jobs.push((index, run, of_run, valid_of_run));
        }
        let job = |(index, run, values, valid): (usize, &Run, &mut [V], &mut [bool])| {
            work(index, run, values, valid)
        };
        if count < PARALLEL_FROM {
            jobs.into_iter().try_for_each(job)?;
        } else {
            jobs.into_par_iter().try_for_each(job)?;
        }
        let whole = valid.iter().all(|valid| *valid);
        Ok(Lane { values, valid: (!whole).then_some(valid) })
    }
}
