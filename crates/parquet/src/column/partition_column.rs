//! A partition column: each row has the value of its file.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::{ArrayRef, UInt32Array, UInt64Array};
use arrow_schema::DataType;
use arrow_select::take::take;
use kinetable_engine::{ColumnSource, Result, RowSet};

use crate::dataset::{Dataset, file_of, first_key};

/// A partition column of a listing. Holds nothing of its own.
#[derive(Debug)]
pub(crate) struct PartitionValues {
    dataset: Arc<Dataset>,
    index: usize,
}

impl PartitionValues {
    pub(crate) fn new(dataset: Arc<Dataset>, index: usize) -> PartitionValues {
        PartitionValues { dataset, index }
    }

    fn values(&self) -> ArrayRef {
        self.dataset.files().partitions[self.index].clone()
    }
}

impl ColumnSource for PartitionValues {
    fn data_type(&self) -> &DataType {
        self.dataset.schema.field(self.index).data_type()
    }

    fn read(&self, rows: &RowSet) -> Result<ArrayRef> {
        let mut files: Vec<u32> = Vec::with_capacity(rows.len() as usize);
        for run in rows.ranges() {
            by_file(run, |file, rows| {
                files.extend(std::iter::repeat_n(file as u32, rows as usize));
            });
        }
        Ok(take(&self.values(), &UInt32Array::from(files), None)?)
    }

    fn gather(&self, keys: &UInt64Array) -> Result<ArrayRef> {
        let files: UInt32Array = keys.iter().map(|key| key.map(|key| file_of(key) as u32)).collect();
        Ok(take(&self.values(), &files, None)?)
    }

    /// The first column of a table answers for the listing and its footers.
    fn bytes(&self) -> usize {
        if self.index == 0 { self.dataset.bytes() } else { 0 }
    }
}

/// Splits a run of keys by file: number of the file, number of keys.
fn by_file(mut run: Range<u64>, mut found: impl FnMut(usize, u64)) {
    while !run.is_empty() {
        let file = file_of(run.start);
        let end = run.end.min(first_key(file + 1));
        found(file, end - run.start);
        run.start = end;
    }
}
