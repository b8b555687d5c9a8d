//! Decimals as bytes: the unscaled value as a big-endian two's complement of no more bytes than it needs, and for decimals
//! with a scale that scale before it, a little-endian i32, with trailing zeros taken off first.

use std::sync::Arc;

use arrow_array::builder::BinaryBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Decimal256Type, DecimalType};
use arrow_array::{Array, ArrayRef, BinaryArray, PrimitiveArray};
use arrow_buffer::i256;
use arrow_schema::DataType;

use crate::{Error, Result};

/// A column of decimals as bytes.
pub(super) fn to_bytes(array: &ArrayRef) -> Result<ArrayRef> {
    match array.data_type() {
        DataType::Decimal256(76, 0) => {
            let values = array.as_primitive::<Decimal256Type>();
            Ok(bytes_of(values.len(), values.iter(), push_unscaled))
        }
        DataType::Decimal256(_, scale) => {
            let values = array.as_primitive::<Decimal256Type>();
            let scale = i32::from(*scale);
            Ok(bytes_of(values.len(), values.iter(), |value, bytes| push_scaled(value, scale, bytes)))
        }
        DataType::Decimal128(_, scale) => {
            let values = array.as_primitive::<Decimal128Type>();
            let scale = i32::from(*scale);
            let wide = values.iter().map(|value| value.map(i256::from_i128));
            Ok(bytes_of(values.len(), wide, |value, bytes| push_scaled(value, scale, bytes)))
        }
        other => Err(Error::new(format!("{other} is no type of decimals"))),
    }
}

/// A column of decimals of a type from bytes.
///
/// # Errors
/// If a value is not made of such bytes, or has more digits than the type.
pub(super) fn from_bytes(array: &BinaryArray, to: &DataType) -> Result<ArrayRef> {
    match to {
        DataType::Decimal256(76, 0) => {
            let whole = |bytes: &[u8]| from_unscaled(bytes);
            decimals::<Decimal256Type>(array, to, whole, Some)
        }
        DataType::Decimal256(_, scale) => {
            let scale = i32::from(*scale);
            decimals::<Decimal256Type>(array, to, |bytes| from_scaled(bytes, scale), Some)
        }
        DataType::Decimal128(_, scale) => {
            let scale = i32::from(*scale);
            decimals::<Decimal128Type>(array, to, |bytes| from_scaled(bytes, scale), i256::to_i128)
        }
        other => Err(Error::new(format!("{other} is no type of decimals"))),
    }
}

fn decimals<T: DecimalType>(
    array: &BinaryArray,
    to: &DataType,
    read: impl Fn(&[u8]) -> Result<i256>,
    narrow: impl Fn(i256) -> Option<T::Native>,
) -> Result<ArrayRef> {
    let (DataType::Decimal128(precision, scale) | DataType::Decimal256(precision, scale)) = to else {
        return Err(Error::new(format!("{to} is no type of decimals")));
    };
    let one = |bytes: Option<&[u8]>| {
        let Some(bytes) = bytes else { return Ok(None) };
        let value = narrow(read(bytes)?);
        value.map(Some).ok_or_else(|| Error::new(format!("a decimal has more digits than {to}")))
    };
    let values = array.iter().map(one).collect::<Result<PrimitiveArray<T>>>()?;
    let values = values.with_precision_and_scale(*precision, *scale)?;
    values.validate_decimal_precision(*precision)?;
    Ok(Arc::new(values))
}

fn bytes_of(
    count: usize,
    values: impl Iterator<Item = Option<i256>>,
    push: impl Fn(i256, &mut Vec<u8>),
) -> ArrayRef {
    let mut builder = BinaryBuilder::with_capacity(count, count * 8);
    let mut bytes = Vec::with_capacity(36);
    for value in values {
        match value {
            None => builder.append_null(),
            Some(value) => {
                bytes.clear();
                push(value, &mut bytes);
                builder.append_value(&bytes);
            }
        }
    }
    Arc::new(builder.finish())
}

fn push_unscaled(value: i256, bytes: &mut Vec<u8>) {
    let all = value.to_be_bytes();
    let filler = if value.is_negative() { 0xff } else { 0 };
    // A byte of filler may go while the next one still shows the sign.
    let spare = all.windows(2).take_while(|two| two[0] == filler && (two[1] ^ filler) < 0x80).count();
    bytes.extend_from_slice(&all[spare..]);
}

fn push_scaled(value: i256, scale: i32, bytes: &mut Vec<u8>) {
    let ten = i256::from_i128(10);
    let (mut value, mut scale) = (value, if value == i256::ZERO { 0 } else { scale });
    while value != i256::ZERO && value.wrapping_rem(ten) == i256::ZERO {
        value = value.wrapping_div(ten);
        scale -= 1;
    }
    bytes.extend_from_slice(&scale.to_le_bytes());
    push_unscaled(value, bytes);
}

fn from_unscaled(bytes: &[u8]) -> Result<i256> {
    let Some(first) = bytes.first() else {
        return Err(Error::new("a whole number has no bytes"));
    };
    if bytes.len() > 32 {
        return Err(Error::new(format!("a whole number has {} bytes; 32 are the most", bytes.len())));
    }
    let mut all = [if *first >= 0x80 { 0xff } else { 0 }; 32];
    all[32 - bytes.len()..].copy_from_slice(bytes);
    Ok(i256::from_be_bytes(all))
}

fn from_scaled(bytes: &[u8], to: i32) -> Result<i256> {
    let Some((scale, unscaled)) = bytes.split_first_chunk::<4>() else {
        return Err(Error::new("a decimal has fewer bytes than its scale"));
    };
    let value = from_unscaled(unscaled)?;
    if value == i256::ZERO {
        return Ok(value);
    }
    let scale = i32::from_le_bytes(*scale);
    let digits = to.checked_sub(scale).filter(|digits| digits.abs() <= 76);
    let rescaled = digits.and_then(|digits| {
        let factor = i256::from_i128(10).checked_pow(digits.unsigned_abs())?;
        match digits {
            0.. => value.checked_mul(factor),
            _ if value.checked_rem(factor)? == i256::ZERO => value.checked_div(factor),
            _ => None,
        }
    });
    rescaled.ok_or_else(|| {
        Error::new(format!("a decimal with {scale} digits after the point does not fit one with {to}"))
    })
}
