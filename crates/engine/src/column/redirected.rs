//! A column of another table, seen through a map from row key to row key: what joins and sorts share.

use arrow_array::cast::AsArray;
use arrow_array::types::UInt64Type;
use arrow_array::{ArrayRef, UInt64Array};
use arrow_schema::DataType;
use kinetable_rowset::RowSet;

use super::{Column, ColumnSource};
use crate::Result;

/// `inner` at the keys that `map` gives; a null in the map gives null.
#[derive(Debug, Clone)]
pub struct Redirected {
    inner: Column,
    map: Column,
}

impl Redirected {
    /// Sees a column through a map, a column of `UInt64` row keys of `inner`.
    pub fn new(inner: Column, map: Column) -> Redirected {
        assert_eq!(map.data_type(), &DataType::UInt64, "a row map holds row keys");
        Redirected { inner, map }
    }
}

impl ColumnSource for Redirected {
    fn data_type(&self) -> &DataType {
        self.inner.data_type()
    }

    fn read(&self, rows: &RowSet) -> Result<ArrayRef> {
        self.inner.gather(self.map.read(rows)?.as_primitive::<UInt64Type>())
    }

    fn gather(&self, keys: &UInt64Array) -> Result<ArrayRef> {
        self.inner.gather(self.map.gather(keys)?.as_primitive::<UInt64Type>())
    }

    /// The map is accounted by the table that holds it, the values by the other one.
    fn bytes(&self) -> usize {
        0
    }
}
