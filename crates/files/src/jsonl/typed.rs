//! Cells as values of a type that was asked for.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, ListArray, StringViewArray};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{DataType, FieldRef};
use serde_json::Value;

use super::columns::{Seen, array, spelled};
use super::parse::Scalar;
use crate::text;

/// Cells as a type; those after the last are null. The text of the first that is no such value, if there is one.
pub fn cells(cells: &[Scalar], rows: usize, data_type: &DataType) -> Result<ArrayRef, String> {
    let seen = Seen::of(cells).data_type();
    if seen == *data_type && !matches!(data_type, DataType::Utf8View) {
        return Ok(array(cells, rows, data_type));
    }
    if let DataType::List(item) = data_type {
        return lists(cells, rows, item);
    }
    let padded = cells.iter().map(spelled).chain(std::iter::repeat_n(None, rows - cells.len()));
    let texts: StringViewArray = padded.collect();
    text::parse_texts(&texts, data_type).map_err(|row| text::shown(texts.value(row).as_bytes()))
}

/// Texts that are lists in JSON, as columns of lists are written to CSV; an empty one is null. The first row that is no such
/// list, if there is one.
pub(crate) fn parse_lists(texts: &StringViewArray, item: &FieldRef) -> Result<ArrayRef, usize> {
    let mut lists = Vec::with_capacity(texts.len());
    for (row, text) in texts.iter().enumerate() {
        lists.push(match text.filter(|text| !text.is_empty()) {
            Some(text) => Scalar::List(serde_json::from_str::<Vec<Value>>(text).map_err(|_| row)?.into()),
            None => Scalar::Null,
        });
    }
    self::lists(&lists, lists.len(), item).map_err(|_| {
        let is_bad = |row: &usize| self::lists(&lists[*row..=*row], 1, item).is_err();
        (0..lists.len()).find(is_bad).unwrap_or(0)
    })
}

fn lists(cells: &[Scalar], rows: usize, item: &FieldRef) -> Result<ArrayRef, String> {
    let (mut items, mut lengths, mut is_valid) =
        (Vec::new(), Vec::with_capacity(rows), Vec::with_capacity(rows));
    for cell in cells.iter().chain(std::iter::repeat_n(&Scalar::Null, rows - cells.len())) {
        let list: &[Value] = match cell {
            Scalar::Null => &[],
            Scalar::List(list) => list,
            other => return Err(text::shown(spelled(other).unwrap_or_default().as_bytes())),
        };
        items.extend(list.iter().map(scalar));
        lengths.push(list.len());
        is_valid.push(!matches!(cell, Scalar::Null));
    }
    if i32::try_from(items.len()).is_err() {
        return Err("a list of more than 2³¹ items".to_owned());
    }
    let values = self::cells(&items, items.len(), item.data_type())?;
    let nulls = NullBuffer::from(is_valid);
    Ok(Arc::new(ListArray::new(item.clone(), OffsetBuffer::from_lengths(lengths), values, Some(nulls))))
}

fn scalar(value: &Value) -> Scalar {
    match value {
        Value::Null => Scalar::Null,
        Value::Bool(value) => Scalar::Boolean(*value),
        Value::Number(number) => match number.as_i64() {
            Some(value) => Scalar::Long(value),
            None => number.as_f64().map_or(Scalar::Null, Scalar::Double),
        },
        Value::String(text) => Scalar::Text(text.as_str().into()),
        Value::Array(list) => Scalar::List(list.as_slice().into()),
        Value::Object(_) => Scalar::Text(value.to_string().into()),
    }
}
