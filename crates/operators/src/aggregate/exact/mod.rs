//! Exact sums of floating-point numbers and of their products.
//!
//! A double is an integer times a power of two, so sums of doubles are exact in fixed-point integers that are wide
//! enough. Each group's sum lives in a narrow window (128 bits for sums, 256 for products) placed where the group's
//! values are; the rare group that does not fit moves to an integer over the whole range of doubles. Adding and
//! taking away are integer arithmetic: the state depends on the values that are in, not on their order or on what
//! was in before, and the result is the true sum rounded once.
//!
//! Idea of an accumulator over the whole range: U. Kulisch, "Computer Arithmetic and Validity" (2008), the long
//! accumulator; R. M. Neal, "Fast exact summation using small and large superaccumulators" (arXiv:1505.05571).
//!
//! **Invariants**: 1. window and long form of a group are never both in use; 2. a sum out of its window is never
//! stored: it is moved first; 3. NaN and infinities never enter the integers, they are counted beside.

mod parts;

mod magnitude;

mod long;

mod sums;

mod products;

mod specials;

mod spread;

pub(crate) use magnitude::Magnitude;
pub(crate) use parts::{Number, Parts};
pub(crate) use products::ExactProducts;
pub(crate) use spread::variance;
pub(crate) use sums::ExactSums;

#[cfg(test)]
mod tests;
