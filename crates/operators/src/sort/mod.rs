//! Rows in another order: [`sort`] and [`reverse`]; [`assert_sorted`] tests the order they have.

mod asserted;
mod fixed;
mod levels;
mod live;
mod marks;
mod order;
mod reverse;
mod room;
mod search;
mod words;

use kinetable_engine::{Error, Result, Table};

pub use asserted::assert_sorted;
pub use order::Direction;
pub(crate) use order::{Order, WordEncoder, word_encoder};
pub use reverse::reverse;
pub(crate) use room::{Insert, fresh, make_room};

/// The rows ordered by columns, the first one first. Rows with equal keys stay in the order they had. Ascending, null is
/// first and NaN last; descending the other way round. A blink table's rows are sorted each cycle.
///
/// # Errors
/// If there is no such column, or its type has no order.
pub fn sort(table: &Table, keys: &[(usize, Direction)]) -> Result<Table> {
    let width = table.schema().fields().len();
    if let Some((column, _)) = keys.iter().find(|(column, _)| *column >= width) {
        let message = format!("sort by column {column} of a table of {width} columns");
        return Err(Error::invalid(message));
    }
    if keys.is_empty() {
        return Ok(table.clone());
    }
    let order = Order::new(table.schema(), keys)?;
    let properties = table.definition().properties;
    if !table.is_live() || properties.blink {
        return fixed::sorted(table, order);
    }
    live::sorted(table, order)
}
