//! A signed integer of `N` 64-bit limbs in two's complement, least first.

use super::Magnitude;

/// A signed integer of `64 · N` bits.
#[derive(Debug, Clone)]
pub(super) struct Long<const N: usize>([u64; N]);

impl<const N: usize> Long<N> {
    pub(super) const ZERO: Long<N> = Long([0; N]);

    /// Adds `±magnitude · 2^place`. False if the sum does not fit; then nothing is changed.
    #[inline]
    pub(super) fn add(&mut self, negative: bool, magnitude: u128, place: u32) -> bool {
        let was = self.is_negative();
        self.add_wrapping(negative, magnitude, place);
        if was == negative && self.is_negative() != was {
            self.add_wrapping(!negative, magnitude, place);
            return false;
        }
        true
    }

    #[inline]
    fn add_wrapping(&mut self, negative: bool, magnitude: u128, place: u32) {
        let (first, shift) = ((place / 64) as usize, place % 64);
        let low = magnitude << shift;
        let high = if shift == 0 { 0 } else { (magnitude >> (128 - shift)) as u64 };
        let terms = [low as u64, (low >> 64) as u64, high];
        if negative {
            self.subtract_limbs(first, &terms);
        } else {
            self.add_limbs(first, &terms);
        }
    }

    #[inline]
    fn add_limbs(&mut self, first: usize, terms: &[u64; 3]) {
        let mut carry = false;
        for (index, limb) in self.0[first..].iter_mut().enumerate() {
            if index >= 3 && !carry {
                return;
            }
            let term = terms.get(index).copied().unwrap_or(0);
            let (sum, over) = limb.overflowing_add(term);
            let (sum, more) = sum.overflowing_add(u64::from(carry));
            (*limb, carry) = (sum, over || more);
        }
    }

    #[inline]
    fn subtract_limbs(&mut self, first: usize, terms: &[u64; 3]) {
        let mut borrow = false;
        for (index, limb) in self.0[first..].iter_mut().enumerate() {
            if index >= 3 && !borrow {
                return;
            }
            let term = terms.get(index).copied().unwrap_or(0);
            let (rest, under) = limb.overflowing_sub(term);
            let (rest, more) = rest.overflowing_sub(u64::from(borrow));
            (*limb, borrow) = (rest, under || more);
        }
    }

    #[inline]
    pub(super) fn is_negative(&self) -> bool {
        self.0[N - 1] >> 63 == 1
    }

    /// The absolute value's limbs.
    pub(super) fn absolute(&self) -> [u64; N] {
        let mut limbs = self.0;
        if self.is_negative() {
            let mut carry = true;
            for limb in &mut limbs {
                (*limb, carry) = (!*limb).overflowing_add(u64::from(carry));
            }
        }
        limbs
    }

    /// The leading bits of this integer times a power of two.
    pub(super) fn magnitude(&self, exponent: i32) -> Magnitude {
        Magnitude::of_limbs(self.is_negative(), &self.absolute(), exponent)
    }
}
