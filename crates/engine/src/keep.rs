//! Which of the oldest rows of a growing table go, when it keeps so many rows, so many bytes, or rows so young.
//!
//! ```text
//!  row keys:  │ gone │ block │ block │ … │ block that still grows │
//!                    └ cut: moves by whole blocks ──▶
//! ```
//!
//! **State**: of each block where it ends, its bytes and its times: some 20 blocks a limit, whatever the table's size.
//! **Cost**: constant a batch; counting bytes reads the lengths of texts.
//!
//! **Invariants**: 1. the cut never moves back; 2. by rows, the cut is a function of how many rows ever came, so it does not
//! depend on how they fall into cycles; 3. at least the rows wished for stay, less than an eighth more.

use std::collections::VecDeque;

use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch};

/// How much a table keeps of what ever came. With several limits the narrowest holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Keep {
    /// The newest rows: at least so many, an eighth more at most.
    pub rows: Option<u64>,
    /// The newest rows that fit into so many bytes of Arrow arrays.
    pub bytes: Option<u64>,
    /// Rows that came so short a time ago, ns; they go within a sixteenth of it after their time.
    pub age_ns: Option<i64>,
}

/// A limit is kept to within a sixteenth of it.
const PARTS: u64 = 16;
/// Rows go so many at a time, at most.
const ROWS_AT_ONCE_MAX: u64 = 1 << 16;

/// The blocks of a table, oldest first.
#[derive(Debug)]
pub(crate) struct Ledger {
    keep: Keep,
    blocks: VecDeque<Block>,
    bytes: u64,
    /// The first key that stays.
    cut: u64,
}

#[derive(Debug)]
struct Block {
    end: u64,
    bytes: u64,
    began: i64,
    newest: i64,
}

impl Keep {
    /// By rows alone.
    pub const fn rows(rows: u64) -> Keep {
        Keep { rows: Some(rows), bytes: None, age_ns: None }
    }
}

impl Ledger {
    pub(crate) fn new(keep: Keep) -> Ledger {
        Ledger { keep, blocks: VecDeque::new(), bytes: 0, cut: 0 }
    }

    /// Notes rows that came: the key after the last of them, and when.
    pub(crate) fn add(&mut self, batch: &RecordBatch, end: u64, now: i64) {
        let Keep { bytes: bytes_max, age_ns, .. } = self.keep;
        if bytes_max.is_none() && age_ns.is_none() {
            return;
        }
        let bytes = bytes_max.map_or(0, |_| batch.columns().iter().map(|column| bytes_of(column)).sum());
        self.bytes += bytes;
        let fits = |block: &&mut Block| {
            bytes_max.is_none_or(|max| block.bytes + bytes <= max / PARTS)
                && age_ns.is_none_or(|age| now - block.began <= age / PARTS as i64)
        };
        match self.blocks.back_mut().filter(fits) {
            Some(block) => {
                block.end = end;
                block.bytes += bytes;
                block.newest = now;
            }
            None => self.blocks.push_back(Block { end, bytes, began: now, newest: now }),
        }
    }

    /// The first key that stays, of a table that ends at a key, at a time.
    pub(crate) fn cut(&mut self, end: u64, now: i64) -> u64 {
        if let Some(rows) = self.keep.rows {
            let at_once = 1 << (rows / 8).clamp(1, ROWS_AT_ONCE_MAX).ilog2();
            self.cut = self.cut.max(end.saturating_sub(rows) / at_once * at_once);
        }
        while let Some(oldest) = self.blocks.front() {
            // The newest block stays even if it alone is more than the limit: a table shows what came last.
            let is_too_much = self.keep.bytes.is_some_and(|max| self.bytes > max) && self.blocks.len() > 1;
            let is_too_old = self.keep.age_ns.is_some_and(|age| oldest.newest.saturating_add(age) <= now);
            if !is_too_much && !is_too_old && oldest.end > self.cut {
                break;
            }
            self.cut = self.cut.max(oldest.end);
            self.bytes -= oldest.bytes;
            self.blocks.pop_front();
        }
        self.cut
    }

    /// Notes that no row before a key is left.
    pub(crate) fn forget_before(&mut self, key: u64) {
        self.cut = self.cut.max(key);
    }

