//! One value of a scripted table, and the way between cells and Arrow arrays.

use arrow_array::builder::{BinaryViewBuilder, StringViewBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, DurationNanosecondType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    Time64NanosecondType, TimestampNanosecondType, UInt16Type,
};
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, BooleanArray, PrimitiveArray};
use arrow_schema::{DataType, TimeUnit};
use kinetable_engine::{Error, Result};
use std::sync::Arc;

/// A value: what can stand in table text.
#[derive(Debug, Clone)]
pub enum Cell {
    /// No value.
    Null,
    /// Of a `bool` column.
    Bool(bool),
    /// Of an integer, `char`, `instant`, `date`, `time` or `duration` column, in that type's unit.
    Int(i64),
    /// Of an `f32` or `f64` column.
    Float(f64),
    /// Of a `str` column.
    Str(String),
    /// Of a `bin` column.
    Bin(Vec<u8>),
}

/// The values of one row, one for each column.
pub type Row = Vec<Cell>;

impl PartialEq for Cell {
    /// Equal to the bit, but that every NaN equals every NaN.
    fn eq(&self, other: &Cell) -> bool {
        match (self, other) {
            (Cell::Null, Cell::Null) => true,
            (Cell::Bool(a), Cell::Bool(b)) => a == b,
            (Cell::Int(a), Cell::Int(b)) => a == b,
            (Cell::Float(a), Cell::Float(b)) => a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()),
            (Cell::Str(a), Cell::Str(b)) => a == b,
            (Cell::Bin(a), Cell::Bin(b)) => a == b,
            _ => false,
        }
    }
}

/// The type of instants: nanoseconds since the epoch, UTC.
pub(crate) fn instant() -> DataType {
    DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()))
}

/// An array of cells.
///
/// # Errors
/// When a cell does not fit the type, or table text has no such type.
pub(crate) fn array<'a>(data_type: &DataType, cells: impl Iterator<Item = &'a Cell>) -> Result<ArrayRef> {
    Ok(match data_type {
        DataType::Boolean => {
            let values: Result<BooleanArray> = cells
                .map(|cell| match cell {
                    Cell::Null => Ok(None),
                    Cell::Bool(value) => Ok(Some(*value)),
                    other => Err(misfit(other, data_type)),
                })
                .collect();
            Arc::new(values?)
        }
        DataType::Utf8View => {
            let mut builder = StringViewBuilder::new();
            for cell in cells {
                match cell {
                    Cell::Null => builder.append_null(),
                    Cell::Str(text) => builder.append_value(text),
                    other => return Err(misfit(other, data_type)),
                }
            }
            Arc::new(builder.finish())
        }
        DataType::BinaryView => {
            let mut builder = BinaryViewBuilder::new();
            for cell in cells {
                match cell {
                    Cell::Null => builder.append_null(),
                    Cell::Bin(bytes) => builder.append_value(bytes),
                    other => return Err(misfit(other, data_type)),
                }
            }
            Arc::new(builder.finish())
        }
        DataType::Float32 => primitive::<Float32Type>(data_type, cells, |cell| match cell {
            Cell::Float(value) => Some(*value as f32),
            _ => None,
        })?,
        DataType::Float64 => primitive::<Float64Type>(data_type, cells, |cell| match cell {
            Cell::Float(value) => Some(*value),
            _ => None,
        })?,
        DataType::Int8 => integers::<Int8Type>(data_type, cells)?,
        DataType::Int16 => integers::<Int16Type>(data_type, cells)?,
        DataType::Int32 => integers::<Int32Type>(data_type, cells)?,
        DataType::Int64 => integers::<Int64Type>(data_type, cells)?,
        DataType::UInt16 => integers::<UInt16Type>(data_type, cells)?,
        DataType::Date32 => integers::<Date32Type>(data_type, cells)?,
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            integers::<TimestampNanosecondType>(data_type, cells)?
        }
        DataType::Time64(TimeUnit::Nanosecond) => integers::<Time64NanosecondType>(data_type, cells)?,
        DataType::Duration(TimeUnit::Nanosecond) => integers::<DurationNanosecondType>(data_type, cells)?,
        other => return Err(Error::invalid(format!("no cells of type {other} in table text"))),
    })
}

/// The cell at a place of an array.
///
/// # Errors
/// When table text has no such type.
pub(crate) fn cell(values: &ArrayRef, at: usize) -> Result<Cell> {
    if values.is_null(at) {
        return Ok(Cell::Null);
    }
    Ok(match values.data_type() {
        DataType::Boolean => Cell::Bool(values.as_boolean().value(at)),
        DataType::Utf8View => Cell::Str(values.as_string_view().value(at).into()),
        DataType::BinaryView => Cell::Bin(values.as_binary_view().value(at).into()),
        DataType::Float32 => Cell::Float(values.as_primitive::<Float32Type>().value(at).into()),
        DataType::Float64 => Cell::Float(values.as_primitive::<Float64Type>().value(at)),
        DataType::Int8 => Cell::Int(values.as_primitive::<Int8Type>().value(at).into()),
        DataType::Int16 => Cell::Int(values.as_primitive::<Int16Type>().value(at).into()),
        DataType::Int32 => Cell::Int(values.as_primitive::<Int32Type>().value(at).into()),
        DataType::Int64 => Cell::Int(values.as_primitive::<Int64Type>().value(at)),
        DataType::UInt16 => Cell::Int(values.as_primitive::<UInt16Type>().value(at).into()),
        DataType::Date32 => Cell::Int(values.as_primitive::<Date32Type>().value(at).into()),
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            Cell::Int(values.as_primitive::<TimestampNanosecondType>().value(at))
        }
        DataType::Time64(TimeUnit::Nanosecond) => {
            Cell::Int(values.as_primitive::<Time64NanosecondType>().value(at))
        }
        DataType::Duration(TimeUnit::Nanosecond) => {
            Cell::Int(values.as_primitive::<DurationNanosecondType>().value(at))
        }
        other => return Err(Error::invalid(format!("no cells of type {other} in table text"))),
    })
}

fn integers<'a, T>(data_type: &DataType, cells: impl Iterator<Item = &'a Cell>) -> Result<ArrayRef>
where
    T: ArrowPrimitiveType,
    T::Native: TryFrom<i64>,
{
    primitive::<T>(data_type, cells, |cell| match cell {
        Cell::Int(value) => T::Native::try_from(*value).ok(),
        _ => None,
    })
}

fn primitive<'a, T: ArrowPrimitiveType>(
    data_type: &DataType,
    cells: impl Iterator<Item = &'a Cell>,
    value: impl Fn(&Cell) -> Option<T::Native>,
) -> Result<ArrayRef> {
    let values: Result<PrimitiveArray<T>> = cells
        .map(|cell| match cell {
            Cell::Null => Ok(None),
            other => value(other).map(Some).ok_or_else(|| misfit(other, data_type)),
        })
        .collect();
    Ok(Arc::new(values?.with_data_type(data_type.clone())))
}

fn misfit(cell: &Cell, data_type: &DataType) -> Error {
    Error::invalid(format!("{cell:?} does not fit a column of type {data_type}"))
}
