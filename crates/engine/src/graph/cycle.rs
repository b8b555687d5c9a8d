//! One pass of the graph.

use std::collections::{BTreeMap, HashSet};
use std::mem::replace;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use super::node::Outcome;
use super::{Catchup, Child, CycleWork, Graph, Inside, May, StepCtx};
use crate::{Change, Table};

/// What a cycle did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CycleReport {
    /// The number of the step.
    pub step: u64,
    /// Nodes that were run.
    pub nodes_run: usize,
    /// Tables that changed.
    pub tables_changed: usize,
    /// Rows listed in the updates of all tables that changed.
    pub rows_changed: u64,
    /// Tables that failed.
    pub tables_failed: usize,
}

impl Graph {
    /// Runs one cycle at a time, ns since the epoch. Cycles exclude each other.
    pub fn run_cycle(&self, now: i64) -> CycleReport {
        let run = || {
            let began = Instant::now();
            let step = self.0.step.load(Ordering::Acquire) + 1;
            let (report, mut work, done) = self.run_step(StepCtx { step, now });
            let ran = began.elapsed();
            tell_listeners(&done);
            let took = began.elapsed();
            work.nanos = took.as_nanos() as u64;
            work.listener_nanos = (took - ran).as_nanos() as u64;
            self.0.cycles.keep(work);
            self.0.busy.fetch_add(work.nanos, Ordering::Relaxed);
            report
        };
        self.0.turn.alone(run).expect("who runs cycles holds no shared lock")
    }

    fn run_step(&self, ctx: StepCtx) -> (CycleReport, CycleWork, Vec<(Table, Outcome)>) {
        self.0.is_running.store(true, Ordering::Release);
        let work = CycleWork { step: ctx.step, now: ctx.now, ..CycleWork::default() };
        let (waiting, done) = (BTreeMap::new(), Vec::new());
        let mut pass = Pass { graph: self, ctx, waiting, done, nodes_run: 0, work };
        pass.run(self.sources());
        while let Some((_, nodes)) = pass.waiting.pop_first() {
            pass.run(nodes.tables);
        }
        let (report, work) = (pass.report(), pass.work);
        let done = pass.publish();
        self.0.step.store(ctx.step, Ordering::Release);
        self.0.is_running.store(false, Ordering::Release);
        (report, work, done)
    }
}

/// A cycle under way.
struct Pass<'a> {
    graph: &'a Graph,
    ctx: StepCtx,
    waiting: BTreeMap<u32, Waiting>,
    done: Vec<(Table, Outcome)>,
    nodes_run: usize,
    work: CycleWork,
}

/// A run of one node.
struct Run {
    table: Table,
    outcome: Option<Outcome>,
    took: Duration,
}

impl Run {
    fn of(table: Table) -> Run {
        Run { table, outcome: None, took: Duration::ZERO }
    }
}

/// The nodes of one depth that are to be run, each once.
#[derive(Default)]
struct Waiting {
    tables: Vec<Table>,
    seen: HashSet<usize>,
}

