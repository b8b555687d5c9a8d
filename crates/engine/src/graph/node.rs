//! A live table's place in the graph.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Weak};

use parking_lot::Mutex;

use super::parts::Letter;
use super::{Catchup, Meter, Wards};
use crate::listener::Registration;
use crate::table::TableInner;
use crate::{Change, Error, Graph, Input, Operator, Output, Result, StepCtx, Table, Version};

/// Parents, operator, children and listeners of a live table.
pub(crate) struct Node {
    pub(crate) graph: Graph,
    pub(crate) depth: u32,
    pub(crate) parents: Vec<Table>,
    pub(crate) operator: Mutex<Box<dyn Operator>>,
    /// What the operator is called.
    pub(crate) kind: &'static str,
    pub(crate) meter: Meter,
    pub(crate) children: Mutex<Vec<Child>>,
    pub(crate) listeners: Mutex<Vec<Weak<Registration>>>,
    /// The outcome of the cycle under way, until it is published.
    pub(crate) outcome: Mutex<Option<Outcome>>,
    /// The children that the operator wakes itself.
    pub(crate) wards: Option<Wards>,
    /// Of a node that was made in a cycle: the step, and for each parent whether that step is in its first version.
    pub(crate) born: Option<(u64, Vec<bool>)>,
}

/// Who depends on a node.
pub(crate) enum Child {
    Table(Weak<TableInner>),
    Catchup(Weak<Catchup>),
    Part(Weak<Letter>),
}

/// What one cycle made of one node.
#[derive(Clone)]
pub(crate) enum Outcome {
    Changed(Arc<Change>),
    Failed(Error),
}

impl Node {
    pub(crate) fn new(graph: Graph, parents: Vec<Table>, operator: Box<dyn Operator>) -> Node {
        let is_aside = parents.iter().any(Table::is_aside);
        let meter = Meter::new(graph.next_number(), is_aside);
        let depths = parents.iter().filter_map(|parent| parent.0.node.as_ref()).map(|node| node.depth);
        Node {
            graph,
            depth: depths.max().map_or(0, |depth| depth + 1),
            parents,
            kind: operator.kind(),
            operator: Mutex::new(operator),
            meter,
            children: Mutex::default(),
            listeners: Mutex::default(),
            outcome: Mutex::default(),
            wards: None,
            born: None,
        }
    }

    /// A parent's step, as far as it is not in the node's first version.
    fn step_of(&self, index: usize, outcome: Option<Outcome>, ctx: &StepCtx) -> Step {
        let step = Step::of(&self.parents[index], outcome);
        match &self.born {
            Some((born, seen)) if *born == ctx.step && seen[index] => Step::unchanged(step.now),
            _ => step,
        }
    }
}

impl Table {
    /// Runs the node for this step, from the outcomes of its parents.
    pub(crate) fn run(&self, ctx: &StepCtx, check: bool) -> Option<Outcome> {
        let node = self.0.node.as_ref()?;
        let outcomes: Vec<Option<Outcome>> = node.parents.iter().map(Table::outcome).collect();
        let failed = outcomes.iter().find_map(|outcome| match outcome {
            Some(Outcome::Failed(error)) => Some(error.clone()),
            _ => None,
        });
        if let Some(error) = failed {
            return Some(Outcome::Failed(error));
        }
        let steps = outcomes.into_iter().enumerate();
        let steps: Vec<Step> = steps.map(|(index, outcome)| node.step_of(index, outcome, ctx)).collect();
        let previous = self.version();
        let result = guarded(&mut **node.operator.lock(), &steps, &previous, ctx);
        match result.and_then(|output| output.map(|output| change(previous, output, ctx, check)).transpose())
        {
            Ok(changed) => changed.map(|change| Outcome::Changed(Arc::new(change))),
            Err(error) => Some(Outcome::Failed(error)),
        }
    }

    pub(crate) fn outcome(&self) -> Option<Outcome> {
        self.0.node.as_ref()?.outcome.lock().clone()
    }
}

/// One input's step: what it was, what it is, and the change if there is one.
pub(crate) struct Step {
    pub(crate) now: Version,
    change: Option<Arc<Change>>,
}

impl Step {
    pub(crate) fn of(table: &Table, outcome: Option<Outcome>) -> Step {
        match outcome {
            Some(Outcome::Changed(change)) => Step { now: change.after.clone(), change: Some(change) },
            _ => Step { now: table.version(), change: None },
        }
    }

    pub(crate) fn unchanged(version: Version) -> Step {
        Step { now: version, change: None }
    }

    pub(crate) fn changed(change: Arc<Change>) -> Step {
        Step { now: change.after.clone(), change: Some(change) }
    }

    fn input(&self) -> Input<'_> {
        let before = self.change.as_ref().map_or(&self.now, |change| &change.before);
        let update = self.change.as_ref().map(|change| &change.update);
        Input { before, now: &self.now, update: update.filter(|update| !update.is_empty()) }
    }
}

/// Runs an operator; a panic stops at the node's border and is a bug.
pub(crate) fn guarded(
    operator: &mut dyn Operator,
    steps: &[Step],
    previous: &Version,
    ctx: &StepCtx,
) -> Result<Option<Output>> {
    let inputs: Vec<Input<'_>> = steps.iter().map(Step::input).collect();
    let run = catch_unwind(AssertUnwindSafe(|| operator.apply(&inputs, previous, ctx)));
    run.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
        Err(Error::internal(format!("an operator panicked: {text}")))
    })
}

pub(crate) fn change(before: Version, output: Output, ctx: &StepCtx, check: bool) -> Result<Change> {
    if check {
        output.update.check(before.rows(), &output.rows)?;
    }
    let after = Version::new(ctx.step, output.rows, output.columns);
    Ok(Change { before, after, update: output.update })
}

/// The operator that passes its input on as it is.
pub(crate) struct PassOn;

impl Operator for PassOn {
    fn kind(&self) -> &'static str {
        "pass_on"
    }

    fn apply(&mut self, inputs: &[Input<'_>], _: &Version, _: &StepCtx) -> Result<Option<Output>> {
        let input = inputs[0];
        let update = input.update.cloned().unwrap_or_default();
        Ok(Some(Output { rows: input.now.rows().clone(), columns: input.now.columns().to_vec(), update }))
    }
}
