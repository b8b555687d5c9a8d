//! Columns that a client cannot show, as texts.

use arrow_schema::DataType;
use kinetable::Table;
use kinetable_wire::grpc::ApplyPreviewColumnsRequest;
use kinetable_wire::schema::java_name;

use super::fault::{Outcome, invalid};
use crate::subscriptions::spelled;

/// Bytes of a cell that is shown as a text.
const BYTES_MAX: usize = 1_000;

/// The table with arrays, if asked for, and columns of types that the client does not know as texts; itself if there are none.
pub(super) fn preview(request: &ApplyPreviewColumnsRequest, table: &Table) -> Outcome<Table> {
    let known = &request.unpreviewed_types;
    if request.convert_arrays && known.is_empty() {
        return Err(invalid(
            "ApplyPreviewColumnsRequest must have at least one unpreviewed_types to convert arrays",
        ));
    }
    let is_preview = |data_type: &DataType| match data_type {
        DataType::List(_) | DataType::BinaryView => request.convert_arrays,
        other => !known.is_empty() && !known.contains(&java_name(other)),
    };
    let fields = table.schema().fields().iter().filter(|field| is_preview(field.data_type()));
    let columns: Vec<String> = fields.map(|field| field.name().clone()).collect();
    match columns.as_slice() {
        [] => Ok(table.clone()),
        columns => Ok(table.shown(columns, BYTES_MAX, spelled)?),
    }
}