impl Pass<'_> {
    /// Runs nodes that do not depend on each other, and queues what is below those that changed.
    fn run(&mut self, nodes: Vec<Table>) {
        self.nodes_run += nodes.len();
        let (ctx, check) = (self.ctx, self.graph.0.check_updates);
        let alive = nodes.into_iter().filter(|table| table.failure().is_none());
        let mut runs: Vec<Run> = alive.map(Run::of).collect();
        let graph = self.graph;
        let run = |run: &mut Run| {
            let _inside = Inside::enter(graph, ctx.step, May::Look);
            let began = Instant::now();
            run.outcome = run.table.run(&ctx, check);
            run.took = began.elapsed();
        };
        match &mut runs[..] {
            [one] => run(one),
            many => graph.pool().scope(|scope| {
                for one in many {
                    scope.spawn(move |_| run(one));
                }
            }),
        }
        for Run { table, outcome, took } in runs {
            self.measure(&table, took, outcome.as_ref());
            self.wake_wards(&table, outcome.as_ref());
            if let Some(outcome) = outcome {
                self.settle(table, outcome);
            }
        }
    }

    fn measure(&mut self, table: &Table, took: Duration, outcome: Option<&Outcome>) {
        let node = table.0.node.as_ref().expect("only live tables are run");
        // Every cycle asks every source.
        if outcome.is_some() || node.depth > 0 {
            node.meter.note(took, outcome);
            self.work.count(&node.meter, took, outcome);
        }
    }

    fn wake_wards(&mut self, table: &Table, outcome: Option<&Outcome>) {
        let wards = table.0.node.as_ref().and_then(|node| node.wards.as_ref());
        let Some(wards) = wards else { return };
        let woken = wards.take_woken();
        let all = matches!(outcome, Some(Outcome::Failed(_)));
        let concerned = if all { wards.all() } else { woken };
        concerned.into_iter().for_each(|ward| self.enqueue(ward));
    }

    fn settle(&mut self, table: Table, outcome: Outcome) {
        let node = table.0.node.as_ref().expect("only live tables are run");
        *node.outcome.lock() = Some(outcome.clone());
        let silent = matches!(&outcome, Outcome::Changed(change) if change.update.is_empty());
        if !silent {
            node.children.lock().retain(|child| self.queue(child, &outcome));
        }
        self.done.push((table, outcome));
    }

    /// Queues a child of a node that changed; false if nobody holds it any more.
    fn queue(&mut self, child: &Child, outcome: &Outcome) -> bool {
        let table = match child {
            Child::Catchup(catchup) => return catchup.strong_count() > 0,
            Child::Table(weak) => weak.upgrade().map(Table),
            Child::Part(letter) => letter.upgrade().and_then(|letter| letter.post(outcome)),
        };
        let is_held = table.is_some();
        table.into_iter().for_each(|table| self.enqueue(table));
        is_held
    }

    fn enqueue(&mut self, table: Table) {
        let depth = table.0.node.as_ref().map_or(0, |node| node.depth);
        let waiting = self.waiting.entry(depth).or_default();
        if waiting.seen.insert(Arc::as_ptr(&table.0).addr()) {
            waiting.tables.push(table);
        }
    }

    fn report(&self) -> CycleReport {
        let mut report =
            CycleReport { step: self.ctx.step, nodes_run: self.nodes_run, ..CycleReport::default() };
        for (_, outcome) in &self.done {
            match outcome {
                Outcome::Changed(change) if change.update.is_empty() => {}
                Outcome::Changed(change) => {
                    report.tables_changed += 1;
                    report.rows_changed += change.update.size();
                }
                Outcome::Failed(_) => report.tables_failed += 1,
            }
        }
        report
    }

    /// Makes the step visible, all tables at once.
    fn publish(self) -> Vec<(Table, Outcome)> {
        self.keep_for_catchups();
        let mut before = Vec::with_capacity(self.done.len());
        let whole_step = self.graph.0.publication.write();
        for (table, outcome) in &self.done {
            let mut state = table.0.state.write();
            match outcome {
                Outcome::Changed(change) => before.push(replace(&mut state.version, change.after.clone())),
                Outcome::Failed(error) => state.failure = Some(error.clone()),
            }
        }
        drop(whole_step);
        // Much may be freed with them, for which no reader waits.
        drop(before);
        for (table, _) in &self.done {
            if let Some(node) = &table.0.node {
                *node.outcome.lock() = None;
            }
        }
        self.done
    }

    fn keep_for_catchups(&self) {
        let mut catchups: Vec<Arc<Catchup>> = Vec::new();
        for (table, _) in &self.done {
            let node = table.0.node.as_ref().expect("only live tables are run");
            for child in node.children.lock().iter() {
                let Child::Catchup(weak) = child else {
                    continue;
                };
                let Some(catchup) = weak.upgrade() else {
                    continue;
                };
                if !catchups.iter().any(|other| Arc::ptr_eq(other, &catchup)) {
                    catchups.push(catchup);
                }
            }
        }
        catchups.iter().for_each(|catchup| catchup.keep_step(self.ctx));
    }
}

fn tell_listeners(done: &[(Table, Outcome)]) {
    for (table, outcome) in done {
        let Some(node) = &table.0.node else { continue };
        let listeners = {
            let mut listeners = node.listeners.lock();
            listeners.retain(|listener| listener.strong_count() > 0);
            listeners.clone()
        };
        for listener in listeners.iter().filter_map(Weak::upgrade) {
            match outcome {
                Outcome::Changed(change) => tell(change, &*listener.0),
                Outcome::Failed(error) => listener.0.on_failure(error),
            }
        }
    }
}

fn tell(change: &Arc<Change>, listener: &dyn crate::Listener) {
    if !change.update.is_empty() {
        listener.on_update(change);
    }
}
