//! Which graphs a thread is inside of: it runs one of their nodes, or an action between two cycles.
//!
//! What such a thread asks of the graph must not wait for the cycle, which waits for it. A table that it makes is made at
//! the step under way: from the outcomes of inputs that have run, and from the last version of those that have not.
//! A node may make tables only where its operator says that it does ([`Graph::making`]): a formula that did would be
//! evaluated more often than its author thinks.

use std::cell::RefCell;
use std::sync::Arc;

use super::Graph;

thread_local! {
    /// The graphs this thread is inside of, the innermost last, with the steps under way.
    static INSIDE: RefCell<Vec<(Graph, u64, May)>> = const { RefCell::new(Vec::new()) };
}

/// What a thread may do inside of a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum May {
    /// Ask for tables that are there.
    Look,
    /// Make tables, too.
    Make,
}

/// Being inside of a graph, until it is dropped.
pub(crate) struct Inside(());

impl Inside {
    /// Enters a graph at a step.
    pub(crate) fn enter(graph: &Graph, step: u64, may: May) -> Inside {
        INSIDE.with_borrow_mut(|inside| inside.push((graph.clone(), step, may)));
        Inside(())
    }

    /// The step under way and what may be done, if this thread is inside of the graph.
    pub(crate) fn of(graph: &Graph) -> Option<(u64, May)> {
        let same = |(other, ..): &&(Graph, u64, May)| Arc::ptr_eq(&other.0, &graph.0);
        INSIDE.with_borrow(|inside| inside.iter().rev().find(same).map(|(_, step, may)| (*step, *may)))
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        INSIDE.with_borrow_mut(|inside| inside.pop());
    }
}
