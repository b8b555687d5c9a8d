//! `assert_sorted`: the same rows, which fail once they are out of order.
//!
//! **State**: none. **Update rule**: rows pass as they come; of each row that was added, or modified in the column, the order
//! with its neighbours is tested. Rows that go or shift keep the order of the others. **Cost**: the added and modified
//! rows, and their neighbours.

use arrow_array::UInt64Array;
use kinetable_engine::{Error, Initial, Input, Operator, Output, Result, RowSet, StepCtx, Table, Version};

use super::order::{Direction, Order};

/// The rows as they are, if they are ordered by a column and stay so. `description` says in the error what is not sorted.
///
/// # Errors
/// If there is no such column, its type has no order, or two rows are out of order now; the table fails when two are later.
pub fn assert_sorted(table: &Table, column: usize, direction: Direction, description: &str) -> Result<Table> {
    let order = Order::new(table.schema(), &[(column, direction)])?;
    let name = table.schema().field(column).name().clone();
    let word = if direction == Direction::Ascending { "ascending" } else { "descending" };
    let complaint = format!("{description}: column \"{name}\" is not sorted {word}");
    let operator = Asserted { order, column, complaint };
    Table::derive(std::slice::from_ref(table), |inputs| {
        operator.test(&inputs[0], inputs[0].rows())?;
        Ok(Initial {
            definition: table.definition().clone(),
            rows: inputs[0].rows().clone(),
            columns: inputs[0].columns().to_vec(),
            operator: Box::new(operator),
        })
    })
}

struct Asserted {
    order: Order,
    column: usize,
    complaint: String,
}

impl Asserted {
    /// Tests each of these rows with the one before it and the one after it.
    fn test(&self, version: &Version, rows: &RowSet) -> Result<()> {
        let all = version.rows();
        let positions = all.positions_of(rows);
        let next = RowSet::from_ranges(positions.ranges().map(|run| run.start + 1..run.end + 1));
        let seconds = positions.union(&next).restrict(1..all.len().max(1));
        let key = |position: u64| all.select(position);
        let second: UInt64Array = seconds.iter().map(key).collect();
        let first: UInt64Array = seconds.iter().map(|position| key(position - 1)).collect();
        let (first, second) = (self.order.gather(version, &first)?, self.order.gather(version, &second)?);
        let wrong = first.iter().zip(second.iter()).position(|(first, second)| first > second);
        match wrong.and_then(|at| seconds.select(at as u64)) {
            None => Ok(()),
            Some(position) => {
                let message = format!("{}: row {position} is before row {}", self.complaint, position - 1);
                Err(Error::invalid(message).with_hint("sort the table first"))
            }
        }
    }
}

impl Operator for Asserted {
    fn kind(&self) -> &'static str {
        "assert_sorted"
    }

    fn apply(&mut self, inputs: &[Input<'_>], _: &Version, _: &StepCtx) -> Result<Option<Output>> {
        let now = inputs[0].now;
        let update = inputs[0].update.cloned().unwrap_or_default();
        let modified = update.modified_columns.contains(self.column).then(|| update.modified.clone());
        self.test(now, &update.added.union(&modified.unwrap_or_default()))?;
        Ok(Some(Output { rows: now.rows().clone(), columns: now.columns().to_vec(), update }))
    }
}
