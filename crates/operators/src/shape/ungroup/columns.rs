//! The columns of the result: elements of lists, and values repeated for each element.

use arrow_array::{ArrayRef, UInt64Array};
use arrow_schema::DataType;
use arrow_select::take::take;
use kinetable_engine::{Column, ColumnSource, Result, RowSet};

use super::layout::Layout;
use super::lists::elements;

/// The input rows of result rows, and for each result row the position of its input row in them and the element.
fn places(layout: Layout, rows: &RowSet) -> (RowSet, Vec<(usize, u64)>) {
    let mut parents: Vec<u64> = Vec::new();
    let mut places = Vec::with_capacity(rows.len() as usize);
    for run in rows.ranges() {
        for key in run {
            let (parent, element) = layout.find(key);
            if parents.last() != Some(&parent) {
                parents.push(parent);
            }
            places.push((parents.len() - 1, element));
        }
    }
    (RowSet::from_sorted(parents), places)
}

/// The elements of a column of lists.
#[derive(Debug)]
pub(super) struct Elements {
    pub(super) lists: Column,
    pub(super) item: DataType,
    pub(super) layout: Layout,
}

impl ColumnSource for Elements {
    fn data_type(&self) -> &DataType {
        &self.item
    }

    fn read(&self, rows: &RowSet) -> Result<ArrayRef> {
        let (parents, places) = places(self.layout, rows);
        elements(&self.lists.read(&parents)?, places.into_iter())
    }

    /// The values are accounted by the other table.
    fn bytes(&self) -> usize {
        0
    }
}

/// The values of a column, repeated for each element of the row.
#[derive(Debug)]
pub(super) struct Repeated {
    pub(super) inner: Column,
    pub(super) layout: Layout,
}

impl ColumnSource for Repeated {
    fn data_type(&self) -> &DataType {
        self.inner.data_type()
    }

    fn read(&self, rows: &RowSet) -> Result<ArrayRef> {
        let (parents, places) = places(self.layout, rows);
        let indices = UInt64Array::from_iter_values(places.into_iter().map(|(parent, _)| parent as u64));
        Ok(take(&self.inner.read(&parents)?, &indices, None)?)
    }

    fn gather(&self, keys: &UInt64Array) -> Result<ArrayRef> {
        let parents: UInt64Array = keys.iter().map(|key| key.map(|key| self.layout.find(key).0)).collect();
        self.inner.gather(&parents)
    }

    /// The values are accounted by the other table.
    fn bytes(&self) -> usize {
        0
    }
}
