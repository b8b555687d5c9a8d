//! Windows that slide: what is made of a window is kept up to date as values enter at its front and leave at its end.
//!
//! Over a whole table windows slide from the start of each run. On an append-only table they are kept where they stand,
//! with the values that are in them, and slide on when rows come.

use std::collections::VecDeque;
use std::ops::Range;

use kinetable_engine::Result;

use super::lane::{Lane, Outcome, Values};
use super::task::Task;
use crate::estimate;

/// What is kept of a window.
///
/// **Contract**: the result is a function of the values that are in, in order, whatever was in before.
pub(super) trait Sliding<V> {
    /// What is made of it.
    type Result;

    /// A value enters at the front; places ascend.
    fn enter(&mut self, place: usize, value: &V);

    /// The value that entered first of those that are in leaves.
    fn leave(&mut self, place: usize, value: &V);

    /// The result; none of no values.
    fn result(&mut self) -> Option<Self::Result>;
}

/// Slides over the windows of all wanted rows. Nulls do not enter.
pub(super) fn slide<V: Sync, W: Sliding<V>>(
    task: &Task<'_>,
    values: &Lane<V>,
    new: impl Fn() -> W + Sync,
) -> Result<Lane<W::Result>>
where
    W::Result: Clone + Default + Send,
{
    task.fill(|_, run, results, valid| {
        let windows = task.windows(run);
        let mut window = new();
        let mut entered = windows.first().map_or(0, |(first, _)| *first);
        let mut left = entered;
        for (((first, end), out), valid) in windows.into_iter().zip(results).zip(valid) {
            while entered < end {
                let place = run.start + entered;
                if let Some(value) = values.get(place) {
                    window.enter(place, value);
                }
                entered += 1;
            }
            while left < first {
                let place = run.start + left;
                if let Some(value) = values.get(place) {
                    window.leave(place, value);
                }
                left += 1;
            }
            match window.result() {
                Some(result) => *out = result,
                None => *valid = false,
            }
        }
        Ok(())
    })
}

/// Rows that came to a group, and the windows whose results are wanted. Positions count from the first row that the
/// group ever had.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) slot: usize,
    /// Where the rows that came are in the values.
    pub(super) fresh: Range<usize>,
    /// The position of the first of them.
    pub(super) position: u64,
    /// The windows of the wanted rows.
    pub(super) windows: Vec<(u64, u64)>,
    /// How many of them, from the first, no later row can come into.
    pub(super) settled: usize,
    /// No later window begins before this position.
    pub(super) keep: u64,
}

/// The windows of all groups of an append-only table.
pub(super) trait Roller: Send {
    /// Takes in the last rows of a new group, the first of them at a position, without results.
    fn begin(&mut self, slot: usize, position: u64, values: &[&Values<'_>], places: Range<usize>);

    /// Takes in rows; gives the results of the wanted ones, step after step.
    fn append(&mut self, steps: &[Step], values: &[&Values<'_>]) -> Outcome;

    /// Bytes held.
    fn bytes(&self) -> usize;
}

/// Reads what enters windows.
pub(super) type Read<V> = fn(&[&Values<'_>]) -> Lane<V>;

/// Windows of one kind.
pub(super) struct Rolled<V, W: Sliding<V>> {
    new: Box<dyn Fn() -> W + Send>,
    read: Read<V>,
    give: fn(Lane<W::Result>) -> Outcome,
    groups: Vec<Option<Standing<V, W>>>,
}

/// Where the window of a group stands.
struct Standing<V, W> {
    window: W,
    /// The positions of the first value that has not entered, and of the first that has not left.
    entered: u64,
    left: u64,
    /// The values from the position `first` on.
    values: VecDeque<Option<V>>,
    first: u64,
}

impl<V, W: Sliding<V>> Rolled<V, W> {
    pub(super) fn boxed(
        new: impl Fn() -> W + Send + 'static,
        read: Read<V>,
        give: fn(Lane<W::Result>) -> Outcome,
    ) -> Option<Box<dyn Roller>>
    where
        V: Clone + Send + 'static,
        W: Clone + Send + 'static,
        W::Result: Clone + Default + 'static,
    {
        Some(Box::new(Rolled { new: Box::new(new), read, give, groups: Vec::new() }))
    }

    fn standing(&mut self, slot: usize, position: u64) -> &mut Standing<V, W> {
        if self.groups.len() <= slot {
            self.groups.resize_with(slot + 1, || None);
        }
        let new = &self.new;
        self.groups[slot].get_or_insert_with(|| Standing {
            window: new(),
            entered: position,
            left: position,
            values: VecDeque::new(),
            first: position,
        })
    }
}

impl<V, W> Roller for Rolled<V, W>
where
    V: Clone + Send,
    W: Sliding<V> + Clone + Send,
    W::Result: Clone + Default,
{
    fn begin(&mut self, slot: usize, position: u64, values: &[&Values<'_>], places: Range<usize>) {
        let values: Vec<Values<'_>> = values.iter().map(|values| values.part(places.clone())).collect();
        let lane = (self.read)(&values.iter().collect::<Vec<_>>());
        let standing = self.standing(slot, position);
        standing.values.extend((0..places.len()).map(|place| lane.get(place).cloned()));
    }

    fn append(&mut self, steps: &[Step], values: &[&Values<'_>]) -> Outcome {
        let lane = (self.read)(values);
        let (mut results, mut valid) = (Vec::new(), Vec::new());
        let mut show = |result: Option<W::Result>| {
            valid.push(result.is_some());
            results.push(result.unwrap_or_default());
        };
        for step in steps {
            let standing = self.standing(step.slot, step.position);
            standing.values.extend(step.fresh.clone().map(|place| lane.get(place).cloned()));
            let (settled, open) = step.windows.split_at(step.settled);
            standing.slide(settled, &mut show);
            if !open.is_empty() {
                let (window, entered, left) = (standing.window.clone(), standing.entered, standing.left);
                standing.slide(open, &mut show);
                (standing.window, standing.entered, standing.left) = (window, entered, left);
            }
            standing.forget(step.keep);
        }
        (self.give)(Lane { values: results, valid: Some(valid) })
    }

    fn bytes(&self) -> usize {
        let bytes = |standing: &Standing<V, W>| standing.values.capacity() * size_of::<Option<V>>();
        let kept = estimate::of_slice(&self.groups, |group| group.as_ref().map_or(0, bytes));
        kept + self.groups.capacity() * size_of::<Option<Standing<V, W>>>()
    }
}

impl<V, W: Sliding<V>> Standing<V, W> {
    fn slide(&mut self, windows: &[(u64, u64)], show: &mut impl FnMut(Option<W::Result>)) {
        for (first, end) in windows {
            while self.entered < *end {
                if let Some(value) = &self.values[(self.entered - self.first) as usize] {
                    self.window.enter(self.entered as usize, value);
                }
                self.entered += 1;
            }
            while self.left < (*first).min(self.entered) {
                self.leave();
            }
            show(self.window.result());
        }
    }

    fn leave(&mut self) {
        if let Some(value) = &self.values[(self.left - self.first) as usize] {
            self.window.leave(self.left as usize, value);
        }
        self.left += 1;
    }

    /// Lets go of what no later window holds.
    fn forget(&mut self, keep: u64) {
        while self.left < keep.min(self.entered) {
            self.leave();
        }
        if self.entered == self.left {
            // Nothing is in: what lies before the next window need not enter.
            let end = self.first + self.values.len() as u64;
            self.entered = keep.clamp(self.entered, end);
            self.left = self.entered;
        }
        self.values.drain(..(self.left - self.first) as usize);
        self.first = self.left;
    }
}
