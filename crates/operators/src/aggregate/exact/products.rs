//! Exact sums of products by group.
//!
//! **State**: 40 bytes a group; 536 more for a group whose products lie too far apart for 256 bits.

use super::long::Long;
use super::specials::{Specials, Total};
use super::{Magnitude, Parts};

/// The whole range: from 2^−2148 to 2^2048, and 2^91 of the greatest products.
type Whole = Long<67>;
type Window = Long<4>;

/// The exponent of the least bit of the whole range.
const LEAST: i32 = -2148;
/// A product of 128 bits moved up by this still leaves the sign and a bit to spare.
const SHIFT_MAX: u32 = 126;
/// How far below the first product's last bit a window reaches.
const MARGIN: i32 = 64;
/// The base of a window that is not in use: no exponent comes near.
const UNUSED: i32 = 1 << 20;
const NONE: u32 = u32::MAX;

/// Exact sums of products of two numbers, one a slot.
#[derive(Debug, Clone, Default)]
pub(crate) struct ExactProducts {
    cells: Vec<Cell>,
    wholes: Vec<Whole>,
    free: Vec<u32>,
    specials: Specials,
}

/// `window · 2^base`, or the long form at `whole`.
#[derive(Debug, Clone)]
struct Cell {
    window: Window,
    base: i32,
    whole: u32,
}

const EMPTY: Cell = Cell { window: Window::ZERO, base: UNUSED, whole: NONE };

impl ExactProducts {
    /// Makes room for slots `0..slots`.
    pub(crate) fn grow(&mut self, slots: usize) {
        self.cells.resize(slots.max(self.cells.len()), EMPTY);
    }

    /// Adds the product of two numbers of which at least one is NaN or infinite (`by` 1), or takes it away (−1).
    pub(crate) fn count_special(&mut self, slot: u32, product: f64, by: i64) {
        self.specials.count(slot, product, by);
    }

    /// Adds a product.
    #[inline(always)]
    pub(crate) fn add(&mut self, slot: u32, left: Parts, right: Parts) {
        let (negative, size, exponent) = left.times(right);
        self.put(slot, negative, size, exponent);
    }

    /// Takes away a product that was added.
    #[inline(always)]
    pub(crate) fn remove(&mut self, slot: u32, left: Parts, right: Parts) {
        let (negative, size, exponent) = left.times(right);
        self.put(slot, !negative, size, exponent);
    }

    /// Adds the sums of others, whose slot `i` is ours `slots[i]`.
    pub(crate) fn absorb(&mut self, others: &ExactProducts, slots: &[u32]) {
        for (theirs, slot) in slots.iter().enumerate().take(others.cells.len()) {
            let (negative, limbs, base) = others.limbs(theirs as u32);
            for (pair, exponent) in limbs.chunks(2).zip((base..).step_by(128)) {
                let high = pair.get(1).copied().unwrap_or(0);
                let size = u128::from(pair[0]) | u128::from(high) << 64;
                if size != 0 {
                    self.put(*slot, negative, size, exponent);
                }
            }
        }
        self.specials.absorb(&others.specials, slots);
    }

    /// The sum.
    pub(crate) fn total(&self, slot: u32) -> Total {
        if let Some(special) = self.specials.sum(slot) {
            return Total::Special(special);
        }
        let cell = &self.cells[slot as usize];
        Total::Finite(match cell.whole {
            NONE if cell.base == UNUSED => Magnitude::of_integer(0),
            NONE => cell.window.magnitude(cell.base),
            whole => self.wholes[whole as usize].magnitude(LEAST),
        })
    }

    /// The sum's sign, limbs (least first) and power of two. For sums without specials.
    pub(super) fn limbs(&self, slot: u32) -> (bool, Vec<u64>, i32) {
        let cell = &self.cells[slot as usize];
        match cell.whole {
            NONE => {
                let window = &cell.window;
                (window.is_negative(), window.absolute().to_vec(), cell.base)
            }
            whole => {
                let whole = &self.wholes[whole as usize];
                (whole.is_negative(), whole.absolute().to_vec(), LEAST)
            }
        }
    }

    /// Forgets what is in a slot.
    pub(crate) fn clear(&mut self, slot: u32) {
        let cell = std::mem::replace(&mut self.cells[slot as usize], EMPTY);
        if cell.whole != NONE {
            self.free.push(cell.whole);
        }
        self.specials.clear(slot);
    }

    /// Bytes held.
    pub(crate) fn bytes(&self) -> usize {
        self.cells.capacity() * size_of::<Cell>()
            + self.wholes.capacity() * size_of::<Whole>()
            + self.specials.bytes()
    }

    #[inline(always)]
    fn put(&mut self, slot: u32, negative: bool, size: u128, exponent: i32) {
        let cell = &mut self.cells[slot as usize];
        let place = exponent.wrapping_sub(cell.base) as u32;
        if place > SHIFT_MAX || !cell.window.add(negative, size, place) {
            self.put_slowly(slot, negative, size, exponent);
        }
    }

    /// Places an unused window, drops trailing zeros to fit, or moves the sum to its long form.
    #[cold]
    #[inline(never)]
    fn put_slowly(&mut self, slot: u32, negative: bool, size: u128, exponent: i32) {
        let cell = &mut self.cells[slot as usize];
        if size == 0 {
            return;
        }
        if cell.whole == NONE {
            if cell.base == UNUSED {
                cell.base = (exponent - MARGIN).max(LEAST);
            }
            let zeros = size.trailing_zeros();
            let place = exponent + zeros as i32 - cell.base;
            let reduced = size >> zeros;
            if (0..=SHIFT_MAX as i32).contains(&place) && cell.window.add(negative, reduced, place as u32) {
                return;
            }
            let whole = whole_of(cell);
            let index = self.free.pop().unwrap_or(self.wholes.len() as u32);
            if index as usize == self.wholes.len() {
                self.wholes.push(whole);
            } else {
                self.wholes[index as usize] = whole;
            }
            *cell = Cell { whole: index, ..EMPTY };
        }
        let whole = &mut self.wholes[cell.whole as usize];
        let fits = whole.add(negative, size, (exponent - LEAST) as u32);
        assert!(fits, "the whole range holds 2^91 of the greatest products");
    }
}

/// The long form of a window.
fn whole_of(cell: &Cell) -> Whole {
    let [a, b, c, d] = cell.window.absolute().map(u128::from);
    let (negative, place) = (cell.window.is_negative(), (cell.base - LEAST) as u32);
    let mut whole = Whole::ZERO;
    whole.add(negative, a | b << 64, place);
    whole.add(negative, c | d << 64, place + 128);
    whole
}
