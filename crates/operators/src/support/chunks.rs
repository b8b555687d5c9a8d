//! Reading and computing many rows a chunk at a time, on several threads where it pays.
//!
//! Work is split over the rayon pool the caller runs in. A caller that holds a lock which functions need (an
//! interpreter's, say) must let go of it first.

use arrow_array::ArrayRef;
use kinetable_engine::column::concat_chunks;
use kinetable_engine::{Column, Result, RowSet};
use rayon::prelude::*;

/// Rows evaluated at a time.
pub(crate) const CHUNK: u64 = 1 << 16;

/// From how many rows on work is split over threads.
const PARALLEL_FROM: u64 = 4 * CHUNK;

/// Applies `work` to the rows, a chunk at a time, and gives the results in row order.
pub(crate) fn map_chunks<T: Send>(
    rows: &RowSet,
    work: impl Fn(&RowSet) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    if rows.len() <= CHUNK {
        return Ok(vec![work(rows)?]);
    }
    let chunk = |index: u64| work(&rows.slice(index * CHUNK..(index + 1) * CHUNK));
    let count = rows.len().div_ceil(CHUNK);
    if rows.len() < PARALLEL_FROM {
        return (0..count).map(chunk).collect();
    }
    (0..count).into_par_iter().map(chunk).collect()
}

/// The values of a column at rows, as one array.
pub(crate) fn read_all(column: &Column, rows: &RowSet) -> Result<ArrayRef> {
    let chunks = map_chunks(rows, |chunk| column.read(chunk))?;
    concat_chunks(column.data_type(), &chunks)
}
