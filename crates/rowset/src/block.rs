//! The keys of one block of 65,536, when they are more than one run: as sorted offsets or as a bitmap.
//!
//! Up to 4,096 keys are *sparse* (2 bytes a key), more are *bits* (8 KiB, and 256 bytes of counts so that rank
//! and select look at one cache line of the bitmap). Payloads are shared: a set derived from another holds the
//! same payload for each block that did not change.
//!
//! **Invariants.** 1. A payload holds at least two runs (asserted in [`Payload::from_runs`]).
//! 2. The kind follows from the number of keys, so that equal contents have equal representations
//! (law `equality_is_equality_of_keys`).

use std::ops::Range;
use std::sync::Arc;

/// Number of low bits of a key that are its offset in the block.
pub(crate) const BLOCK_BITS: u32 = 16;
/// Number of keys of a block.
pub(crate) const BLOCK_LEN: u32 = 1 << BLOCK_BITS;
/// Most keys of a sparse block.
const SPARSE_MAX: usize = 4096;
/// Words of the bitmap of a block.
const WORDS: usize = 1024;
/// Words between two counts: one cache line.
const GROUP: usize = 8;

/// The block a key lies in.
pub(crate) fn block_of(key: u64) -> u64 {
    key >> BLOCK_BITS
}

/// The first key of a block; one past the last key when asked for the block after the last.
pub(crate) fn block_start(block: u64) -> u64 {
    if block >= 1 << (64 - BLOCK_BITS) { u64::MAX } else { block << BLOCK_BITS }
}

/// The offset of a key in its block.
pub(crate) fn offset_of(key: u64) -> u32 {
    (key & u64::from(BLOCK_LEN - 1)) as u32
}

/// The bitmap of a block, while an operation works on it.
pub(crate) type Words = [u64; WORDS];

/// The keys of a block, as offsets: two or more runs.
#[derive(Clone)]
pub(crate) enum Payload {
    Sparse(Arc<[u16]>),
    Bits(Arc<Bits>),
}

/// A bitmap with the number of keys before each group of words. `Copy`, so that `Arc::make_mut` copies it once, straight to
/// where it will be.
#[derive(Clone, Copy)]
pub(crate) struct Bits {
    words: Words,
    before: [u16; WORDS / GROUP],
    len: u32,
}

/// What an operation made of a block.
pub(crate) enum Outcome {
    Empty,
    Run(Range<u32>),
    Many(Payload),
}

impl Payload {
    /// From ascending runs that do not touch, both ends inclusive.
    pub(crate) fn from_runs(runs: &[(u16, u16)]) -> Payload {
        assert!(runs.len() > 1, "a single run needs no payload");
        let len: usize = runs.iter().map(|&(first, last)| usize::from(last - first) + 1).sum();
        if len <= SPARSE_MAX {
            let mut offsets = Vec::with_capacity(len);
            for &(first, last) in runs {
                offsets.extend(first..=last);
            }
            return Payload::Sparse(offsets.into());
        }
        let mut words = [0; WORDS];
        for &(first, last) in runs {
            set_range(&mut words, u32::from(first)..u32::from(last) + 1);
        }
        Payload::Bits(Arc::new(Bits::new(words)))
    }

    pub(crate) fn len(&self) -> u64 {
        match self {
            Payload::Sparse(offsets) => offsets.len() as u64,
            Payload::Bits(bits) => u64::from(bits.len),
        }
    }

    pub(crate) fn contains(&self, offset: u32) -> bool {
        match self {
            Payload::Sparse(offsets) => offsets.binary_search(&(offset as u16)).is_ok(),
            Payload::Bits(bits) => bits.words[offset as usize / 64] >> (offset % 64) & 1 == 1,
        }
    }

    /// The number of keys below an offset, which may be the block's length.
    pub(crate) fn rank(&self, offset: u32) -> u32 {
        match self {
            Payload::Sparse(offsets) => offsets.partition_point(|&o| u32::from(o) < offset) as u32,
            Payload::Bits(bits) => bits.rank(offset),
        }
    }

