//! A key column of a full outer join: of the left row, or of the right row where there is no left one.

use arrow_array::cast::AsArray;
use arrow_array::types::UInt64Type;
use arrow_array::{Array, ArrayRef, UInt64Array};
use arrow_schema::DataType;
use arrow_select::zip::zip;
use kinetable_engine::{Column, ColumnSource, Result, RowSet};

/// `left` at the keys that its map gives, and `right` where that gives none.
#[derive(Debug)]
pub(super) struct Coalesced {
    left: (Column, Column),
    right: (Column, Column),
}

impl Coalesced {
    /// Two columns of one type, each with its row map.
    pub(super) fn new(left: (Column, Column), right: (Column, Column)) -> Coalesced {
        debug_assert_eq!(left.0.data_type(), right.0.data_type(), "keys have one type");
        Coalesced { left, right }
    }

    fn choose(&self, lefts: &ArrayRef, rights: impl Fn() -> Result<ArrayRef>) -> Result<ArrayRef> {
        let lefts = lefts.as_primitive::<UInt64Type>();
        let values = self.left.0.gather(lefts)?;
        if lefts.null_count() == 0 {
            return Ok(values);
        }
        let rights = rights()?;
        let lone = rights.as_primitive::<UInt64Type>().iter().zip(lefts.iter());
        let lone: UInt64Array = lone.map(|(right, left)| if left.is_none() { right } else { None }).collect();
        let is_left = arrow_arith::boolean::is_not_null(lefts)?;
        Ok(zip(&is_left, &values, &self.right.0.gather(&lone)?)?)
    }
}

impl ColumnSource for Coalesced {
    fn data_type(&self) -> &DataType {
        self.left.0.data_type()
    }

    fn read(&self, rows: &RowSet) -> Result<ArrayRef> {
        self.choose(&self.left.1.read(rows)?, || self.right.1.read(rows))
    }

    fn gather(&self, keys: &UInt64Array) -> Result<ArrayRef> {
        self.choose(&self.left.1.gather(keys)?, || self.right.1.gather(keys))
    }

    /// Maps and values are accounted elsewhere.
    fn bytes(&self) -> usize {
        0
    }
}
