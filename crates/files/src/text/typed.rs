//! Texts as values of a type that was asked for.

use std::sync::Arc;

use arrow_array::types::{ArrowPrimitiveType, TimestampNanosecondType, UInt16Type};
use arrow_array::{
    Array, ArrayRef, BinaryViewArray, BooleanArray, PrimitiveArray, StringViewArray, new_null_array,
};
use arrow_schema::DataType;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{boolean, character, instant};

/// Texts as a type; an empty one is null, but where the type is text or bytes, which are in base64. The first row that is no such value, if there is one.
pub fn parse_texts(texts: &StringViewArray, data_type: &DataType) -> Result<ArrayRef, usize> {
    match data_type {
        DataType::Utf8View => Ok(Arc::new(texts.clone())),
        DataType::Boolean => {
            let mut values = Vec::with_capacity(texts.len());
            for (row, text) in texts.iter().enumerate() {
                let text = text.filter(|text| !text.is_empty());
                values.push(text.map(|text| boolean(text.as_bytes()).ok_or(row)).transpose()?);
            }
            Ok(Arc::new(BooleanArray::from(values)))
        }
        DataType::UInt16 => Ok(Arc::new(each::<UInt16Type>(texts, character)?)),
        instants if *instants == crate::instant_type() => {
            let values = each::<TimestampNanosecondType>(texts, instant)?;
            Ok(Arc::new(values.with_data_type(instants.clone())))
        }
        DataType::BinaryView => {
            let mut values = Vec::with_capacity(texts.len());
            for (row, text) in texts.iter().enumerate() {
                values.push(text.map(|text| STANDARD.decode(text).map_err(|_| row)).transpose()?);
            }
            Ok(Arc::new(values.iter().map(Option::as_deref).collect::<BinaryViewArray>()))
        }
        other => cast(texts, other),
    }
}

fn each<T: ArrowPrimitiveType>(
    texts: &StringViewArray,
    parse: impl Fn(&[u8]) -> Option<T::Native>,
) -> Result<PrimitiveArray<T>, usize> {
    let mut values = Vec::with_capacity(texts.len());
    for (row, text) in texts.iter().enumerate() {
        let text = text.filter(|text| !text.is_empty());
        values.push(text.map(|text| parse(text.as_bytes()).ok_or(row)).transpose()?);
    }
    Ok(values.into_iter().collect())
}

/// Types that Arrow reads from text.
fn cast(texts: &StringViewArray, data_type: &DataType) -> Result<ArrayRef, usize> {
    let is_there = |row: &usize| texts.is_valid(*row) && !texts.value(*row).is_empty();
    // Of nulls Arrow makes lists that hold a null.
    if !(0..texts.len()).any(|row| is_there(&row)) {
        return Ok(new_null_array(data_type, texts.len()));
    }
    // A type that is never read from text: the first text is no value of it.
    let values =
        arrow_cast::cast(texts, data_type).map_err(|_| (0..texts.len()).find(is_there).unwrap_or(0))?;
    match (0..texts.len()).find(|row| values.is_null(*row) && is_there(row)) {
        Some(row) => Err(row),
        None => Ok(values),
    }
}
