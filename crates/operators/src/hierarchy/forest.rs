//! Which rows lie below which, and which of them are visible.
//!
//! **State**: for each row its id, its parent, and, if it is visible, how it is shown. **Cost**: the changed rows, the rows
//! below those whose visibility or path changes, and a climb to the root for each changed row.
//!
//! **Invariants**: 1. a row is shown exactly if it is visible; 2. rows that lie below themselves are not visible.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use ahash::RandomState;
use kinetable_engine::Result;

use super::ids::{Id, Ids};

/// Which nodes are expanded: by id, as far down as a depth, or all.
#[derive(Debug, Clone)]
pub enum Expanded {
    /// Those of these ids: values of the type of the id column.
    Ids(arrow_array::ArrayRef),
    /// Those of less than this depth; roots have depth 0.
    Below(u32),
    /// All.
    All,
    /// Those of less than this depth, unless a node, or one above it, is marked: a mark a value of the array of ids.
    Marked(u32, arrow_array::ArrayRef, Vec<Mark>),
}

/// What is said of one node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// It is expanded.
    Open,
    /// It is not expanded; nor, if it is opened later, are those below it because of one above.
    Closed,
    /// It is expanded, and so are the nodes below it, down to so many levels in all.
    Deep(u32),
}

/// Which nodes are expanded, with ids as the forest knows them.
#[derive(Debug)]
pub(super) struct Open {
    /// How many levels are, the roots being the first.
    pub(super) levels: u32,
    /// What is said of nodes.
    pub(super) marks: HashMap<Id, Mark, RandomState>,
}

/// How a visible row is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) depth: u32,
    pub(super) expanded: bool,
    pub(super) has_children: bool,
    /// How many levels are expanded from this row on, itself being the first.
    pub(super) reach: u32,
    pub(super) path: Arc<[u8]>,
}

/// What is known of a row.
#[derive(Debug, Default)]
struct Node {
    id: Option<u32>,
    parent: Option<u32>,
    shown: Option<Shown>,
}

/// What a row is: its id, and that of its parent; a root has none.
pub(super) type Link = (Option<Id>, Option<Id>);

#[derive(Debug)]
pub(super) struct Forest {
    open: Open,
    ids: Ids,
    nodes: HashMap<u64, Node, RandomState>,
    dirty: BTreeSet<u64>,
    touched: BTreeSet<u32>,
}

/// What a pass made of a row: whether it was shown before, and how it is shown now.
pub(super) type Outcome = (bool, Option<Shown>);

/// The level of rows that lie below themselves.
const NOWHERE: u32 = u32::MAX;

impl Forest {
    pub(super) fn new(open: Open) -> Forest {
        Forest {
            open,
            ids: Ids::default(),
            nodes: HashMap::with_hasher(RandomState::with_seeds(1, 2, 3, 4)),
            dirty: BTreeSet::new(),
            touched: BTreeSet::new(),
        }
    }

    /// A row comes.
    pub(super) fn add(&mut self, row: u64, link: &Link) {
        self.nodes.insert(row, Node::default());
        self.link(row, link);
    }

    /// A row goes.
    pub(super) fn remove(&mut self, row: u64) {
        self.unlink(row);
        self.nodes.remove(&row);
        self.dirty.remove(&row);
    }

    /// A row gets another id or parent.
    pub(super) fn relink(&mut self, row: u64, link: &Link) {
        self.unlink(row);
        self.link(row, link);
    }

    /// A row's own sort key or values are others.
    pub(super) fn mark(&mut self, row: u64) {
        self.dirty.insert(row);
    }

    /// Rows get other keys, all at once.
    pub(super) fn rekey(&mut self, moves: &[(u64, u64)]) {
        let mut nodes = Vec::with_capacity(moves.len());
        for (old, new) in moves {
            let node = self.nodes.remove(old).expect("a row that moves is known");
            node.id.into_iter().for_each(|id| self.ids.remove_row(id, *old));
            node.parent.into_iter().for_each(|parent| self.ids.remove_child(parent, *old));
            if self.dirty.remove(old) {
                self.dirty.insert(*new);
            }
            nodes.push((*new, node));
        }
        for (new, node) in nodes {
            if let Some(id) = node.id {
                self.ids.add_row(id, new);
                self.touch_children(id);
            }
            node.parent.into_iter().for_each(|parent| self.ids.add_child(parent, new));
            self.dirty.insert(new);
            self.nodes.insert(new, node);
        }
    }

    fn link(&mut self, row: u64, (id, parent): &Link) {
        let id = id.as_ref().map(|id| self.ids.number(id));
        if let Some(id) = id {
            self.touch_node(id);
            self.ids.add_row(id, row);
            self.touch_children(id);
        }
        let parent = parent.as_ref().map(|parent| self.ids.number(parent));
        if let Some(parent) = parent {
            self.ids.add_child(parent, row);
            self.touch_node(parent);
        }
        let node = self.nodes.get_mut(&row).expect("a row that is linked is known");
        (node.id, node.parent) = (id, parent);
        self.dirty.insert(row);
    }

