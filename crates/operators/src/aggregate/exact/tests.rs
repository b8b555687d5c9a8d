//! Laws of exact sums, against a plain reference: a counter for every bit of the range of doubles.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::specials::Total;
use super::{ExactProducts, ExactSums, Number, Parts, variance};

/// The exponent of the least bit of a product of two doubles.
const LEAST: i32 = -2148;

/// A sum as a count for each bit, slow and plain.
struct Bits(Vec<i64>);

impl Bits {
    fn new() -> Bits {
        Bits(vec![0; 4400])
    }

    fn add(&mut self, negative: bool, mantissa: u128, exponent: i32) {
        for bit in 0..128 {
            if mantissa >> bit & 1 == 1 {
                self.0[(exponent - LEAST) as usize + bit] += if negative { -1 } else { 1 };
            }
        }
    }

    /// The sign and the bits of the absolute value.
    fn normal(&self) -> (bool, Vec<bool>) {
        let carried = |sign: i64| {
            let mut carry = 0;
            let step = |count: &i64| {
                let here = sign * count + carry;
                carry = here.div_euclid(2);
                here.rem_euclid(2) == 1
            };
            let bits: Vec<bool> = self.0.iter().map(step).collect();
            (carry, bits)
        };
        match carried(1) {
            (0, bits) => (false, bits),
            _ => (true, carried(-1).1),
        }
    }

    /// The nearest float of so many bits of precision and this least exponent, as a double; ties to even.
    fn round(&self, precision: i32, least: i32, greatest: i32) -> f64 {
        let (negative, bits) = self.normal();
        let Some(top) = bits.iter().rposition(|bit| *bit) else {
            return 0.0;
        };
        let top = top as i32 + LEAST;
        let last = (top - precision + 1).max(least);
        let bit = |exponent: i32| bits.get((exponent - LEAST) as usize).is_some_and(|bit| *bit);
        let mut kept = (last..=top).filter(|e| bit(*e)).map(|e| 1u64 << (e - last)).sum::<u64>();
        let half = bit(last - 1);
        let below = (LEAST..last - 1).any(bit);
        kept += u64::from(half && (below || kept % 2 == 1));
        let size = kept as f64 * 2f64.powi(last / 2) * 2f64.powi(last - last / 2);
        let size = if top > greatest { f64::INFINITY } else { size };
        if negative { -size } else { size }
    }
}

fn reference(values: &[f64]) -> f64 {
    bits_of(values).round(53, -1074, 1023)
}

fn bits_of(values: &[f64]) -> Bits {
    let mut bits = Bits::new();
    for value in values {
        let parts = Parts::of(*value).expect("finite");
        bits.add(parts.negative, parts.mantissa.into(), parts.exponent);
    }
    bits
}

fn sums() -> ExactSums {
    let mut sums = ExactSums::default();
    sums.grow(2);
    sums
}

fn sum_of(values: &[f64]) -> ExactSums {
    let mut sums = sums();
    values.iter().for_each(|value| sums.add_number(0, Number::of_double(*value)));
    sums
}

/// Finite doubles of one of several kinds: all bit patterns, prices, near the ends, near each other.
fn doubles(rng: &mut StdRng) -> Vec<f64> {
    let kind = rng.random_range(0..7);
    let count = rng.random_range(0..40);
    let mut double = || -> f64 {
        match kind {
            0 => f64::from_bits(rng.random()),
            1 => f64::from(rng.random_range(1..10_000_000)) * 0.01,
            2 => f64::from_bits(rng.random_range(0..1 << 54)) * if rng.random() { 1.0 } else { -1.0 },
            3 => rng.random_range(-1.0..1.0) * 2f64.powi(rng.random_range(-60..60)),
            4 => rng.random_range(0.5..1.0) * f64::MAX * if rng.random() { 1.0 } else { -1.0 },
            5 => f64::from(rng.random_range(-3..4)),
            _ => {
                1e16 * f64::from(rng.random_range(-1..2)) + f64::from(rng.random_range(0..3)) * 2f64.powi(-40)
            }
        }
    };
    let values: Vec<f64> = (0..count).map(|_| double()).collect();
    values.into_iter().filter(|value| value.is_finite()).collect()
}

fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits()
}

