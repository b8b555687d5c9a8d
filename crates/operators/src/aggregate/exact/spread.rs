//! The variance from exact sums: (n·Σx² − (Σx)²) / (n·(n−1)), with one rounding.
//!
//! The numerator cancels most of its digits when values lie close together far from zero, so it is evaluated in
//! integers. **Cost**: a few limbs' arithmetic for windows, tens of limbs for long forms; per result, not per row.

use super::specials::Total;
use super::{ExactProducts, ExactSums, Magnitude};

/// The sample variance of the values of a slot, given Σx and Σx²; NaN for fewer than two values.
pub(crate) fn variance(sums: &ExactSums, squares: &ExactProducts, slot: u32) -> f64 {
    let count = sums.count(slot);
    if count < 2 || matches!(sums.total(slot), Total::Special(_)) {
        return f64::NAN;
    }
    let (_, sum, sum_exponent) = sums.limbs(slot);
    let (_, squares, squares_exponent) = squares.limbs(slot);
    let sum = trimmed(sum);
    let scaled = times(&trimmed(squares), &[count]);
    let squared = times(&sum, &sum);
    if scaled.is_empty() {
        return 0.0;
    }
    let exponent = match squared.is_empty() {
        true => squares_exponent,
        false => squares_exponent.min(2 * sum_exponent),
    };
    // Three more limbs below keep the quotient long enough to round.
    let scaled = raised(&scaled, (squares_exponent - exponent) as usize + 192);
    let squared = match squared.is_empty() {
        true => squared,
        false => raised(&squared, (2 * sum_exponent - exponent) as usize + 192),
    };
    let mut limbs = less(scaled, &squared);
    let rest = divide(&mut limbs, count) | divide(&mut limbs, count - 1);
    let quotient = Magnitude::of_limbs(false, &limbs, exponent - 192);
    let inexact = quotient.inexact || rest != 0;
    Magnitude { inexact, ..quotient }.to_f64()
}

fn trimmed(mut limbs: Vec<u64>) -> Vec<u64> {
    while limbs.last() == Some(&0) {
        limbs.pop();
    }
    limbs
}

fn times(left: &[u64], right: &[u64]) -> Vec<u64> {
    let mut product = vec![0; left.len() + right.len()];
    for (place, a) in left.iter().enumerate() {
        let mut carry = 0;
        for (offset, b) in right.iter().enumerate() {
            let cell = &mut product[place + offset];
            let sum = u128::from(*a) * u128::from(*b) + u128::from(*cell) + carry;
            *cell = sum as u64;
            carry = sum >> 64;
        }
        product[place + right.len()] = carry as u64;
    }
    trimmed(product)
}

/// The number times 2^bits.
fn raised(limbs: &[u64], bits: usize) -> Vec<u64> {
    let (whole, shift) = (bits / 64, bits % 64);
    let mut result = vec![0; whole];
    let mut carry = 0;
    for limb in limbs {
        let wide = u128::from(*limb) << shift;
        result.push(wide as u64 | carry);
        carry = (wide >> 64) as u64;
    }
    result.push(carry);
    trimmed(result)
}

/// The difference, which is not below zero: n·Σx² ≥ (Σx)².
fn less(mut from: Vec<u64>, what: &[u64]) -> Vec<u64> {
    assert!(from.len() >= what.len(), "n times the sum of squares is at least the squared sum");
    let mut borrow = false;
    for (index, limb) in from.iter_mut().enumerate() {
        let term = what.get(index).copied().unwrap_or(0);
        let (rest, under) = limb.overflowing_sub(term);
        let (rest, more) = rest.overflowing_sub(u64::from(borrow));
        (*limb, borrow) = (rest, under || more);
    }
    assert!(!borrow, "n times the sum of squares is at least the squared sum");
    trimmed(from)
}

/// Divides in place and gives the remainder.
fn divide(limbs: &mut Vec<u64>, by: u64) -> u64 {
    let mut rest = 0u128;
    for limb in limbs.iter_mut().rev() {
        let part = rest << 64 | u128::from(*limb);
        *limb = (part / u128::from(by)) as u64;
        rest = part % u128::from(by);
    }
    while limbs.last() == Some(&0) {
        limbs.pop();
    }
    rest as u64
}
