//! What is collected at one time: every live table, what it did since the time before, and the cycles since.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use arrow_array::RecordBatch;
use kinetable_engine::{CycleWork, Graph, NodeFigures, NodeWork, Table};

use super::process::Process;
use super::subscribers;
use crate::session::wall_clock;

/// Counting the bytes of a table takes so small a part of the time.
const COUNTING_PART: u32 = 1_000;

/// What was collected.
pub(super) struct Moment {
    pub(super) taken: Instant,
    /// ns since the epoch.
    pub(super) now: i64,
    /// Since the moment before; none: there was none.
    pub(super) since: Option<Duration>,
    /// The last step it has seen.
    step: u64,
    pub(super) nodes: Vec<NodeRow>,
    /// Cycles since the moment before.
    pub(super) cycles: Vec<CycleWork>,
    pub(super) process: Process,
    /// Processor time since the moment before, ns.
    pub(super) processor: u64,
    bytes: HashMap<u64, Counted>,
    /// Their rows, and not they themselves: who is held does not end.
    pub(super) subscribers: RecordBatch,
}

/// A live table.
pub(super) struct NodeRow {
    pub(super) figures: NodeFigures,
    /// What it did since the moment before.
    pub(super) lately: NodeWork,
    pub(super) rows: u64,
    pub(super) columns: u64,
    pub(super) bytes: Option<u64>,
    /// Rows and bytes that wait.
    pub(super) queued: (u64, u64),
    pub(super) failure: Option<String>,
}

/// Bytes of a table, and when they are counted again.
#[derive(Clone, Copy)]
struct Counted {
    bytes: Option<u64>,
    again: Instant,
}

impl Moment {
    /// Collects. `before`: what was collected last, if the collecting goes on.
    pub(super) fn collect(graph: &Graph, subscribers: RecordBatch, before: Option<&Moment>) -> Moment {
        let (taken, process) = (Instant::now(), Process::now());
        let step = graph.step();
        let (cycles, processor) = match before {
            // A step that ends meanwhile is seen the next time.
            Some(before) => {
                (cycles(graph, before.step, step), process.processor.saturating_sub(before.process.processor))
            }
            None => (Vec::new(), 0),
        };
        let lately: HashMap<u64, NodeWork> = before.iter().flat_map(|before| before.works()).collect();
        let mut bytes = HashMap::new();
        let row = |table: &Table| {
            let figures = table.figures()?;
            let counted = Counted::of(table, before.and_then(|before| before.bytes.get(&figures.number)));
            bytes.insert(figures.number, counted);
            let known = lately.get(&figures.number).copied().unwrap_or_default();
            Some(NodeRow::of(table, figures, known, counted.bytes))
        };
        let nodes = graph.tables().iter().filter_map(row).collect();
        let since = before.map(|before| taken - before.taken);
        Moment {
            taken,
            now: wall_clock(),
            since,
            step,
            nodes,
            cycles,
            process,
            processor,
            bytes,
            subscribers,
        }
    }

    /// What a graph without tables would tell.
    pub(super) fn empty() -> Moment {
        Moment {
            taken: Instant::now(),
            now: 0,
            since: None,
            step: 0,
            nodes: Vec::new(),
            cycles: Vec::new(),
            process: Process::default(),
            processor: 0,
            bytes: HashMap::new(),
            subscribers: subscribers::rows(&[]),
        }
    }

    fn works(&self) -> impl Iterator<Item = (u64, NodeWork)> + '_ {
        self.nodes.iter().map(|node| (node.figures.number, node.figures.work))
    }

    /// Seconds since the moment before.
    pub(super) fn seconds(&self) -> Option<f64> {
        self.since.map(|since| since.as_secs_f64()).filter(|seconds| *seconds > 0.0)
    }
}

fn cycles(graph: &Graph, after: u64, until: u64) -> Vec<CycleWork> {
    graph.cycles_after(after).into_iter().filter(|cycle| cycle.step <= until).collect()
}

impl Counted {
    fn of(table: &Table, before: Option<&Counted>) -> Counted {
        let began = Instant::now();
        match before {
            Some(before) if before.again > began => *before,
            _ => match table.bytes_if_idle() {
                Some(bytes) => {
                    let took = began.elapsed();
                    Counted { bytes: Some(bytes as u64), again: began + took * COUNTING_PART }
                }
                None => Counted { bytes: before.and_then(|before| before.bytes), again: began },
            },
        }
    }
}

impl NodeRow {
    fn of(table: &Table, figures: NodeFigures, before: NodeWork, bytes: Option<u64>) -> NodeRow {
        let work = figures.work;
        let lately = NodeWork {
            runs: work.runs - before.runs,
            changes: work.changes - before.changes,
            nanos: work.nanos - before.nanos,
            added: work.added - before.added,
            removed: work.removed - before.removed,
            modified: work.modified - before.modified,
        };
        let (rows, size) = if figures.is_source { table.queued().unwrap_or_default() } else { (0, 0) };
        NodeRow {
            lately,
            rows: table.size(),
            columns: table.schema().fields().len() as u64,
            bytes,
            queued: (rows as u64, size as u64),
            failure: table.failure().map(|error| error.message().to_owned()),
            figures,
        }
    }
}