    /// When the oldest rows will be too old.
    pub(crate) fn due(&self) -> Option<i64> {
        let age = self.keep.age_ns?;
        self.blocks.front().map(|oldest| oldest.newest.saturating_add(age))
    }
}

/// What the values of an array take, whatever it shares with others.
fn bytes_of(array: &dyn Array) -> u64 {
    let views = |views: &[u128]| -> u64 {
        let long = |view: &u128| Some(u64::from(*view as u32)).filter(|length| *length > 12);
        views.len() as u64 * 16 + views.iter().filter_map(long).sum::<u64>()
    };
    let validity = array.nulls().map_or(0, |_| array.len().div_ceil(8) as u64);
    validity
        + if let Some(text) = array.as_string_view_opt() {
            views(text.views())
        } else if let Some(bytes) = array.as_binary_view_opt() {
            views(bytes.views())
        } else if let Some(lists) = array.as_list_opt::<i32>() {
            let offsets = lists.offsets();
            let (first, end) = (offsets[0] as usize, offsets[lists.len()] as usize);
            offsets.len() as u64 * 4 + bytes_of(&lists.values().slice(first, end - first))
        } else {
            array.to_data().get_slice_memory_size().unwrap_or_else(|_| array.get_array_memory_size()) as u64
        }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Int64Array, StringViewArray};

    use super::*;

    fn longs(rows: usize) -> RecordBatch {
        let column: ArrayRef = Arc::new(Int64Array::from(vec![7; rows]));
        RecordBatch::try_from_iter([("X", column)]).expect("one column")
    }

    /// Feeds batches of `size` rows a second; gives the cut after each.
    fn cuts(keep: Keep, size: u64, batches: u64) -> Vec<(u64, u64)> {
        let mut ledger = Ledger::new(keep);
        (1..=batches)
            .map(|count| {
                let now = count as i64 * 1_000_000_000;
                ledger.add(&longs(size as usize), count * size, now);
                (count * size, ledger.cut(count * size, now))
            })
            .collect()
    }

    #[test]
    fn by_rows_at_least_the_wish_and_an_eighth_more_at_most_stays_however_rows_come() {
        for (rows, size) in [(1, 1), (10, 3), (1_000, 7), (1_000, 1), (100_000, 4_096), (1_000_000, 9_999)] {
            for (end, cut) in cuts(Keep::rows(rows), size, 300) {
                let kept = end - cut;
                assert!(kept >= rows.min(end) && kept <= rows + rows / 8, "{kept} of {rows} at {end}");
            }
        }
        let last = |size| cuts(Keep::rows(1_000), size, 8_400 / size).pop();
        assert_eq!(last(1), last(7), "invariant 2");
    }

    #[test]
    fn by_bytes_the_limit_holds_and_little_is_given_away() {
        let keep = Keep { bytes: Some(80_000), ..Keep::default() };
        for (end, cut) in cuts(keep, 100, 500) {
            let kept = (end - cut) * 8;
            assert!(kept <= 80_000 && kept + 80_000 / 8 > 80_000.min(end * 8), "{kept} bytes at {end}");
        }
        let tiny = Keep { bytes: Some(1), ..Keep::default() };
        assert_eq!(cuts(tiny, 100, 3), [(100, 0), (200, 100), (300, 200)], "what came last is shown");
    }

    #[test]
    fn by_age_rows_stay_for_their_time_and_go_soon_after() {
        let age = 60_000_000_000;
        for (end, cut) in cuts(Keep { age_ns: Some(age), ..Keep::default() }, 1, 500) {
            assert!(end - cut >= 60.min(end) && end - cut <= 64, "{} rows of the last minute", end - cut);
        }
        let mut ledger = Ledger::new(Keep { age_ns: Some(age), ..Keep::default() });
        ledger.add(&longs(5), 5, 0);
        assert_eq!((ledger.due(), ledger.cut(5, age - 1)), (Some(age), 0));
        assert_eq!((ledger.cut(5, age), ledger.due()), (5, None));
    }

    #[test]
    fn long_texts_count_and_short_ones_are_in_their_views() {
        let long = "x".repeat(1_000);
        let texts = StringViewArray::from(vec![Some("short"), Some(&long), None]);
        assert_eq!(bytes_of(&texts), 3 * 16 + 1_000 + 1);
        assert_eq!(bytes_of(&texts.slice(0, 1)), 16 + 1);
    }
}
