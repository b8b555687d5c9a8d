//! Trees: each row names the row it lies below.

use kinetable_engine::{Error, Result, Table};

use super::apply::{PATH, Shape, visible};
use super::forest::Expanded;
use crate::join::{NaturalJoinType, natural_join};
use crate::select::{Selection, drop_columns, update_view, view};
use crate::sort::{Direction, sort};

/// The column of parents that are there.
const FOUND: &str = "__FOUND_PARENT__";

/// Which columns make a tree of a table.
#[derive(Debug, Clone)]
pub struct Tree<'a> {
    /// The id of a row. If several rows have an id, rows with that parent lie below the first of them.
    pub id: &'a str,
    /// The id of the row it lies below; null for a root.
    pub parent: &'a str,
    /// What the rows below one row are sorted by, before their place in the table.
    pub order: &'a [(usize, Direction)],
}

/// The rows of a tree in view order, as far as it is expanded: columns for depth, expanded and has children, then those of the table.
///
/// # Errors
/// If a column is missing, id and parent differ in type, or the table is a blink table.
pub fn tree_view(table: &Table, tree: &Tree<'_>, expanded: &Expanded) -> Result<Table> {
    let (id, parent) = columns(table, tree.id, tree.parent)?;
    let shape = Shape { id, parent, order: tree.order, inner: None };
    sorted(&visible(table, &shape, expanded)?)
}

/// A table with a column of parents in which parents that are not there are null, so that their rows are roots: `parent` itself.
///
/// # Errors
/// As [`tree_view`].
pub fn promote_orphans(table: &Table, id: &str, parent: &str) -> Result<Table> {
    columns(table, id, parent)?;
    let policy = NaturalJoinType::FirstMatch;
    let joined = natural_join(table, table, &[(parent, id)], &[(FOUND, id)], policy)?;
    let found = joined.definition().column_index(FOUND)?;
    let replaced = update_view(&joined, &[Selection::column(parent, found)])?;
    drop_columns(&replaced, &[FOUND])
}

pub(super) fn columns(table: &Table, id: &str, parent: &str) -> Result<(usize, usize)> {
    let definition = table.definition();
    if definition.properties.blink {
        return Err(Error::invalid("a blink table does not support tree: its rows are not kept")
            .with_hint("keep them with blink_to_append_only first"));
    }
    let (at, above) = (definition.column_index(id)?, definition.column_index(parent)?);
    let types = (definition.schema.field(at).data_type(), definition.schema.field(above).data_type());
    if types.0 != types.1 {
        let (id_type, parent_type) = types;
        let message =
            format!("id column \"{id}\" is {id_type}, but parent column \"{parent}\" is {parent_type}");
        return Err(Error::invalid(message).with_hint("cast one of them with update_view"));
    }
    Ok((at, above))
}

/// Visible rows in view order, without their paths.
pub(super) fn sorted(visible: &Table) -> Result<Table> {
    let path = visible.definition().column_index(PATH)?;
    let sorted = sort(visible, &[(path, Direction::Ascending)])?;
    let names = visible.schema().fields().iter().enumerate();
    let kept: Vec<Selection> = names
        .filter(|(index, _)| *index != path)
        .map(|(index, field)| Selection::column(field.name().clone(), index))
        .collect();
    view(&sorted, &kept)
}
