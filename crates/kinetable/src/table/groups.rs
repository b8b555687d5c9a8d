//! Groups: one row for each combination of key values, or some.

use kinetable_engine::Result;
use kinetable_operators::aggregate::{self, Aggregation, GroupOptions};
use kinetable_operators::shape;

use super::Table;
use crate::Names;

impl Table {
    /// Aggregations for each combination of values of the key columns; one row for the whole table without keys.
    ///
    /// # Errors
    /// If a column is missing, has a type that its aggregation does not support, or two results have one name.
    pub fn agg_by(
        &self,
        aggregations: &[Aggregation],
        by: &[String],
        options: &GroupOptions,
    ) -> Result<Table> {
        let by: Vec<&str> = by.iter().map(String::as_str).collect();
        self.reshaped(|table| aggregate::agg_by(table, aggregations, &by, options))
    }

    /// One aggregation, made without columns, of every column that is not a key.
    ///
    /// # Errors
    /// If a column has a type that the aggregation does not support.
    pub fn agg_all_by(&self, aggregation: Aggregation, by: &[String]) -> Result<Table> {
        let by: Vec<&str> = by.iter().map(String::as_str).collect();
        self.reshaped(|table| aggregate::agg_all_by(table, aggregation, &by))
    }

    /// The number of rows of each group, in a column of this name.
    ///
    /// # Errors
    /// If a key column is missing.
    pub fn count_by(&self, column: &str, by: &[String]) -> Result<Table> {
        let by: Vec<&str> = by.iter().map(String::as_str).collect();
        self.reshaped(|table| aggregate::count_by(table, column, &by))
    }

    /// The distinct combinations of these columns, which may be formulas, in the order of their first rows.
    ///
    /// # Errors
    /// If a formula is wrong.
    pub fn select_distinct(&self, formulas: &[String], names: &dyn Names) -> Result<Table> {
        let keys = match formulas {
            [] => self.clone(),
            _ if self.keeps_values() => self.view(formulas, names)?,
            // What a row's key was is asked when it goes: a function may not say the same again, so it is stored.
            _ => self.select(formulas, names)?,
        };
        let columns: Vec<&str> = keys.schema().fields().iter().map(|field| field.name().as_str()).collect();
        keys.reshaped(|table| aggregate::select_distinct(table, &columns))
    }

    /// Whether no row changes or goes before what is derived has seen the last of it.
    fn keeps_values(&self) -> bool {
        let properties = self.definition().properties;
        properties.add_only || properties.blink
    }

    /// The first rows of each group, so many.
    ///
    /// # Errors
    /// If a key column is missing, or the table is a blink table.
    pub fn head_by(&self, rows: u64, by: &[String]) -> Result<Table> {
        self.reshaped(|table| aggregate::head_by(table, rows, &borrowed(by)))
    }

    /// The last rows of each group, so many.
    ///
    /// # Errors
    /// As [`Table::head_by`].
    pub fn tail_by(&self, rows: u64, by: &[String]) -> Result<Table> {
        self.reshaped(|table| aggregate::tail_by(table, rows, &borrowed(by)))
    }

    /// A row for each element of the arrays of a row, in all array columns or those named.
    ///
    /// # Errors
    /// If a column is missing or holds no arrays, or the arrays of a row differ in length.
    pub fn ungroup(&self, columns: &[String]) -> Result<Table> {
        self.reshaped(|table| shape::ungroup(table, &borrowed(columns)))
    }

    /// As [`Table::ungroup`], with as many rows as the longest array of a row has elements; the shorter ones are filled up with nulls.
    ///
    /// # Errors
    /// If a column is missing or holds no arrays.
    pub fn ungroup_filled(&self, columns: &[String]) -> Result<Table> {
        self.reshaped(|table| shape::ungroup_filled(table, &borrowed(columns)))
    }
}

fn borrowed(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}
