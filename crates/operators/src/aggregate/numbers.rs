//! Numbers of any type as sign, integer and power of two.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;

use super::exact::Number;
use super::values::for_valid;

/// Whether values of a type are numbers here: integers, char, floats.
pub(super) fn is_number(data_type: &DataType) -> bool {
    data_type.is_integer() || matches!(data_type, DataType::Float32 | DataType::Float64)
}

/// Visits the numbers that are not null, with their slots.
#[inline(always)]
pub(super) fn for_numbers(array: &ArrayRef, slots: &[u32], visit: impl FnMut(u32, Number)) {
    match array.data_type() {
        DataType::Int8 => each::<Int8Type>(array, slots, |v| Number::of_integer(v.into()), visit),
        DataType::Int16 => each::<Int16Type>(array, slots, |v| Number::of_integer(v.into()), visit),
        DataType::Int32 => each::<Int32Type>(array, slots, |v| Number::of_integer(v.into()), visit),
        DataType::Int64 => each::<Int64Type>(array, slots, Number::of_integer, visit),
        DataType::UInt8 => each::<UInt8Type>(array, slots, |v| Number::of_natural(v.into()), visit),
        DataType::UInt16 => {
            each::<UInt16Type>(array, slots, |v| Number::of_natural(v.into()), visit);
        }
        DataType::UInt32 => {
            each::<UInt32Type>(array, slots, |v| Number::of_natural(v.into()), visit);
        }
        DataType::UInt64 => each::<UInt64Type>(array, slots, Number::of_natural, visit),
        DataType::Float32 => {
            each::<Float32Type>(array, slots, |v| Number::of_double(v.into()), visit);
        }
        DataType::Float64 => each::<Float64Type>(array, slots, Number::of_double, visit),
        other => unreachable!("{other} is refused when the aggregation is planned"),
    }
}

#[inline(always)]
fn each<T: ArrowPrimitiveType>(
    array: &ArrayRef,
    slots: &[u32],
    number: impl Fn(T::Native) -> Number,
    mut visit: impl FnMut(u32, Number),
) {
    let array = array.as_primitive::<T>();
    for_valid(slots, array.values(), array.nulls(), |slot, value| visit(slot, number(value)));
}
