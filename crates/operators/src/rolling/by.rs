//! The call: `update_by`.

use kinetable_engine::{Error, Initial, Properties, Result, Table};

use super::members::Members;
use super::operator::{Stay, UpdateBy};
use super::plan::Plan;
use super::spec::UpdateByOperation;

/// The table with a column for each result of the operations, which see the rows of a row's group: those with the same
/// values in the columns `by`, in row order; all rows if there are none. A result that has the name of a column takes
/// its place.
///
/// A blink table may have no keys; its rows are those of the current cycle.
///
/// # Errors
/// If a column does not exist or has a type that its operation does not take; if two results have one name or one would
/// replace a key; of a blink table with keys; if timestamps are null or descend within a group.
pub fn update_by(table: &Table, operations: &[UpdateByOperation], by: &[&str]) -> Result<Table> {
    let definition = table.definition();
    let keys = by.iter().map(|name| definition.column_index(name)).collect::<Result<Vec<_>>>()?;
    let blink = table.is_live() && definition.properties.blink;
    if blink && !by.is_empty() {
        return Err(Error::invalid("update_by with keys is not supported on a blink table")
            .with_hint("make it append-only first: blink_to_append_only(table)"));
    }
    let plan = Plan::new(table, operations, &keys)?;
    let mut result = definition.clone();
    result.schema = plan.schema.clone();
    if table.is_live() && !(definition.properties.append_only && plan.looks_back_only()) {
        result.properties = Properties::ANY;
    }
    let types: Vec<_> = keys.iter().map(|key| definition.schema.field(*key).data_type().clone()).collect();
    Table::derive(std::slice::from_ref(table), |inputs| {
        let stay = match table.is_live() && !blink {
            false => Stay::Gone,
            true if definition.properties.append_only => Stay::Appended,
            true => Stay::Kept,
        };
        let mut operator = UpdateBy { plan, members: Members::new(keys, &types)?, stay };
        let columns = operator.fill(&inputs[0])?;
        let rows = inputs[0].rows().clone();
        Ok(Initial { definition: result, rows, columns, operator: Box::new(operator) })
    })
}
