//! Where the elements of the lists are among the keys of the result.

use std::ops::Range;

use kinetable_engine::{Error, ErrorKind, Result, RowSet, Shifts, ShiftsBuilder};

use crate::support::shifts::{pieces, push_narrow};

/// Slack below the first row and borders of `low`, so that moved row sets share their payloads.
const ALIGN: u64 = 1 << 16;

/// The room a row of a live table has at least, as a power of two.
const BITS_LIVE: u32 = 4;

/// Keys that all rows together may take, as a power of two.
const KEYS_BITS: u32 = 62;

/// The input's row `low` starts at key 0, and each row has `2^bits` keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    low: u64,
    bits: u32,
}

impl Layout {
    /// A layout for rows with lists up to a length; a live table's has room to spare.
    pub(super) fn new(rows: &RowSet, length_max: u64, live: bool) -> Result<Layout> {
        let first = rows.first().unwrap_or(0);
        let needed = bits_for(length_max);
        let layout = match live {
            false => Layout { low: first, bits: needed },
            true => Layout { low: below(first, ALIGN), bits: (needed + 1).max(BITS_LIVE) },
        };
        layout.check(rows)
    }

    /// The layout when rows are these; `fresh` says that none of them was there before.
    pub(super) fn follow(self, rows: &RowSet, length_max: u64, fresh: bool) -> Result<Layout> {
        let first = rows.first().unwrap_or(self.low);
        let needed = bits_for(length_max);
        let low = match () {
            () if fresh => below(first, ALIGN),
            () if first < self.low => below(first, (rows.end() - first).max(ALIGN)),
            () => self.low,
        };
        let bits = if needed > self.bits { needed + 1 } else { self.bits };
        Layout { low, bits }.check(rows)
    }

    fn check(self, rows: &RowSet) -> Result<Layout> {
        let span = rows.end().saturating_sub(self.low);
        if u128::from(span) << self.bits <= 1 << KEYS_BITS {
            return Ok(self);
        }
        let message = format!(
            "the elements of lists of up to {} values do not fit the space of keys, which {span} keys of rows leave",
            1u64 << self.bits
        );
        Err(Error::new(ErrorKind::Limit, message).with_hint("flatten() the table before ungroup"))
    }

    /// The key of the first element of an input row; of what lies below the layout, the first key.
    pub(super) fn start(self, row: u64) -> u64 {
        row.saturating_sub(self.low).min(1 << (KEYS_BITS - self.bits)) << self.bits
    }

    /// The input row and the element of a key.
    pub(super) fn find(self, key: u64) -> (u64, u64) {
        ((key >> self.bits) + self.low, key & ((1 << self.bits) - 1))
    }

    /// The keys of runs of input rows.
    pub(super) fn keys(self, run: Range<u64>) -> Range<u64> {
        self.start(run.start)..self.start(run.end)
    }

    /// How the result's rows move when the input's do and the layout becomes another. `kept` are the result's rows
    /// that stay, under old keys; `parents` the input's, under old keys.
    pub(super) fn shifts_to(self, next: Layout, moves: &Shifts, kept: &RowSet, parents: &RowSet) -> Shifts {
        let mut builder = ShiftsBuilder::new();
        if self == next && moves.is_empty() || kept.is_empty() {
            return builder.finish();
        }
        if self.bits == next.bits {
            for (run, delta) in pieces(moves) {
                let delta = delta.wrapping_add(self.low.wrapping_sub(next.low) as i64);
                push_narrow(&mut builder, kept, self.keys(run), delta << self.bits);
            }
            return builder.finish();
        }
        for row in parents.iter() {
            let (from, to) = (self.start(row), next.start(moves.shift_key(row)));
            push_narrow(&mut builder, kept, from..from + (1 << self.bits), to.wrapping_sub(from) as i64);
        }
        builder.finish()
    }
}

fn below(first: u64, slack: u64) -> u64 {
    let low = first.saturating_sub(slack);
    low - low % ALIGN
}

fn bits_for(length_max: u64) -> u32 {
    length_max.max(1).next_power_of_two().trailing_zeros()
}
