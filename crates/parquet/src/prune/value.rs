//! One value of a type that has an order, taken out of its array.

use std::cmp::Ordering;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal128Type, DurationNanosecondType, Float32Type, Float64Type, Int8Type, Int16Type,
    Int32Type, Int64Type, Time64NanosecondType, TimestampNanosecondType, UInt16Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, TimeUnit};

/// A value. Times, dates, durations and decimals are the integers they are stored as.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Int(i128),
    Float(f64),
    Bytes(Vec<u8>),
}

impl Value {
    /// The value at a place; `None` if the array's type has no order here.
    pub(crate) fn at(array: &ArrayRef, place: usize) -> Option<Value> {
        use DataType::*;
        if array.is_null(place) {
            return Some(Value::Null);
        }
        macro_rules! int {
            ($kind:ty) => {
                Value::Int(array.as_primitive::<$kind>().value(place).into())
            };
        }
        Some(match array.data_type() {
            Null => Value::Null,
            Boolean => Value::Bool(array.as_boolean().value(place)),
            Int8 => int!(Int8Type),
            Int16 => int!(Int16Type),
            Int32 => int!(Int32Type),
            Int64 => int!(Int64Type),
            UInt16 => int!(UInt16Type),
            Date32 => int!(Date32Type),
            Timestamp(TimeUnit::Nanosecond, _) => int!(TimestampNanosecondType),
            Time64(TimeUnit::Nanosecond) => int!(Time64NanosecondType),
            Duration(TimeUnit::Nanosecond) => int!(DurationNanosecondType),
            Decimal128(_, _) => int!(Decimal128Type),
            Float32 => Value::Float(array.as_primitive::<Float32Type>().value(place).into()),
            Float64 => Value::Float(array.as_primitive::<Float64Type>().value(place)),
            Utf8 => Value::Bytes(array.as_string::<i32>().value(place).into()),
            LargeUtf8 => Value::Bytes(array.as_string::<i64>().value(place).into()),
            Utf8View => Value::Bytes(array.as_string_view().value(place).into()),
            BinaryView => Value::Bytes(array.as_binary_view().value(place).into()),
            _ => return None,
        })
    }

    /// Integers as doubles, for comparison with doubles.
    pub(crate) fn into_float(self) -> Value {
        match self {
            Value::Int(number) => Value::Float(number as f64),
            other => other,
        }
    }

    pub(crate) fn is_nan(&self) -> bool {
        matches!(self, Value::Float(number) if number.is_nan())
    }

    pub(crate) fn is_null(&self) -> bool {
        *self == Value::Null
    }
}

/// The order of two values of one kind, null least; `None` when one is NaN.
pub(crate) fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        _ if left.is_nan() || right.is_nan() => None,
        (Value::Null, Value::Null) => Some(Ordering::Equal),
        (Value::Null, _) => Some(Ordering::Less),
        (_, Value::Null) => Some(Ordering::Greater),
        (Value::Bool(left), Value::Bool(right)) => Some(left.cmp(right)),
        (Value::Int(left), Value::Int(right)) => Some(left.cmp(right)),
        (Value::Float(left), Value::Float(right)) => left.partial_cmp(right),
        (Value::Bytes(left), Value::Bytes(right)) => Some(left.cmp(right)),
        _ => unreachable!("a test compares values of one kind"),
    }
}
