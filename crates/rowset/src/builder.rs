//! The builder of row sets: takes keys and ranges in ascending order.
//!
//! A run grows in `open`; when the next key does not touch it, it is cut at block borders. The runs of the
//! block at hand gather in `runs` until a key of a later block comes, and then become a segment.
//!
//! **Invariants.** 1. `done`, `runs` and `open` ascend in this order (asserted in `push_range`).
//! 2. A block is in `done` only when no later key can fall into it, or it is taken out again (`reopen`).

use crate::block::{BLOCK_LEN, Outcome, Payload, Words, block_of, block_start, no_words, offset_of};
use crate::segment::Segment;
use crate::set::RowSet;
use std::ops::Range;

/// Parts of a block that span more keys than this are cut as a whole, shorter ones run by run.
const CUT_WHOLE: u64 = 1024;

/// Builds a [`RowSet`] from ascending keys and ranges.
#[derive(Default)]
pub struct RowSetBuilder {
    done: Vec<Segment>,
    /// Number of keys in `done`.
    done_len: u64,
    /// Closed runs of `block`, as offsets, both ends inclusive.
    runs: Vec<(u16, u16)>,
    block: u64,
    open: Range<u64>,
    /// One past the last key taken.
    end: u64,
}

impl RowSetBuilder {
    /// A builder without keys.
    pub fn new() -> RowSetBuilder {
        RowSetBuilder::default()
    }

    /// Adds a key above all before it.
    ///
    /// # Panics
    /// When the key is not above all before it, or is `u64::MAX`.
    #[inline]
    pub fn push(&mut self, key: u64) {
        if key == self.open.end && key != 0 && key != u64::MAX && !self.open.is_empty() {
            self.open.end += 1;
            self.end += 1;
            return;
        }
        assert!(key != u64::MAX, "u64::MAX is not a row key");
        self.push_range(key..key + 1);
    }

    /// Adds a range of keys above all before it; it may touch them, and may be empty.
    ///
    /// # Panics
    /// When the range does not ascend.
    pub fn push_range(&mut self, range: Range<u64>) {
        if range.is_empty() {
            return;
        }
        assert!(range.start >= self.end, "range {range:?} after a key at {}", self.end.wrapping_sub(1));
        self.end = range.end;
        if range.start == self.open.end && !self.open.is_empty() {
            self.open.end = range.end;
            return;
        }
        self.close_run();
        self.open = range;
    }

    /// Adds the keys whose bits are set: bit `i` of the words, each word's least bit first, stands for `first + i`.
    ///
    /// # Panics
    /// When a key is not above all before it.
    pub fn push_bits(&mut self, first: u64, words: impl IntoIterator<Item = u64>) {
        let shift = first % 64;
        let (mut block, mut gathered) = (block_of(first), no_words());
        let mut start = first - shift;
        for word in words {
            let carried = if shift == 0 { 0 } else { word >> (64 - shift) };
            for (start, bits) in [(start, word << shift), (start.wrapping_add(64), carried)] {
                if bits == 0 {
                    continue;
                }
                if block_of(start) != block {
                    self.push_words(block, std::mem::replace(&mut gathered, no_words()));
                    block = block_of(start);
                }
                gathered[offset_of(start) as usize / 64] |= bits;
            }
            start = start.wrapping_add(64);
        }
        self.push_words(block, gathered);
    }

    /// The set of the keys taken.
    pub fn finish(mut self) -> RowSet {
        self.close_run();
        self.close_block();
        RowSet::from_segments(self.done)
    }

    /// Adds the keys of a block, as the bitmap of the whole block, all above those before them.
    fn push_words(&mut self, block: u64, words: Words) {
        match Outcome::from_words(words) {
            Outcome::Empty => {}
            Outcome::Run(run) => {
                let base = block_start(block);
                self.push_range(base + u64::from(run.start)..base + u64::from(run.end));
            }
            Outcome::Many(payload) => self.push_payload(block, &payload),
        }
    }

    /// Adds the keys of a block, all above those before them, sharing the payload where nothing else is in the block.
    pub(crate) fn push_payload(&mut self, block: u64, payload: &Payload) {
        let base = block_start(block);
        let first = base + u64::from(payload.select(0));
        let end = base + u64::from(payload.select(payload.len() as u32 - 1)) + 1;
        self.push_known(&Segment { first, end, before: 0, payload: Some(payload.clone()) });
    }

    /// Adds the keys of a segment.
    pub(crate) fn push_segment(&mut self, segment: &Segment) {
        match &segment.payload {
            None => self.push_range(segment.first..segment.end),
            Some(_) => self.push_known(segment),
        }
    }

    /// Adds the keys of segments that follow each other in a set. All but the first and last are taken as they are:
    /// they touch nothing but each other.
    pub(crate) fn push_segments(&mut self, segments: &[Segment]) {
        let [first, middle @ .., last] = segments else {
            return segments.iter().for_each(|segment| self.push_segment(segment));
        };
        self.push_segment(first);
        if let ([second, ..], Some(newest)) = (middle, middle.last()) {
            self.close_run();
            self.close_block();
            let (theirs, ours) = (second.before, self.done_len);
            let taken = middle.iter().map(|segment| {
                let before = segment.before - theirs + ours;
                Segment { before, ..segment.clone() }
            });
            self.done.extend(taken);
            self.done_len += last.before - theirs;
            self.end = newest.end;
        }
        self.push_segment(last);
    }

    /// Adds the keys of segments that follow each other in a set and lie in a range, moved by a delta.
    pub(crate) fn push_parts(&mut self, segments: &[Segment], keys: Range<u64>, delta: i64) {
        match segments {
            [first, middle @ .., last] if delta == 0 => {
                self.push_part(first, keys.clone(), 0);
                self.push_segments(middle);
                self.push_part(last, keys, 0);
            }
            _ => {
                for segment in segments {
                    self.push_part(segment, keys.clone(), delta);
                }
            }
        }
    }

