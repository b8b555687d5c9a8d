//! Rollups and trees: made of tables, filtered and sorted, and shown as far as they are expanded.
//!
//! ```text
//!  table ─▶ Hierarchy ─ apply: filters, sorts, columns ─▶ Hierarchy ─ view: which rows are expanded ─▶ View: a flat table
//! ```
//!
//! Clients count depths from 1, and know a row without rows below by a null in the column that says whether it is expanded. They find the
//! columns by marks in the schema. In rollups, columns of groups and of the rows below them are told apart by a mark, not by
//! their names; a table needs names, so columns of rows carry a suffix here, which [`View::schema`] takes off.

mod expand;
mod made;
mod schema;

pub use expand::view;
pub use made::{Hierarchy, Remake, Rollup, Tree, View};
