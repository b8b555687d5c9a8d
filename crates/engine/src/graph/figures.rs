//! What there is to know of a graph: its nodes, found from the sources down, and the newest cycles.
//!
//! **Cost**: looking at all nodes costs a look at each that somebody holds; nothing is kept for it.

use std::collections::HashSet;
use std::sync::Weak;
use std::sync::atomic::Ordering;

use super::{Child, CycleWork, Graph, Node, NodeWork};
use crate::Table;

/// What there is to know of a live table, apart from its rows.
#[derive(Debug, Clone)]
pub struct NodeFigures {
    /// The number of the node in its graph, from 1: no other node ever has it.
    pub number: u64,
    /// What its operator is called.
    pub kind: &'static str,
    /// How many nodes lie above it at most.
    pub depth: u32,
    /// The numbers of the live tables it is made from.
    pub parents: Vec<u64>,
    /// Whether it is a table without inputs.
    pub is_source: bool,
    /// Who listens to it.
    pub listeners: usize,
    /// What it has done.
    pub work: NodeWork,
}

impl Graph {
    /// All live tables that somebody holds, by number; those that stand aside are left out. Of constituents that a table
    /// wakes itself, those that were woken once are found as others are.
    pub fn tables(&self) -> Vec<Table> {
        let mut found = self.sources();
        let mut seen: HashSet<u64> = found.iter().filter_map(Table::number).collect();
        let mut next = 0;
        while let Some(table) = found.get(next).cloned() {
            next += 1;
            let below = table.0.node.as_ref().map(Node::below).unwrap_or_default();
            found.extend(below.into_iter().filter(|table| table.number().is_some_and(|n| seen.insert(n))));
        }
        found.retain(|table| table.0.node.as_ref().is_some_and(|node| !node.meter.is_aside()));
        found.sort_unstable_by_key(Table::number);
        found
    }

    /// The newest cycles after a step, oldest first; [`super::CYCLES_KEPT`] at most.
    pub fn cycles_after(&self, step: u64) -> Vec<CycleWork> {
        self.0.cycles.after(step)
    }

    /// How many live tables were ever made.
    pub fn nodes_made(&self) -> u64 {
        self.0.numbers.load(Ordering::Relaxed)
    }
}

impl Node {
    /// The tables that depend on this one, and are held.
    fn below(&self) -> Vec<Table> {
        let table = |child: &Child| match child {
            Child::Table(weak) => weak.upgrade().map(Table),
            Child::Part(letter) => letter.upgrade().and_then(|letter| letter.node()),
            Child::Catchup(_) => None,
        };
        let mut below: Vec<Table> = self.children.lock().iter().filter_map(table).collect();
        below.extend(self.wards.iter().flat_map(|wards| wards.all()));
        below
    }
}

impl Table {
    /// The number of a live table in its graph, from 1; none if it is static.
    pub fn number(&self) -> Option<u64> {
        self.0.node.as_ref().map(|node| node.meter.number)
    }

    /// What there is to know of a live table; none if it is static.
    pub fn figures(&self) -> Option<NodeFigures> {
        let node = self.0.node.as_ref()?;
        Some(NodeFigures {
            number: node.meter.number,
            kind: node.kind,
            depth: node.depth,
            parents: node.parents.iter().filter_map(Table::number).collect(),
            is_source: node.depth == 0,
            listeners: node.listeners.lock().iter().filter(|one| Weak::strong_count(one) > 0).count(),
            work: node.meter.work(),
        })
    }

    /// As [`Table::bytes`], but none while its operator is at work: nothing waits.
    pub fn bytes_if_idle(&self) -> Option<usize> {
        let operator = match &self.0.node {
            None => 0,
            Some(node) => node.operator.try_lock()?.bytes(),
        };
        Some(self.column_bytes() + operator)
    }

    /// Rows and bytes that wait for the next cycle of a source; none while it is at work.
    pub fn queued(&self) -> Option<(usize, usize)> {
        let node = self.0.node.as_ref()?;
        node.operator.try_lock().map(|operator| operator.queued())
    }

    /// Leaves this table, and all that is made of it from now on, out of the figures of the graph: it tells of them.
    pub fn stand_aside(&self) {
        self.0.node.iter().for_each(|node| node.meter.stand_aside());
    }

    /// Whether the table tells of figures of the graph.
    pub fn is_aside(&self) -> bool {
        self.0.node.as_ref().is_some_and(|node| node.meter.is_aside())
    }
}
