//! `head_by` and `tail_by`: the first or last rows of each group, so many.
//!
//! ```text
//!  result keys:  │ group 0 ...room │ group 1 ...room │ …       ──row map──▶  input keys
//! ```
//!
//! **Order**: groups in the order of their first appearance, and in a group its rows as the table has them: what
//! `group_by` and `ungroup` would give. Key columns come first.
//!
//! **State**: the row map, 8 bytes a row of the result in blocks; the row keys of each group, of which only the
//! first or last are kept where rows never go. Values are the table's own, seen through the map: nothing is copied.
//!
//! **Update rule**: a row that comes into a group's window is added, one that drops out is removed, whether it is
//! new to the table or not; one that stays is modified as above. Shifts of the table change the map only. Each group
//! has keys for four times the rows it may show; when those on one side are used up, its rows shift.
//!
//! **Cost**: the changed rows, those that shift among them; for groups whose window they touch, the rows of the window.
//!
//! **Invariants**: 1. a group's rows are the first or last of its members; 2. result rows ascend by group, then by
//! input key; 3. the map has an entry for each result row.

mod members;
mod places;
mod windows;

mod apply;

use kinetable_engine::{Definition, Error, Initial, Properties, Result, Table};

use super::by::refuse_duplicates;
use super::plan::Flow;
use super::spec::End;
use crate::support::blink::refuse_blink;
use apply::EndsBy;

/// The most rows a group may show.
const COUNT_MAX: u64 = i32::MAX as u64;

/// The first rows of each group, so many; without key columns of the whole table.
///
/// # Errors
/// If a key column does not exist, the table is blink, or the number is above 2³¹ − 1.
pub fn head_by(table: &Table, count: u64, by: &[&str]) -> Result<Table> {
    derive(table, End::First, count, by)
}

/// The last rows of each group, so many; without key columns of the whole table.
///
/// # Errors
/// As [`head_by`].
pub fn tail_by(table: &Table, count: u64, by: &[&str]) -> Result<Table> {
    derive(table, End::Last, count, by)
}

fn derive(table: &Table, end: End, count: u64, by: &[&str]) -> Result<Table> {
    let name = if end == End::First { "head_by" } else { "tail_by" };
    refuse_blink(table, name)?;
    if count > COUNT_MAX {
        let message = format!("{name} of {count} rows a group: {COUNT_MAX} are the most");
        return Err(Error::invalid(message).with_hint("use the table itself to see all of its rows"));
    }
    let definition = table.definition();
    let keys = by.iter().map(|name| definition.column_index(name)).collect::<Result<Vec<_>>>()?;
    let rest = (0..definition.schema.fields().len()).filter(|column| !keys.contains(column));
    let columns: Vec<usize> = keys.iter().copied().chain(rest).collect();
    refuse_duplicates(columns.iter().map(|column| definition.schema.field(*column).name().as_str()))?;
    let schema = definition.schema.project(&columns)?;
    let flow = Flow::of(definition.properties, table.is_live());
    Table::derive(std::slice::from_ref(table), |inputs| {
        let mut operator = EndsBy::new(&definition.schema, (end, count), keys, columns, flow)?;
        let output = operator.start(&inputs[0])?;
        Ok(Initial {
            definition: Definition::new(schema.into(), Properties::ANY),
            rows: output.rows,
            columns: output.columns,
            operator: Box::new(operator),
        })
    })
}
