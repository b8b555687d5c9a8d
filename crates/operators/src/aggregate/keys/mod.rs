//! Values as words of 128 bits: equal values have equal words, so that keys of any type are looked up as integers.
//!
//! | type | word |
//! |---|---|
//! | bool, integers, floats, times (≤ 64 bits) | the bits; −0.0 as 0.0, every NaN as one |
//! | decimal | the bits, so turned that no value is the word of null |
//! | text of ≤ 12 bytes | its Arrow view, which holds it whole |
//! | longer text, binary | the id of the bytes in an interner |
//! | all else | the id of its row encoding in an interner |
//!
//! Null is [`NULL`] in every type: null keys match each other. NaN keys match each other too, and −0.0 matches 0.0.

mod interner;

mod codec;

mod map;

pub(super) use codec::Codec;
pub(super) use map::{KeyMap, hasher};

/// The word of null.
pub(super) const NULL: u128 = u128::MAX;
