//! The values of a column put in the order of groups: all rows of some groups, one group after the other.
//!
//! Gathered group by group, the rows of a group lie far apart, so that each value costs a cache line and a page of its own.
//! Here the column is read in order, a chunk that fits the cache at a time, and each group takes the rows that it has in the chunk.
//! Groups are split over threads.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, PrimitiveArray, downcast_primitive};
use kinetable_engine::{Column, Result, RowSet};
use rayon::prelude::*;

use crate::support::chunks::CHUNK;

/// From how many values on dealing them is thought of. Few in debug builds, so that tests come here.
const FROM: u64 = if cfg!(debug_assertions) { 1 << 5 } else { 1 << 18 };

/// How many rows of a chunk a group has at least, on average, so that it is worth asking each group for each chunk.
const ROWS_MIN: u64 = 8;

/// The values of a column at the rows of groups, each of which are ascending keys of a version's rows; none if it does not pay,
/// or there are nulls.
pub(super) fn dealt(column: &Column, rows: &RowSet, groups: &[&[u64]]) -> Result<Option<ArrayRef>> {
    let count: u64 = groups.iter().map(|keys| keys.len() as u64).sum();
    let chunks = rows.len().div_ceil(CHUNK);
    let is_worth_it = count >= FROM && count >= rows.len() / 2;
    if !is_worth_it || !rows.is_contiguous() || groups.len() as u64 * chunks * ROWS_MIN > count {
        return Ok(None);
    }
    macro_rules! fixed {
        ($type:ty) => {
            deal::<$type>(column, rows, groups, count as usize)
        };
    }
    downcast_primitive! {
        column.data_type() => (fixed),
        _ => Ok(None),
    }
}

/// A group's keys that are not dealt yet, and the places for their values.
struct Deal<'a, V> {
    keys: &'a [u64],
    places: &'a mut [V],
}

fn deal<T: ArrowPrimitiveType>(
    column: &Column,
    rows: &RowSet,
    groups: &[&[u64]],
    count: usize,
) -> Result<Option<ArrayRef>> {
    let mut values = vec![T::default_value(); count];
    let mut rest = &mut values[..];
    let mut deals = Vec::with_capacity(groups.len());
    for keys in groups {
        let (places, after) = rest.split_at_mut(keys.len());
        deals.push(Deal { keys, places });
        rest = after;
    }
    let part = groups.len().div_ceil(rayon::current_num_threads().max(1)).max(1);
    let parts = deals.par_chunks_mut(part).map(|deals| deal_part::<T>(column, rows, deals));
    let done = parts.collect::<Result<Vec<bool>>>()?;
    if done.contains(&false) {
        return Ok(None);
    }
    let array = PrimitiveArray::<T>::new(values.into(), None);
    Ok(Some(Arc::new(array.with_data_type(column.data_type().clone()))))
}

/// Deals all rows to some groups; false if there is a null.
fn deal_part<T: ArrowPrimitiveType>(
    column: &Column,
    rows: &RowSet,
    deals: &mut [Deal<'_, T::Native>],
) -> Result<bool> {
    for start in (0..rows.len()).step_by(CHUNK as usize) {
        let chunk = rows.slice(start..start + CHUNK);
        let values = column.read(&chunk)?;
        let values = values.as_primitive::<T>();
        if values.null_count() > 0 {
            return Ok(false);
        }
        let (values, first) = (values.values(), chunk.first().unwrap_or(0));
        for deal in &mut *deals {
            let own = deal.keys.iter().take_while(|key| **key < chunk.end());
            let mut dealt = 0;
            for (key, place) in own.zip(&mut *deal.places) {
                *place = values[(key - first) as usize];
                dealt += 1;
            }
            deal.keys = &deal.keys[dealt..];
            deal.places = &mut std::mem::take(&mut deal.places)[dealt..];
        }
    }
    Ok(true)
}