    /// The offset at a rank below [`Payload::len`].
    pub(crate) fn select(&self, rank: u32) -> u32 {
        match self {
            Payload::Sparse(offsets) => u32::from(offsets[rank as usize]),
            Payload::Bits(bits) => bits.select(rank),
        }
    }

    /// Where [`Payload::next_run`] begins in order to see keys at or above an offset.
    pub(crate) fn cursor_at(&self, offset: u32) -> u32 {
        match self {
            Payload::Sparse(_) => self.rank(offset),
            Payload::Bits(_) => offset,
        }
    }

    /// Where [`Payload::previous_run`] begins in order to see all keys.
    pub(crate) fn cursor_end(&self) -> u32 {
        match self {
            Payload::Sparse(offsets) => offsets.len() as u32,
            Payload::Bits(_) => BLOCK_LEN,
        }
    }

    /// The run at or after the cursor, which moves behind it.
    pub(crate) fn next_run(&self, cursor: &mut u32) -> Option<Range<u32>> {
        match self {
            Payload::Sparse(offsets) => {
                let rest = &offsets[*cursor as usize..];
                let first = *rest.first()?;
                let mut count = 1;
                while count < rest.len() && usize::from(rest[count]) == usize::from(first) + count {
                    count += 1;
                }
                *cursor += count as u32;
                Some(u32::from(first)..u32::from(first) + count as u32)
            }
            Payload::Bits(bits) => {
                let start = next_bit(&bits.words, *cursor, 0)?;
                let end = next_bit(&bits.words, start, u64::MAX).unwrap_or(BLOCK_LEN);
                *cursor = end;
                Some(start..end)
            }
        }
    }

    /// The run that ends at or before the cursor, which moves before it.
    pub(crate) fn previous_run(&self, cursor: &mut u32) -> Option<Range<u32>> {
        match self {
            Payload::Sparse(offsets) => {
                let rest = &offsets[..*cursor as usize];
                let last = *rest.last()?;
                let mut count = 1;
                while count < rest.len()
                    && usize::from(rest[rest.len() - 1 - count]) + count == usize::from(last)
                {
                    count += 1;
                }
                *cursor -= count as u32;
                Some(u32::from(last) + 1 - count as u32..u32::from(last) + 1)
            }
            Payload::Bits(bits) => {
                let last = previous_bit(&bits.words, *cursor, 0)?;
                let start = previous_bit(&bits.words, last, u64::MAX).map_or(0, |o| o + 1);
                *cursor = start;
                Some(start..last + 1)
            }
        }
    }

    /// Appends the keys, which begin at `base`.
    pub(crate) fn extend_into(&self, base: u64, keys: &mut Vec<u64>) {
        match self {
            Payload::Sparse(offsets) => keys.extend(offsets.iter().map(|&o| base + u64::from(o))),
            Payload::Bits(bits) => {
                for (at, &word) in bits.words.iter().enumerate() {
                    let mut rest = word;
                    while rest != 0 {
                        keys.push(base + (at * 64) as u64 + u64::from(rest.trailing_zeros()));
                        rest &= rest - 1;
                    }
                }
            }
        }
    }

    /// The keys in a range of offsets that is not empty.
    pub(crate) fn clip(&self, offsets: Range<u32>) -> Outcome {
        match self {
            Payload::Sparse(all) => Outcome::from_offsets(
                &all[self.rank(offsets.start) as usize..self.rank(offsets.end) as usize],
            ),
            Payload::Bits(bits) => {
                let mut words = [0; WORDS];
                set_range(&mut words, offsets);
                for (word, bits) in words.iter_mut().zip(&bits.words) {
                    *word &= bits;
                }
                Outcome::from_words(words)
            }
        }
    }

