//! Timestamps: never null, never descending within a group, and searched for in it.

use arrow_array::cast::AsArray;
use arrow_array::types::{Int64Type, TimestampNanosecondType};
use arrow_array::{Array, ArrayRef, PrimitiveArray, UInt64Array};
use arrow_schema::DataType;
use kinetable_engine::{Column, Error, Result, RowSet};

use super::lane::Values;
use super::task::Run;

/// The timestamps of rows in group order, which within each run must not be null nor descend.
pub(super) fn checked<'a>(values: &'a Values<'_>, runs: &[Run], name: &str) -> Result<&'a [i64]> {
    let lane = values.longs();
    for run in runs {
        let places = run.start..run.start + run.len;
        if let Some(valid) = &lane.valid
            && let Some(at) = places.clone().find(|place| !valid[*place])
        {
            let message = format!("timestamp \"{name}\" is null in row {} of its group", at - run.start);
            return Err(
                Error::invalid(message).with_hint("leave such rows out first: where(\"!isNull(...)\")")
            );
        }
        let stamps = &lane.values[places];
        if let Some(at) = stamps.windows(2).position(|pair| pair[1] < pair[0]) {
            return Err(descending(name, stamps[at], stamps[at + 1]));
        }
    }
    Ok(&lane.values)
}

/// That a timestamp lies before the one of the row before.
pub(super) fn descending(name: &str, first: i64, then: i64) -> Error {
    let message = format!("timestamps \"{name}\" descend within a group, from {first} to {then} ns");
    Error::invalid(message).with_hint("sort the table by its timestamps first")
}

/// Timestamps as nanoseconds; null as the least.
pub(super) fn of_array(array: &ArrayRef) -> Vec<i64> {
    match array.data_type() {
        DataType::Int64 => plain(array.as_primitive::<Int64Type>()),
        _ => plain(array.as_primitive::<TimestampNanosecondType>()),
    }
}

fn plain<T: arrow_array::ArrowPrimitiveType<Native = i64>>(array: &PrimitiveArray<T>) -> Vec<i64> {
    match array.null_count() {
        0 => array.values().to_vec(),
        _ => array.iter().map(|stamp| stamp.unwrap_or(i64::MIN)).collect(),
    }
}

/// Something looked for in a group: how many of its rows come before.
#[derive(Debug, Clone, Copy)]
pub(super) struct Probe<'a> {
    pub(super) group: &'a RowSet,
    pub(super) bound: i64,
    pub(super) edge: Edge,
}

/// Whether rows at the bound come before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edge {
    Below,
    UpTo,
}

/// Searches for all probes in step: each round reads one row a probe, all at once.
pub(super) fn search(column: &Column, probes: &[Probe<'_>]) -> Result<Vec<u64>> {
    let mut found: Vec<(u64, u64)> = probes.iter().map(|probe| (0, probe.group.len())).collect();
    loop {
        let open: Vec<usize> = (0..probes.len()).filter(|at| found[*at].0 < found[*at].1).collect();
        if open.is_empty() {
            return Ok(found.into_iter().map(|(low, _)| low).collect());
        }
        let middle = |(low, high): (u64, u64)| u64::midpoint(low, high);
        let key = |at: &usize| probes[*at].group.select(middle(found[*at])).expect("a middle lies within");
        let keys: UInt64Array = open.iter().map(key).collect::<Vec<_>>().into();
        let stamps = of_array(&column.gather(&keys)?);
        for (at, stamp) in open.into_iter().zip(stamps) {
            let middle = middle(found[at]);
            let before = match probes[at].edge {
                Edge::Below => stamp < probes[at].bound,
                Edge::UpTo => stamp <= probes[at].bound,
            };
            match before {
                true => found[at].0 = middle + 1,
                false => found[at].1 = middle,
            }
        }
    }
}
