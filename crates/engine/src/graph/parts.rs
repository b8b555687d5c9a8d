//! Tables that a node follows besides its inputs, and that come and go: the constituents that a merge puts together.
//!
//! A node cannot ask thousands of parts whether they changed. So a part that changes puts its change, under the number it
//! is followed by, into the letter box of the node, and queues the node.
//!
//! **Depth**: a node has to run after its parts, also after those that come later. It stands at the next multiple of
//! [`STRATUM`] above all it follows when it is made; a part that stands deeper is refused.
//!
//! **Invariants**: 1. a part's depth is less than that of the node that follows it; 2. a change is put into the letter box
//! once.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock, Weak};

use parking_lot::Mutex;

use super::Child;
use super::node::{Outcome, Step};
use crate::table::TableInner;
use crate::{Change, Error, Result, Table, Version};

/// Chains of fewer nodes than this lie between a node that follows parts and the next.
pub(crate) const STRATUM: u32 = 1 << 16;

/// The letter box of a node that follows parts. Cheap to clone.
#[derive(Clone, Default)]
pub struct Parts(Arc<Inner>);

#[derive(Default)]
struct Inner {
    node: OnceLock<(Weak<TableInner>, u32)>,
    depth_max: AtomicU32,
    letters: Mutex<Vec<(u64, Outcome)>>,
}

/// Follows a part until it is dropped.
pub struct Followed {
    _letter: Arc<Letter>,
}

/// Where the changes of one part go.
pub(crate) struct Letter {
    number: u64,
    parts: Weak<Inner>,
}

impl Parts {
    /// Follows a table from now on under a number; gives the version it starts from. Called inside of the graph.
    ///
    /// # Errors
    /// If the table has failed, or stands too deep in the graph.
    pub fn follow(&self, number: u64, table: &Table) -> Result<(Version, Followed)> {
        table.ensure_alive()?;
        let letter = Arc::new(Letter { number, parts: Arc::downgrade(&self.0) });
        let outcome = table.outcome();
        if let Some(Outcome::Failed(error)) = outcome {
            return Err(error);
        }
        if let Some(node) = &table.0.node {
            self.check_depth(node.depth)?;
            node.children.lock().push(Child::Part(Arc::downgrade(&letter)));
        }
        Ok((Step::of(table, outcome).now, Followed { _letter: letter }))
    }

    /// The changes of parts since this was asked last, with the numbers they are followed by.
    ///
    /// # Errors
    /// If a part failed.
    pub fn take(&self) -> Result<Vec<(u64, Arc<Change>)>> {
        let letters = std::mem::take(&mut *self.0.letters.lock());
        let open = |(number, outcome)| match outcome {
            Outcome::Changed(change) => Ok((number, change)),
            Outcome::Failed(error) => Err(error),
        };
        letters.into_iter().map(open).collect()
    }

    fn check_depth(&self, depth: u32) -> Result<()> {
        match self.0.node.get() {
            Some((_, own)) if depth >= *own => {
                let message =
                    "a table was made, in a cycle, from tables that are brought up to date later in it";
                Err(Error::invalid(message)
                    .with_hint("name the other tables that the function uses in `dependencies`"))
            }
            Some(_) => Ok(()),
            None => {
                self.0.depth_max.fetch_max(depth + 1, Ordering::Relaxed);
                Ok(())
            }
        }
    }

    /// Whether a live table is followed.
    pub(crate) fn are_live(&self) -> bool {
        self.0.depth_max.load(Ordering::Relaxed) > 0
    }

    /// The depth of a node that follows these parts and has inputs of this depth.
    pub(crate) fn depth(&self, inputs: u32) -> u32 {
        let depth = inputs.max(self.0.depth_max.load(Ordering::Relaxed));
        (depth / STRATUM + 1) * STRATUM
    }

    /// Says which node follows.
    pub(crate) fn settle(&self, table: &Table, depth: u32) {
        let is_first = self.0.node.set((table.downgrade(), depth)).is_ok();
        assert!(is_first, "parts belong to one node");
    }
}

impl Letter {
    /// The node that follows, if somebody holds it.
    pub(super) fn node(&self) -> Option<Table> {
        self.parts.upgrade()?.node.get()?.0.upgrade().map(Table)
    }

    /// Puts an outcome into the letter box; gives the node to be queued, none if it is gone.
    pub(super) fn post(&self, outcome: &Outcome) -> Option<Table> {
        let (parts, table) = (self.parts.upgrade()?, self.node()?);
        parts.letters.lock().push((self.number, outcome.clone()));
        Some(table)
    }
}
