//! Exact sums by group.
//!
//! **State**: 32 bytes a group; 272 more for a group whose values lie too far apart for 128 bits.

use super::long::Long;
use super::specials::{Specials, Total};
use super::{Magnitude, Number, Parts};

/// The whole range: from 2^−1074 to 2^1024, and 2^77 of the greatest values.
type Whole = Long<34>;

/// The exponent of the least bit of the whole range.
const LEAST: i32 = -1074;
/// A mantissa of 64 bits moved up by this still leaves the sign and a bit to spare.
const SHIFT_MAX: u32 = 62;
/// How far below the first value's last bit a window reaches.
const MARGIN: i32 = 32;
/// The base of a window that is not in use: no exponent comes near.
const UNUSED: i32 = 1 << 20;
const NONE: u32 = u32::MAX;

/// Exact sums of doubles, one a slot.
#[derive(Debug, Clone, Default)]
pub(crate) struct ExactSums {
    cells: Vec<Cell>,
    wholes: Vec<Whole>,
    free: Vec<u32>,
    specials: Specials,
}

/// `window · 2^base`, or the long form at `whole`.
#[derive(Debug, Clone, Copy)]
struct Cell {
    window: i128,
    count: u64,
    base: i32,
    whole: u32,
}

const EMPTY: Cell = Cell { window: 0, count: 0, base: UNUSED, whole: NONE };

impl ExactSums {
    /// Makes room for slots `0..slots`.
    pub(crate) fn grow(&mut self, slots: usize) {
        self.cells.resize(slots.max(self.cells.len()), EMPTY);
    }

    /// Adds a number.
    #[inline(always)]
    pub(crate) fn add_number(&mut self, slot: u32, number: Number) {
        self.cells[slot as usize].count += 1;
        match number {
            Number::Finite(parts) => self.put(slot, parts),
            Number::Special(value) => self.specials.count(slot, value, 1),
        }
    }

    /// Takes away a number that was added.
    #[inline(always)]
    pub(crate) fn remove_number(&mut self, slot: u32, number: Number) {
        self.cells[slot as usize].count -= 1;
        match number {
            Number::Finite(parts) => self.put(slot, negated(parts)),
            Number::Special(value) => self.specials.count(slot, value, -1),
        }
    }

    /// Adds the sums of others, whose slot `i` is ours `slots[i]`.
    pub(crate) fn absorb(&mut self, others: &ExactSums, slots: &[u32]) {
        for (theirs, slot) in slots.iter().enumerate().take(others.cells.len()) {
            let cell = &others.cells[theirs];
            self.cells[*slot as usize].count += cell.count;
            if cell.whole == NONE {
                let (size, negative) = (cell.window.unsigned_abs(), cell.window < 0);
                let low = Parts { negative, mantissa: size as u64, exponent: cell.base };
                self.put_some(*slot, low);
                self.put_some(
                    *slot,
                    Parts { mantissa: (size >> 64) as u64, exponent: cell.base + 64, ..low },
                );
            } else {
                let (negative, limbs, base) = others.limbs(theirs as u32);
                for (mantissa, exponent) in limbs.into_iter().zip((base..).step_by(64)) {
                    self.put_some(*slot, Parts { negative, mantissa, exponent });
                }
            }
        }
        self.specials.absorb(&others.specials, slots);
    }

    fn put_some(&mut self, slot: u32, parts: Parts) {
        if parts.mantissa != 0 {
            self.put(slot, parts);
        }
    }

    /// How many values are in.
    #[inline]
    pub(crate) fn count(&self, slot: u32) -> u64 {
        self.cells[slot as usize].count
    }

    /// The sum.
    pub(crate) fn total(&self, slot: u32) -> Total {
        if let Some(special) = self.specials.sum(slot) {
            return Total::Special(special);
        }
        let cell = &self.cells[slot as usize];
        Total::Finite(match cell.whole {
            NONE if cell.window == 0 => Magnitude::of_integer(0),
            NONE => Magnitude { exponent: cell.base, ..Magnitude::of_integer(cell.window) },
            whole => self.wholes[whole as usize].magnitude(LEAST),
        })
    }

