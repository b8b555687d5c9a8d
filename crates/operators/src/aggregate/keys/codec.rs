//! From arrays to words and back.

use std::sync::Arc;

use arrow_array::builder::{BinaryViewBuilder, StringViewBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Decimal128Type, Float32Type, Float64Type, UInt8Type, UInt16Type, UInt32Type,
    UInt64Type,
};
use arrow_array::{Array, ArrayRef, BooleanArray, PrimitiveArray, make_array, new_empty_array};
use arrow_row::{RowConverter, SortField};
use arrow_schema::DataType;

use kinetable_engine::Result;

use super::NULL;
use super::interner::Interner;

/// Turns the values of one type into words and back.
#[derive(Debug)]
pub(crate) struct Codec {
    data_type: DataType,
    means: Means,
}

#[derive(Debug)]
enum Means {
    Bits,
    Decimal,
    Text(Interner),
    Binary(Interner),
    Encoded(RowConverter, Interner),
}

/// The low half of the word of a string in the interner: no view has such a length.
const INTERNED: u128 = 0xffff_fffe;
/// The longest string that its view holds whole.
const INLINE_MAX: u32 = 12;
const DECIMAL_TURN: u128 = 1 << 127;

impl Codec {
    /// A codec of a type.
    pub(crate) fn new(data_type: &DataType) -> Result<Codec> {
        let means = match data_type {
            DataType::Utf8View => Means::Text(Interner::new()),
            DataType::BinaryView => Means::Binary(Interner::new()),
            DataType::Decimal128(..) => Means::Decimal,
            DataType::Boolean => Means::Bits,
            fixed if fixed.primitive_width().is_some_and(|width| width <= 8) => Means::Bits,
            other => {
                let converter = RowConverter::new(vec![SortField::new(other.clone())])?;
                Means::Encoded(converter, Interner::new())
            }
        };
        Ok(Codec { data_type: data_type.clone(), means })
    }

    /// The type of the values.
    pub(crate) fn data_type(&self) -> &DataType {
        &self.data_type
    }

    /// Writes the words of an array to every `stride`-th place from `first`.
    pub(crate) fn words(
        &mut self,
        array: &ArrayRef,
        out: &mut [u128],
        first: usize,
        stride: usize,
    ) -> Result<()> {
        let out = out[first..].iter_mut().step_by(stride);
        match &mut self.means {
            Means::Bits => bits(array, out)?,
            Means::Decimal => {
                let values = array.as_primitive::<Decimal128Type>();
                write(array, values.values(), out, |value| value as u128 ^ DECIMAL_TURN);
            }
            Means::Text(interner) => {
                let text = array.as_string_view();
                views(array, text.views(), out, |row| interner.id(text.value(row).as_bytes()));
            }
            Means::Binary(interner) => {
                let binary = array.as_binary_view();
                views(array, binary.views(), out, |row| interner.id(binary.value(row)));
            }
            Means::Encoded(converter, interner) => {
                let rows = converter.convert_columns(std::slice::from_ref(array))?;
                for (row, word) in out.enumerate() {
                    *word = match array.is_null(row) {
                        true => NULL,
                        false => interned(interner.id(rows.row(row).as_ref())),
                    };
                }
            }
        }
        Ok(())
    }

    /// The values of words.
    pub(crate) fn values(&self, words: &[u128]) -> Result<ArrayRef> {
        let present = |word: &u128| (*word != NULL).then_some(*word);
        let some = words.iter().map(present);
        match &self.means {
            Means::Bits => of_bits(&self.data_type, words),
            Means::Decimal => {
                let value = |word: u128| (word ^ DECIMAL_TURN) as i128;
                let values: PrimitiveArray<Decimal128Type> = some.map(|word| word.map(value)).collect();
                Ok(Arc::new(values.with_data_type(self.data_type.clone())))
            }
            Means::Text(interner) => Ok(texts(interner, words)),
            Means::Binary(interner) => Ok(binaries(interner, words)),
            Means::Encoded(converter, interner) => {
                let null = converter.convert_columns(&[arrow_array::new_null_array(&self.data_type, 1)])?;
                let parser = converter.parser();
                let row = |word: Option<u128>| match word {
                    Some(word) => parser.parse(interner.get((word >> 64) as u32)),
                    None => null.row(0),
                };
                let rows: Vec<_> = some.map(row).collect();
                match rows.is_empty() {
                    true => Ok(new_empty_array(&self.data_type)),
                    false => Ok(converter.convert_rows(rows)?.remove(0)),
                }
            }
        }
    }

    /// Keeps a word's value until it is released.
    pub(crate) fn retain(&mut self, word: u128) {
        if let Some((interner, id)) = self.interned(word) {
            interner.retain(id);
        }
    }

    /// Lets go of a word's value.
    pub(crate) fn release(&mut self, word: u128) {
        if let Some((interner, id)) = self.interned(word) {
            interner.release(id);
        }
    }

    fn interned(&mut self, word: u128) -> Option<(&mut Interner, u32)> {
        let id = (word >> 64) as u32;
        match &mut self.means {
            Means::Text(interner) | Means::Binary(interner) | Means::Encoded(_, interner)
                if word != NULL && word & 0xffff_ffff == INTERNED =>
            {
                Some((interner, id))
            }
            _ => None,
        }
    }

