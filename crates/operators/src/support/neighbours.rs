//! Which rows may see something else when a table changes, for functions that look at neighbouring rows.
//!
//! ```text
//!  window: 1 behind, 2 ahead          a b c d e f      c is removed: a, b (ahead) and d (behind) see another row
//!                                     a b d e f
//! ```
//!
//! A row sees another one when a row came or went between it and the end of its window, or when the row that it sees was
//! modified. Moves of rows change nothing, for their order stays.
//!
//! **Cost**: the window, times the changed runs of rows; and a rank for each.

use std::ops::Range;

use kinetable_engine::column::{FunctionInput, RowFunction};
use kinetable_engine::{RowSet, Update};

/// How far a function looks from its row, at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Window {
    /// Rows before it.
    pub behind: u64,
    /// Rows after it.
    pub ahead: u64,
}

impl Window {
    /// What a function looks at itself.
    pub fn of(function: &dyn RowFunction) -> Window {
        let mut window = Window::default();
        for input in function.inputs() {
            if let FunctionInput::Neighbour(_, offset) = input {
                let distance = offset.unsigned_abs();
                let side = if *offset < 0 { &mut window.behind } else { &mut window.ahead };
                *side = (*side).max(distance);
            }
        }
        window
    }

    /// Whether only the row itself is looked at.
    pub fn is_empty(self) -> bool {
        self == Window::default()
    }

    /// The window that holds both.
    #[must_use]
    pub fn or(self, other: Window) -> Window {
        Window { behind: self.behind.max(other.behind), ahead: self.ahead.max(other.ahead) }
    }

    /// The window of a function that looks through this one at values that look through another.
    #[must_use]
    pub fn through(self, other: Window) -> Window {
        Window {
            behind: self.behind.saturating_add(other.behind),
            ahead: self.ahead.saturating_add(other.ahead),
        }
    }

    /// Whether rows that stay may see something else when others only come: at the end, or anywhere.
    pub fn is_moved_by_additions(self, append_only: bool) -> bool {
        self.ahead > 0 || (self.behind > 0 && !append_only)
    }

    /// The positions from which these positions are in the window.
    fn around(self, places: Range<u64>, rows: u64) -> Range<u64> {
        places.start.saturating_sub(self.ahead)..places.end.saturating_add(self.behind).min(rows)
    }

    /// The rows that were there and may see something else now; `modified` says whether a column that is looked at
    /// was modified.
    pub fn touched(self, update: &Update, before: &RowSet, now: &RowSet, modified: bool) -> RowSet {
        if self.is_empty() {
            return RowSet::empty();
        }
        let mut changed = update.added.clone();
        if modified {
            changed = changed.union(&update.modified);
        }
        let mut seen: Vec<Range<u64>> =
            now.positions_of(&changed).ranges().map(|places| self.around(places, now.len())).collect();
        seen.extend(gaps(update, before, now).map(|gap| self.around(gap, now.len())));
        now.keys_at(&merged(seen)).difference(&update.added)
    }
}

/// Where rows went: the positions between the rows that stayed on either side, which hold what came there.
fn gaps<'a>(update: &'a Update, before: &'a RowSet, now: &'a RowSet) -> impl Iterator<Item = Range<u64>> {
    let kept = before.difference(&update.removed);
    update.removed.ranges().map(move |run| {
        let place = |key: Option<u64>| key.map(|key| now.rank(update.shifted.shift_key(key)));
        let next = kept.rank(run.start);
        let before_gap = next.checked_sub(1).and_then(|last| place(kept.select(last)));
        let after_gap = place(kept.select(next));
        before_gap.map_or(0, |place| place + 1)..after_gap.unwrap_or(now.len())
    })
}

/// The union of ranges in any order.
fn merged(mut ranges: Vec<Range<u64>>) -> RowSet {
    ranges.retain(|range| !range.is_empty());
    ranges.sort_unstable_by_key(|range| range.start);
    let mut apart: Vec<Range<u64>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match apart.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => apart.push(range),
        }
    }
    RowSet::from_ranges(apart)
}
