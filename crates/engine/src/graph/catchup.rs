//! How a table that is made while cycles run gets the steps it misses.
//!
//! Before the first version is computed, a catch-up is registered as a child of the inputs; each cycle puts the
//! changes of that step into its queue. When the first version stands, the queue is applied, and the node takes the
//! catch-up's place between two cycles once the queue is empty.

use std::sync::Arc;

use parking_lot::Mutex;

use super::node::{Outcome, Step, change, guarded};
use super::{Child, Node, Wards};
use crate::{Change, Definition, Error, Graph, Initial, Operator, Result, StepCtx, Table, Version};

/// The steps that inputs go through while a table is made from them.
pub(crate) struct Catchup {
    inputs: Vec<Table>,
    missed: Mutex<Missed>,
}

#[derive(Default)]
struct Missed {
    steps: Vec<MissedStep>,
    failure: Option<Error>,
}

struct MissedStep {
    ctx: StepCtx,
    /// The change of each input, `None` where it did not change.
    changes: Vec<Option<Arc<Change>>>,
}

impl Catchup {
    /// Registers a catch-up with the inputs; to be called between cycles.
    pub(crate) fn register(inputs: &[Table]) -> Arc<Catchup> {
        let catchup = Arc::new(Catchup { inputs: inputs.to_vec(), missed: Mutex::default() });
        for node in inputs.iter().filter_map(|input| input.0.node.as_ref()) {
            node.children.lock().push(Child::Catchup(Arc::downgrade(&catchup)));
        }
        catchup
    }

    /// Keeps this step's outcomes of the inputs; called in a cycle, after all nodes ran.
    pub(super) fn keep_step(&self, ctx: StepCtx) {
        let mut missed = self.missed.lock();
        let mut changes = Vec::with_capacity(self.inputs.len());
        for input in &self.inputs {
            changes.push(match input.outcome() {
                Some(Outcome::Changed(change)) => Some(change),
                Some(Outcome::Failed(error)) => {
                    missed.failure = Some(error);
                    None
                }
                None => None,
            });
        }
        missed.steps.push(MissedStep { ctx, changes });
    }

    /// Applies what was missed until nothing is, then puts the table into the graph.
    pub(crate) fn finish(
        &self,
        graph: &Graph,
        mut inputs: Vec<Version>,
        initial: Initial,
        wards: Option<Wards>,
    ) -> Result<Table> {
        let check = graph.checks_updates();
        let Initial { definition, rows, columns, mut operator } = initial;
        let step = inputs.iter().map(Version::step).max().unwrap_or(0);
        let mut version = Version::new(step, rows, columns);
        loop {
            let steps = self.take_missed()?;
            if steps.is_empty() {
                break;
            }
            for step in steps {
                version = advance(&mut *operator, &mut inputs, step, version, check)?;
            }
        }
        self.settle(graph, definition, version, Settling { operator, inputs, check, wards })
    }

    fn take_missed(&self) -> Result<Vec<MissedStep>> {
        let missed = std::mem::take(&mut *self.missed.lock());
        match missed.failure {
            Some(failure) => Err(failure.in_context("an input failed while the table was made")),
            None => Ok(missed.steps),
        }
    }

    /// Puts the table into the graph between two cycles, after the last step it missed.
    fn settle(
        &self,
        graph: &Graph,
        definition: Definition,
        mut version: Version,
        settling: Settling,
    ) -> Result<Table> {
        let Settling { mut operator, mut inputs, check, wards } = settling;
        graph.between_cycles(|_| {
            for step in self.take_missed()? {
                version = advance(&mut *operator, &mut inputs, step, version, check)?;
            }
            let mut node = Node::new(graph.clone(), self.inputs.clone(), operator);
            node.wards = wards.clone();
            let table = Table::build(definition, version, Some(node));
            wards.iter().for_each(|wards| wards.settle(&table));
            table.join_parents();
            Ok(table)
        })
    }
}

/// A table about to take its place in the graph.
struct Settling {
    operator: Box<dyn Operator>,
    inputs: Vec<Version>,
    check: bool,
    wards: Option<Wards>,
}

/// Applies one missed step.
fn advance(
    operator: &mut dyn Operator,
    inputs: &mut [Version],
    missed: MissedStep,
    version: Version,
    check: bool,
) -> Result<Version> {
    let mut steps = Vec::with_capacity(inputs.len());
    for (input, change) in inputs.iter_mut().zip(missed.changes) {
        match change {
            Some(change) => {
                *input = change.after.clone();
                steps.push(Step::changed(change));
            }
            None => steps.push(Step::unchanged(input.clone())),
        }
    }
    match guarded(operator, &steps, &version, &missed.ctx)? {
        Some(output) => Ok(change(version, output, &missed.ctx, check)?.after),
        None => Ok(version),
    }
}
