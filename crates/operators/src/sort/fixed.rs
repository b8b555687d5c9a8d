//! Sorting rows that do not stay or do not change: a static table once, a blink table each cycle.
//!
//! **State**: the row map of the last version. **Update rule** (blink): all rows go, and the sorted rows of the cycle come,
//! under the keys `0..n`. **Cost**: n log n of the rows, split over threads.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow_array::UInt64Array;
use kinetable_engine::column::{Packed, Redirected};
use kinetable_engine::{
    Column, Initial, Input, Operator, Output, Properties, Result, RowSet, StepCtx, Table, Update, Version,
};
use rayon::prelude::*;

use super::order::{Direction, Order, Words};

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
        Some(columns) => by_words(&columns[0], &columns[1..]),
        None => by_bytes(order, version)?,
    };
    if rows.is_flat() {
        return Ok(UInt64Array::from_iter_values(positions.into_iter().map(u64::from)));
    }
    let keys = rows.to_vec();
    let sorted = positions.into_iter().map(|place| keys[place as usize]);
    Ok(UInt64Array::from_iter_values(sorted))
}

/// Positions ordered by words, then by those of further columns, then as they were; nulls before or after all.
fn by_words(first: &Words, further: &[Words]) -> Vec<u32> {
    let mut nulls = Vec::new();
    let mut pairs: Vec<Pair> = Vec::with_capacity(first.words.len());
    for (place, word) in first.words.iter().enumerate() {
        if first.nulls.as_ref().is_some_and(|nulls| nulls.is_null(place)) {
            nulls.push(place as u32);
        } else {
            pairs.push((*word, place as u32));
        }
    }
    if further.is_empty() {
        sort_pairs(&mut pairs, Ord::cmp);
    } else {
        let rest = |place: u32| further.iter().map(move |column| column.words[place as usize]);
        sort_pairs(&mut pairs, |a, b| {
            let ties = || rest(a.1).cmp(rest(b.1)).then(a.1.cmp(&b.1));
            a.0.cmp(&b.0).then_with(ties)
        });
    }
    let places = pairs.into_iter().map(|(_, place)| place);
    match first.direction {
        Direction::Ascending => {
            nulls.extend(places);
            nulls
        }
        Direction::Descending => places.chain(nulls).collect(),
    }
}

type Pair = (u64, u32);

fn sort_pairs(pairs: &mut [Pair], compare: impl Fn(&Pair, &Pair) -> Ordering + Sync) {
    if pairs.is_sorted_by(|a, b| compare(a, b).is_le()) {
        return;
    }
    if pairs.len() < PARALLEL_FROM {
        pairs.sort_unstable_by(compare);
    } else {
        pairs.par_sort_unstable_by(compare);
    }
}

/// Positions ordered by encoded keys: by their first eight bytes, then by all, then by position.
fn by_bytes(order: &Order, version: &Version) -> Result<Vec<u32>> {
    let keys = order.read(version, version.rows())?;
    let mut pairs: Vec<Pair> =
        keys.iter().zip(0..).map(|(key, place)| (prefix(key.as_ref()), place)).collect();
    sort_pairs(&mut pairs, |a, b| {
        let full = || keys.row(a.1 as usize).cmp(&keys.row(b.1 as usize));
        a.0.cmp(&b.0).then_with(full).then(a.1.cmp(&b.1))
    });
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