    /// The sum's sign, limbs (least first) and power of two. For sums without specials.
    pub(super) fn limbs(&self, slot: u32) -> (bool, Vec<u64>, i32) {
        let cell = &self.cells[slot as usize];
        match cell.whole {
            NONE => {
                let size = cell.window.unsigned_abs();
                let limbs = vec![size as u64, (size >> 64) as u64];
                (cell.window < 0, limbs, cell.base)
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
    fn put(&mut self, slot: u32, parts: Parts) {
        let cell = &mut self.cells[slot as usize];
        if !cell.put(parts) {
            self.put_slowly(slot, parts);
        }
    }

    /// Finds the window a better place, or moves the sum to its long form.
    #[cold]
    #[inline(never)]
    fn put_slowly(&mut self, slot: u32, parts: Parts) {
        let cell = &mut self.cells[slot as usize];
        if parts.mantissa == 0 {
            return;
        }
        let reached = |cell: &mut Cell| cell.reach(parts) || cell.reach(parts.reduced());
        if cell.whole == NONE && reached(cell) && cell.put(parts.fitted(cell.base)) {
            return;
        }
        if cell.whole == NONE {
            let mut whole = Whole::ZERO;
            if cell.window != 0 {
                let place = (cell.base - LEAST) as u32;
                whole.add(cell.window < 0, cell.window.unsigned_abs(), place);
            }
            let index = self.free.pop().unwrap_or(self.wholes.len() as u32);
            if index as usize == self.wholes.len() {
                self.wholes.push(whole);
            } else {
                self.wholes[index as usize] = whole;
            }
            (cell.window, cell.base, cell.whole) = (0, UNUSED, index);
        }
        let place = (parts.exponent - LEAST) as u32;
        let whole = &mut self.wholes[cell.whole as usize];
        let fits = whole.add(parts.negative, parts.mantissa.into(), place);
        assert!(fits, "the whole range holds 2^77 of the greatest doubles");
    }
}

impl Cell {
    /// Adds to the window if both the value and the sum fit.
    #[inline(always)]
    fn put(&mut self, parts: Parts) -> bool {
        let shift = parts.exponent.wrapping_sub(self.base) as u32;
        if shift > SHIFT_MAX {
            return false;
        }
        let size = i128::from(parts.mantissa) << shift;
        let term = if parts.negative { -size } else { size };
        let (sum, over) = self.window.overflowing_add(term);
        if !over {
            self.window = sum;
        }
        !over
    }

    /// Moves the window so that it reaches a value and leaves a bit to spare; false if that loses bits.
    fn reach(&mut self, value: Parts) -> bool {
        let bits = |size: u128| 128 - size.leading_zeros() as i32;
        if self.window == 0 {
            self.base = (value.exponent - MARGIN).max(LEAST);
            return true;
        }
        let size = self.window.unsigned_abs();
        let zeros = size.trailing_zeros() as i32;
        let last = value.exponent.min(self.base + zeros);
        let value_top = value.exponent + 64 - value.mantissa.leading_zeros() as i32;
        let top = value_top.max(self.base + bits(size)) + 1;
        if top - last > 126 {
            return false;
        }
        // What room there is goes half below, half above.
        let base = (last - (126 - (top - last)) / 2).max(LEAST);
        let up = base - self.base;
        if up >= 0 {
            self.window >>= up;
        } else {
            self.window <<= -up;
        }
        self.base = base;
        true
    }
}

impl Parts {
    /// The same number without trailing zero bits in its mantissa.
    fn reduced(self) -> Parts {
        let zeros = self.mantissa.trailing_zeros();
        Parts { mantissa: self.mantissa >> zeros, exponent: self.exponent + zeros as i32, ..self }
    }

    /// The same number with its mantissa as far up as a window with this base wants it.
    fn fitted(self, base: i32) -> Parts {
        let reduced = self.reduced();
        let room = reduced.mantissa.leading_zeros() as i32;
        let down = (reduced.exponent - base - SHIFT_MAX as i32).clamp(0, room);
        Parts { mantissa: reduced.mantissa << down, exponent: reduced.exponent - down, ..reduced }
    }
}

fn negated(parts: Parts) -> Parts {
    Parts { negative: !parts.negative, ..parts }
}