    /// Sets the keys' bits.
    pub(crate) fn set_in(&self, words: &mut Words) {
        match self {
            Payload::Sparse(offsets) => {
                for &offset in offsets.iter() {
                    words[usize::from(offset) / 64] |= 1 << (offset % 64);
                }
            }
            Payload::Bits(bits) => {
                for (word, bits) in words.iter_mut().zip(&bits.words) {
                    *word |= bits;
                }
            }
        }
    }

    /// Whether both are one allocation, hence equal.
    pub(crate) fn is_same(&self, other: &Payload) -> bool {
        match (self, other) {
            (Payload::Sparse(a), Payload::Sparse(b)) => Arc::ptr_eq(a, b),
            (Payload::Bits(a), Payload::Bits(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }

    /// Heap bytes, counters of the allocation included.
    pub(crate) fn bytes(&self) -> usize {
        16 + match self {
            Payload::Sparse(offsets) => offsets.len() * 2,
            Payload::Bits(_) => size_of::<Bits>(),
        }
    }
}

impl PartialEq for Payload {
    fn eq(&self, other: &Payload) -> bool {
        match (self, other) {
            (Payload::Sparse(a), Payload::Sparse(b)) => a == b,
            (Payload::Bits(a), Payload::Bits(b)) => Arc::ptr_eq(a, b) || a.words == b.words,
            _ => false,
        }
    }
}

impl Eq for Payload {}

impl Bits {
    fn new(words: Words) -> Bits {
        let mut before = [0; WORDS / GROUP];
        let mut len = 0;
        for (count, group) in before.iter_mut().zip(words.chunks_exact(GROUP)) {
            *count = len as u16;
            len += group.iter().map(|word| word.count_ones()).sum::<u32>();
        }
        Bits { words, before, len }
    }

    /// The bitmap.
    pub(crate) fn words(&self) -> &Words {
        &self.words
    }

    /// With the bits at ascending offsets put to `present` where they are set and to `absent` where not; counts are
    /// carried on rather than taken again.
    pub(crate) fn edited(self: &Arc<Bits>, offsets: &[u16], present: bool, absent: bool) -> Arc<Bits> {
        let mut edited = self.clone();
        let bits = Arc::make_mut(&mut edited);
        let mut more = [0_i32; WORDS / GROUP];
        for &offset in offsets {
            let at = usize::from(offset) / 64;
            let bit = 1 << (offset % 64);
            let was = bits.words[at] & bit != 0;
            let is = if was { present } else { absent };
            if was != is {
                bits.words[at] ^= bit;
                more[at / GROUP] += i32::from(is) - i32::from(was);
            }
        }
        let mut total = 0;
        for (before, more) in bits.before.iter_mut().zip(more) {
            *before = (i32::from(*before) + total) as u16;
            total += more;
        }
        bits.len = (bits.len as i32 + total) as u32;
        edited
    }

    fn rank(&self, offset: u32) -> u32 {
        if offset >= BLOCK_LEN {
            return self.len;
        }
        let word = offset as usize / 64;
        let group = word / GROUP;
        let whole = &self.words[group * GROUP..word];
        let below = self.words[word] & ((1 << (offset % 64)) - 1);
        u32::from(self.before[group])
            + whole.iter().map(|word| word.count_ones()).sum::<u32>()
            + below.count_ones()
    }

    fn select(&self, rank: u32) -> u32 {
        assert!(rank < self.len, "rank {rank} of a block of {} keys", self.len);
        let group = self.before.partition_point(|&before| u32::from(before) <= rank) - 1;
        let mut rest = rank - u32::from(self.before[group]);
        for word in group * GROUP..WORDS {
            let count = self.words[word].count_ones();
            if rest < count {
                return word as u32 * 64 + select_in_word(self.words[word], rest);
            }
            rest -= count;
        }
        unreachable!("the counts of a block do not add up")
    }
}

impl Outcome {
    /// From the bitmap of the whole block.
    pub(crate) fn from_words(words: Words) -> Outcome {
        Outcome::from_bits(Arc::new(Bits::new(words)))
    }

    /// From a bitmap with its counts, which may hold too few keys for one.
    pub(crate) fn from_bits(bits: Arc<Bits>) -> Outcome {
        let words = &bits.words;
        let (Some(first), Some(last)) = (next_bit(words, 0, 0), previous_bit(words, BLOCK_LEN, 0)) else {
            return Outcome::Empty;
        };
        if last - first + 1 == bits.len {
            return Outcome::Run(first..last + 1);
        }
        if bits.len as usize > SPARSE_MAX {
            return Outcome::Many(Payload::Bits(bits));
        }
        let mut offsets = Vec::with_capacity(bits.len as usize);
        for (at, &word) in words.iter().enumerate() {
            let mut rest = word;
            while rest != 0 {
                offsets.push((at * 64) as u16 + rest.trailing_zeros() as u16);
                rest &= rest - 1;
            }
        }
        Outcome::Many(Payload::Sparse(offsets.into()))
    }

    /// From ascending offsets.
    pub(crate) fn from_offsets(offsets: &[u16]) -> Outcome {
        let (Some(&first), Some(&last)) = (offsets.first(), offsets.last()) else {
            return Outcome::Empty;
        };
        if usize::from(last - first) + 1 == offsets.len() {
            return Outcome::Run(u32::from(first)..u32::from(last) + 1);
        }
        if offsets.len() <= SPARSE_MAX {
            return Outcome::Many(Payload::Sparse(offsets.into()));
        }
        let mut words = [0; WORDS];
        for &offset in offsets {
            words[usize::from(offset) / 64] |= 1 << (offset % 64);
        }
        Outcome::Many(Payload::Bits(Arc::new(Bits::new(words))))
    }
}

/// An empty bitmap.
pub(crate) fn no_words() -> Words {
    [0; WORDS]
}

/// Sets the bits of a range of offsets.
pub(crate) fn set_range(words: &mut Words, range: Range<u32>) {
    if range.is_empty() {
        return;
    }
    let (first, last) = (range.start as usize / 64, (range.end - 1) as usize / 64);
    let low = u64::MAX << (range.start % 64);
    let high = u64::MAX >> (63 - (range.end - 1) % 64);
    if first == last {
        words[first] |= low & high;
        return;
    }
    words[first] |= low;
    words[first + 1..last].fill(u64::MAX);
    words[last] |= high;
}

/// The first offset at or after `from` whose bit is 1, or with `flip` all ones: is 0.
fn next_bit(words: &Words, from: u32, flip: u64) -> Option<u32> {
    let mut at = from as usize / 64;
    let mut word = (words.get(at)? ^ flip) & (u64::MAX << (from % 64));
    while word == 0 {
        at += 1;
        word = words.get(at)? ^ flip;
    }
    Some(at as u32 * 64 + word.trailing_zeros())
}

/// The last offset before `end` whose bit is 1, or with `flip` all ones: is 0.
fn previous_bit(words: &Words, end: u32, flip: u64) -> Option<u32> {
    let mut at = end.checked_sub(1)? as usize / 64;
    let mut word = (words[at] ^ flip) & (u64::MAX >> (63 - (end - 1) % 64));
    while word == 0 {
        at = at.checked_sub(1)?;
        word = words[at] ^ flip;
    }
    Some(at as u32 * 64 + 63 - word.leading_zeros())
}

/// The place of the bit of a word that has `rank` ones below it, found by halving.
fn select_in_word(word: u64, mut rank: u32) -> u32 {
    let mut rest = word;
    let mut place = 0;
    for width in [32, 16, 8, 4, 2, 1] {
        let below = (rest & ((1 << width) - 1)).count_ones();
        if rank >= below {
            rank -= below;
            rest >>= width;
            place += width;
        }
    }
    place
}
