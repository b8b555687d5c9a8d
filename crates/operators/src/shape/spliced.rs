//! A column that is several columns one after another, each under a run of keys of its own.

use arrow_array::{Array, ArrayRef, UInt64Array, new_null_array};
use arrow_schema::DataType;
use arrow_select::interleave::interleave;
use kinetable_engine::column::concat_chunks;
use kinetable_engine::{Column, ColumnSource, Result, RowSet};

use crate::support::shifts::moved;

/// Where the rows of one input are: its keys from `low` on are at `start..start + room`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    /// The least key of the input that has a place.
    pub(super) low: u64,
    /// Where that key is.
    pub(super) start: u64,
    /// How many keys have a place.
    pub(super) room: u64,
}

impl Span {
    /// What leads from the input's keys to the result's.
    pub(super) fn delta(&self) -> i64 {
        self.start.wrapping_sub(self.low) as i64
    }

    /// One past the last key of the result.
    pub(super) fn end(&self) -> u64 {
        self.start + self.room
    }

    /// The input's rows as the result's.
    pub(super) fn place(&self, rows: &RowSet) -> RowSet {
        moved(rows, self.delta())
    }

    /// Whether all rows have a place.
    pub(super) fn holds(&self, rows: &RowSet) -> bool {
        rows.is_empty() || rows.first() >= Some(self.low) && rows.end() - self.low <= self.room
    }
}

/// Columns of one type, one after another.
#[derive(Debug)]
pub(super) struct Spliced {
    data_type: DataType,
    parts: Vec<(Span, Column)>,
}

impl Spliced {
    /// At least one column, in ascending spans.
    pub(super) fn new(parts: Vec<(Span, Column)>) -> Spliced {
        Spliced { data_type: parts[0].1.data_type().clone(), parts }
    }
}

impl ColumnSource for Spliced {
    fn data_type(&self) -> &DataType {
        &self.data_type
    }

    fn read(&self, rows: &RowSet) -> Result<ArrayRef> {
        let mut chunks = Vec::new();
        for (span, column) in &self.parts {
            let own = rows.restrict(span.start..span.end());
            if !own.is_empty() {
                chunks.push(column.read(&moved(&own, -span.delta()))?);
            }
        }
        concat_chunks(&self.data_type, &chunks)
    }

    fn gather(&self, keys: &UInt64Array) -> Result<ArrayRef> {
        let mut wanted: Vec<Vec<u64>> = vec![Vec::new(); self.parts.len()];
        let null = self.parts.len();
        let place = |key: Option<u64>| {
            let Some(key) = key else { return (null, 0) };
            let part = self.parts.partition_point(|(span, _)| span.end() <= key);
            let delta = self.parts[part].0.delta();
            wanted[part].push(key.wrapping_add_signed(-delta));
            (part, wanted[part].len() - 1)
        };
        let places: Vec<(usize, usize)> = keys.iter().map(place).collect();
        let mut values = Vec::with_capacity(self.parts.len() + 1);
        for ((_, column), keys) in self.parts.iter().zip(wanted) {
            values.push(column.gather(&UInt64Array::from(keys))?);
        }
        values.push(new_null_array(&self.data_type, 1));
        let sources: Vec<&dyn Array> = values.iter().map(|array| array.as_ref()).collect();
        Ok(interleave(&sources, &places)?)
    }

    /// The values are accounted by the other tables.
    fn bytes(&self) -> usize {
        0
    }
}
