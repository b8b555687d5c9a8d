//! Tables that begin in a session.

use arrow_array::ArrayRef;
use kinetable_engine::source::{self, Publisher, Retention};
use kinetable_engine::{Error, Result};
use kinetable_operators::shape::{self, ReplayClock};
use kinetable_operators::sort::Direction as Order;

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

    /// The rows of static tables, ordered by a column; rows that are equal in it are in the order of the tables.
    ///
    /// # Errors
    /// As [`Session::merge`]; if a table is live, or the column cannot be ordered.
    pub fn merge_sorted(&self, tables: &[Table], order_by: &str) -> Result<Table> {
        if tables.iter().any(Table::is_live) {
            let message = "merge_sorted takes static tables, but one of these is live";
            return Err(Error::invalid(message).with_hint(format!("merge(…).sort(\"{order_by}\")")));
        }
        self.merge(tables)?.sort(&[(order_by.to_owned(), Order::Ascending)])
    }

    /// A live table that lets out the rows of a static one by their times, as a clock of the past goes on.
    ///
    /// # Errors
    /// If the table is live, or the column's times are no instants, null, or do not ascend.
    pub fn replayed(&self, table: &Table, time: &str, clock: &ReplayClock) -> Result<Table> {
        Ok(Table::of(self, shape::replayed(self.graph(), &table.engine()?, time, clock)?))
    }
}
