//! How many bytes many things hold, told from some of them.
//!
//! Memory is asked for under the lock that a cycle takes, so looking at each of millions of groups would hold the graph up.
//!
//! **Cost**: a look at [`LOOKED_AT`] things at most. **Exact** for as many; above, as far from the truth as the things that
//! were looked at are from the others.

/// How many of a slice are looked at.
const LOOKED_AT: usize = 4096;
/// How many are of what one thing of many holds.
const WITHIN: usize = 32;

/// Bytes of all things of a slice, each looked at as `bytes` does: some, evenly spread.
pub(crate) fn of_slice<T>(things: &[T], bytes: impl Fn(&T) -> usize) -> usize {
    let some = things.iter().step_by(things.len().div_ceil(LOOKED_AT).max(1));
    let count = some.len();
    scaled(some.map(bytes).sum(), count, things.len())
}

/// As [`of_slice`], of what can only be walked: the first.
pub(crate) fn of_all<T>(things: impl ExactSizeIterator<Item = T>, bytes: impl Fn(T) -> usize) -> usize {
    of_first(things, LOOKED_AT, bytes)
}

/// As [`of_all`], of what one of many things holds: fewer.
pub(crate) fn of_part<T>(things: impl ExactSizeIterator<Item = T>, bytes: impl Fn(T) -> usize) -> usize {
    of_first(things, WITHIN, bytes)
}

fn of_first<T>(things: impl ExactSizeIterator<Item = T>, most: usize, bytes: impl Fn(T) -> usize) -> usize {
    let all = things.len();
    scaled(things.take(most).map(bytes).sum(), all.min(most), all)
}

/// What `all` hold if `looked_at` hold so many bytes.
fn scaled(bytes: usize, looked_at: usize, all: usize) -> usize {
    if looked_at == all {
        return bytes;
    }
    (bytes as u128 * all as u128 / looked_at as u128) as usize
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn few_are_counted_and_many_are_told_from_some() {
        let looks = Cell::new(0);
        let count = |value: &usize| {
            looks.set(looks.get() + 1);
            *value
        };
        assert_eq!(of_slice(&[], count), 0);
        let few: Vec<usize> = (0..LOOKED_AT).collect();
        let sum = LOOKED_AT * (LOOKED_AT - 1) / 2;
        assert_eq!((of_slice(&few, count), of_all(few.iter(), count)), (sum, sum));
        looks.set(0);
        let many: Vec<usize> = (0..1_000_000).collect();
        let true_sum = 999_999 * 500_000;
        assert!(of_slice(&many, count).abs_diff(true_sum) < true_sum / 100);
        assert!(looks.take() <= LOOKED_AT);
        assert_eq!(of_all(many.iter().map(|_| 24), |bytes| bytes), 24_000_000);
        assert_eq!(of_part(many.iter(), count), (0..WITHIN).sum::<usize>() * many.len() / WITHIN);
        assert_eq!(looks.take(), WITHIN);
    }
}
