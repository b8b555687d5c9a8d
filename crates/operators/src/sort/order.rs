//! The order of rows: sort keys as bytes that compare as the keys do.

use std::cmp::Ordering;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt16Type};
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, UInt64Array, make_array};
use arrow_row::{RowConverter, Rows, SortField};
use arrow_schema::{DataType, Schema, SortOptions};
use kinetable_engine::{Error, Result, RowSet, Version};

use super::levels::{Level, levels};
use crate::join::plain;
use crate::support::chunks::read_all;

/// Which end of an order comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Direction {
    /// The least first, null before all.
    #[default]
    Ascending,
    /// The greatest first, null after all.
    Descending,
}

/// How rows are ordered.
#[derive(Debug)]
pub(crate) struct Order {
    columns: Vec<usize>,
    directions: Vec<Direction>,
    converter: RowConverter,
}

impl Order {
    pub(crate) fn new(schema: &Schema, keys: &[(usize, Direction)]) -> Result<Order> {
        let fields = keys.iter().map(|(column, direction)| {
            let descending = *direction == Direction::Descending;
            let options = SortOptions { descending, nulls_first: !descending };
            let kind = schema.field(*column).data_type().clone();
            SortField::new_with_options(kind, options)
        });
        let converter = RowConverter::new(fields.collect()).map_err(|error| {
            let names = keys.iter().map(|(column, _)| schema.field(*column).name().as_str());
            let names = names.collect::<Vec<_>>().join("\", \"");
            Error::invalid(format!("cannot sort by \"{names}\": {error}"))
                .with_hint("sort by columns of numbers, text, times or booleans")
        })?;
        Ok(Order {
            columns: keys.iter().map(|(column, _)| *column).collect(),
            directions: keys.iter().map(|(_, direction)| *direction).collect(),
            converter,
        })
    }

    /// The columns that the order depends on.
    pub(crate) fn columns(&self) -> impl Iterator<Item = usize> {
        self.columns.iter().copied()
    }

    /// The sort keys of rows, in row order.
    pub(crate) fn read(&self, version: &Version, rows: &RowSet) -> Result<Rows> {
        self.encode(|column| read_all(version.column(column), rows))
    }

    /// The sort keys of rows in any order.
    pub(super) fn gather(&self, version: &Version, keys: &UInt64Array) -> Result<Rows> {
        self.encode(|column| version.column(column).gather(keys))
    }

    fn encode(&self, values: impl Fn(usize) -> Result<ArrayRef>) -> Result<Rows> {
        let arrays = self.columns.iter().map(|column| Ok(plain(values(*column)?)));
        let arrays = arrays.collect::<Result<Vec<_>>>()?;
        Ok(self.converter.convert_columns(&arrays)?)
    }

    /// The sort columns as levels of words, if their types and values allow it.
    pub(super) fn levels(&self, version: &Version, rows: &RowSet) -> Result<Option<Vec<Level>>> {
        let mut all = Vec::with_capacity(self.columns.len());
        for (column, direction) in self.columns.iter().zip(&self.directions) {
            let values = plain(read_all(version.column(*column), rows)?);
            match levels(&values, *direction)? {
                Some(levels) => all.extend(levels),
                None => return Ok(None),
            }
        }
        Ok(Some(all))
    }
}

/// Compares sort keys, and rows of the same key by where they were.
pub(super) fn compare(a: (&[u8], u64), b: (&[u8], u64)) -> Ordering {
    a.cmp(&b)
}

/// Makes ascending words of values.
pub(crate) type WordEncoder = fn(&ArrayRef) -> Result<Vec<u64>>;

/// What makes words of a column's values that ascend as the values do (once there is one zero and one NaN); of nulls it makes
/// any word. None for types of more than 64 bits, text and booleans.
pub(crate) fn word_encoder(kind: &DataType) -> Option<WordEncoder> {
    Some(match kind {
        DataType::Float64 => |array| {
            let values = array.as_primitive::<Float64Type>().values().iter();
            Ok(values.map(|value| ordered(value.to_bits() as i64)).collect())
        },
        DataType::Float32 => |array| {
            let values = array.as_primitive::<Float32Type>().values().iter();
            let wide = values.map(|value| f64::from(*value).to_bits() as i64);
            Ok(wide.map(ordered).collect())
        },
        DataType::UInt16 => |array| {
            let values = array.as_primitive::<UInt16Type>().values().iter();
            Ok(values.map(|value| u64::from(*value)).collect())
        },
        DataType::Boolean | DataType::Decimal128(..) => return None,
        kind if kind.is_integer() && !kind.is_signed_integer() => return None,
        kind => match kind.primitive_width()? {
            1 => signed::<Int8Type>,
            2 => signed::<Int16Type>,
            4 => signed::<Int32Type>,
            8 => signed::<Int64Type>,
            _ => return None,
        },
    })
}

fn signed<T: ArrowPrimitiveType<Native: Into<i64>>>(array: &ArrayRef) -> Result<Vec<u64>> {
    let data = array.to_data().into_builder().data_type(T::DATA_TYPE);
    let same = make_array(data.build()?);
    let values = same.as_primitive::<T>().values().iter();
    let word = |value: &T::Native| (*value).into() as u64 ^ (1 << 63);
    Ok(values.map(word).collect())
}

/// The bits of a float, turned so that they ascend as the floats do; a NaN without sign is last.
fn ordered(bits: i64) -> u64 {
    (bits ^ ((bits >> 63) as u64 >> 1) as i64) as u64 ^ (1 << 63)
}
