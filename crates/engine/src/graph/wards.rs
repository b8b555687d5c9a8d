//! Tables below a node that the node wakes itself, one by one: the constituents of a split.
//!
//! A change of the node queues its children, all of them. It does not queue its wards: only those that the operator
//! wakes, and all if the node fails. So a node can have a hundred thousand wards, and a cycle costs those it concerns.

use std::sync::{Arc, OnceLock, Weak};

use parking_lot::Mutex;

use super::{Inside, Node};
use crate::table::TableInner;
use crate::{Initial, Table, Version};

/// The wards of a node. Cheap to clone.
#[derive(Clone, Default)]
pub struct Wards(Arc<Inner>);

#[derive(Default)]
struct Inner {
    node: OnceLock<Weak<TableInner>>,
    woken: Mutex<Vec<Table>>,
    all: Mutex<All>,
}

#[derive(Default)]
struct All {
    tables: Vec<Weak<TableInner>>,
    /// From how many on those that nobody holds are forgotten.
    sweep_at: usize,
}

impl Wards {
    /// Makes a ward, at the step under way; static if the node is. Called inside of the graph. The operator of a ward is
    /// handed the node as its input, and runs when it is woken.
    pub fn make(&self, initial: Initial) -> Table {
        let Initial { definition, rows, columns, operator } = initial;
        let parent = self.0.node.get().and_then(Weak::upgrade).map(Table);
        let Some((graph, parent)) =
            parent.as_ref().and_then(|parent| Some((parent.graph()?.clone(), parent)))
        else {
            return Table::fixed(definition, rows, columns);
        };
        let (step, _) = Inside::of(&graph).expect("a ward is made inside of the graph");
        let node = Node::new(graph, vec![parent.clone()], operator);
        let table = Table::build(definition, Version::new(step, rows, columns), Some(node));
        self.remember(&table);
        table
    }

    fn remember(&self, table: &Table) {
        let mut all = self.0.all.lock();
        if all.tables.len() >= all.sweep_at.max(64) {
            all.tables.retain(|ward| ward.strong_count() > 0);
            all.sweep_at = 2 * all.tables.len();
        }
        all.tables.push(table.downgrade());
    }

    /// Has a ward run in the cycle under way, after the node.
    pub fn wake(&self, ward: Table) {
        self.0.woken.lock().push(ward);
    }

    /// The wards that were woken since this was asked last.
    pub(super) fn take_woken(&self) -> Vec<Table> {
        std::mem::take(&mut *self.0.woken.lock())
    }

    /// All wards that somebody holds.
    pub(super) fn all(&self) -> Vec<Table> {
        self.0.all.lock().tables.iter().filter_map(Weak::upgrade).map(Table).collect()
    }

    /// Says which node they belong to.
    pub(crate) fn settle(&self, table: &Table) {
        let is_first = self.0.node.set(table.downgrade()).is_ok();
        assert!(is_first, "wards belong to one node");
    }
}
