//! The rows of the tables, made from what was collected.

use std::time::Duration;

use arrow_array::RecordBatch;
use kinetable_engine::{CycleWork, NodeWork};

use super::moment::{Moment, NodeRow};
use super::sheet::Sheet;

const MEBIBYTE: u64 = 1 << 20;
/// What the graph of a session is called where Deephaven's tables name one.
const GRAPH: &str = "DEFAULT";

/// A row a cycle.
pub(super) fn cycles(cycles: &[CycleWork]) -> RecordBatch {
    Sheet::of(cycles)
        .count("Cycle", |cycle| cycle.step)
        .instant("Timestamp", |cycle| cycle.now)
        .count("Nanos", |cycle| cycle.nanos)
        .count("ListenerNanos", |cycle| cycle.listener_nanos)
        .count("Nodes", |cycle| cycle.nodes_run)
        .count("Changed", |cycle| cycle.tables_changed)
        .count("Failed", |cycle| cycle.tables_failed)
        .count("RowsAdded", |cycle| cycle.added)
        .count("RowsRemoved", |cycle| cycle.removed)
        .count("RowsModified", |cycle| cycle.modified)
        .maybe("Slowest", |cycle| cycle.slowest)
        .count("SlowestNanos", |cycle| cycle.slowest_nanos)
        .batch()
}

/// A row a live table.
pub(super) fn nodes(moment: &Moment) -> RecordBatch {
    let seconds = moment.seconds();
    Sheet::of(&moment.nodes)
        .count("Node", |node| node.figures.number)
        .text("Kind", |node| Some(node.figures.kind))
        .longs("Parents", |node| node.figures.parents.clone())
        .count("Depth", |node| u64::from(node.figures.depth))
        .count("Rows", |node| node.rows)
        .count("Columns", |node| node.columns)
        .maybe("Bytes", |node| node.bytes)
        .count("Listeners", |node| node.figures.listeners as u64)
        .count("Runs", |node| node.figures.work.runs)
        .count("Changes", |node| node.figures.work.changes)
        .count("Nanos", |node| node.figures.work.nanos)
        .count("RowsAdded", |node| node.figures.work.added)
        .count("RowsRemoved", |node| node.figures.work.removed)
        .count("RowsModified", |node| node.figures.work.modified)
        .real("RowsPerSecond", |node| seconds.map(|seconds| rows_of(&node.lately) as f64 / seconds))
        .real("Load", |node| seconds.map(|seconds| node.lately.nanos as f64 / 1e9 / seconds))
        .flag("IsFailed", |node| node.failure.is_some())
        .text("Failure", |node| node.failure.as_deref())
        .batch()
}

/// A row a live table without inputs.
pub(super) fn sources(moment: &Moment) -> RecordBatch {
    let seconds = moment.seconds();
    let sources: Vec<&NodeRow> = moment.nodes.iter().filter(|node| node.figures.is_source).collect();
    Sheet::of(&sources)
        .count("Node", |node| node.figures.number)
        .text("Kind", |node| Some(node.figures.kind))
        .count("Rows", |node| node.rows)
        .maybe("Bytes", |node| node.bytes)
        .count("RowsIn", |node| node.figures.work.added)
        .real("RowsInPerSecond", |node| seconds.map(|seconds| node.lately.added as f64 / seconds))
        .count("RowsOut", |node| node.figures.work.removed)
        .count("QueuedRows", |node| node.queued.0)
        .count("QueuedBytes", |node| node.queued.1)
        .count("Cycles", |node| node.figures.work.changes)
        .count("Nanos", |node| node.figures.work.nanos)
        .flag("IsFailed", |node| node.failure.is_some())
        .text("Failure", |node| node.failure.as_deref())
        .batch()
}

/// A row a live table, with those it is made from.
pub(super) fn ancestors(moment: &Moment) -> RecordBatch {
    Sheet::of(&moment.nodes)
        .text("UpdateGraph", |_| Some(GRAPH))
        .count("EntryId", |node| node.figures.number)
        .text("EntryDescription", |node| Some(node.figures.kind))
        .longs("Ancestors", |node| node.figures.parents.clone())
        .batch()
}

