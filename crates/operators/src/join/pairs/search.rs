//! Finding pairs in a result: they ascend with result keys.
//!
//! Each round reads one entry of the map for each search, all rounds together a logarithm of the rows. When there are many
//! searches, the map is read once instead.

use arrow_array::cast::AsArray;
use arrow_array::types::UInt64Type;
use arrow_array::{ArrayRef, UInt64Array};
use kinetable_engine::column::Blocks;
use kinetable_engine::{Result, RowSet};

use crate::support::chunks::CHUNK;

/// A left and a right row key, as pairs are ordered.
pub(super) type Pair = (u64, u64);

/// No row; it is after all rows.
pub(super) const NONE: u64 = u64::MAX;

/// Result rows, and the map that leads to their pairs.
pub(super) struct Found<'a> {
    pub(super) rows: &'a RowSet,
    pub(super) map: &'a Blocks,
}

impl Found<'_> {
    /// The result rows of left rows.
    pub(super) fn of_lefts(&self, lefts: &RowSet) -> Result<RowSet> {
        let ends: Vec<Pair> = lefts.ranges().flat_map(|run| [(run.start, 0), (run.end, 0)]).collect();
        let ranks = self.ranks(&ends)?;
        let runs = ranks.chunks_exact(2).map(|ends| ends[0]..ends[1]).filter(|run| !run.is_empty());
        Ok(self.rows.keys_at(&RowSet::from_ranges(runs)))
    }

    /// The result rows of pairs, which are there; sorts them.
    pub(super) fn of_pairs(&self, mut pairs: Vec<Pair>) -> Result<RowSet> {
        pairs.sort_unstable();
        pairs.dedup();
        let ranks = RowSet::from_sorted(self.ranks(&pairs)?);
        debug_assert_eq!(ranks.len(), pairs.len() as u64, "each pair has a row");
        Ok(self.rows.keys_at(&ranks))
    }

    /// How many pairs are before each of these, which ascend. For those of right row 0, left rows alone are compared.
    pub(super) fn ranks(&self, wanted: &[Pair]) -> Result<Vec<u64>> {
        debug_assert!(wanted.is_sorted(), "pairs ascend");
        let rounds = 64 - self.rows.len().leading_zeros() as u64;
        if wanted.len() as u64 * rounds > self.rows.len() {
            return self.merge(wanted);
        }
        let has_rights = wanted.iter().any(|(_, right)| *right > 0);
        let mut ranges = vec![(0, self.rows.len()); wanted.len()];
        let mut pivots: Vec<u64> = Vec::new();
        loop {
            // Ranges ascend as what is wanted does, and so do their middles.
            pivots.clear();
            pivots.extend(ranges.iter().filter_map(|range| middle(*range)));
            pivots.dedup();
            if pivots.is_empty() {
                return Ok(ranges.into_iter().map(|(low, _)| low).collect());
            }
            let found = self.at(&pivots, has_rights)?;
            let mut place = 0;
            for (range, own) in ranges.iter_mut().zip(wanted) {
                let Some(pivot) = middle(*range) else { continue };
                while pivots[place] < pivot {
                    place += 1;
                }
                if found[place] < *own {
                    range.0 = pivot + 1;
                } else {
                    range.1 = pivot;
                }
            }
        }
    }

    fn merge(&self, wanted: &[Pair]) -> Result<Vec<u64>> {
        let mut ranks = Vec::with_capacity(wanted.len());
        let mut left = wanted.iter().peekable();
        for start in (0..self.rows.len()).step_by(CHUNK as usize) {
            if left.peek().is_none() {
                break;
            }
            let chunk = self.rows.slice(start..start + CHUNK);
            let (lefts, rights) = (self.map.column(0).read(&chunk)?, self.map.column(1).read(&chunk)?);
            for (rank, found) in (start..).zip(pairs(&lefts, &rights)) {
                while left.next_if(|own| **own <= found).is_some() {
                    ranks.push(rank);
                }
            }
        }
        ranks.extend(left.map(|_| self.rows.len()));
        Ok(ranks)
    }

    fn at(&self, ranks: &[u64], has_rights: bool) -> Result<Vec<Pair>> {
        let row = |rank: &u64| self.rows.select(*rank).expect("a rank below the length");
        let keys = UInt64Array::from_iter_values(ranks.iter().map(row));
        let lefts = self.map.column(0).gather(&keys)?;
        if !has_rights {
            // No pair is less than one of the same left row and right row 0.
            let lefts = lefts.as_primitive::<UInt64Type>();
            return Ok(lefts.iter().map(|left| (left.unwrap_or(NONE), 0)).collect());
        }
        let rights = self.map.column(1).gather(&keys)?;
        Ok(pairs(&lefts, &rights).collect())
    }
}

fn middle((low, high): (u64, u64)) -> Option<u64> {
    (low < high).then(|| low + (high - low) / 2)
}

fn pairs(lefts: &ArrayRef, rights: &ArrayRef) -> impl Iterator<Item = Pair> {
    let (lefts, rights) = (lefts.as_primitive::<UInt64Type>(), rights.as_primitive::<UInt64Type>());
    lefts.iter().zip(rights.iter()).map(|(left, right)| (left.unwrap_or(NONE), right.unwrap_or(NONE)))
}
