//! Sorting rows that do not stay or do not change: a static table once, a blink table each cycle.
//!
//! **State**: the row map of the last version. **Update rule** (blink): all rows go, and the sorted rows of the cycle come,
//! under the keys `0..n`. **Cost**: n log n of the rows, split over threads.

use std::sync::Arc;

use arrow_array::{Array, UInt64Array};
use kinetable_engine::column::{Packed, Redirected};
use kinetable_engine::{
    Column, Initial, Input, Operator, Output, Properties, Result, RowSet, StepCtx, Table, Update, Version,
};
use rayon::prelude::*;

use super::order::{Direction, Order};

/// From how many rows on a sort is split over threads.
const PARALLEL_FROM: usize = 1 << 14;

pub(super) fn sorted(table: &Table, order: Order) -> Result<Table> {
    Table::derive(std::slice::from_ref(table), |inputs| {
        let mut definition = table.definition().clone();
        if !definition.properties.blink {
            definition.properties = Properties::ANY;
        }
        let now = &inputs[0];
        let rows = RowSet::flat(now.rows().len());
        let map = Packed::column(rows.clone(), Arc::new(sorted_keys(&order, now)?))?;
        Ok(Initial {
            definition,
            columns: redirected(now, &map),
            rows,
            operator: Box::new(SortCycle { order, map }),
        })
    })
}

/// The columns of a version through a row map.
pub(super) fn redirected(version: &Version, map: &Column) -> Vec<Column> {
    let redirect = |inner: &Column| Arc::new(Redirected::new(inner.clone(), map.clone())) as Column;
    version.columns().iter().map(redirect).collect()
}

struct SortCycle {
    order: Order,
    map: Column,
}

impl Operator for SortCycle {
    fn apply(&mut self, inputs: &[Input<'_>], previous: &Version, _: &StepCtx) -> Result<Option<Output>> {
        let now = inputs[0].now;
        let mut rows = previous.rows().clone();
        let mut update = Update::default();
        if inputs[0].update.is_some() {
            rows = RowSet::flat(now.rows().len());
            let keys = Arc::new(sorted_keys(&self.order, now)?);
            self.map = Packed::column(rows.clone(), keys)?;
            update.removed = previous.rows().clone();
            update.added = rows.clone();
        }
        Ok(Some(Output { rows, columns: redirected(now, &self.map), update }))
    }

    fn bytes(&self) -> usize {
        self.map.bytes()
    }
}

/// The row keys of a version in sorted order.
pub(super) fn sorted_keys(order: &Order, version: &Version) -> Result<UInt64Array> {
    let rows = version.rows();
    let positions = match order.words(version, rows)? {
        Some((words, values, direction)) => by_words(&words, &*values, direction),
        None => by_bytes(order, version)?,
    };
    if rows.is_flat() {
        return Ok(UInt64Array::from_iter_values(positions.into_iter().map(u64::from)));
    }
    let keys = rows.to_vec();
    let sorted = positions.into_iter().map(|place| keys[place as usize]);
    Ok(UInt64Array::from_iter_values(sorted))
}

/// Positions ordered by words; nulls before or after all, in their order.
fn by_words(words: &[u64], values: &dyn Array, direction: Direction) -> Vec<u32> {
    let mut nulls = Vec::new();
    let mut pairs: Vec<(u64, u32)> = Vec::with_capacity(words.len() - values.null_count());
    for (place, word) in words.iter().enumerate() {
        if values.is_valid(place) {
            pairs.push((*word, place as u32));
        } else {
            nulls.push(place as u32);
        }
    }
    if !pairs.is_sorted() {
        if pairs.len() < PARALLEL_FROM {
            pairs.sort_unstable();
        } else {
            pairs.par_sort_unstable();
        }
    }
    let places = pairs.into_iter().map(|(_, place)| place);
    match direction {
        Direction::Ascending => {
            nulls.extend(places);
            nulls
        }
        Direction::Descending => places.chain(nulls).collect(),
    }
}

/// Positions ordered by encoded keys: by their first eight bytes, then by all, then by position.
fn by_bytes(order: &Order, version: &Version) -> Result<Vec<u32>> {
    let keys = order.read(version, version.rows())?;
    let mut pairs: Vec<(u64, u32)> =
        keys.iter().zip(0..).map(|(key, place)| (prefix(key.as_ref()), place)).collect();
    let compare = |a: &(u64, u32), b: &(u64, u32)| {
        let full = || keys.row(a.1 as usize).cmp(&keys.row(b.1 as usize));
        a.0.cmp(&b.0).then_with(full).then(a.1.cmp(&b.1))
    };
    if pairs.len() < PARALLEL_FROM {
        pairs.sort_unstable_by(compare);
    } else {
        pairs.par_sort_unstable_by(compare);
    }
    Ok(pairs.into_iter().map(|(_, place)| place).collect())
}

fn prefix(bytes: &[u8]) -> u64 {
    match bytes.first_chunk::<8>() {
        Some(first) => u64::from_be_bytes(*first),
        None => {
            let mut first = [0; 8];
            first[..bytes.len()].copy_from_slice(bytes);
            u64::from_be_bytes(first)
        }
    }
}
