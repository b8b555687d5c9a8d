//! Columns: chosen, computed, dropped, renamed, moved.

use kinetable_engine as engine;
use kinetable_engine::Result;
use kinetable_formula::parse_pair;
use kinetable_operators::select::{self, Selection};
use kinetable_operators::shape;

use super::Table;
use crate::Names;
use crate::error::of_formula;
use crate::formulas::{Lenience, selections};

/// Rows evaluated when a computed column is made on a live table, so that a mistake shows at once.
const PROBED: u64 = 1_024;

/// Whether the first rows of a live result are evaluated when it is made, because nothing else does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Probe {
    First,
    No,
}

impl Table {
    /// Only these columns; computed ones are evaluated at each read, nothing is stored.
    ///
    /// # Errors
    /// If a formula is wrong.
    pub fn view(&self, formulas: &[String], names: &dyn Names) -> Result<Table> {
        self.selecting(formulas, names, select::view, Probe::First)
    }

    /// All columns and these, evaluated at each read.
    ///
    /// # Errors
    /// If a formula is wrong.
    pub fn update_view(&self, formulas: &[String], names: &dyn Names) -> Result<Table> {
        self.selecting(formulas, names, select::update_view, Probe::First)
    }

    /// All columns and these, computed now and with each change, and stored.
    ///
    /// # Errors
    /// If a formula is wrong, or fails on a row.
    pub fn update(&self, formulas: &[String], names: &dyn Names) -> Result<Table> {
        self.selecting(formulas, names, select::update, Probe::No)
    }

    /// Only these columns, stored; without formulas all columns. Those of Parquet files are read into memory.
    ///
    /// # Errors
    /// If a formula is wrong, or fails on a row.
    pub fn select(&self, formulas: &[String], names: &dyn Names) -> Result<Table> {
        let fields = self.schema().fields().iter();
        let all: Vec<String> = fields.map(|field| field.name().clone()).collect();
        let formulas = if formulas.is_empty() { &all } else { formulas };
        let selected = self.selecting(formulas, names, select::select, Probe::No)?;
        match self.files() {
            Some(_) => selected.reshaped(shape::stored),
            None => Ok(selected),
        }
    }

    /// All columns and these; a result is kept for each distinct combination of inputs.
    ///
    /// # Errors
    /// If a formula is wrong.
    pub fn lazy_update(&self, formulas: &[String], names: &dyn Names) -> Result<Table> {
        self.selecting(formulas, names, select::lazy_update, Probe::First)
    }

    /// All columns but these.
    ///
    /// # Errors
    /// If there is no such column.
    pub fn drop_columns(&self, names: &[String]) -> Result<Table> {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        self.reshaped(|table| select::drop_columns(table, &names))
    }

    /// Columns under other names, `"New=Old"`, all at once: two can swap.
    ///
    /// # Errors
    /// If there is no such column.
    pub fn rename_columns(&self, pairs: &[String]) -> Result<Table> {
        let pairs = parsed(pairs)?;
        self.reshaped(|table| select::rename_columns(table, &borrowed(&pairs)))
    }

    /// Columns moved to begin at an index, renamed where a pair `"New=Old"` says so.
    ///
    /// # Errors
    /// If there is no such column.
    pub fn move_columns(&self, index: usize, pairs: &[String]) -> Result<Table> {
        let pairs = parsed(pairs)?;
        self.reshaped(|table| select::move_columns(table, index, &borrowed(&pairs)))
    }

    /// Columns moved to the left end.
    ///
    /// # Errors
    /// If there is no such column.
    pub fn move_columns_up(&self, pairs: &[String]) -> Result<Table> {
        let pairs = parsed(pairs)?;
        self.reshaped(|table| select::move_columns_up(table, &borrowed(&pairs)))
    }

    /// Columns moved to the right end.
    ///
    /// # Errors
    /// If there is no such column.
    pub fn move_columns_down(&self, pairs: &[String]) -> Result<Table> {
        let pairs = parsed(pairs)?;
        self.reshaped(|table| select::move_columns_down(table, &borrowed(&pairs)))
    }

    /// The result of an operation without formulas.
    pub(crate) fn reshaped(
        &self,
        operation: impl FnOnce(&engine::Table) -> Result<engine::Table>,
    ) -> Result<Table> {
        let mut result = Table::of(&self.session, operation(&self.engine()?)?);
        result.cell_errors = self.cell_errors.clone();
        Ok(result)
    }

    fn selecting(
        &self,
        formulas: &[String],
        names: &dyn Names,
        operation: fn(&engine::Table, &[Selection]) -> Result<engine::Table>,
        probe: Probe,
    ) -> Result<Table> {
        let lenience = Lenience::default();
        let selections = selections(self.schema(), formulas, names, &lenience)?;
        let result = operation(&self.engine()?, &selections)?;
        if probe == Probe::First && result.is_live() {
            let version = result.version();
            version.batch(result.schema(), &version.rows().slice(0..PROBED))?;
        }
        Ok(self.derived(result, &lenience))
    }
}

fn parsed(pairs: &[String]) -> Result<Vec<(String, String)>> {
    pairs.iter().map(|pair| parse_pair(pair).map_err(of_formula)).collect()
}

fn borrowed(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
    pairs.iter().map(|(new, old)| (new.as_str(), old.as_str())).collect()
}
