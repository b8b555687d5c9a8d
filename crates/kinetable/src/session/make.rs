//! Tables that begin in a session.

use arrow_array::ArrayRef;
use kinetable_engine::Result;
use kinetable_engine::source::{self, Publisher, Retention};
use kinetable_operators::shape;

use super::Session;
use crate::Table;

impl Session {
    /// A static table of so many rows and no column: for formulas of `i` and `ii`.
    pub fn empty_table(&self, size: u64) -> Table {
        Table::of(self, shape::empty_table(size))
    }

    /// A static table of these columns.
    ///
    /// # Errors
    /// If columns differ in length or share a name.
    pub fn new_table(&self, columns: Vec<(String, ArrayRef)>) -> Result<Table> {
        Ok(Table::of(self, shape::new_table(columns)?))
    }

    /// A live table with one row a period, whose `Timestamp` is the time of the row. `start`: ns since the epoch;
    /// `None`: the whole period in which the first cycle falls.
    ///
    /// # Errors
    /// If the period is not positive.
    pub fn time_table(&self, period_ns: i64, start: Option<i64>, retention: Retention) -> Result<Table> {
        Ok(Table::of(self, shape::time_table(self.graph(), start, period_ns, retention)?))
    }

    /// A live table that the program fills.
    pub fn stream(&self, schema: arrow_schema::SchemaRef, retention: Retention) -> (Table, Publisher) {
        let (table, publisher) = source::open(self.graph(), schema, retention);
        (Table::of(self, table), publisher)
    }

    /// The rows of tables one after the other, the first table's first, as they tick.
    ///
    /// # Errors
    /// If the tables differ in names or types of columns, or there is none.
    pub fn merge(&self, tables: &[Table]) -> Result<Table> {
        let parts = tables.iter().map(Table::engine).collect::<Result<Vec<_>>>()?;
        Ok(Table::of(self, shape::merge(&parts)?))
    }
}