    /// Bytes held.
    pub(crate) fn bytes(&self) -> usize {
        match &self.means {
            Means::Bits | Means::Decimal => 0,
            Means::Text(interner) | Means::Binary(interner) => interner.size(),
            Means::Encoded(converter, interner) => converter.size() + interner.size(),
        }
    }
}

fn interned(id: u32) -> u128 {
    u128::from(id) << 64 | INTERNED
}

/// Hands the bytes of a word of text or binary to `take`, or none for null.
fn with_bytes<R>(interner: &Interner, word: u128, take: impl FnOnce(Option<&[u8]>) -> R) -> R {
    if word == NULL {
        return take(None);
    }
    if word & 0xffff_ffff == INTERNED {
        return take(Some(interner.get((word >> 64) as u32)));
    }
    let length = word as u32;
    debug_assert!(length <= INLINE_MAX, "a longer string is in the interner");
    take(Some(&word.to_le_bytes()[4..4 + length as usize]))
}

fn texts(interner: &Interner, words: &[u128]) -> ArrayRef {
    let mut builder = StringViewBuilder::with_capacity(words.len());
    for word in words {
        with_bytes(interner, *word, |bytes| {
            let text = bytes.map(|bytes| std::str::from_utf8(bytes).expect("a word of text"));
            builder.append_option(text);
        });
    }
    Arc::new(builder.finish())
}

fn binaries(interner: &Interner, words: &[u128]) -> ArrayRef {
    let mut builder = BinaryViewBuilder::with_capacity(words.len());
    for word in words {
        with_bytes(interner, *word, |bytes| builder.append_option(bytes));
    }
    Arc::new(builder.finish())
}

/// The words of a type of at most 64 bits.
fn bits<'a>(array: &ArrayRef, out: impl Iterator<Item = &'a mut u128>) -> Result<()> {
    match array.data_type() {
        DataType::Boolean => {
            let values: Vec<bool> = array.as_boolean().values().iter().collect();
            write(array, &values, out, u128::from);
        }
        DataType::Float64 => {
            let values = array.as_primitive::<Float64Type>().values();
            write(array, values, out, |value| (plain(value)).to_bits().into());
        }
        DataType::Float32 => {
            let values = array.as_primitive::<Float32Type>().values();
            write(array, values, out, |value| (plain(f64::from(value)) as f32).to_bits().into());
        }
        other => match other.primitive_width() {
            Some(1) => raw_bits::<UInt8Type>(array, out)?,
            Some(2) => raw_bits::<UInt16Type>(array, out)?,
            Some(4) => raw_bits::<UInt32Type>(array, out)?,
            _ => raw_bits::<UInt64Type>(array, out)?,
        },
    }
    Ok(())
}

/// One zero and one NaN.
fn plain(value: f64) -> f64 {
    if value.is_nan() { f64::NAN } else { value + 0.0 }
}

fn raw_bits<'a, T>(array: &ArrayRef, out: impl Iterator<Item = &'a mut u128>) -> Result<()>
where
    T: ArrowPrimitiveType<Native: Into<u128>>,
{
    let same_bits = retyped(array, T::DATA_TYPE)?;
    write(array, same_bits.as_primitive::<T>().values(), out, Into::into);
    Ok(())
}

fn of_bits(data_type: &DataType, words: &[u128]) -> Result<ArrayRef> {
    if *data_type == DataType::Boolean {
        let value = |word: &u128| (*word != NULL).then_some(*word == 1);
        return Ok(Arc::new(words.iter().map(value).collect::<BooleanArray>()));
    }
    match data_type.primitive_width() {
        Some(1) => of_raw_bits::<UInt8Type>(data_type, words, |word| word as u8),
        Some(2) => of_raw_bits::<UInt16Type>(data_type, words, |word| word as u16),
        Some(4) => of_raw_bits::<UInt32Type>(data_type, words, |word| word as u32),
        _ => of_raw_bits::<UInt64Type>(data_type, words, |word| word as u64),
    }
}

fn of_raw_bits<T: ArrowPrimitiveType>(
    data_type: &DataType,
    words: &[u128],
    value: impl Fn(u128) -> T::Native,
) -> Result<ArrayRef> {
    let values = words.iter().map(|word| (*word != NULL).then(|| value(*word)));
    let values: ArrayRef = Arc::new(PrimitiveArray::<T>::from_iter(values));
    retyped(&values, data_type.clone())
}

/// The same buffers under another type of the same width.
fn retyped(array: &ArrayRef, data_type: DataType) -> Result<ArrayRef> {
    let data = array.to_data().into_builder().data_type(data_type);
    Ok(make_array(data.build()?))
}

fn views<'a>(
    array: &ArrayRef,
    views: &[u128],
    out: impl Iterator<Item = &'a mut u128>,
    mut intern: impl FnMut(usize) -> u32,
) {
    for (row, (word, view)) in out.zip(views).enumerate() {
        *word = match *view as u32 {
            _ if array.is_null(row) => NULL,
            ..=INLINE_MAX => *view,
            _ => interned(intern(row)),
        };
    }
}

fn write<'a, T: Copy>(
    array: &ArrayRef,
    values: &[T],
    out: impl Iterator<Item = &'a mut u128>,
    word: impl Fn(T) -> u128,
) {
    match array.nulls() {
        None => out.zip(values).for_each(|(out, value)| *out = word(*value)),
        Some(nulls) => {
            for ((out, value), valid) in out.zip(values).zip(nulls) {
                *out = if valid { word(*value) } else { NULL };
            }
        }
    }
}
