//! Rows: filtered, cut, ordered, put together.

use kinetable_engine as engine;
use kinetable_engine::{Error, Result};
use kinetable_operators::sort::{self, Direction as Order};
use kinetable_operators::{filter, shape};

use super::{State, Table};
use crate::Names;
use crate::formulas::{Lenience, filters, prunes};

impl Table {
    /// The rows that pass all of the filters. A listing of Parquet files first leaves out files and row groups in
    /// which no row can pass.
    ///
    /// # Errors
    /// If a filter is wrong, or fails on a row.
    pub fn where_(&self, texts: &[String], names: &dyn Names) -> Result<Table> {
        let lenience = Lenience::default();
        let compiled = filters(self.schema(), texts, names, &lenience)?;
        let State::Listed(listed) = &self.state else {
            let filters: Vec<_> = compiled.into_iter().map(|(filter, _)| filter).collect();
            let result = filter::where_(&self.engine()?, &filters)?;
            return Ok(self.derived(result, &lenience));
        };
        let mut files = listed.files.clone();
        let mut left = Vec::new();
        for (filter, formula) in compiled {
            let (prunes, whole) = prunes(&formula);
            let (pruned, decided) = files.prune(&prunes)?;
            files = pruned;
            if !(whole && decided.iter().all(|decided| *decided)) {
                left.push(filter);
            }
        }
        if left.is_empty() {
            return Ok(Table::listed(&self.session, files));
        }
        Ok(self.derived(filter::where_(&self.coalesced(&files)?, &left)?, &lenience))
    }

    /// The rows that pass at least one of the filters.
    ///
    /// # Errors
    /// If a filter is wrong, or fails on a row.
    pub fn where_one_of(&self, texts: &[String], names: &dyn Names) -> Result<Table> {
        let lenience = Lenience::default();
        let compiled = filters(self.schema(), texts, names, &lenience)?;
        let filters: Vec<_> = compiled.into_iter().map(|(filter, _)| filter).collect();
        Ok(self.derived(filter::where_one_of(&self.engine()?, &filters)?, &lenience))
    }

    /// The rows in the order of these columns; rows that are equal in all of them stay in order.
    ///
    /// # Errors
    /// If there is no such column, or it cannot be ordered.
    pub fn sort(&self, keys: &[(String, Order)]) -> Result<Table> {
        self.ensure_sortable(keys.iter().map(|(name, _)| name.as_str()))?;
        self.sorted(keys)
    }

    /// As [`Table::sort`], by whatever columns.
    pub(super) fn sorted(&self, keys: &[(String, Order)]) -> Result<Table> {
        let keys = keys.iter().map(|(name, order)| Ok((self.definition().column_index(name)?, *order)));
        let keys = keys.collect::<Result<Vec<_>>>()?;
        self.without_order()?.reshaped(|table| sort::sort(table, &keys))
    }

    /// The rows in reverse order.
    ///
    /// # Errors
    /// As [`Table::sort`].
    pub fn reverse(&self) -> Result<Table> {
        self.without_order()?.reshaped(sort::reverse)
    }

    /// The first rows, so many; of a blink table the first it ever had.
    ///
    /// # Errors
    /// If a listed file cannot be read.
    pub fn head(&self, rows: u64) -> Result<Table> {
        self.reshaped(|table| shape::head(table, rows))
    }

    /// The last rows, so many; of a blink table the last it ever had.
    ///
    /// # Errors
    /// If a listed file cannot be read.
    pub fn tail(&self, rows: u64) -> Result<Table> {
        self.reshaped(|table| shape::tail(table, rows))
    }

    /// The rows from position `start` to before `stop`; negative positions count from the end.
    ///
    /// # Errors
    /// If the table is a blink table.
    pub fn slice(&self, start: i64, stop: i64) -> Result<Table> {
        self.reshaped(|table| shape::slice(table, start, stop))
    }

    /// The first rows, as a fraction of all.
    ///
    /// # Errors
    /// If the fraction is not in 0..=1, or the table is a blink table.
    pub fn head_pct(&self, fraction: f64) -> Result<Table> {
        self.reshaped(|table| shape::head_pct(table, fraction))
    }

    /// The last rows, as a fraction of all.
    ///
    /// # Errors
    /// If the fraction is not in 0..=1, or the table is a blink table.
    pub fn tail_pct(&self, fraction: f64) -> Result<Table> {
        self.reshaped(|table| shape::tail_pct(table, fraction))
    }

    /// The rows between two fractions of all.
    ///
    /// # Errors
    /// If the fractions are not in 0..=1 or do not ascend, or the table is a blink table.
    pub fn slice_pct(&self, start: f64, stop: f64) -> Result<Table> {
        self.reshaped(|table| shape::slice_pct(table, start, stop))
    }

    /// A static copy of the rows as they are now.
    ///
    /// # Errors
    /// If a computed column fails.
    pub fn snapshot(&self) -> Result<Table> {
        self.reshaped(shape::snapshot)
    }

    /// The same rows under the keys 0, 1, 2, …
    ///
    /// # Errors
    /// If a listed file cannot be read.
    pub fn flatten(&self) -> Result<Table> {
        self.reshaped(shape::flatten)
    }

    /// The same rows, of which aggregations count those that are there, not those that ever were.
    ///
    /// # Errors
    /// If a listed file cannot be read.
    pub fn remove_blink(&self) -> Result<Table> {
        self.reshaped(shape::remove_blink)
    }

    /// All rows a blink table has from now on.
    ///
    /// # Errors
    /// If the table is not a blink table.
    pub fn blink_to_append_only(&self) -> Result<Table> {
        self.reshaped(shape::blink_to_append_only)
    }

    /// Each cycle's added rows, for that cycle.
    ///
    /// # Errors
    /// If rows of the table can go or change.
    pub fn add_only_to_blink(&self) -> Result<Table> {
        self.reshaped(shape::add_only_to_blink)
    }

    /// The newest rows added, so many, with those there now (`Filled`) or without (`Empty`).
    ///
    /// # Errors
    /// If the capacity is 0.
    pub fn ring_table(&self, capacity: u64, start: shape::RingStart) -> Result<Table> {
        self.reshaped(|table| shape::ring_table(table, capacity, start))
    }

    /// The table, made if it was a listing: [`Table::engine`] by its users' name.
    ///
    /// # Errors
    /// If a listed file cannot be read.
    pub fn coalesce(&self) -> Result<Table> {
        self.reshaped(|table| Ok::<engine::Table, Error>(table.clone()))
    }
}
