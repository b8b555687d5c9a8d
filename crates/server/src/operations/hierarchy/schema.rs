//! The columns of views as clients know them.

use std::sync::Arc;

use arrow_schema::{Field, Schema};
use kinetable::Table;

use super::Hierarchy;
use crate::subscriptions;

/// Columns of the engine's views.
pub(super) const DEPTH: &str = "__DEPTH__";
pub(super) const EXPANDED: &str = "__EXPANDED__";
pub(super) const HAS_CHILDREN: &str = "__HAS_CHILDREN__";
/// What follows the name of a column of rows.
pub(super) const OF_ROWS: &str = "__OF_ROWS__";
/// What the engine calls a column of rows that has the name of one of groups.
pub(super) const CONSTITUENT: &str = "__CONSTITUENT__";

/// The columns of a view as clients know them: of the table `shown`, whose columns are those of the view.
pub(super) fn schema(hierarchy: &Hierarchy, shown: &Table) -> Arc<Schema> {
    let plain = subscriptions::exchange_schema(shown);
    let field = |field: &Arc<Field>| {
        let mut marks: Vec<(&str, String)> = Vec::new();
        let mut name = field.name().as_str();
        let yes = || "true".to_owned();
        match (name, hierarchy) {
            (DEPTH, _) => {
                marks.push(("hierarchicalTable.isStructuralColumn", yes()));
                marks.push(("hierarchicalTable.isRowDepthColumn", yes()));
                if matches!(hierarchy, Hierarchy::Rollup(_)) {
                    marks.push(("hierarchicalTable.isExpandByColumn", yes()));
                }
            }
            (EXPANDED, _) => {
                marks.push(("hierarchicalTable.isStructuralColumn", yes()));
                marks.push(("hierarchicalTable.isRowExpandedColumn", yes()));
            }
            (_, Hierarchy::Tree(tree)) => {
                marks.push(("treeTable.isNodeColumn", yes()));
                if name == tree.id {
                    marks.push(("hierarchicalTable.isExpandByColumn", yes()));
                    marks.push(("treeTable.isIdentifierColumn", yes()));
                }
                if name == tree.parent {
                    marks.push(("treeTable.isParentIdentifierColumn", yes()));
                }
            }
            (_, Hierarchy::Rollup(rollup)) => {
                let of_rows = name.strip_suffix(OF_ROWS);
                name = of_rows.unwrap_or(name);
                let is_key = rollup.levels.by.iter().any(|key| key == name);
                if is_key {
                    marks.push(("rollupTable.isGroupByColumn", yes()));
                }
                if of_rows.is_some() {
                    marks.push(("rollupTable.isConstituentNodeColumn", yes()));
                } else {
                    marks.push(("rollupTable.isAggregatedNodeColumn", yes()));
                    match is_key {
                        true => marks.push(("hierarchicalTable.isExpandByColumn", yes())),
                        false => {
                            let input = rollup.inputs.get(name).cloned().unwrap_or_default();
                            marks.push(("rollupTable.aggregationInputColumnName", input));
                        }
                    }
                }
            }
        }
        let mut metadata = field.metadata().clone();
        metadata.extend(marks.into_iter().map(|(key, value)| (format!("deephaven:{key}"), value)));
        Field::clone(field).with_name(name).with_metadata(metadata)
    };
    let fields: Vec<Field> = plain.fields().iter().map(field).collect();
    Arc::new(Schema::new_with_metadata(fields, plain.metadata().clone()))
}
