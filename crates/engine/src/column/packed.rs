//! A column held as one array beside its row set: position in the row set is position in the array.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, UInt64Array};
use arrow_schema::DataType;
use arrow_select::take::take;
use kinetable_rowset::RowSet;

use super::{Column, ColumnSource, concat_chunks};
use crate::{Error, Result};

/// A whole column as one array.
#[derive(Debug, Clone)]
pub struct Packed {
    rows: RowSet,
    values: ArrayRef,
}

impl Packed {
    /// A column of these values at these rows.
    ///
    /// # Errors
    /// If there are not as many values as rows.
    pub fn new(rows: RowSet, values: ArrayRef) -> Result<Packed> {
        if rows.len() != values.len() as u64 {
            return Err(Error::internal(format!("{} values for {} rows", values.len(), rows.len())));
        }
        Ok(Packed { rows, values })
    }

    /// The same, ready to be shared.
    pub fn column(rows: RowSet, values: ArrayRef) -> Result<Column> {
        Ok(Arc::new(Packed::new(rows, values)?))
    }
}

impl ColumnSource for Packed {
    fn data_type(&self) -> &DataType {
        self.values.data_type()
    }

    fn read(&self, rows: &RowSet) -> Result<ArrayRef> {
        if *rows == self.rows {
            return Ok(self.values.clone());
        }
        let positions = if self.rows.is_flat() { rows.clone() } else { self.rows.positions_of(rows) };
        read_positions(&self.values, &positions)
    }

    fn gather(&self, keys: &UInt64Array) -> Result<ArrayRef> {
        if self.rows.is_flat() {
            return Ok(take(&self.values, keys, None)?);
        }
        let positions: UInt64Array = keys.iter().map(|key| key.map(|key| self.rows.rank(key))).collect();
        Ok(take(&self.values, &positions, None)?)
    }

    fn whole(&self, rows: &RowSet) -> Option<ArrayRef> {
        (*rows == self.rows).then(|| self.values.clone())
    }

    fn bytes(&self) -> usize {
        self.values.get_array_memory_size()
    }
}

/// The values of an array at ascending positions: slices where they run, a take where they are scattered.
pub(super) fn read_positions(values: &ArrayRef, positions: &RowSet) -> Result<ArrayRef> {
    let runs = positions.ranges().take(positions.len() as usize / 8 + 2).count() as u64;
    if runs == 1 || runs * 8 <= positions.len() {
        let slice =
            |run: std::ops::Range<u64>| values.slice(run.start as usize, (run.end - run.start) as usize);
        let chunks: Vec<ArrayRef> = positions.ranges().map(slice).collect();
        return concat_chunks(values.data_type(), &chunks);
    }
    Ok(take(values, &UInt64Array::from(positions.to_vec()), None)?)
}
