//! Values as JSON.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type};
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kinetable_engine::Result;

use crate::text::{Speller, Write, speller};

/// Spells a cell of a column: as [`speller`] does, lists as JSON, and bytes in base64.
pub(crate) fn cell_speller(values: &ArrayRef) -> Result<Speller<'_>> {
    match values.data_type() {
        DataType::List(_) => Ok(Speller { is_text: true, write: json(values)? }),
        DataType::BinaryView => {
            let values = values.as_binary_view();
            let write =
                |out: &mut Vec<u8>, row| out.extend_from_slice(STANDARD.encode(values.value(row)).as_bytes());
            Ok(Speller { is_text: true, write: Box::new(write) })
        }
        _ => speller(values),
    }
}

/// Writes a value of a row as JSON, where null is `null`.
pub(super) type Json<'a> = Write<'a>;

/// What spells values as JSON: numbers and Booleans as they are, lists as arrays, everything else as a text. What JSON has no
/// number for, NaN and the infinities, are texts, too.
pub(super) fn json(values: &ArrayRef) -> Result<Json<'_>> {
    let write: Json<'_> = match values.data_type() {
        DataType::List(_) => {
            let list = values.as_list::<i32>();
            let items = json(list.values())?;
            Box::new(move |out, row| {
                out.push(b'[');
                let (start, end) =
                    (list.value_offsets()[row] as usize, list.value_offsets()[row + 1] as usize);
                for item in start..end {
                    if item > start {
                        out.push(b',');
                    }
                    items(out, item);
                }
                out.push(b']');
            })
        }
        DataType::Boolean | DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => {
            speller(values)?.write
        }
        DataType::Float32 => {
            let (floats, spelled) = (values.as_primitive::<Float32Type>(), speller(values)?.write);
            Box::new(move |out, row| number(out, floats.value(row).is_finite(), row, &spelled))
        }
        DataType::Float64 => {
            let (floats, spelled) = (values.as_primitive::<Float64Type>(), speller(values)?.write);
            Box::new(move |out, row| number(out, floats.value(row).is_finite(), row, &spelled))
        }
        _ => {
            let spelled = cell_speller(values)?.write;
            Box::new(move |out, row| {
                let mut text = Vec::new();
                spelled(&mut text, row);
                push_text(out, &text);
            })
        }
    };
    Ok(Box::new(
        move |out, row| if values.is_null(row) { out.extend_from_slice(b"null") } else { write(out, row) },
    ))
}

fn number(out: &mut Vec<u8>, is_finite: bool, row: usize, spelled: &Json<'_>) {
    if is_finite {
        return spelled(out, row);
    }
    out.push(b'"');
    spelled(out, row);
    out.push(b'"');
}

/// A text with what JSON wants escaped.
pub(super) fn push_text(out: &mut Vec<u8>, text: &[u8]) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.push(b'"');
    for byte in text {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0..=0x1f => {
                out.extend_from_slice(b"\\u00");
                out.extend_from_slice(&[HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
            }
            byte => out.push(*byte),
        }
    }
    out.push(b'"');
}
