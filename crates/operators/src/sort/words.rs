//! Sorting places by words, level by level, split over threads.
//!
//! Many words are first dealt to buckets by their leading bits, in parts and then bucket by bucket, so that each bucket is sorted in
//! cache; places that are equal in one level are then sorted by the next. Pairs of word and place differ in the place at least,
//! so that an unstable sort of pairs keeps the order of equal rows.
//!
//! **Cost**: two copies of the pairs, 16 bytes each, and n log b for buckets of b.

use rayon::prelude::*;

use super::levels::Level;

type Pair = (u64, u32);

/// From how many pairs on a sort is split over threads. Few in debug builds, so that tests come here.
const PARALLEL_FROM: usize = if cfg!(debug_assertions) { 1 << 4 } else { 1 << 14 };
/// Pairs of a part that is dealt out on its own.
const PART: usize = 16 * PARALLEL_FROM;
/// Buckets, about.
const BUCKETS_BITS: u32 = 11;

/// The places `0..count` in the order of the levels, the first one first; equal places in their own order.
pub(super) fn sorted_places(levels: &[Level], count: usize) -> Vec<Pair> {
    let mut pairs: Vec<Pair> = (0..count as u32).map(|place| (0, place)).collect();
    refine(&mut pairs, levels);
    pairs
}

/// Sorts pairs that are equal until now, in the order of their places, by further levels.
fn refine(pairs: &mut [Pair], levels: &[Level]) {
    let Some((first, further)) = levels.split_first() else { return };
    if pairs.len() < 2 * PART {
        first.load(pairs);
    } else {
        pairs.par_chunks_mut(PART).for_each(|part| first.load(part));
    }
    sort(pairs, further);
}

/// Sorts pairs by their words, and those with equal words by further levels.
fn sort(pairs: &mut [Pair], further: &[Level]) {
    if pairs.is_sorted() {
        return refine_equal(pairs, further);
    }
    if pairs.len() < PARALLEL_FROM {
        pairs.sort_unstable();
        return refine_equal(pairs, further);
    }
    let sizes = deal(pairs);
    let mut buckets = Vec::with_capacity(sizes.len());
    let mut rest = pairs;
    for size in sizes {
        let (bucket, after) = rest.split_at_mut(size);
        buckets.push(bucket);
        rest = after;
    }
    buckets.into_par_iter().for_each(|bucket| sort(bucket, further));
}

/// Sorts each run of equal words by further levels.
fn refine_equal(pairs: &mut [Pair], further: &[Level]) {
    if further.is_empty() {
        return;
    }
    let mut rest = pairs;
    while let Some((word, _)) = rest.first().copied() {
        let size = rest.iter().take_while(|(other, _)| *other == word).count();
        let (run, after) = rest.split_at_mut(size);
        if size > 1 {
            refine(run, further);
        }
        rest = after;
    }
}

/// Puts pairs into buckets by the leading bits in which their words differ, in order within each; gives the buckets' sizes.
fn deal(pairs: &mut [Pair]) -> Vec<usize> {
    let bounds =
        |part: &[Pair]| part.iter().fold((u64::MAX, 0), |(a, b), (word, _)| (a.min(*word), b.max(*word)));
    let join = |a: (u64, u64), b: (u64, u64)| (a.0.min(b.0), a.1.max(b.1));
    let (least, greatest) = pairs.par_chunks(PART).map(bounds).reduce(|| (u64::MAX, 0), join);
    let spread = 64 - (greatest - least).leading_zeros();
    let shift = spread.saturating_sub(BUCKETS_BITS);
    let bucket = |word: u64| ((word - least) >> shift) as usize;
    let count = bucket(greatest) + 1;
    let parts: Vec<(Vec<Pair>, Vec<usize>)> =
        pairs.par_chunks(PART).map(|part| deal_part(part, count, bucket)).collect();
    let sizes: Vec<usize> = (0..count)
        .map(|bucket| parts.iter().map(|(_, starts)| starts[bucket + 1] - starts[bucket]).sum())
        .collect();
    let mut buckets = Vec::with_capacity(count);
    let mut rest = pairs;
    for size in &sizes {
        let (bucket, after) = rest.split_at_mut(*size);
        buckets.push(bucket);
        rest = after;
    }
    buckets.into_par_iter().enumerate().for_each(|(index, bucket)| {
        let mut rest = bucket;
        for (dealt, starts) in &parts {
            let piece = &dealt[starts[index]..starts[index + 1]];
            let (own, after) = rest.split_at_mut(piece.len());
            own.copy_from_slice(piece);
            rest = after;
        }
    });
    sizes
}

/// A part in the order of buckets, and where each bucket starts.
fn deal_part(part: &[Pair], count: usize, bucket: impl Fn(u64) -> usize) -> (Vec<Pair>, Vec<usize>) {
    let mut starts = vec![0; count + 1];
    part.iter().for_each(|(word, _)| starts[bucket(*word) + 1] += 1);
    for index in 0..count {
        starts[index + 1] += starts[index];
    }
    let mut next = starts.clone();
    let mut dealt = vec![(0, 0); part.len()];
    for pair in part {
        let place = &mut next[bucket(pair.0)];
        dealt[*place] = *pair;
        *place += 1;
    }
    (dealt, starts)
}
