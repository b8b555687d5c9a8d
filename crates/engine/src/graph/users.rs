//! Whether a blink table and the blink tables made of it have somebody who keeps, counts or is told what comes.
//!
//! A blink table forgets: what is made from it later never sees the rows that came before. A table that is not blink, made
//! from it, takes its rows in, and a listener is told of them; another blink table only passes them on. So a chain of blink
//! tables is looked at by its ends: one that has a table made from it is used as far as that one is.

use std::collections::HashSet;
use std::sync::{Arc, Weak};

use super::{Child, Node};
use crate::Table;

impl Table {
    /// Whether this table is blink, and it or a blink table made of it has neither a table made from it nor a listener. Looks at
    /// each blink table below once.
    pub fn awaits_users(&self) -> bool {
        // All that were found are held until the end, so that no address comes twice.
        let (mut found, mut seen) = (vec![self.clone()], HashSet::new());
        let mut next = 0;
        while let Some(table) = found.get(next).cloned() {
            next += 1;
            let node = table.0.node.as_ref().filter(|_| table.is_blink());
            let Some(node) = node.filter(|_| seen.insert(Arc::as_ptr(&table.0).addr())) else {
                continue;
            };
            let children = node.child_tables();
            if children.is_empty() && !node.has_listener() {
                return true;
            }
            found.extend(children);
        }
        false
    }

    fn is_blink(&self) -> bool {
        self.definition().properties.blink
    }
}

impl Node {
    /// The tables made from this one that somebody holds. One that is being made now is not among them: whether it is blink
    /// is known when it stands.
    fn child_tables(&self) -> Vec<Table> {
        let table = |child: &Child| match child {
            Child::Table(weak) => weak.upgrade().map(Table),
            Child::Part(letter) => letter.upgrade().and_then(|letter| letter.node()),
            Child::Catchup(_) => None,
        };
        self.children.lock().iter().filter_map(table).collect()
    }

    fn has_listener(&self) -> bool {
        self.listeners.lock().iter().any(|listener| Weak::strong_count(listener) > 0)
    }
}