    fn unlink(&mut self, row: u64) {
        let node = self.nodes.get_mut(&row).expect("a row that is unlinked is known");
        let (id, parent) = (node.id.take(), node.parent.take());
        if let Some(id) = id {
            self.ids.remove_row(id, row);
            self.touch_node(id);
            self.touch_children(id);
            self.touched.insert(id);
        }
        if let Some(parent) = parent {
            self.ids.remove_child(parent, row);
            self.touch_node(parent);
            self.touched.insert(parent);
        }
    }

    fn touch_node(&mut self, id: u32) {
        self.dirty.extend(self.ids.node(id));
    }

    fn touch_children(&mut self, id: u32) {
        self.dirty.extend(self.ids.children(id).iter().copied());
    }

    /// Brings all rows up to date; `segments` gives the sort keys of rows that are visible. Gives what became of the rows that
    /// were looked at and were or are shown.
    pub(super) fn settle(
        &mut self,
        segments: impl Fn(&[u64]) -> Result<Vec<Vec<u8>>>,
    ) -> Result<BTreeMap<u64, Outcome>> {
        let mut levels: BTreeMap<u32, BTreeSet<u64>> = BTreeMap::new();
        for row in std::mem::take(&mut self.dirty) {
            levels.entry(self.level(row)).or_default().insert(row);
        }
        for number in std::mem::take(&mut self.touched) {
            self.ids.release(number);
        }
        let mut outcomes = BTreeMap::new();
        while let Some((level, rows)) = levels.pop_first() {
            let rows: Vec<u64> = rows.into_iter().collect();
            // Whatever is above rows that lie below themselves, they are not visible.
            let is_somewhere = level != NOWHERE;
            let parents: Vec<Option<Parent>> =
                rows.iter().map(|row| self.parent(*row).filter(|_| is_somewhere)).collect();
            let visible: Vec<u64> = rows
                .iter()
                .zip(&parents)
                .filter(|(_, parent)| parent.is_some())
                .map(|(row, _)| *row)
                .collect();
            let mut keys = segments(&visible)?.into_iter();
            for (row, parent) in rows.into_iter().zip(parents) {
                let shown =
                    parent.map(|parent| self.show(row, parent, keys.next().expect("a sort key a row")));
                let node = self.nodes.get_mut(&row).expect("a row that is looked at is known");
                let before = std::mem::replace(&mut node.shown, shown.clone());
                if below(&before) != below(&shown)
                    && let Some(id) = node.id
                    && self.ids.node(id) == Some(row)
                {
                    let next = levels.entry(level.saturating_add(1)).or_default();
                    next.extend(self.ids.children(id).iter().copied());
                }
                if before.is_some() || shown.is_some() {
                    outcomes.entry(row).or_insert((before.is_some(), None)).1 = shown;
                }
            }
        }
        Ok(outcomes)
    }

    /// How many rows there are above a row.
    fn level(&self, row: u64) -> u32 {
        let mut level = 0;
        let mut seen = HashSet::from([row]);
        let mut at = row;
        while let Some(parent) = self.nodes[&at].parent.and_then(|parent| self.ids.node(parent)) {
            if !seen.insert(parent) {
                return NOWHERE;
            }
            level += 1;
            at = parent;
        }
        level
    }

    /// What a row is shown below; `None`: it is not visible.
    fn parent(&self, row: u64) -> Option<Parent> {
        let Some(parent) = self.nodes[&row].parent else {
            return Some(Parent { depth: 0, reach: self.open.levels, path: Arc::default() });
        };
        let shown = self.nodes[&self.ids.node(parent)?].shown.as_ref()?;
        // All levels stay all levels.
        let reach = if shown.reach == u32::MAX { u32::MAX } else { shown.reach.saturating_sub(1) };
        shown.expanded.then(|| Parent { depth: shown.depth + 1, reach, path: shown.path.clone() })
    }

    fn show(&self, row: u64, parent: Parent, key: Vec<u8>) -> Shown {
        let id = self.nodes[&row].id;
        let has_children =
            id.is_some_and(|id| self.ids.node(id) == Some(row) && !self.ids.children(id).is_empty());
        let mark = id.and_then(|id| self.open.marks.get(self.ids.id(id)));
        let reach = match mark {
            _ if id.is_none() => 0,
            None => parent.reach,
            Some(Mark::Open) => parent.reach.max(1),
            Some(Mark::Closed) => 0,
            Some(Mark::Deep(levels)) => *levels,
        };
        let path = parent.path.iter().copied().chain(key).chain(row.to_be_bytes()).collect();
        Shown { depth: parent.depth, expanded: reach > 0 && has_children, has_children, reach, path }
    }

    /// Bytes held, about.
    pub(super) fn bytes(&self) -> usize {
        self.ids.bytes() + self.nodes.capacity() * (size_of::<Node>() + 16)
    }
}

/// What rows below are shown from.
struct Parent {
    depth: u32,
    reach: u32,
    path: Arc<[u8]>,
}

/// What of a row matters to the rows below it.
fn below(shown: &Option<Shown>) -> Option<(u32, u32, &[u8])> {
    shown.as_ref().filter(|shown| shown.expanded).map(|shown| (shown.depth, shown.reach, &*shown.path))
}
