//! One NaN: without a sign.
//!
//! The machine makes a NaN with the sign bit set of `0.0 / 0`, and one without of most else. To arithmetic they are
//! alike; to orders by bits, such as those of sorts and groups, one is the least and the other the greatest. So what
//! a formula hands out has the second kind alone.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{ArrowPrimitiveType, Float32Type, Float64Type};
use arrow_array::{ArrayRef, ArrowNativeTypeOp};
use arrow_schema::DataType;

/// The array with every NaN as the one without a sign; anything else as it is.
pub(crate) fn tidy(array: ArrayRef) -> ArrayRef {
    match array.data_type() {
        DataType::Float32 => tidied::<Float32Type>(array, f32::NAN, |x| x.is_nan() && x.is_sign_negative()),
        DataType::Float64 => tidied::<Float64Type>(array, f64::NAN, |x| x.is_nan() && x.is_sign_negative()),
        _ => array,
    }
}

fn tidied<T: ArrowPrimitiveType>(
    array: ArrayRef,
    nan: T::Native,
    odd: impl Fn(T::Native) -> bool + Copy,
) -> ArrayRef
where
    T::Native: ArrowNativeTypeOp,
{
    let values = array.as_primitive::<T>();
    // Without a branch in the loop, so that it vectorises: most columns hold no such NaN.
    if !values.values().iter().fold(false, |found, x| found | odd(*x)) {
        return array;
    }
    Arc::new(values.unary::<_, T>(|x| if odd(x) { nan } else { x }))
}
