//! Hierarchies: rows that lie below other rows, shown as one flat table in view order, as far as they are expanded.
//!
//! ```text
//!  rows with id and parent ─forest─▶ visible rows: depth, expanded, has children, path ─sort by path─▶ view
//!  levels of a rollup ─merge─┘
//! ```
//!
//! A row is visible if it has no parent, or its parent is visible and expanded. The *path* of a row is the sort keys of the rows
//! from the root to it, one after the other, as bytes: a row comes after its parent and before its parent's next sibling exactly
//! if its path does.

mod ids;

mod forest;

mod apply;

mod tree;

mod ancestors;

mod rollup;

mod functions;

pub use ancestors::with_ancestors;
pub use forest::{Expanded, Mark};
pub use rollup::{OpenGroups, Rollup, rollup_view, with_columns_of};
pub use tree::{Tree, promote_orphans, tree_view};

/// The columns that a view has before those of the rows.
pub const DEPTH: &str = "__DEPTH__";
/// Whether the rows below are shown.
pub const EXPANDED: &str = "__EXPANDED__";
/// Whether there are rows below.
pub const HAS_CHILDREN: &str = "__HAS_CHILDREN__";
