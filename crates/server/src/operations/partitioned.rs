//! Tables of tables.

use kinetable::{PartitionedTable, Table};
use kinetable_wire::grpc::{PartitionByRequest, UniqueBehavior};
use tonic::Status;

use super::fault::{Outcome, invalid, variant};

/// The rows of each key as a table of their own.
///
/// # Errors
/// If no key column is named, one is missing, or the table is a blink table.
pub fn partition_by(table: &Table, request: &PartitionByRequest) -> Result<PartitionedTable, Status> {
    let split = || -> Outcome<_> { Ok(table.partition_by(&request.key_column_names, request.drop_keys)?) };
    Ok(split()?)
}

/// The rows of all constituents.
///
/// # Errors
/// If a constituent has failed.
pub fn merge(partitioned: &PartitionedTable) -> Result<Table, Status> {
    let merged = || -> Outcome<_> { Ok(partitioned.merge()?) };
    Ok(merged()?)
}

/// The constituent of the key in the one row of a table; or, if several keys are permitted, the rows of the constituents of all keys of the
/// table, as these come and go.
///
/// # Errors
/// If the table of keys lacks a key column, or one key is wanted and it has more or no constituent.
pub fn get_table(
    partitioned: &PartitionedTable,
    keys: &Table,
    unique_behavior: i32,
) -> Result<Table, Status> {
    Ok(got(partitioned, keys, unique_behavior)?)
}

fn got(partitioned: &PartitionedTable, keys: &Table, unique_behavior: i32) -> Outcome<Table> {
    let names = partitioned.key_columns();
    match variant(unique_behavior, "behaviour for unique keys")? {
        UniqueBehavior::PermitMultipleKeys => {
            let chosen = partitioned.table().where_in(keys, names)?;
            Ok(partitioned.with_table(chosen).merge()?)
        }
        UniqueBehavior::NotSetUniqueBehavior | UniqueBehavior::RequireUniqueResultsStaticSingleKey => {
            let key = keys.batch(0..2, Some(names))?;
            if key.num_rows() != 1 {
                let rows = keys.size()?;
                return Err(invalid(format!("the table of keys has {rows} rows, but one key is wanted")));
            }
            let found = partitioned.constituent(key.columns().to_vec())?;
            found.ok_or_else(|| invalid("no constituent has this key"))
        }
    }
}
