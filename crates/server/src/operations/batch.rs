//! A batch: operations that take the results of one another.

use std::collections::{BTreeSet, HashMap};

use kinetable_wire::grpc::operation::Op;
use kinetable_wire::grpc::table_reference::Ref;
use kinetable_wire::grpc::{BatchTableRequest, TableReference, Ticket};
use tonic::Status;

use super::fault::{Outcome, invalid, not_empty, unmet};
use super::references;

/// Operations that one batch may hold.
const OPS_MAX: usize = 10_000;

/// An operation of a batch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step<'a> {
    /// Its place in the request.
    pub index: usize,
    /// The operation.
    pub op: &'a Op,
    /// The ticket that its result goes to, if it has one.
    pub result: Option<&'a Ticket>,
}

/// Where an input of an operation of a batch comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Source<'a> {
    /// The result of another operation of the batch, by its place.
    Result(usize),
    /// Something outside.
    Ticket(&'a Ticket),
}

/// The steps of a batch, and of each the sources of its inputs.
#[derive(Debug)]
pub struct Plan<'a> {
    /// In an order in which each step comes after those that it takes results of; else in that of the request.
    pub steps: Vec<Step<'a>>,
    /// The sources of inputs, by the place in the request, each as [`super::inputs`] lists them.
    pub sources: Vec<Vec<Source<'a>>>,
}

/// The plan of a batch. A reference to the result ticket of an operation of the same batch, a later one included, is one to its result.
///
/// # Errors
/// `INVALID_ARGUMENT` if there is no operation, a reference by place is not to an earlier operation, two results have one ticket, or
/// operations wait for one another; `FAILED_PRECONDITION` if an operation or a table is missing.
pub fn plan(request: &BatchTableRequest) -> Result<Plan<'_>, Status> {
    Ok(planned(request)?)
}

fn planned(request: &BatchTableRequest) -> Outcome<Plan<'_>> {
    let ops = not_empty(&request.ops, "BatchTableRequest", "ops")?;
    if ops.len() > OPS_MAX {
        return Err(invalid(format!("a batch of {} operations; at most {OPS_MAX} are allowed", ops.len())));
    }
    if let Some(index) = ops.iter().position(|operation| operation.op.is_none()) {
        return Err(unmet(format!("operation {index} of the batch is of no known kind")));
    }
    let mut made: HashMap<&[u8], usize> = HashMap::new();
    let mut all = Vec::with_capacity(ops.len());
    for (index, op) in ops.iter().filter_map(|operation| operation.op.as_ref()).enumerate() {
        let result = references::result_id(op);
        if let Some(ticket) = result.filter(|ticket| !ticket.ticket.is_empty())
            && let Some(other) = made.insert(&ticket.ticket, index)
        {
            return Err(invalid(format!(
                "operations {other} and {index} of the batch have one result ticket"
            )));
        }
        all.push(Step { index, op, result });
    }
    let sources = all.iter().map(|step| sources(step, &made)).collect::<Outcome<Vec<_>>>()?;
    let steps = order(&sources)?.into_iter().map(|index| all[index]).collect();
    Ok(Plan { steps, sources })
}

fn sources<'a>(step: &Step<'a>, made: &HashMap<&[u8], usize>) -> Outcome<Vec<Source<'a>>> {
    let source = |reference: &'a TableReference| match &reference.r#ref {
        Some(Ref::BatchOffset(offset)) => match usize::try_from(*offset) {
            Ok(offset) if offset < step.index => Ok(Source::Result(offset)),
            _ => Err(invalid(format!(
                "operation {} of the batch takes the result of operation {offset}, which does not come before it",
                step.index
            ))),
        },
        Some(Ref::Ticket(ticket)) => Ok(match made.get(ticket.ticket.as_ref() as &[u8]) {
            Some(index) => Source::Result(*index),
            None => Source::Ticket(ticket),
        }),
        None => Err(unmet(format!(
            "operation {} of the batch has a table reference without a ticket",
            step.index
        ))),
    };
    references::inputs(step.op).into_iter().map(source).collect()
}

/// An order in which each comes after its sources: of several that can be next, the first.
fn order(sources: &[Vec<Source<'_>>]) -> Outcome<Vec<usize>> {
    let mut waits: Vec<usize> = Vec::with_capacity(sources.len());
    let mut waiting: Vec<Vec<usize>> = vec![Vec::new(); sources.len()];
    for (index, sources) in sources.iter().enumerate() {
        let results = sources.iter().filter_map(|source| match source {
            Source::Result(other) => Some(*other),
            Source::Ticket(_) => None,
        });
        let mut count = 0;
        for other in results {
            waiting[other].push(index);
            count += 1;
        }
        waits.push(count);
    }
    let mut ready: BTreeSet<usize> = (0..waits.len()).filter(|index| waits[*index] == 0).collect();
    let mut order = Vec::with_capacity(waits.len());
    while let Some(next) = ready.pop_first() {
        order.push(next);
        for index in std::mem::take(&mut waiting[next]) {
            waits[index] -= 1;
            if waits[index] == 0 {
                ready.insert(index);
            }
        }
    }
    if order.len() == waits.len() {
        return Ok(order);
    }
    let stuck = (0..waits.len()).find(|index| waits[*index] > 0).unwrap_or_default();
    Err(invalid(format!("operation {stuck} of the batch waits for its own result")))
}
