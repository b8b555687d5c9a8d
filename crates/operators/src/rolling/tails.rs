//! What is kept of the groups of an append-only table: the rows that later windows still hold.
//!
//! **State**: of each group the row keys, and timestamps, from the first row that a later row's window holds, or whose own
//! window is not complete; one row where results go onward.
//!
//! **Update rule**: appended rows join the end of their groups. Results are computed of them, and again of the rows before
//! them whose windows reach ahead to them. A row is *settled* when no later row can come into its window.

use std::collections::VecDeque;

use kinetable_engine::{Result, RowSet};

use super::layout::{Excerpt, Layout};
use super::slide::Step;
use super::stamps::descending;
use super::task::Reach;
use crate::estimate;

/// The ends of all groups, by slot.
pub(super) struct Tails {
    reach: Reach,
    groups: Vec<Tail>,
}

/// The end of a group. Positions count from the first row that the group ever had.
#[derive(Debug, Clone, Default)]
struct Tail {
    /// The position of the first row kept.
    first: u64,
    keys: VecDeque<u64>,
    /// Empty where there are no timestamps.
    stamps: VecDeque<i64>,
}

/// Rows that come to a group: the slot, their keys, and where in group order of all that come they are.
pub(super) struct Coming<'a> {
    pub(super) slot: u32,
    pub(super) keys: &'a [u64],
    pub(super) stamps: &'a [i64],
    pub(super) start: usize,
}

/// What is to be computed.
#[derive(Default)]
pub(super) struct Appended {
    /// For operations that slide on.
    pub(super) steps: Vec<Step>,
    /// For those that read windows anew.
    pub(super) context: Excerpt,
    /// The rows whose results are wanted, group by group.
    pub(super) wanted: Vec<u64>,
}

impl Tails {
    /// The ends of the groups of a table that was computed as a whole; run and slot have the same number.
    pub(super) fn new(reach: Reach, rows: &RowSet, layout: &Layout, stamps: Option<&[i64]>) -> Tails {
        let mut groups = Vec::with_capacity(layout.runs.len());
        for run in &layout.runs {
            let stamps = stamps.map(|stamps| &stamps[run.start..run.start + run.len]);
            let last = stamps.and_then(|stamps| stamps.last().copied());
            let count = run.len as u64;
            let stamp = |at: u64| stamps.map_or(0, |stamps| stamps[at as usize]);
            let keep = keep(reach, count, last, 0, stamp);
            let place = |at: u64| match &layout.order {
                None => at,
                Some(order) => u64::from(order[run.start + at as usize]),
            };
            let key = |at: u64| rows.select(place(at)).expect("a row of the table");
            groups.push(Tail {
                first: keep,
                keys: (keep..count).map(key).collect(),
                stamps: stamps.map_or_else(VecDeque::new, |s| s[keep as usize..].iter().copied().collect()),
            });
        }
        Tails { reach, groups }
    }

    /// How many rows a group keeps, and the position of the first of them.
    pub(super) fn kept(&self, slot: usize) -> (u64, usize) {
        (self.groups[slot].first, self.groups[slot].keys.len())
    }

    /// Takes in rows that come; what is read anew is asked for only if `anew` says so.
    pub(super) fn append(&mut self, coming: &[Coming<'_>], name: &str, anew: Anew) -> Result<Appended> {
        let mut appended = Appended::default();
        for rows in coming {
            if self.groups.len() <= rows.slot as usize {
                self.groups.resize(rows.slot as usize + 1, Tail::default());
            }
            let tail = &mut self.groups[rows.slot as usize];
            if let (Some(before), Some(then)) = (tail.stamps.back(), rows.stamps.first())
                && then < before
            {
                return Err(descending(name, *before, *then));
            }
            tail.append(self.reach, rows, anew, &mut appended);
        }
        Ok(appended)
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        let bytes = |tail: &Tail| size_of::<Tail>() + (tail.keys.capacity() + tail.stamps.capacity()) * 8;
        estimate::of_slice(&self.groups, bytes)
    }
}

/// Whether some operations read windows anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anew {
    None,
    Some,
}