#[test]
fn a_sum_is_the_true_one_rounded_once() {
    let mut rng = StdRng::seed_from_u64(1);
    for round in 0..3000 {
        let values = doubles(&mut rng);
        let (found, wanted) = (sum_of(&values).total(0).to_f64(), reference(&values));
        assert!(same(found, wanted), "round {round}: {found:e}, not {wanted:e}, of {values:?}");
    }
}

#[test]
fn a_single_sum_is_rounded_once_too() {
    let mut rng = StdRng::seed_from_u64(2);
    for _ in 0..1000 {
        let values: Vec<f64> = doubles(&mut rng).iter().map(|value| f64::from(*value as f32)).collect();
        if values.iter().all(|value| value.is_finite()) {
            let wanted = bits_of(&values).round(24, -149, 127) as f32;
            let found = sum_of(&values).total(0).to_f32();
            assert_eq!(found.to_bits(), wanted.to_bits(), "{found:e}, not {wanted:e}, of {values:?}");
        }
    }
}

#[test]
fn order_does_not_matter_and_what_is_taken_away_leaves_no_trace() {
    let mut rng = StdRng::seed_from_u64(3);
    for round in 0..2000 {
        let (kept, passing) = (doubles(&mut rng), doubles(&mut rng));
        let mut sums = sums();
        let mut waiting: Vec<f64> = kept.iter().chain(&passing).copied().collect();
        while !waiting.is_empty() {
            let value = waiting.swap_remove(rng.random_range(0..waiting.len()));
            sums.add_number(0, Number::of_double(value));
        }
        passing.iter().for_each(|value| sums.remove_number(0, Number::of_double(*value)));
        let (found, wanted) = (sums.total(0).to_f64(), reference(&kept));
        assert!(same(found, wanted), "round {round}: {found:e}, not {wanted:e}");
        assert_eq!(sums.count(0), kept.len() as u64);
    }
}

#[test]
fn nan_and_infinities_come_and_go() {
    let mut sums = sum_of(&[0.1, 0.2]);
    let steps: [(f64, f64); 3] =
        [(f64::INFINITY, f64::INFINITY), (f64::NEG_INFINITY, f64::NAN), (f64::NAN, f64::NAN)];
    for (value, total) in steps {
        sums.add_number(0, Number::of_double(value));
        assert!(same(sums.total(0).to_f64(), total), "after {value}");
    }
    for value in [f64::NAN, f64::INFINITY] {
        sums.remove_number(0, Number::of_double(value));
    }
    assert_eq!(sums.total(0).to_f64(), f64::NEG_INFINITY);
    sums.remove_number(0, Number::of_double(f64::NEG_INFINITY));
    assert!(same(sums.total(0).to_f64(), reference(&[0.1, 0.2])));
}

#[test]
fn a_cleared_slot_begins_anew() {
    let mut sums = sum_of(&[1e300, 1e-300, f64::NAN]);
    sums.clear(0);
    assert_eq!(sums.total(0), Total::Finite(super::Magnitude::of_integer(0)));
    sums.add_number(0, Number::of_double(0.1));
    sums.add_number(1, Number::of_double(1e300));
    sums.add_number(1, Number::of_double(1e-300));
    assert_eq!((sums.total(0).to_f64(), sums.total(1).to_f64()), (0.1, 1e300));
}

#[test]
fn a_mean_is_the_true_one_rounded_once() {
    assert_eq!(sum_of(&[f64::MAX, f64::MAX]).total(0).divided_by(2), f64::MAX);
    assert_eq!(sum_of(&[0.1, 0.1, 0.1]).total(0).divided_by(3), 0.1);
    let least = f64::from_bits(1);
    assert_eq!(sum_of(&[least, least, 0.0]).total(0).divided_by(3), least);
    assert_eq!(sum_of(&[1.0, 2.0]).total(0).divided_by(3), 1.0);
}

#[test]
fn sums_of_integers_are_exact_past_64_bits() {
    let mut sums = sums();
    for _ in 0..1000 {
        sums.add_number(0, Number::of_integer(i64::MIN));
        sums.add_number(0, Number::of_natural(u64::MAX));
    }
    let wanted = (i128::from(i64::MIN) + i128::from(u64::MAX)) * 1000;
    assert_eq!(sums.total(0).to_f64(), wanted as f64);
}

