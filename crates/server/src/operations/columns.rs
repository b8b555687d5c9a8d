//! Columns: chosen, computed, dropped, told about.

use kinetable::{Names, Table};
use kinetable_wire::grpc::{DropColumnsRequest, SelectDistinctRequest, SelectOrUpdateRequest};

use super::Context;
use super::fault::{Outcome, unmet};

/// An operation with formulas.
type Selecting = fn(&Table, &[String], &dyn Names) -> kinetable::Result<Table>;

/// `update`, `view` and their like.
pub(super) fn selected(
    request: &SelectOrUpdateRequest,
    table: &Table,
    context: &Context,
    operation: Selecting,
) -> Outcome<Table> {
    Ok(operation(table, &request.column_specs, context.names())?)
}

/// All columns but some.
pub(super) fn drop(request: &DropColumnsRequest, table: &Table) -> Outcome<Table> {
    check_columns(table, &request.column_names)?;
    Ok(table.drop_columns(&request.column_names)?)
}

/// The different rows of some columns.
pub(super) fn distinct(request: &SelectDistinctRequest, table: &Table, context: &Context) -> Outcome<Table> {
    let formulas = |name: &&String| name.contains(['=', '(']);
    let plain: Vec<String> = request.column_names.iter().filter(|name| !formulas(name)).cloned().collect();
    check_columns(table, &plain)?;
    Ok(table.select_distinct(&request.column_names, context.names())?)
}

/// Refuses names that no column has.
fn check_columns(table: &Table, names: &[String]) -> Outcome<()> {
    let schema = table.schema();
    let missing: Vec<&str> =
        names.iter().map(|name| name.trim()).filter(|name| schema.index_of(name).is_err()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let columns: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    let (missing, columns) = (missing.join(", "), columns.join(", "));
    Err(unmet(format!("column(s) not found: {missing}\n  hint: columns: {columns}")))
}