/// A row a live table that was run since the moment before.
pub(super) fn updates(moment: &Moment) -> RecordBatch {
    let (start, end) = (moment.now - nanos(moment.since) as i64, moment.now);
    let ran = |node: &&NodeRow| node.lately.runs > 0 && moment.since.is_some();
    let nodes: Vec<&NodeRow> = moment.nodes.iter().filter(ran).collect();
    Sheet::of(&nodes)
        .count("EntryId", |node| node.figures.number)
        .text("EntryDescription", |node| Some(node.figures.kind))
        .instant("IntervalStartTime", |_| start)
        .instant("IntervalEndTime", |_| end)
        .count("UsageNanos", |node| node.lately.nanos)
        .count("RowsAdded", |node| node.lately.added)
        .count("RowsRemoved", |node| node.lately.removed)
        .count("RowsModified", |node| node.lately.modified)
        .count("InvocationCount", |node| node.lately.runs)
        .text("UpdateGraph", |_| Some(GRAPH))
        .batch()
}

/// One row: the process and its cycles since the moment before; none of the first moment.
pub(super) fn states(moment: &Moment) -> RecordBatch {
    let moments = if moment.since.is_some() { vec![moment] } else { Vec::new() };
    Sheet::of(&moments)
        .instant("IntervalStartTime", |moment| moment.now - nanos(moment.since) as i64)
        .int("IntervalDurationMicros", |moment| nanos(moment.since) / 1_000)
        .int("TotalMemoryMiB", |moment| moment.process.machine / MEBIBYTE)
        .int("FreeMemoryMiB", |moment| moment.process.available / MEBIBYTE)
        .int("UsedMemoryMiB", |moment| moment.process.memory / MEBIBYTE)
        .ints("IntervalUGPCyclesTimeMicros", |moment| {
            moment.cycles.iter().map(|cycle| cycle.nanos / 1_000).collect()
        })
        .int("IntervalCpuMicros", |moment| moment.processor / 1_000)
        .int("Threads", |moment| moment.process.threads)
        .int("Handles", |moment| moment.process.handles)
        .batch()
}

/// What one name stood for in an interval.
struct Metric {
    now: i64,
    interval: String,
    name: &'static str,
    kind: &'static str,
    values: Vec<u64>,
}

/// A row a name: samples of the process, and what the cycles since the moment before took and changed.
pub(super) fn metrics(moment: &Moment) -> RecordBatch {
    let interval = format!("{}ms", nanos(moment.since) / 1_000_000);
    let metric =
        |name, kind, values| Metric { now: moment.now, interval: interval.clone(), name, kind, values };
    let of_cycles = |value: fn(&CycleWork) -> u64| moment.cycles.iter().map(value).collect::<Vec<u64>>();
    let process = &moment.process;
    let mut metrics = vec![
        metric("Memory.Resident", "State", vec![process.memory]),
        metric("Memory.Available", "State", vec![process.available]),
        metric("Process.CpuNanos", "Counter", vec![moment.processor]),
        metric("Process.Threads", "State", vec![process.threads]),
        metric("Process.Handles", "State", vec![process.handles]),
        metric("UpdateGraph.Nodes", "State", vec![moment.nodes.len() as u64]),
        metric("UpdateGraph.CycleNanos", "State", of_cycles(|cycle| cycle.nanos)),
        metric("UpdateGraph.RowsChanged", "Counter", of_cycles(|c| c.added + c.removed + c.modified)),
    ];
    metrics.retain(|metric| !metric.values.is_empty() && moment.since.is_some());
    let sum = |metric: &Metric| metric.values.iter().sum::<u64>();
    Sheet::of(&metrics)
        .instant("Timestamp", |metric| metric.now)
        .text("Name", |metric| Some(metric.name))
        .text("Interval", |metric| Some(&metric.interval))
        .text("Type", |metric| Some(metric.kind))
        .count("N", |metric| metric.values.len() as u64)
        .count("Sum", sum)
        .maybe("Last", |metric| metric.values.last().copied())
        .maybe("Min", |metric| metric.values.iter().min().copied())
        .maybe("Max", |metric| metric.values.iter().max().copied())
        .count("Avg", |metric| sum(metric) / metric.values.len() as u64)
        .batch()
}

fn rows_of(work: &NodeWork) -> u64 {
    work.added + work.removed + work.modified
}

fn nanos(since: Option<Duration>) -> u64 {
    since.map_or(0, |since| since.as_nanos() as u64)
}
