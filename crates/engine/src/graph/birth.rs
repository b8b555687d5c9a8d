//! Tables made at the step under way: by a thread that is inside of the graph, where no step can be missed.

use super::node::{Outcome, Step};
use super::{Graph, Node, Parts, Wards};
use crate::{Error, Initial, Result, Table, Version};

/// A table made by a thread that is inside of the graph. Inputs that have run in this cycle are seen as they are now, and
/// do not count as changed when the table itself is run in this cycle because of others.
pub(crate) fn born(
    graph: &Graph,
    step: u64,
    inputs: &[Table],
    wards: Option<Wards>,
    init: impl FnOnce(&[Version]) -> Result<Initial>,
) -> Result<Table> {
    let outcomes: Vec<Option<Outcome>> = inputs.iter().map(Table::outcome).collect();
    let seen = outcomes.iter().map(Option::is_some).collect();
    let initial = init(&versions_under_way(inputs, outcomes)?)?;
    let mut node = Node::new(graph.clone(), inputs.to_vec(), initial.operator);
    node.born = Some((step, seen));
    node.wards = wards.clone();
    let version = Version::new(step, initial.rows, initial.columns);
    let table = Table::build(initial.definition, version, Some(node));
    wards.iter().for_each(|wards| wards.settle(&table));
    table.join_parents();
    Ok(table)
}

fn versions_under_way(inputs: &[Table], outcomes: Vec<Option<Outcome>>) -> Result<Vec<Version>> {
    let version = |(input, outcome)| match outcome {
        Some(Outcome::Failed(error)) => Err(Error::in_context(error, "an input has failed")),
        outcome => Ok(Step::of(input, outcome).now),
    };
    inputs.iter().zip(outcomes).map(version).collect()
}

impl Table {
    /// A table made from tables and from parts that come and go. It is made between two cycles, which wait for it, so
    /// `init` should look at no cell. Without a graph all of them are static.
    ///
    /// # Errors
    /// What `init` returns, and the failure of an input that has failed.
    pub fn gather(
        graph: Option<&Graph>,
        inputs: &[Table],
        parts: &Parts,
        init: impl FnOnce(&[Version]) -> Result<Initial>,
    ) -> Result<Table> {
        for input in inputs {
            input.ensure_alive()?;
        }
        let Some(graph) = graph else {
            let initial = init(&crate::versions(inputs))?;
            return Ok(Table::fixed(initial.definition, initial.rows, initial.columns));
        };
        graph.between_cycles(|step| {
            let outcomes: Vec<Option<Outcome>> = inputs.iter().map(Table::outcome).collect();
            let seen = outcomes.iter().map(Option::is_some).collect();
            let initial = init(&versions_under_way(inputs, outcomes)?)?;
            if !inputs.iter().any(Table::is_live) && !parts.are_live() {
                return Ok(Table::fixed(initial.definition, initial.rows, initial.columns));
            }
            let mut node = Node::new(graph.clone(), inputs.to_vec(), initial.operator);
            node.depth = parts.depth(node.depth);
            node.born = Some((step, seen));
            let depth = node.depth;
            let version = Version::new(step, initial.rows, initial.columns);
            let table = Table::build(initial.definition, version, Some(node));
            parts.settle(&table, depth);
            table.join_parents();
            Ok(table)
        })
    }
}
