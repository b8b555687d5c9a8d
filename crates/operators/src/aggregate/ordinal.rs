//! Values under a total order: null apart, −0.0 before 0.0, NaN after all else.
//!
//! All types of at most 64 bits are seen as `i64` in the same order; decimals as `i128`; text and binary as bytes,
//! which for UTF-8 is the order of code points.

use std::borrow::Borrow;
use std::sync::Arc;

use arrow_array::builder::{BinaryViewBuilder, StringViewBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, BooleanArray, Float32Array, Float64Array, PrimitiveArray, make_array};
use arrow_schema::DataType;
use kinetable_engine::Result;

use super::values::for_valid;

/// A family of types whose values are kept and compared as one Rust type.
pub(super) trait Ordinal: Send + 'static {
    /// What is kept of a value.
    type Kept: Ord + Clone + Send + Borrow<Self::Seen>;
    /// What is seen of a value in an array.
    type Seen: Ord + ?Sized + ToOwned;

    /// Visits the values that are not null, with their slots.
    fn visit(array: &ArrayRef, slots: &[u32], visit: impl FnMut(u32, &Self::Seen));

    /// Keeps a value.
    fn keep(seen: &Self::Seen) -> Self::Kept;

    /// An array of values.
    fn array<'a>(
        data_type: &DataType,
        values: impl Iterator<Item = Option<&'a Self::Kept>>,
    ) -> Result<ArrayRef>
    where
        Self::Kept: 'a;

    /// The means of pairs of values, or the upper of each where the type has no arithmetic.
    fn means(data_type: &DataType, pairs: &[Option<(Self::Kept, Self::Kept)>]) -> Result<ArrayRef> {
        let uppers = pairs.iter().map(|pair| pair.as_ref().map(|(_, upper)| upper));
        Self::array(data_type, uppers)
    }

    /// Whether a kept value of a type is NaN.
    fn is_nan(_: &Self::Kept, _: &DataType) -> bool {
        false
    }

    /// Bytes a kept value holds on the heap.
    fn heap(_: &Self::Kept) -> usize {
        0
    }
}

/// Types of at most 64 bits.
pub(super) struct Word;
/// Decimals.
pub(super) struct Wide;
/// Text and binary.
pub(super) struct Bytes;

/// How the values of a type are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    Word,
    Wide,
    Bytes,
}

impl Family {
    /// The family of a type; none if its values have no order.
    pub(super) fn of(data_type: &DataType) -> Option<Family> {
        match data_type {
            DataType::Utf8View | DataType::BinaryView => Some(Family::Bytes),
            DataType::Decimal128(..) => Some(Family::Wide),
            DataType::Boolean => Some(Family::Word),
            DataType::Interval(_) | DataType::Float16 => None,
            other => {
                let small = other.primitive_width().is_some_and(|width| width <= 8);
                small.then_some(Family::Word)
            }
        }
    }
}

