//! The columns of the result: elements of lists, and values repeated for each element.

use std::ops::Range;

use arrow_array::{ArrayRef, UInt64Array};
use arrow_schema::DataType;
use arrow_select::take::take;
use kinetable_engine::{Column, ColumnSource, Result, RowSet};

use super::layout::Layout;
use super::lists::elements;

/// The input rows of result rows, and in their order: the position of an input row among them, and a range of its elements.
fn pieces(layout: Layout, rows: &RowSet) -> (RowSet, Vec<(usize, Range<u64>)>) {
    let mut parents: Vec<u64> = Vec::new();
    let mut pieces = Vec::new();
    for mut run in rows.ranges() {
        while !run.is_empty() {
            let (parent, element) = layout.find(run.start);
            let end = layout.start(parent + 1).min(run.end);
            if parents.last() != Some(&parent) {
                parents.push(parent);
            }
            pieces.push((parents.len() - 1, element..element + (end - run.start)));
            run.start = end;
        }
    }
    (RowSet::from_sorted(parents), pieces)
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
        let (parents, pieces) = pieces(self.layout, rows);
        elements(&self.lists.read(&parents)?, &pieces)
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
        let (parents, pieces) = pieces(self.layout, rows);
        let mut indices = Vec::with_capacity(rows.len() as usize);
        for (parent, elements) in pieces {
            indices.extend(elements.map(|_| parent as u64));
        }
        let indices = UInt64Array::from(indices);
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
