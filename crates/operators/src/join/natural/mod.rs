//! `natural_join` and `exact_join`: each left row with the columns of the right row of the same key.
//!
//! ```text
//!  left rows ──▶ row map (left key → right key, in blocks) ──▶ right columns, redirected
//!       └─ key ─▶ slot ─▶ right rows, left rows ─┘
//! ```
//!
//! **State**: the row map (8 bytes a left row); an index from keys to slots, and by slot the right rows; if the right table
//! is live, the left rows by slot too. Left columns are shared; right columns are read through the map.
//!
//! **Update rule**: left rows come, go, change and shift as above; a row whose key may have changed is matched anew.
//! Right rows that come, go or change their key match their key's left rows anew, which are modified in the added
//! columns if they got another row; a right row that changed in an added column modifies the left rows that show it. A
//! right row that shifts changes nothing but the map.
//!
//! **Cost**: the changed rows of both sides, the left rows of right keys that changed, and rows that shift.
//!
//! **Invariants**: 1. the map has an entry for every left row; 2. a slot has a row on one side, or its key is forgotten;
//! 3. without [`NaturalJoinType::FirstMatch`] or [`NaturalJoinType::LastMatch`], no left row has several right rows.

mod apply;
mod state;

use kinetable_engine::{Result, Table};

use state::Join;

/// Which right row a left row gets when several have its key, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NaturalJoinType {
    /// None: nulls. Several: the table fails.
    #[default]
    ErrorOnDuplicate,
    /// None: nulls. Several: the first.
    FirstMatch,
    /// None: nulls. Several: the last.
    LastMatch,
    /// None or several: the table fails.
    ExactlyOne,
}

/// All left rows, with columns of the right row whose key is the same: pairs `on` of left and right column, and pairs
/// `add` of the name in the result and the right column. Without keys every right row matches.
///
/// # Errors
/// If a column is missing, key types differ, names clash, or the rows that are there do not match as `policy` wants.
pub fn natural_join(
    left: &Table,
    right: &Table,
    on: &[(&str, &str)],
    add: &[(&str, &str)],
    policy: NaturalJoinType,
) -> Result<Table> {
    let operation = match policy {
        NaturalJoinType::ExactlyOne => "exact_join",
        _ => "natural_join",
    };
    let join = Join::resolve(left, right, on, add, policy).map_err(|e| e.in_context(operation))?;
    Table::derive(&[left.clone(), right.clone()], |inputs| {
        join.start(left, right, &inputs[0], &inputs[1]).map_err(|error| error.in_context(operation))
    })
}

/// All left rows, each with columns of the one right row whose key is the same.
///
/// # Errors
/// As [`natural_join`], and if a left row has no right row.
pub fn exact_join(left: &Table, right: &Table, on: &[(&str, &str)], add: &[(&str, &str)]) -> Result<Table> {
    natural_join(left, right, on, add, NaturalJoinType::ExactlyOne)
}

/// What a join adds when nothing is said: all right columns but those that are keys under the same name on the left.
/// Pairs of the name in the result and the right column.
pub fn default_additions(right: &Table, on: &[(&str, &str)]) -> Vec<(String, String)> {
    let fields = right.schema().fields().iter();
    fields
        .map(|field| field.name().as_str())
        .filter(|name| !on.iter().any(|(left, right)| left == right && right == name))
        .map(|name| (name.to_owned(), name.to_owned()))
        .collect()
}
