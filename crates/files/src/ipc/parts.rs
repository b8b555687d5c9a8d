//! A static column of several arrays, one after the other, which are shared and not joined.

use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use kinetable_engine::column::concat_chunks;
use kinetable_engine::{ColumnSource, Result, RowSet};

/// Arrays side by side. Row keys are 0, 1, 2, …
///
/// **Cost** of a read: rows within one array are a slice of it; others are copied together.
#[derive(Debug)]
pub struct Parts {
    data_type: DataType,
    arrays: Vec<ArrayRef>,
    /// The first row of each array, and the end of the last.
    starts: Vec<u64>,
}

impl Parts {
    /// A column of arrays of one type.
    pub fn new(data_type: DataType, arrays: Vec<ArrayRef>) -> Parts {
        let mut starts = vec![0];
        for array in &arrays {
            debug_assert_eq!(array.data_type(), &data_type, "a column has one type");
            starts.push(starts[starts.len() - 1] + array.len() as u64);
        }
        Parts { data_type, arrays, starts }
    }
}

impl ColumnSource for Parts {
    fn data_type(&self) -> &DataType {
        &self.data_type
    }

    fn read(&self, rows: &RowSet) -> Result<ArrayRef> {
        let mut chunks = Vec::new();
        for run in rows.ranges() {
            let mut start = run.start;
            while start < run.end {
                let part = self.starts.partition_point(|first| *first <= start) - 1;
                let stop = run.end.min(self.starts[part + 1]);
                let (from, count) = (start - self.starts[part], stop - start);
                chunks.push(self.arrays[part].slice(from as usize, count as usize));
                start = stop;
            }
        }
        match chunks.as_slice() {
            [one] => Ok(one.clone()),
            _ => concat_chunks(&self.data_type, &chunks),
        }
    }

    fn bytes(&self) -> usize {
        self.arrays.iter().map(|array| array.get_array_memory_size()).sum()
    }
}