#[test]
fn sums_of_products_are_the_true_ones() {
    let mut rng = StdRng::seed_from_u64(4);
    for round in 0..1500 {
        let (left, right, gone) = (doubles(&mut rng), doubles(&mut rng), doubles(&mut rng));
        let mut products = ExactProducts::default();
        products.grow(1);
        let mut bits = Bits::new();
        for (a, b) in left.iter().zip(&right) {
            let (a, b) = (Parts::of(*a).expect("finite"), Parts::of(*b).expect("finite"));
            products.add(0, a, b);
            let (negative, size, exponent) = a.times(b);
            bits.add(negative, size, exponent);
        }
        for value in &gone {
            let parts = Parts::of(*value).expect("finite");
            products.add(0, parts, parts);
        }
        for value in &gone {
            let parts = Parts::of(*value).expect("finite");
            products.remove(0, parts, parts);
        }
        let (found, wanted) = (products.total(0).to_f64(), bits.round(53, -1074, 1023));
        assert!(same(found, wanted), "round {round}: {found:e}, not {wanted:e}");
    }
}

/// `top / bottom · 2^exponent`, rounded once, for a top below 2^120 and a bottom below 2^20.
fn quotient(top: u128, bottom: u128, exponent: i32) -> f64 {
    if top == 0 {
        return 0.0;
    }
    let room = top.leading_zeros();
    let (scaled, rest) = ((top << room) / bottom, (top << room) % bottom);
    // 107 bits or more are left; those below 64 are folded into one.
    let fold = 64 - scaled.leading_zeros();
    let folded = (scaled >> fold) as u64 | u64::from(scaled << (128 - fold) != 0 || rest != 0);
    folded as f64 * 2f64.powi(exponent - room as i32 + fold as i32)
}

#[test]
fn a_variance_does_not_cancel() {
    let mut rng = StdRng::seed_from_u64(5);
    for round in 0..2000 {
        let offset = [0, 1 << 20, 1 << 40, (1 << 52) - 100][rng.random_range(0..4)];
        let spread = [1, 3, 50][rng.random_range(0..3)];
        let exponent = [0, -20, 30][rng.random_range(0..3)];
        let count = rng.random_range(2..50);
        let values: Vec<i128> = (0..count).map(|_| offset + rng.random_range(-spread..=spread)).collect();
        let mut sums = sums();
        let mut squares = ExactProducts::default();
        squares.grow(2);
        for value in &values {
            let number = Number::of_double(*value as f64 * 2f64.powi(exponent));
            sums.add_number(0, number);
            if let Number::Finite(parts) = number {
                squares.add(0, parts, parts);
            }
        }
        let n = count as i128;
        let (sum, square) = (values.iter().sum::<i128>(), values.iter().map(|v| v * v).sum::<i128>());
        let wanted = quotient((n * square - sum * sum) as u128, (n * (n - 1)) as u128, 2 * exponent);
        let found = variance(&sums, &squares, 0);
        assert!(same(found, wanted), "round {round}: {found:e}, not {wanted:e}, of {values:?}");
    }
}

#[test]
fn variances_at_the_ends() {
    let variance_of = |values: &[f64]| {
        let (mut sums, mut squares) = (sums(), ExactProducts::default());
        squares.grow(2);
        for value in values {
            let number = Number::of_double(*value);
            sums.add_number(0, number);
            if let Number::Finite(parts) = number {
                squares.add(0, parts, parts);
            }
        }
        variance(&sums, &squares, 0)
    };
    assert!(variance_of(&[]).is_nan() && variance_of(&[5.0]).is_nan());
    assert!(variance_of(&[1.0, f64::INFINITY]).is_nan() && variance_of(&[1.0, f64::NAN, 2.0]).is_nan());
    assert_eq!(variance_of(&[0.0, -0.0]), 0.0);
    assert_eq!(variance_of(&[1e308, 1e308]), 0.0);
    assert_eq!(variance_of(&[1e-320, 1e-320, 1e-320]), 0.0);
    assert_eq!(variance_of(&[1e300, -1e300]), f64::INFINITY);
    assert_eq!(variance_of(&[2f64.powi(-500), -(2f64.powi(-500)), 2f64.powi(500)]), 2f64.powi(1000) / 3.0);
    assert_eq!(variance_of(&[1.0, 2.0, 3.0, 4.0]), 5.0 / 3.0);
}
