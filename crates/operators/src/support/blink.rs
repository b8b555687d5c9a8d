//! What blink tables do not support, because it needs rows that are gone.

use kinetable_engine::{Error, Result, Table};

/// An error if a table is blink.
pub(crate) fn refuse_blink(table: &Table, operation: &str) -> Result<()> {
    match table.definition().properties.blink {
        true => Err(unsupported(operation)),
        false => Ok(()),
    }
}

/// The error of an operation that blink tables do not support.
pub(crate) fn unsupported(operation: &str) -> Error {
    Error::invalid(format!("Blink tables do not support {operation}: their rows are not kept"))
        .with_hint("keep them with blink_to_append_only first")
}
