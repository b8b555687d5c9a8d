//! The leading bits of an exact number, and its rounding to a float.

/// `±(mantissa + ε) · 2^exponent` with 0 < ε < 1 if `inexact`, ε = 0 if not.
///
/// **Invariant**: if `inexact`, the mantissa has at least 63 bits, so that one rounding decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Magnitude {
    pub(crate) negative: bool,
    pub(crate) mantissa: u128,
    pub(crate) inexact: bool,
    pub(crate) exponent: i32,
}

/// A binary float format of IEEE 754: bits of precision, exponent of the least subnormal, greatest exponent.
struct Format {
    precision: i32,
    least: i32,
    greatest: i32,
}

const DOUBLE: Format = Format { precision: 53, least: -1074, greatest: 1023 };
const SINGLE: Format = Format { precision: 24, least: -149, greatest: 127 };

impl Magnitude {
    /// An integer.
    pub(crate) fn of_integer(value: i128) -> Magnitude {
        Magnitude { negative: value < 0, mantissa: value.unsigned_abs(), inexact: false, exponent: 0 }
    }

    /// The number of leading limbs, least first, times a power of two.
    pub(crate) fn of_limbs(negative: bool, limbs: &[u64], exponent: i32) -> Magnitude {
        let used = limbs.len() - limbs.iter().rev().take_while(|limb| **limb == 0).count();
        let limb = |index: usize| u128::from(limbs[index]);
        let whole = |mantissa| Magnitude { negative, mantissa, inexact: false, exponent };
        match used {
            0 => whole(0),
            1 => whole(limb(0)),
            2 => whole(limb(0) | limb(1) << 64),
            _ => {
                let top = limb(used - 2) | limb(used - 1) << 64;
                let room = top.leading_zeros();
                let next = limb(used - 3);
                let below = limbs[..used - 3].iter().any(|limb| *limb != 0);
                Magnitude {
                    negative,
                    mantissa: if room == 0 { top } else { top << room | next >> (64 - room) },
                    inexact: below || next << (64 + room) != 0,
                    exponent: exponent + 64 * (used as i32 - 2) - room as i32,
                }
            }
        }
    }

    /// The number divided by a positive integer.
    pub(crate) fn divided_by(self, divisor: u64) -> Magnitude {
        if self.mantissa == 0 {
            return self;
        }
        let room = self.mantissa.leading_zeros();
        debug_assert!(!self.inexact || room == 0, "an inexact magnitude is full");
        let (mantissa, divisor) = (self.mantissa << room, u128::from(divisor));
        Magnitude {
            mantissa: mantissa / divisor,
            inexact: self.inexact || mantissa % divisor != 0,
            exponent: self.exponent - room as i32,
            ..self
        }
    }

    /// The nearest double, ties to even.
    pub(crate) fn to_f64(self) -> f64 {
        let size = f64::from_bits(self.round(&DOUBLE).unwrap_or(f64::INFINITY.to_bits()));
        if self.negative { -size } else { size }
    }

    /// The nearest single, ties to even.
    pub(crate) fn to_f32(self) -> f32 {
        let size = match self.round(&SINGLE) {
            Some(bits) => f32::from_bits(bits as u32),
            None => f32::INFINITY,
        };
        if self.negative { -size } else { size }
    }

    /// The bits of the nearest float without its sign; none if it is past the greatest.
    fn round(&self, format: &Format) -> Option<u64> {
        let bits = 128 - self.mantissa.leading_zeros() as i32;
        let top = self.exponent + bits - 1;
        if bits == 0 {
            return Some(0);
        }
        if top > format.greatest {
            return None;
        }
        // The place of the last bit kept: so many below the top, but not below the least subnormal.
        let last = (top - format.precision + 1).max(format.least);
        let cut = last - self.exponent;
        debug_assert!(cut > 0 || !self.inexact, "an inexact magnitude has bits to cut");
        let kept = match cut {
            ..=0 => (self.mantissa << -cut) as u64,
            1..=127 => self.round_off(cut as u32),
            _ => u64::from(cut == 128 && self.mantissa > 1 << 127),
        };
        Some(kept + (((last - format.least) as u64) << (format.precision - 1)))
    }

    fn round_off(&self, cut: u32) -> u64 {
        let kept = (self.mantissa >> cut) as u64;
        let rest = self.mantissa & ((1 << cut) - 1);
        let half = 1u128 << (cut - 1);
        let up = rest > half || (rest == half && (self.inexact || kept & 1 == 1));
        kept + u64::from(up)
    }
}
