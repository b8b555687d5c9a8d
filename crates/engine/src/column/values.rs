//! What a column is to those who read it.

use std::fmt::Debug;
use std::sync::Arc;

use arrow_array::{ArrayRef, UInt64Array};
use arrow_schema::DataType;
use kinetable_rowset::RowSet;

use super::gather_by_read;
use crate::Result;

/// A shared column source.
pub type Column = Arc<dyn ColumnSource>;

/// Values of a column by row key. Immutable: what it reads today it reads for as long as it is held.
pub trait ColumnSource: Send + Sync + Debug {
    /// The type of all arrays it gives.
    fn data_type(&self) -> &DataType;

    /// The values at these rows, in row order. All rows must be rows of the version the column belongs to.
    fn read(&self, rows: &RowSet) -> Result<ArrayRef>;

    /// The values at these row keys, in any order, with repetition; a null key gives a null value.
    fn gather(&self, keys: &UInt64Array) -> Result<ArrayRef> {
        gather_by_read(self, keys)
    }

    /// The values at these rows if they lie in one array already, so that nothing is copied; none if they do not.
    fn whole(&self, _: &RowSet) -> Option<ArrayRef> {
        None
    }

    /// Bytes this column holds, apart from what it only passes on of other columns.
    fn bytes(&self) -> usize;
}
