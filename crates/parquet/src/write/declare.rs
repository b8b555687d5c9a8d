//! How columns are declared in a file, and their values brought to that.
//!
//! **Cost**: decimals without a fixed precision are read once more, to find the digits that they have.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Decimal256Type;
use arrow_array::{Array, ArrayRef};
use arrow_buffer::i256;
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use kinetable_engine::{Error, Result, RowSet, Version};

use super::WriteOptions;
use super::period::texts;
use crate::types::{TYPE_KEY, engine_type, instant};

/// Rows looked at together.
const CHUNK: u64 = 1 << 16;

/// The columns as the file declares them, under their names there.
pub(super) fn declared(
    version: &Version,
    schema: &SchemaRef,
    columns: &[usize],
    rows: &RowSet,
    options: &WriteOptions,
) -> Result<SchemaRef> {
    let mut fields = Vec::with_capacity(columns.len());
    for column in columns {
        let field = schema.field(*column);
        let is = field.data_type();
        if let Some(what) = unknown(is) {
            return Err(Error::invalid(format!(
                "column \"{}\" holds {what}, which files do not",
                field.name()
            ))
            .with_hint("leave it out with drop_columns, or make text or numbers of it first"));
        }
        let file_type = match is {
            DataType::Decimal256(_, scale) => decimal_type(version, *column, rows, *scale)
                .map_err(|error| error.in_context(field.name().clone()))?,
            other => file_type(other),
        };
        let mut declared = Field::new(options.file_name(field.name()), file_type.clone(), true);
        if engine_type(&file_type) != *is && *is != instant() {
            declared = declared.with_metadata(HashMap::from([(TYPE_KEY.to_owned(), is.to_string())]));
        }
        fields.push(declared);
    }
    let names = fields.iter().map(Field::name);
    let distinct: HashSet<&String> = names.collect();
    if distinct.len() < fields.len() {
        return Err(Error::invalid("two columns would have the same name in the file")
            .with_hint("give each its own parquet_column_name"));
    }
    Ok(Arc::new(Schema::new(fields)))
}

/// What a column holds that files do not.
fn unknown(data_type: &DataType) -> Option<&'static str> {
    match data_type {
        DataType::Struct(_) => Some("Python objects"),
        DataType::FixedSizeBinary(_) => Some("tables"),
        DataType::Map(..) | DataType::Union(..) => Some("values of many types"),
        DataType::List(item) => unknown(item.data_type()),
        _ => None,
    }
}

fn file_type(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Utf8View | DataType::Interval(_) | DataType::Null => DataType::Utf8,
        DataType::BinaryView => DataType::Binary,
        DataType::Dictionary(_, values) => file_type(values),
        DataType::List(item) => {
            DataType::List(Arc::new(Field::new("element", file_type(item.data_type()), true)))
        }
        other => other.clone(),
    }
}

/// The decimal type with as few digits as hold all values: most readers know up to 38.
fn decimal_type(version: &Version, column: usize, rows: &RowSet, scale: i8) -> Result<DataType> {
    let (mut digits, mut zeros) = (1u8, u8::try_from(scale).unwrap_or(0));
    for start in (0..rows.len()).step_by(CHUNK as usize) {
        let values = version.read(column, &rows.slice(start..start + CHUNK))?;
        for value in
            values.as_primitive::<Decimal256Type>().iter().flatten().filter(|value| *value != i256::ZERO)
        {
            digits = digits.max(digits_of(value));
            zeros = zeros.min(zeros_of(value, zeros));
        }
    }
    let scale = scale - zeros as i8;
    let digits = digits.saturating_sub(zeros).max(1).max(scale.max(0) as u8);
    Ok(if digits <= 38 { DataType::Decimal128(digits, scale) } else { DataType::Decimal256(digits, scale) })
}

fn digits_of(value: i256) -> u8 {
    let text = value.to_string();
    text.trim_start_matches('-').len() as u8
}

/// Zeros at the end, of which so many matter.
fn zeros_of(value: i256, most: u8) -> u8 {
    let ten = i256::from_i128(10);
    let (mut rest, mut zeros) = (value, 0);
    while zeros < most && rest.wrapping_rem(ten) == i256::ZERO {
        rest = rest.wrapping_div(ten);
        zeros += 1;
    }
    zeros
}

/// Values as the file declares them.
pub(super) fn as_declared(values: &ArrayRef, to: &DataType) -> Result<ArrayRef, ArrowError> {
    match values.data_type() {
        from if from == to => Ok(values.clone()),
        DataType::Interval(_) => texts(values),
        _ => cast_with_options(values, to, &CastOptions { safe: false, ..CastOptions::default() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_and_zeros_are_counted() {
        let big = i256::from_string("-1500000000000000000000000000000000000000000").unwrap();
        assert_eq!((digits_of(big), zeros_of(big, 18), zeros_of(big, 76)), (43, 18, 41));
        assert_eq!((digits_of(i256::ONE), zeros_of(i256::ONE, 18)), (1, 0));
    }
}
