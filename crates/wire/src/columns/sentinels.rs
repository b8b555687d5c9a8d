//! Nulls as values: the least integer, the greatest char, the least finite float.
//!
//! Clients that ask for them get numbers without a bitmap. What uploads and such clients send is read the same way.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date64Type, DurationNanosecondType, Float32Type, Float64Type, Int8Type, Int16Type,
    Int32Type, Int64Type, Time64NanosecondType, TimestampNanosecondType, UInt16Type,
};
use arrow_array::{Array, ArrayRef, ListArray, PrimitiveArray};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use arrow_schema::{DataType, TimeUnit};

use super::lists::items;

/// Calls a generic function with the type of an array and its sentinel; arrays without one get the other expression.
macro_rules! by_sentinel {
    ($array:expr, $function:ident, $else:expr) => {
        match $array.data_type() {
            DataType::Int8 => $function::<Int8Type>($array, i8::MIN),
            DataType::Int16 => $function::<Int16Type>($array, i16::MIN),
            DataType::Int32 => $function::<Int32Type>($array, i32::MIN),
            DataType::Int64 => $function::<Int64Type>($array, i64::MIN),
            DataType::UInt16 => $function::<UInt16Type>($array, u16::MAX),
            DataType::Float32 => $function::<Float32Type>($array, f32::MIN),
            DataType::Float64 => $function::<Float64Type>($array, f64::MIN),
            DataType::Timestamp(TimeUnit::Nanosecond, _) => {
                $function::<TimestampNanosecondType>($array, i64::MIN)
            }
            DataType::Date64 => $function::<Date64Type>($array, i64::MIN),
            DataType::Time64(TimeUnit::Nanosecond) => $function::<Time64NanosecondType>($array, i64::MIN),
            DataType::Duration(TimeUnit::Nanosecond) => $function::<DurationNanosecondType>($array, i64::MIN),
            _ => $else,
        }
    };
}

/// Whether null has a value in columns of this type on the wire.
pub fn has_sentinel(data_type: &DataType) -> bool {
    matches!(
        data_type,
        DataType::Int8
            | DataType::Int16
            | DataType::Int32
            | DataType::Int64
            | DataType::UInt16
            | DataType::Float32
            | DataType::Float64
            | DataType::Timestamp(TimeUnit::Nanosecond, _)
            | DataType::Date64
            | DataType::Time64(TimeUnit::Nanosecond)
            | DataType::Duration(TimeUnit::Nanosecond)
    )
}

/// The array with nulls as values, the items of lists too; types without such a value keep their bitmap.
pub fn with_sentinels(array: &ArrayRef) -> ArrayRef {
    if let DataType::List(item) = array.data_type() {
        let list = array.as_list::<i32>();
        let (offsets, items) = items(list);
        return Arc::new(ListArray::new(
            item.clone(),
            offsets,
            with_sentinels(&items),
            list.nulls().cloned(),
        ));
    }
    if array.null_count() == 0 {
        return array.clone();
    }
    by_sentinel!(array, fill, array.clone())
}

/// The array with such values as nulls, the items of lists too.
pub fn without_sentinels(array: &ArrayRef) -> ArrayRef {
    if let DataType::List(item) = array.data_type() {
        let list = array.as_list::<i32>();
        let (offsets, items) = items(list);
        return Arc::new(ListArray::new(
            item.clone(),
            offsets,
            without_sentinels(&items),
            list.nulls().cloned(),
        ));
    }
    by_sentinel!(array, mark, array.clone())
}

fn fill<T: ArrowPrimitiveType>(array: &ArrayRef, sentinel: T::Native) -> ArrayRef {
    let values = array.as_primitive::<T>();
    let filled: Vec<T::Native> = values.iter().map(|value| value.unwrap_or(sentinel)).collect();
    Arc::new(PrimitiveArray::<T>::new(filled.into(), None).with_data_type(array.data_type().clone()))
}

fn mark<T: ArrowPrimitiveType>(array: &ArrayRef, sentinel: T::Native) -> ArrayRef {
    let values = array.as_primitive::<T>();
    if !values.values().contains(&sentinel) {
        return array.clone();
    }
    let real = values.values().iter().map(|value| *value != sentinel).collect::<BooleanBuffer>();
    let nulls = NullBuffer::union(Some(&NullBuffer::new(real)), values.nulls());
    let marked = PrimitiveArray::<T>::new(values.values().clone(), nulls);
    Arc::new(marked.with_data_type(array.data_type().clone()))
}
