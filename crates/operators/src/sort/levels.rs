//! Sort columns as words that ascend as the order does.
//!
//! | type | levels |
//! |---|---|
//! | numbers, times, bool, char of at most 64 bits | one word |
//! | decimal | two words |
//! | text and binary of at most 63 bytes | a word for each seven bytes: the bytes, then how many are left, 8 for more than seven |
//!
//! A column with nulls has a level before: whether the row has a value. Descending columns have the words' complements. Rows are
//! compared by their first level, those equal in it by the next; text is only looked at as far as that takes.

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, UInt8Type, UInt32Type, UInt64Type};
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, BinaryViewArray, StringViewArray};
use arrow_buffer::NullBuffer;
use arrow_schema::DataType;
use kinetable_engine::Result;

use super::order::{Direction, word_encoder};

/// Bytes of text in a word.
const BYTES: usize = 7;
/// The longest text that is compared by words.
const TEXT_MAX: u32 = 63;

/// Words by place.
pub(super) struct Level {
    values: Values,
    /// What words are turned by: all ones in a descending column.
    turn: u64,
}

enum Values {
    Words(Vec<u64>),
    Valid(NullBuffer),
    Text(StringViewArray, usize),
    Binary(BinaryViewArray, usize),
}

impl Level {
    /// Puts the words at the places of pairs beside them.
    pub(super) fn load(&self, pairs: &mut [(u64, u32)]) {
        let turn = self.turn;
        match &self.values {
            Values::Words(words) => {
                pairs.iter_mut().for_each(|(word, at)| *word = words[*at as usize] ^ turn)
            }
            Values::Valid(valid) => {
                pairs
                    .iter_mut()
                    .for_each(|(word, at)| *word = u64::from(valid.is_valid(*at as usize)) ^ turn);
            }
            Values::Text(text, skipped) => pairs.iter_mut().for_each(|(word, at)| {
                // What lies in the place of a null is of no account.
                let at = *at as usize;
                let bytes = if text.is_valid(at) { text.value(at).as_bytes() } else { &[] };
                *word = word_of(bytes, *skipped) ^ turn;
            }),
            Values::Binary(bytes, skipped) => pairs.iter_mut().for_each(|(word, at)| {
                let at = *at as usize;
                let bytes = if bytes.is_valid(at) { bytes.value(at) } else { &[] };
                *word = word_of(bytes, *skipped) ^ turn;
            }),
        }
    }
}

/// The levels of a column, whose floats have one zero and one NaN; none if its values are not words.
pub(super) fn levels(array: &ArrayRef, direction: Direction) -> Result<Option<Vec<Level>>> {
    let turn = if direction == Direction::Descending { u64::MAX } else { 0 };
    let mut all = Vec::new();
    let nulls = array.nulls().filter(|nulls| nulls.null_count() > 0);
    if let Some(valid) = nulls {
        all.push(Values::Valid(valid.clone()));
    }
    match array.data_type() {
        DataType::Utf8View => {
            let text = array.as_string_view();
            let Some(count) = count_of(text.views(), nulls) else { return Ok(None) };
            all.extend((0..count).map(|index| Values::Text(text.clone(), index * BYTES)));
        }
        DataType::BinaryView => {
            let bytes = array.as_binary_view();
            let Some(count) = count_of(bytes.views(), nulls) else { return Ok(None) };
            all.extend((0..count).map(|index| Values::Binary(bytes.clone(), index * BYTES)));
        }
        DataType::Decimal128(..) => {
            let values = array.as_primitive::<Decimal128Type>().values();
            let high = values.iter().map(|value| (value >> 64) as u64 ^ (1 << 63));
            all.push(Values::Words(blanked(high.collect(), nulls)));
            all.push(Values::Words(blanked(values.iter().map(|value| *value as u64).collect(), nulls)));
        }
        _ => {
            let Some(words) = words(array)? else { return Ok(None) };
            all.push(Values::Words(blanked(words, nulls)));
        }
    }
    Ok(Some(all.into_iter().map(|values| Level { values, turn }).collect()))
}

/// How many levels text has; none if it is too long. Null texts have length 0 or are of no account.
fn count_of(views: &[u128], nulls: Option<&NullBuffer>) -> Option<usize> {
    let length = |(place, view): (usize, &u128)| match nulls {
        Some(nulls) if nulls.is_null(place) => 0,
        _ => *view as u32,
    };
    let longest = views.iter().enumerate().map(length).max().unwrap_or(0);
    (longest <= TEXT_MAX).then(|| (longest as usize).div_ceil(BYTES).max(1))
}

/// Seven bytes after some, and how many are left with them: 8 for more than seven.
fn word_of(bytes: &[u8], skipped: usize) -> u64 {
    let rest = bytes.get(skipped..).unwrap_or_default();
    let mut word = [0; 8];
    let count = rest.len().min(BYTES);
    word[..count].copy_from_slice(&rest[..count]);
    word[BYTES] = rest.len().min(BYTES + 1) as u8;
    u64::from_be_bytes(word)
}

/// Words that are equal where values are null.
fn blanked(mut words: Vec<u64>, nulls: Option<&NullBuffer>) -> Vec<u64> {
    if let Some(nulls) = nulls {
        for (place, word) in words.iter_mut().enumerate() {
            if nulls.is_null(place) {
                *word = 0;
            }
        }
    }
    words
}

fn words(array: &ArrayRef) -> Result<Option<Vec<u64>>> {
    Ok(match array.data_type() {
        DataType::Boolean => Some(array.as_boolean().values().iter().map(u64::from).collect()),
        DataType::UInt8 => Some(unsigned::<UInt8Type>(array)),
        DataType::UInt32 => Some(unsigned::<UInt32Type>(array)),
        DataType::UInt64 => Some(unsigned::<UInt64Type>(array)),
        DataType::Float16 | DataType::Interval(_) => None,
        other => word_encoder(other).map(|encode| encode(array)).transpose()?,
    })
}

fn unsigned<T: ArrowPrimitiveType<Native: Into<u64>>>(array: &ArrayRef) -> Vec<u64> {
    array.as_primitive::<T>().values().iter().map(|value| (*value).into()).collect()
}
