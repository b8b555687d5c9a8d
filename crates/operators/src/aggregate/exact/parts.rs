//! A number as sign, integer and power of two.

/// `±mantissa · 2^exponent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Parts {
    /// Whether the number is below zero.
    pub(crate) negative: bool,
    /// The integer.
    pub(crate) mantissa: u64,
    /// The power of two.
    pub(crate) exponent: i32,
}

/// The exponent field of infinities and NaN.
const SPECIAL: i32 = 0x7ff;
const FRACTION: u64 = (1 << 52) - 1;

impl Parts {
    /// The parts of a finite double; none of an infinity or NaN.
    #[inline(always)]
    pub(crate) fn of(value: f64) -> Option<Parts> {
        let bits = value.to_bits();
        let field = ((bits >> 52) & 0x7ff) as i32;
        let parts = Parts {
            negative: bits >> 63 == 1,
            mantissa: (bits & FRACTION) | (u64::from(field != 0) << 52),
            exponent: field.max(1) - 1075,
        };
        (field != SPECIAL).then_some(parts)
    }

    fn to_f64(self) -> f64 {
        // In two steps: the least powers of two that a mantissa may have are no doubles.
        let half = self.exponent / 2;
        let size = self.mantissa as f64 * 2f64.powi(half) * 2f64.powi(self.exponent - half);
        if self.negative { -size } else { size }
    }

    /// The product, as sign, 128-bit integer and power of two.
    #[inline(always)]
    pub(crate) fn times(self, other: Parts) -> (bool, u128, i32) {
        (
            self.negative != other.negative,
            u128::from(self.mantissa) * u128::from(other.mantissa),
            self.exponent + other.exponent,
        )
    }
}

/// A number that sums can take in: finite, or NaN or an infinity.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Number {
    Finite(Parts),
    Special(f64),
}

impl Number {
    /// A double.
    #[inline(always)]
    pub(crate) fn of_double(value: f64) -> Number {
        match Parts::of(value) {
            Some(parts) => Number::Finite(parts),
            None => Number::Special(value),
        }
    }

    /// An integer.
    #[inline(always)]
    pub(crate) fn of_integer(value: i64) -> Number {
        Number::Finite(Parts { negative: value < 0, mantissa: value.unsigned_abs(), exponent: 0 })
    }

    /// An integer without sign.
    #[inline(always)]
    pub(crate) fn of_natural(value: u64) -> Number {
        Number::Finite(Parts { negative: false, mantissa: value, exponent: 0 })
    }

    /// The number as a double, rounded if it is a large integer.
    pub(crate) fn to_f64(self) -> f64 {
        match self {
            Number::Finite(parts) => parts.to_f64(),
            Number::Special(value) => value,
        }
    }

    /// The number as a `long`, if it was made of an integer.
    pub(crate) fn to_long(self) -> Option<i64> {
        match self {
            Number::Finite(parts) if parts.exponent == 0 => {
                let size = parts.mantissa as i64;
                Some(if parts.negative { size.wrapping_neg() } else { size })
            }
            _ => None,
        }
    }
}