/// The place of a double in the total order, as an integer.
pub(super) fn of_double(value: f64) -> i64 {
    let bits = if value.is_nan() { f64::NAN } else { value }.to_bits() as i64;
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

/// The double at a place in the total order.
pub(super) fn to_double(place: i64) -> f64 {
    f64::from_bits((place ^ (((place >> 63) as u64) >> 1) as i64) as u64)
}

/// The place of NaN: after all else.
const NAN: i64 = 0x7ff8_0000_0000_0000;

impl Ordinal for Word {
    type Kept = i64;
    type Seen = i64;

    fn visit(array: &ArrayRef, slots: &[u32], mut visit: impl FnMut(u32, &i64)) {
        match array.data_type() {
            DataType::Boolean => {
                for (slot, value) in slots.iter().zip(array.as_boolean()) {
                    if let Some(value) = value {
                        visit(*slot, &value.into());
                    }
                }
            }
            DataType::Float64 => each::<Float64Type>(array, slots, of_double, visit),
            DataType::Float32 => {
                each::<Float32Type>(array, slots, |value| of_double(value.into()), visit);
            }
            DataType::UInt8 => each::<UInt8Type>(array, slots, i64::from, visit),
            DataType::UInt16 => each::<UInt16Type>(array, slots, i64::from, visit),
            DataType::UInt32 => each::<UInt32Type>(array, slots, i64::from, visit),
            DataType::UInt64 => {
                let place = |value: u64| (value ^ (1 << 63)) as i64;
                each::<UInt64Type>(array, slots, place, visit);
            }
            other => {
                let array = &same_width(array, other);
                match other.primitive_width() {
                    Some(1) => each::<Int8Type>(array, slots, i64::from, visit),
                    Some(2) => each::<Int16Type>(array, slots, i64::from, visit),
                    Some(4) => each::<Int32Type>(array, slots, i64::from, visit),
                    _ => each::<Int64Type>(array, slots, |value| value, visit),
                }
            }
        }
    }

    fn keep(seen: &i64) -> i64 {
        *seen
    }

    fn means(data_type: &DataType, pairs: &[Option<(i64, i64)>]) -> Result<ArrayRef> {
        let doubles = |mean: fn(i64, i64) -> f64| pairs.iter().map(move |pair| pair.map(|(a, b)| mean(a, b)));
        let of_integers = |a: i64, b: i64| (i128::from(a) + i128::from(b)) as f64 / 2.0;
        let of_unsigned = |a: i64, b: i64| {
            let value = |place: i64| u128::from(place as u64 ^ (1 << 63));
            (value(a) + value(b)) as f64 / 2.0
        };
        let of_doubles = |a: i64, b: i64| double_mean(to_double(a), to_double(b));
        Ok(match data_type {
            DataType::Int32 | DataType::Int64 | DataType::UInt32 => {
                Arc::new(doubles(of_integers).collect::<Float64Array>())
            }
            DataType::UInt64 => Arc::new(doubles(of_unsigned).collect::<Float64Array>()),
            DataType::Float64 => Arc::new(doubles(of_doubles).collect::<Float64Array>()),
            DataType::Float32 => {
                let singles = doubles(of_doubles).map(|mean| mean.map(|mean| mean as f32));
                Arc::new(singles.collect::<Float32Array>())
            }
            small @ (DataType::Int8 | DataType::Int16 | DataType::UInt8) => {
                let means: Vec<_> = pairs.iter().map(|pair| pair.map(|(a, b)| (a + b) / 2)).collect();
                Word::array(small, means.iter().map(Option::as_ref))?
            }
            other => Word::array(other, pairs.iter().map(|pair| pair.as_ref().map(|(_, b)| b)))?,
        })
    }

    fn is_nan(kept: &i64, data_type: &DataType) -> bool {
        *kept == NAN && data_type.is_floating()
    }

    fn array<'a>(data_type: &DataType, values: impl Iterator<Item = Option<&'a i64>>) -> Result<ArrayRef> {
        let values = values.map(|value| value.copied());
        Ok(match data_type {
            DataType::Boolean => {
                let values = values.map(|value| value.map(|value| value == 1));
                Arc::new(values.collect::<BooleanArray>())
            }
            DataType::Float64 => primitive::<Float64Type>(values, to_double),
            DataType::Float32 => primitive::<Float32Type>(values, |place| to_double(place) as f32),
            DataType::UInt8 => primitive::<UInt8Type>(values, |value| value as u8),
            DataType::UInt16 => primitive::<UInt16Type>(values, |value| value as u16),
            DataType::UInt32 => primitive::<UInt32Type>(values, |value| value as u32),
            DataType::UInt64 => primitive::<UInt64Type>(values, |place| place as u64 ^ (1 << 63)),
            other => {
                let array = match other.primitive_width() {
                    Some(1) => primitive::<Int8Type>(values, |value| value as i8),
                    Some(2) => primitive::<Int16Type>(values, |value| value as i16),
                    Some(4) => primitive::<Int32Type>(values, |value| value as i32),
                    _ => primitive::<Int64Type>(values, |value| value),
                };
                let data = array.to_data().into_builder().data_type(other.clone());
                make_array(data.build()?)
            }
        })
    }
}

