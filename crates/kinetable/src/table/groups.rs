//! Groups: one row for each combination of key values.

use kinetable_engine::Result;
use kinetable_operators::aggregate::{self, Aggregation, GroupOptions};

use super::Table;
use crate::Names;
use crate::formulas::{Lenience, filters};

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
        let keys = if formulas.is_empty() { self.clone() } else { self.view(formulas, names)? };
        let columns: Vec<&str> = keys.schema().fields().iter().map(|field| field.name().as_str()).collect();
        keys.reshaped(|table| aggregate::select_distinct(table, &columns))
    }

    /// An aggregation that counts, for a group of this table, the rows that pass all of the filters.
    ///
    /// # Errors
    /// If a filter is wrong.
    pub fn counting_where(&self, column: &str, texts: &[String], names: &dyn Names) -> Result<Aggregation> {
        let condition = texts.iter().map(|text| format!("({text})")).collect::<Vec<_>>().join(" && ");
        let single = if texts.len() == 1 { texts.to_vec() } else { vec![condition] };
        let compiled = filters(self.schema(), &single, names, &Lenience::default())?;
        let predicate = compiled.into_iter().next().map(|(filter, _)| filter.function);
        let predicate = predicate.ok_or_else(|| crate::Error::invalid("count_where has no filter"))?;
        Ok(Aggregation::count_where(column, predicate))
    }
}
