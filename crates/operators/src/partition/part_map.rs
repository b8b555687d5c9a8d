//! A column that is the columns of many parts, each under a run of keys of its own; parts come and go cheaply.
//!
//! The part in row `r` of the keys table has the keys `r · width .. (r + 1) · width`. The map from rows to parts is an immutable value:
//! chunks of 64 rows, shared between versions. A change copies the chunks it touches, and a pointer for each chunk.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, UInt64Array, new_null_array};
use arrow_schema::DataType;
use arrow_select::interleave::interleave;
use kinetable_engine::column::concat_chunks;
use kinetable_engine::{Column, ColumnSource, Result, RowSet};

use crate::support::shifts::moved;

const CHUNK_BITS: u32 = 6;

/// The columns of the parts of some rows.
type Chunk = BTreeMap<u64, Arc<[Column]>>;

/// The columns of parts by row of the keys table. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct PartMap {
    chunks: Arc<BTreeMap<u64, Arc<Chunk>>>,
}

impl PartMap {
    /// The map with some parts changed: other columns, or none.
    pub(super) fn changed(&self, changes: impl IntoIterator<Item = (u64, Option<Arc<[Column]>>)>) -> PartMap {
        let mut chunks = BTreeMap::clone(&self.chunks);
        for (row, columns) in changes {
            let chunk = Arc::make_mut(chunks.entry(row >> CHUNK_BITS).or_default());
            match columns {
                Some(columns) => chunk.insert(row, columns),
                None => chunk.remove(&row),
            };
            if chunk.is_empty() {
                chunks.remove(&(row >> CHUNK_BITS));
            }
        }
        PartMap { chunks: Arc::new(chunks) }
    }

    /// The columns of the part of a row, if there is one.
    pub(super) fn get(&self, row: u64) -> Option<Arc<[Column]>> {
        self.chunks.get(&(row >> CHUNK_BITS))?.get(&row).cloned()
    }

    fn columns(&self, row: u64) -> &Arc<[Column]> {
        let chunk = self.chunks.get(&(row >> CHUNK_BITS));
        chunk.and_then(|chunk| chunk.get(&row)).expect("a row that is read is of a part")
    }
}

/// One column of all parts.
#[derive(Debug)]
pub(super) struct PartColumn {
    pub(super) data_type: DataType,
    pub(super) parts: PartMap,
    pub(super) width: u64,
    pub(super) index: usize,
}

impl ColumnSource for PartColumn {
    fn data_type(&self) -> &DataType {
        &self.data_type
    }

    fn read(&self, rows: &RowSet) -> Result<ArrayRef> {
        let mut chunks = Vec::new();
        let mut next = rows.first();
        while let Some(first) = next {
            let part = first / self.width;
            let (start, end) = (part * self.width, (part + 1) * self.width);
            let own = moved(&rows.restrict(start..end), (start as i64).wrapping_neg());
            chunks.push(self.parts.columns(part)[self.index].read(&own)?);
            next = rows.select(rows.rank(end));
        }
        concat_chunks(&self.data_type, &chunks)
    }

    fn gather(&self, keys: &UInt64Array) -> Result<ArrayRef> {
        let mut wanted: Vec<(u64, Vec<u64>)> = Vec::new();
        let mut sources: HashMap<u64, usize, ahash::RandomState> = HashMap::default();
        let mut place = |key: Option<u64>| {
            let Some(key) = key else { return (0, 0) };
            let part = key / self.width;
            let source = *sources.entry(part).or_insert_with(|| {
                wanted.push((part, Vec::new()));
                wanted.len() - 1
            });
            let keys = &mut wanted[source].1;
            keys.push(key % self.width);
            (source + 1, keys.len() - 1)
        };
        let places: Vec<(usize, usize)> = keys.iter().map(&mut place).collect();
        let mut values = vec![new_null_array(&self.data_type, 1)];
        for (part, keys) in wanted {
            values.push(self.parts.columns(part)[self.index].gather(&UInt64Array::from(keys))?);
        }
        let sources: Vec<&dyn Array> = values.iter().map(|array| array.as_ref()).collect();
        Ok(interleave(&sources, &places)?)
    }

    /// The values are accounted by the parts.
    fn bytes(&self) -> usize {
        0
    }
}
