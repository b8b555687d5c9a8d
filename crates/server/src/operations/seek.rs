//! The next row with a value, for a grid that scrolls to it.

use kinetable::{NoNames, Table};
use kinetable_wire::grpc::{Reference, SeekRowRequest};
use tonic::Status;

use super::fault::{Outcome, unmet};
use super::literal::{column, is_text, spelled};

/// The position of the next row, from `starting_row` on and then from the other end, whose cell is the value or, of texts, contains it; −1
/// if there is none. The rows are looked at as they are now.
///
/// **Cost**: the column is read whole.
///
/// # Errors
/// If there is no such column, or the value cannot be compared with its cells.
pub fn seek_row(table: &Table, request: &SeekRowRequest) -> Result<i64, Status> {
    Ok(sought(table, request)?)
}

fn sought(table: &Table, request: &SeekRowRequest) -> Outcome<i64> {
    let Some(value) = &request.seek_value else {
        return Err(unmet("there is no seek_value to look for"));
    };
    let reference = Reference { column_name: request.column_name.clone() };
    let (name, data_type) = column(table.schema(), Some(&reference))?;
    let value = spelled(value, Some(data_type))?;
    let icase = if request.insensitive { "icase " } else { "" };
    let condition = match (is_text(data_type), request.contains) {
        (true, true) => format!("{name} {icase}includes {value}"),
        (true, false) => format!("{name} {icase}in {value}"),
        (false, _) => format!("{name} in {value}"),
    };
    let now = table.view(&[name.to_owned()], &NoNames)?.snapshot()?;
    let found = now.where_(&[condition], &NoNames)?.version()?;
    let positions = now.version()?.rows().positions_of(found.rows());
    let start = u64::try_from(request.starting_row).unwrap_or(0);
    let next = match request.is_backward {
        false => positions.select(positions.rank(start)).or_else(|| positions.first()),
        true => match positions.rank(start.saturating_add(1)) {
            0 => positions.last(),
            before => positions.select(before - 1),
        },
    };
    Ok(next.map_or(-1, |position| i64::try_from(position).unwrap_or(i64::MAX)))
}