impl Tail {
    fn append(&mut self, reach: Reach, rows: &Coming<'_>, anew: Anew, appended: &mut Appended) {
        let old = self.end();
        self.keys.extend(rows.keys);
        self.stamps.extend(rows.stamps);
        let end = self.end();
        let last = self.stamps.back().copied();
        let wanted = self.first_wanted(reach, old, rows.stamps.first().copied());
        let settled = settled(reach, end, last, self.first, |at| self.stamp(at));
        let keep = keep(reach, end, last, self.first, |at| self.stamp(at));
        let key = |at: u64| self.keys[(at - self.first) as usize];
        appended.wanted.extend((wanted..end).map(key));
        let windows = self.windows(reach, wanted, end);
        if anew == Anew::Some {
            let from = match (reach, windows.first()) {
                (Reach::Onward, _) | (_, None) => wanted.saturating_sub(1).max(self.first),
                (_, Some((first, _))) => wanted.min(*first),
            };
            let before = (reach == Reach::Onward && wanted > 0).then(|| key(wanted - 1));
            appended.context.push_last((from..end).map(key), (wanted - from) as usize, before);
        }
        appended.steps.push(Step {
            slot: rows.slot as usize,
            fresh: rows.start..rows.start + rows.keys.len(),
            position: old,
            settled: settled.saturating_sub(wanted).min(end - wanted) as usize,
            windows,
            keep,
        });
        let gone = (keep - self.first) as usize;
        self.keys.drain(..gone);
        if !self.stamps.is_empty() {
            self.stamps.drain(..gone);
        }
        self.first = keep;
    }

    /// One past the position of the last row.
    fn end(&self) -> u64 {
        self.first + self.keys.len() as u64
    }

    fn stamp(&self, at: u64) -> i64 {
        self.stamps[(at - self.first) as usize]
    }

    /// The first row whose result may change, when rows come from position `old` on.
    fn first_wanted(&self, reach: Reach, old: u64, stamp: Option<i64>) -> u64 {
        match (reach, stamp) {
            (Reach::Ticks { ahead, .. }, _) => old.saturating_sub(ahead.max(0) as u64),
            (Reach::Time { ahead, .. }, Some(stamp)) => {
                let from = stamp.saturating_sub(ahead);
                (self.first + self.stamps.partition_point(|stamp| *stamp < from) as u64).min(old)
            }
            _ => old,
        }
    }

    /// The windows of rows, by position.
    fn windows(&self, reach: Reach, from: u64, end: u64) -> Vec<(u64, u64)> {
        match reach {
            Reach::Onward => Vec::new(),
            Reach::Ticks { back, ahead } => {
                let window = |row: u64| {
                    let (row, end) = (row as i64, end as i64);
                    let first = row.saturating_sub(back).saturating_add(1).clamp(0, end);
                    (first as u64, row.saturating_add(ahead).saturating_add(1).clamp(first, end) as u64)
                };
                (from..end).map(window).collect()
            }
            Reach::Time { back, ahead } => {
                let below = |bound: i64| self.stamps.partition_point(|stamp| *stamp < bound) as u64;
                let up_to = |bound: i64| self.stamps.partition_point(|stamp| *stamp <= bound) as u64;
                let window = |row: u64| {
                    let stamp = self.stamp(row);
                    let first = self.first + below(stamp.saturating_sub(back));
                    (first, (self.first + up_to(stamp.saturating_add(ahead))).max(first))
                };
                (from..end).map(window).collect()
            }
        }
    }
}

/// The first row, of those from `first` on, into whose window a later row may come.
fn settled(reach: Reach, end: u64, last: Option<i64>, first: u64, stamp: impl Fn(u64) -> i64) -> u64 {
    match (reach, last) {
        (Reach::Ticks { ahead, .. }, _) => end.saturating_sub(ahead.max(0) as u64),
        (Reach::Time { ahead, .. }, Some(last)) => {
            partition(first, end, |at| stamp(at).saturating_add(ahead) < last)
        }
        _ => end,
    }
}

/// The first row, of those from `first` on, that later results look at.
fn keep(reach: Reach, end: u64, last: Option<i64>, first: u64, stamp: impl Fn(u64) -> i64) -> u64 {
    let open = settled(reach, end, last, first, &stamp);
    match (reach, last) {
        (Reach::Onward, _) => end.saturating_sub(1),
        (Reach::Ticks { back, .. }, _) => {
            let window = (open as i64).saturating_sub(back).saturating_add(1);
            (window.max(first as i64) as u64).min(open)
        }
        (Reach::Time { back, .. }, Some(last)) => {
            let next = if open < end { stamp(open) } else { last };
            let window = partition(first, end, |at| stamp(at) < next.saturating_sub(back));
            // The last row stays, for its timestamp.
            window.min(open).min(end - 1)
        }
        (Reach::Time { .. }, None) => first,
    }
}

/// The first of ascending positions for which a condition, true of those before it, is false.
fn partition(first: u64, end: u64, is_before: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (first, end);
    while low < high {
        let middle = u64::midpoint(low, high);
        if is_before(middle) { low = middle + 1 } else { high = middle }
    }
    low
}
