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

/// Which chunk is worked on when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Several at a time, where that pays.
    Any,
    /// One after the other, in the order of the rows: for functions that say they are serial.
    OfRows,
}

/// Applies `work` to the rows, a chunk at a time, and gives the results in row order.
pub(crate) fn map_chunks<T: Send>(
    rows: &RowSet,
    work: impl Fn(&RowSet) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    map_chunks_in(rows, Order::Any, work)
}

/// As [`map_chunks`], in an order.
pub(crate) fn map_chunks_in<T: Send>(
    rows: &RowSet,
    order: Order,
    work: impl Fn(&RowSet) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    if rows.len() <= CHUNK {
        return Ok(vec![work(rows)?]);
    }
    let chunk = |index: u64| work(&rows.slice(index * CHUNK..(index + 1) * CHUNK));
    let count = rows.len().div_ceil(CHUNK);
    if order == Order::OfRows || rows.len() < PARALLEL_FROM {
        return (0..count).map(chunk).collect();
    }
    (0..count).into_par_iter().map(chunk).collect()
}

/// The values of a column at rows, as one array.
pub(crate) fn read_all(column: &Column, rows: &RowSet) -> Result<ArrayRef> {
    read_all_in(column, rows, Order::Any)
}

/// As [`read_all`], in an order.
pub(crate) fn read_all_in(column: &Column, rows: &RowSet, order: Order) -> Result<ArrayRef> {
    let chunks = map_chunks_in(rows, order, |chunk| column.read(chunk))?;
    concat_chunks(column.data_type(), &chunks)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn chunks_in_the_order_of_rows_come_one_after_the_other() {
        let rows = RowSet::from_range(0..20 * CHUNK);
        let seen = Mutex::new(Vec::new());
        let work = |chunk: &RowSet| {
            seen.lock().expect("no work panics").push(chunk.first());
            Ok(chunk.len())
        };
        let lengths = map_chunks_in(&rows, Order::OfRows, work).expect("the work is sound");
        assert_eq!(lengths, [CHUNK; 20]);
        let seen = seen.into_inner().expect("no work panics");
        assert_eq!(seen, (0..20).map(|index| Some(index * CHUNK)).collect::<Vec<_>>());
    }
}
