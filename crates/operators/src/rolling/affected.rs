//! From the rows of a group that changed to those whose results may have.
//!
//! A row sees the change of a row in its window, and of a row between it and its window, which moves the window. A
//! removed row is seen through its gap by the rows whose window holds the row before or after it.

use std::ops::Range;

use arrow_array::UInt64Array;
use kinetable_engine::{Column, Input, Result, RowSet};

use super::layout::Excerpt;
use super::members::Touched;
use super::stamps::{Edge, Probe, of_array, search};
use super::task::Reach;

/// The results to compute again, and what is to be read for them.
pub(super) struct Affected<'a, 'b> {
    pub(super) input: &'a Input<'b>,
    pub(super) reach: Reach,
    /// The column of timestamps.
    pub(super) stamp: Option<usize>,
    /// Whether rows that changed in place did so in a column that is read.
    pub(super) reads: Reads,
}

/// What of a modified row is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reads {
    Nothing,
    Values,
    /// The timestamp: the row was somewhere else in time.
    Stamps,
}

impl Affected<'_, '_> {
    /// The results to compute again in these groups.
    pub(super) fn excerpt(&self, groups: &[Touched]) -> Result<Excerpt> {
        let groups = groups.iter().filter(|group| group.is_dirty() && !group.rows.is_empty());
        let mut excerpt = Excerpt::default();
        match self.reach {
            Reach::Onward => groups.for_each(|group| self.onward(group, &mut excerpt)),
            Reach::Ticks { back, ahead } => {
                groups.for_each(|group| self.ticks(group, back, ahead, &mut excerpt));
            }
            Reach::Time { back, ahead } => {
                self.time(&groups.collect::<Vec<_>>(), back, ahead, &mut excerpt)?
            }
        }
        Ok(excerpt)
    }

    fn dirty(&self, group: &Touched) -> RowSet {
        match self.reads {
            Reads::Nothing => group.joined.clone(),
            _ => group.joined.union(&group.modified),
        }
    }

    fn onward(&self, group: &Touched, excerpt: &mut Excerpt) {
        let first = self.dirty(group).first().map(|key| group.rows.rank(key));
        let Some(first) = first.into_iter().chain(group.gaps.iter().copied()).min() else {
            return;
        };
        let end = group.rows.len();
        if first < end {
            // The row before is read too, for its timestamp.
            excerpt.push(&group.rows, first.saturating_sub(1), end, first..end);
        }
    }

    fn ticks(&self, group: &Touched, back: i64, ahead: i64, excerpt: &mut Excerpt) {
        let end = group.rows.len();
        // How far a row looks, with the rows between it and its window.
        let before = back.saturating_sub(1).max(0) as u64;
        let after = ahead.max(0) as u64;
        let seen =
            |dirty: Range<u64>| dirty.start.saturating_sub(after)..dirty.end.saturating_add(before).min(end);
        let positions = group.rows.positions_of(&self.dirty(group));
        let rows = positions.ranges().map(seen);
        let gaps = group.gaps.iter().map(|gap| seen(gap.saturating_sub(1)..gap + 1));
        for wanted in merged(rows.chain(gaps).collect()) {
            let from = wanted.start.saturating_sub(before);
            let to = wanted.end.saturating_add(after).min(end);
            excerpt.push(&group.rows, from, to, wanted);
        }
    }

    fn time(&self, groups: &[&Touched], back: i64, ahead: i64, excerpt: &mut Excerpt) -> Result<()> {
        let column = self.input.now.column(self.stamp.expect("windows of time have timestamps"));
        let mut probes = Vec::new();
        for (at, group) in groups.iter().enumerate() {
            for (from, to) in self.times(group, back, ahead)? {
                probes.push((at, Probe { group: &group.rows, bound: from, edge: Edge::Below }));
                probes.push((at, Probe { group: &group.rows, bound: to, edge: Edge::UpTo }));
            }
        }
        let found = search(column, &probes.iter().map(|(_, probe)| *probe).collect::<Vec<_>>())?;
        let mut wanted: Vec<Vec<Range<u64>>> = vec![Vec::new(); groups.len()];
        for (pair, (at, _)) in found.chunks_exact(2).zip(probes.iter().step_by(2)) {
            wanted[*at].push(pair[0]..pair[1]);
        }
        for (wanted, group) in wanted.iter_mut().zip(groups) {
            wanted.extend(group.rows.positions_of(&self.dirty(group)).ranges());
        }
        let wanted: Vec<(&RowSet, Range<u64>)> = wanted
            .into_iter()
            .zip(groups)
            .flat_map(|(ranges, group)| merged(ranges).into_iter().map(|range| (&group.rows, range)))
            .collect();
        for ((group, wanted), (from, to)) in wanted.iter().zip(surroundings(column, &wanted, back, ahead)?) {
            excerpt.push(group, from, to, wanted.clone());
        }
        Ok(())
    }

    /// From when to when rows of a group see a change.
    fn times(&self, group: &Touched, back: i64, ahead: i64) -> Result<Vec<(i64, i64)>> {
        let stamp = self.stamp.expect("windows of time have timestamps");
        let mut stamps = of_array(&self.input.now.read(stamp, &self.dirty(group))?);
        let mut old = group.left.clone();
        if self.reads == Reads::Stamps
            && let Some(update) = self.input.update
        {
            old = old.union(&update.shifted.unapply(&group.modified));
        }
        stamps.extend(of_array(&self.input.before.read(stamp, &old)?));
        stamps.sort_unstable();
        let mut times: Vec<(i64, i64)> = Vec::new();
        for stamp in stamps {
            let (from, to) = (stamp.saturating_sub(ahead), stamp.saturating_add(back));
            match times.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ if from <= to => times.push((from, to)),
                _ => {}
            }
        }
        Ok(times)
    }
}

/// The rows that the windows of wanted rows hold, and one more on either side, to see that timestamps ascend.
fn surroundings(
    column: &Column,
    wanted: &[(&RowSet, Range<u64>)],
    back: i64,
    ahead: i64,
) -> Result<Vec<(u64, u64)>> {
    let end = |(group, range): &(&RowSet, Range<u64>)| {
        [group.select(range.start), group.select(range.end - 1)].map(|key| key.expect("a wanted row"))
    };
    let keys: UInt64Array = wanted.iter().flat_map(end).collect::<Vec<_>>().into();
    let stamps = of_array(&column.gather(&keys)?);
    let mut probes = Vec::with_capacity(2 * wanted.len());
    for ((group, _), stamps) in wanted.iter().zip(stamps.chunks_exact(2)) {
        probes.push(Probe { group, bound: stamps[0].saturating_sub(back), edge: Edge::Below });
        probes.push(Probe { group, bound: stamps[1].saturating_add(ahead), edge: Edge::UpTo });
    }
    let found = search(column, &probes)?;
    let around = |((group, range), pair): (&(&RowSet, Range<u64>), &[u64])| {
        let from = pair[0].min(range.start.saturating_sub(1));
        let to = pair[1].max((range.end + 1).min(group.len()));
        (from, to)
    };
    Ok(wanted.iter().zip(found.chunks_exact(2)).map(around).collect())
}

/// Ranges in order, joined where they meet; empty ones left out.
fn merged(mut ranges: Vec<Range<u64>>) -> Vec<Range<u64>> {
    ranges.retain(|range| !range.is_empty());
    ranges.sort_unstable_by_key(|range| range.start);
    let mut merged: Vec<Range<u64>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}
