//! NaN and infinities that are in a sum, counted beside the finite values.

use std::collections::HashMap;

use super::Magnitude;

/// How many NaN, +∞ and −∞ are in each group's sum; most groups have none and no entry.
#[derive(Debug, Clone, Default)]
pub(super) struct Specials(HashMap<u32, [i64; 3]>);

/// A sum: of finite values, or what NaN and infinities make of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Total {
    Finite(Magnitude),
    Special(f64),
}

impl Total {
    /// The sum rounded to double.
    pub(crate) fn to_f64(self) -> f64 {
        match self {
            Total::Finite(sum) => sum.to_f64(),
            Total::Special(value) => value,
        }
    }

    /// The sum rounded to single.
    pub(crate) fn to_f32(self) -> f32 {
        match self {
            Total::Finite(sum) => sum.to_f32(),
            Total::Special(value) => value as f32,
        }
    }

    /// The sum over a count.
    pub(crate) fn divided_by(self, count: u64) -> f64 {
        match self {
            Total::Finite(sum) => sum.divided_by(count).to_f64(),
            Total::Special(value) => value,
        }
    }
}

impl Specials {
    /// Counts a NaN or infinity in (`by` 1) or out (−1).
    #[cold]
    pub(super) fn count(&mut self, slot: u32, value: f64, by: i64) {
        let class = match value {
            value if value.is_nan() => 0,
            value if value > 0.0 => 1,
            _ => 2,
        };
        let counts = self.0.entry(slot).or_default();
        counts[class] += by;
        if *counts == [0; 3] {
            self.0.remove(&slot);
        }
    }

    /// What the group's NaN and infinities make of its sum; none if there are none.
    #[inline]
    pub(super) fn sum(&self, slot: u32) -> Option<f64> {
        if self.0.is_empty() {
            return None;
        }
        match *self.0.get(&slot)? {
            [0, 0, _] => Some(f64::NEG_INFINITY),
            [0, _, 0] => Some(f64::INFINITY),
            _ => Some(f64::NAN),
        }
    }

    /// Counts in what others have, whose slot `i` is ours `slots[i]`.
    pub(super) fn absorb(&mut self, others: &Specials, slots: &[u32]) {
        for (slot, counts) in &others.0 {
            let ours = self.0.entry(slots[*slot as usize]).or_default();
            for (ours, count) in ours.iter_mut().zip(counts) {
                *ours += count;
            }
        }
    }

    pub(super) fn clear(&mut self, slot: u32) {
        self.0.remove(&slot);
    }

    pub(super) fn bytes(&self) -> usize {
        self.0.capacity() * 32
    }
}