/// The type of a mean of two values of a type.
pub(super) fn mean_type(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Int32 | DataType::Int64 | DataType::UInt32 | DataType::UInt64 => DataType::Float64,
        other => other.clone(),
    }
}

fn double_mean(lower: f64, upper: f64) -> f64 {
    let sum = lower + upper;
    match lower == upper {
        true => upper,
        false if sum.is_infinite() => lower / 2.0 + upper / 2.0,
        false => sum / 2.0,
    }
}

impl Ordinal for Wide {
    type Kept = i128;
    type Seen = i128;

    fn visit(array: &ArrayRef, slots: &[u32], mut visit: impl FnMut(u32, &i128)) {
        let array = array.as_primitive::<Decimal128Type>();
        for_valid(slots, array.values(), array.nulls(), |slot, value| visit(slot, &value));
    }

    fn keep(seen: &i128) -> i128 {
        *seen
    }

    fn array<'a>(data_type: &DataType, values: impl Iterator<Item = Option<&'a i128>>) -> Result<ArrayRef> {
        let values: PrimitiveArray<Decimal128Type> = values.map(|value| value.copied()).collect();
        Ok(Arc::new(values.with_data_type(data_type.clone())))
    }
}

impl Ordinal for Bytes {
    type Kept = Box<[u8]>;
    type Seen = [u8];

    fn visit(array: &ArrayRef, slots: &[u32], mut visit: impl FnMut(u32, &[u8])) {
        if let Some(text) = array.as_string_view_opt() {
            for (slot, value) in slots.iter().zip(text) {
                value.into_iter().for_each(|value| visit(*slot, value.as_bytes()));
            }
            return;
        }
        for (slot, value) in slots.iter().zip(array.as_binary_view()) {
            value.into_iter().for_each(|value| visit(*slot, value));
        }
    }

    fn keep(seen: &[u8]) -> Box<[u8]> {
        seen.into()
    }

    fn array<'a>(
        data_type: &DataType,
        values: impl Iterator<Item = Option<&'a Box<[u8]>>>,
    ) -> Result<ArrayRef> {
        if *data_type == DataType::BinaryView {
            let mut builder = BinaryViewBuilder::new();
            values.for_each(|value| builder.append_option(value));
            return Ok(Arc::new(builder.finish()));
        }
        let mut builder = StringViewBuilder::new();
        for value in values {
            let text = value.map(|bytes| std::str::from_utf8(bytes).expect("kept from text"));
            builder.append_option(text);
        }
        Ok(Arc::new(builder.finish()))
    }

    fn heap(kept: &Box<[u8]>) -> usize {
        kept.len()
    }
}

fn each<T: ArrowPrimitiveType>(
    array: &ArrayRef,
    slots: &[u32],
    place: impl Fn(T::Native) -> i64,
    mut visit: impl FnMut(u32, &i64),
) {
    let array = array.as_primitive::<T>();
    for_valid(slots, array.values(), array.nulls(), |slot, value| visit(slot, &place(value)));
}

fn primitive<T: ArrowPrimitiveType>(
    places: impl Iterator<Item = Option<i64>>,
    value: impl Fn(i64) -> T::Native,
) -> ArrayRef {
    let values = places.map(|place| place.map(&value));
    Arc::new(values.collect::<PrimitiveArray<T>>())
}

/// A time or integer as the integer of its width.
fn same_width(array: &ArrayRef, data_type: &DataType) -> ArrayRef {
    let integer = match data_type.primitive_width() {
        Some(1) => DataType::Int8,
        Some(2) => DataType::Int16,
        Some(4) => DataType::Int32,
        _ => DataType::Int64,
    };
    let data = array.to_data().into_builder().data_type(integer).build();
    make_array(data.expect("the same buffers fit another type of their width"))
}