    /// Adds the keys of a segment that lie in a range, moved by a delta.
    pub(crate) fn push_part(&mut self, segment: &Segment, keys: Range<u64>, delta: i64) {
        let part = segment.first.max(keys.start)..segment.end.min(keys.end);
        if part.is_empty() {
            return;
        }
        let Some(payload) = &segment.payload else {
            return self.push_range(moved(&part, delta));
        };
        let whole = part.start == segment.first && part.end == segment.end;
        if whole && delta == 0 {
            return self.push_known(segment);
        }
        if whole && delta % i64::from(BLOCK_LEN) == 0 {
            let block = block_of(moved(&part, delta).start);
            return self.push_payload(block, payload);
        }
        let base = block_start(segment.block());
        if delta == 0 && part.end - part.start > CUT_WHOLE {
            let offsets = offset_of(part.start)..offset_of(part.end - 1) + 1;
            return match payload.clip(offsets) {
                Outcome::Empty => {}
                Outcome::Run(run) => {
                    self.push_range(base + u64::from(run.start)..base + u64::from(run.end));
                }
                Outcome::Many(payload) => self.push_payload(segment.block(), &payload),
            };
        }
        let mut cursor = payload.cursor_at(offset_of(part.start));
        while let Some(run) = payload.next_run(&mut cursor) {
            let run = base + u64::from(run.start)..(base + u64::from(run.end)).min(part.end);
            if run.is_empty() {
                break;
            }
            self.push_range(moved(&run, delta));
        }
    }

    /// Adds a segment with a payload.
    fn push_known(&mut self, segment: &Segment) {
        assert!(segment.first >= self.end, "block at {} after a key at {}", segment.first, self.end);
        let block = segment.block();
        let shared =
            (self.end > 0 && block_of(self.end - 1) == block).then_some(segment.payload.as_ref()).flatten();
        if let Some(payload) = shared {
            let base = block_start(block);
            let mut cursor = 0;
            while let Some(run) = payload.next_run(&mut cursor) {
                self.push_range(base + u64::from(run.start)..base + u64::from(run.end));
            }
            return;
        }
        self.close_run();
        self.close_block();
        self.end = segment.end;
        let before = self.done_len;
        self.done_len += segment.len();
        self.done.push(Segment { before, ..segment.clone() });
    }

    /// Cuts the open run at block borders.
    fn close_run(&mut self) {
        let run = std::mem::take(&mut self.open);
        if run.is_empty() {
            return;
        }
        let (first, last) = (block_of(run.start), block_of(run.end - 1));
        if !self.runs.is_empty() && self.block != first {
            self.close_block();
        }
        if self.runs.is_empty() {
            self.reopen(first);
        }
        self.block = first;
        if first == last {
            return self.add_run(offset_of(run.start), offset_of(run.end - 1));
        }
        let mut whole_from = run.start;
        if !self.runs.is_empty() {
            self.add_run(offset_of(run.start), BLOCK_LEN - 1);
            self.close_block();
            whole_from = block_start(first + 1);
        }
        self.emit_run(whole_from..block_start(last));
        self.block = last;
        self.add_run(0, offset_of(run.end - 1));
    }

    /// Adds a run to the block at hand.
    fn add_run(&mut self, first: u32, last: u32) {
        match self.runs.last_mut() {
            Some(before) if u32::from(before.1) + 1 == first => before.1 = last as u16,
            _ => self.runs.push((first as u16, last as u16)),
        }
    }

    /// Takes a block back out of `done`, when more keys come that lie in it.
    fn reopen(&mut self, block: u64) {
        let Some(Segment { payload: Some(payload), .. }) =
            self.done.pop_if(|last| last.payload.is_some() && last.block() == block)
        else {
            return;
        };
        self.done_len -= payload.len();
        let mut cursor = 0;
        while let Some(run) = payload.next_run(&mut cursor) {
            self.runs.push((run.start as u16, (run.end - 1) as u16));
        }
    }

    /// Makes a segment of the runs of the block at hand.
    fn close_block(&mut self) {
        let base = block_start(self.block);
        match self.runs.as_slice() {
            [] => {}
            &[(first, last)] => self.emit_run(base + u64::from(first)..base + u64::from(last) + 1),
            runs @ [(first, _), .., (_, last)] => {
                let payload = Payload::from_runs(runs);
                let (first, end) = (base + u64::from(*first), base + u64::from(*last) + 1);
                let before = self.done_len;
                self.done_len += payload.len();
                self.done.push(Segment { first, end, before, payload: Some(payload) });
            }
        }
        self.runs.clear();
    }

    /// Adds a run to `done`, as a part of the run before it where they touch.
    fn emit_run(&mut self, run: Range<u64>) {
        if run.is_empty() {
            return;
        }
        let before = self.done_len;
        self.done_len += run.end - run.start;
        match self.done.last_mut() {
            Some(last) if last.payload.is_none() && last.end == run.start => last.end = run.end,
            _ => self.done.push(Segment::run(run, before)),
        }
    }
}

/// A range moved by a delta.
///
/// # Panics
/// When a key would leave the space of keys.
pub(crate) fn moved(range: &Range<u64>, delta: i64) -> Range<u64> {
    let start = range.start.checked_add_signed(delta);
    let end = range.end.checked_add_signed(delta);
    match (start, end) {
        (Some(start), Some(end)) => start..end,
        _ => panic!("keys {range:?} moved by {delta} leave the space of keys"),
    }
}
