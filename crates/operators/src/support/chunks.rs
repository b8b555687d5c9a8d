//! Reading and computing many rows a chunk at a time, on several threads where it pays.
//!
//! Work is split over the rayon pool the caller runs in. A caller that holds a lock which functions need (an
//! interpreter's, say) must let go of it first.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, PrimitiveArray, downcast_primitive};
use arrow_buffer::{BooleanBufferBuilder, NullBuffer};
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
    if let Some(values) = column.whole(rows) {
        return Ok(values);
    }
    let by_chunks = || {
        let chunks = map_chunks_in(rows, order, |chunk| column.read(chunk))?;
        concat_chunks(column.data_type(), &chunks)
    };
    if order == Order::OfRows || rows.len() < PARALLEL_FROM {
        return by_chunks();
    }
    macro_rules! fixed {
        ($type:ty) => {
            read_fixed::<$type>(column, rows)
        };
    }
    downcast_primitive! {
        column.data_type() => (fixed),
        _ => by_chunks(),
    }
}

/// Reads chunks into their places in one array, so that no chunk is kept.
fn read_fixed<T: ArrowPrimitiveType>(column: &Column, rows: &RowSet) -> Result<ArrayRef> {
    let mut values = vec![T::default_value(); rows.len() as usize];
    let read = |(index, part): (usize, &mut [T::Native])| {
        let start = index as u64 * CHUNK;
        let chunk = column.read(&rows.slice(start..start + part.len() as u64))?;
        let chunk = chunk.as_primitive::<T>();
        part.copy_from_slice(chunk.values());
        Ok(chunk.nulls().filter(|nulls| nulls.null_count() > 0).cloned())
    };
    let parts = values.par_chunks_mut(CHUNK as usize).enumerate().map(read);
    let nulls: Vec<Option<NullBuffer>> = parts.collect::<Result<_>>()?;
    let nulls = nulls.iter().any(Option::is_some).then(|| joined(&nulls, rows.len() as usize));
    let array = PrimitiveArray::<T>::new(values.into(), nulls);
    Ok(Arc::new(array.with_data_type(column.data_type().clone())))
}

/// The nulls of chunks one after the other.
fn joined(parts: &[Option<NullBuffer>], rows: usize) -> NullBuffer {
    let mut valid = BooleanBufferBuilder::new(rows);
    for (index, part) in parts.iter().enumerate() {
        match part {
            Some(nulls) => valid.append_buffer(nulls.inner()),
            None => valid.append_n((rows - index * CHUNK as usize).min(CHUNK as usize), true),
        }
    }
    NullBuffer::new(valid.finish())
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
