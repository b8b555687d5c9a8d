//! Sorting rows that do not stay or do not change: a static table once, a blink table each cycle.
//!
//! **State**: the row map of the last version. **Update rule** (blink): all rows go, and the sorted rows of the cycle come,
//! under the keys `0..n`. **Cost**: n log n of the rows, split over threads.

use std::sync::Arc;

use arrow_array::UInt64Array;
use kinetable_engine::column::{Packed, Redirected};
use kinetable_engine::{
    Column, Initial, Input, Operator, Output, Properties, Result, RowSet, StepCtx, Table, Update, Version,
};
use rayon::prelude::*;

use super::order::Order;
use super::words::sorted_places;

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
    fn kind(&self) -> &'static str {
        "sort"
    }

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
    let sorted = match order.levels(version, rows)? {
        Some(levels) => sorted_places(&levels, rows.len() as usize),
        None => by_bytes(order, version)?,
    };
    let mut keys = vec![0; sorted.len()];
    let all = (!rows.is_flat()).then(|| rows.to_vec());
    keys.par_chunks_mut(PART).zip(sorted.par_chunks(PART)).for_each(|(keys, sorted)| {
        for (key, (_, place)) in keys.iter_mut().zip(sorted) {
            *key = all.as_ref().map_or(u64::from(*place), |all| all[*place as usize]);
        }
    });
    Ok(keys.into())
}

/// Rows whose keys are looked up on their own.
const PART: usize = 1 << 16;

/// Places ordered by encoded keys: by their first eight bytes, then by all, then by place.
fn by_bytes(order: &Order, version: &Version) -> Result<Vec<(u64, u32)>> {
    let keys = order.read(version, version.rows())?;
    let mut pairs: Vec<(u64, u32)> =
        keys.iter().zip(0..).map(|(key, place)| (prefix(key.as_ref()), place)).collect();
    let compare = |a: &(u64, u32), b: &(u64, u32)| {
        let full = || keys.row(a.1 as usize).cmp(&keys.row(b.1 as usize));
        a.0.cmp(&b.0).then_with(full).then(a.1.cmp(&b.1))
    };
    if !pairs.is_sorted_by(|a, b| compare(a, b).is_le()) {
        pairs.par_sort_unstable_by(compare);
    }
    Ok(pairs)
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
