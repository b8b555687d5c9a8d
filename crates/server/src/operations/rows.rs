//! Rows: ordered, cut, taken apart, copied.

use kinetable::{Order, SnapshotMode, SortKey, Table};
use kinetable_wire::grpc::{
    HeadOrTailByRequest, HeadOrTailRequest, SliceRequest, SnapshotWhenTableRequest, SortDirection,
    SortTableRequest, UngroupRequest,
};

use super::fault::{Outcome, invalid, unsupported, variant};

/// Rows in another order. A reversal, of whatever column, is done before all sorting, which keeps the order of equal rows.
pub(super) fn sort(request: &SortTableRequest, table: &Table) -> Outcome<Table> {
    let mut keys = Vec::with_capacity(request.sorts.len());
    let mut is_reversed = false;
    for sort in &request.sorts {
        let order = match variant(sort.direction, "direction of a sort")? {
            SortDirection::Ascending => Order::Ascending,
            SortDirection::Descending => Order::Descending,
            SortDirection::Reverse => {
                is_reversed = !is_reversed;
                continue;
            }
            SortDirection::Unknown => {
                return Err(invalid(format!("the sort by \"{}\" has no direction", sort.column_name)));
            }
        };
        let column = sort.column_name.clone();
        keys.push(match sort.is_absolute {
            true => SortKey::absolute(column, order),
            false => SortKey::new(column, order),
        });
    }
    let table = if is_reversed { table.reverse()? } else { table.clone() };
    Ok(table.sort_keys(&keys)?)
}

/// The first or last rows.
pub(super) fn ends(
    request: &HeadOrTailRequest,
    table: &Table,
    cut: impl FnOnce(&Table, u64) -> kinetable::Result<Table>,
) -> Outcome<Table> {
    Ok(cut(table, count(request.num_rows, "num_rows")?)?)
}

/// The first or last rows of each group.
pub(super) fn ends_by(
    request: &HeadOrTailByRequest,
    table: &Table,
    cut: impl FnOnce(&Table, u64, &[String]) -> kinetable::Result<Table>,
) -> Outcome<Table> {
    Ok(cut(table, count(request.num_rows, "num_rows")?, &request.group_by_column_specs)?)
}

/// The rows between two positions. Here a stop of 0 after a negative start is the end.
pub(super) fn slice(request: &SliceRequest, table: &Table) -> Outcome<Table> {
    let (start, stop) = (request.first_position_inclusive, request.last_position_exclusive);
    let stop = if start < 0 && stop == 0 { i64::MAX } else { stop };
    Ok(table.slice(start, stop)?)
}

/// A row for each element of arrays.
pub(super) fn ungroup(request: &UngroupRequest, table: &Table) -> Outcome<Table> {
    Ok(match request.null_fill {
        true => table.ungroup_filled(&request.columns_to_ungroup)?,
        false => table.ungroup(&request.columns_to_ungroup)?,
    })
}

/// A copy taken anew whenever another table ticks.
pub(super) fn snapshot_when(
    request: &SnapshotWhenTableRequest,
    table: &Table,
    trigger: &Table,
) -> Outcome<Table> {
    let initial = request.initial;
    let mode = match (request.history, request.incremental) {
        (true, incremental) if incremental || initial => {
            return Err(unsupported("a snapshot with history is neither initial nor incremental"));
        }
        (true, _) => SnapshotMode::History,
        (false, true) => SnapshotMode::Incremental { initial },
        (false, false) => SnapshotMode::Full { initial },
    };
    let stamps = Some(request.stamp_columns.as_slice()).filter(|stamps| !stamps.is_empty());
    Ok(table.snapshot_when(trigger, stamps, mode)?)
}

/// A number of rows.
pub(super) fn count(number: i64, what: &str) -> Outcome<u64> {
    u64::try_from(number).map_err(|_| invalid(format!("{what} is {number}, but must not be negative")))
}
