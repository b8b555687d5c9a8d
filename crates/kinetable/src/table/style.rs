//! Colours and number formats, as hidden columns that a user interface reads.

use kinetable_engine::{Error, Result};
use kinetable_operators::select::update_view;

use super::Table;
use super::pattern::{check_date, check_number};
use crate::Names;
use crate::formulas::{Lenience, colour, colouring};

impl Table {
    /// Colours a column where a condition holds. `colour`: the name of a colour, `` `#rrggbb` ``, or a formula that
    /// gives one. Adds the hidden column `<column>__TABLE_STYLE_FORMAT`, evaluated at each read.
    ///
    /// # Errors
    /// If there is no such column, or a formula is wrong.
    pub fn format_column_where(
        &self,
        column: &str,
        condition: &str,
        colour: &str,
        names: &dyn Names,
    ) -> Result<Table> {
        self.definition().column_index(column)?;
        self.styled(&format!("{column}__TABLE_STYLE_FORMAT"), condition, colour, names)
    }

    /// Colours whole rows where a condition holds; adds the hidden column `__ROW__TABLE_STYLE_FORMAT`.
    ///
    /// # Errors
    /// If a formula is wrong.
    pub fn format_row_where(&self, condition: &str, colour: &str, names: &dyn Names) -> Result<Table> {
        self.styled("__ROW__TABLE_STYLE_FORMAT", condition, colour, names)
    }

    /// Formats a column, or with `*` whole rows: a colour (as in [`Table::format_column_where`]), `` Decimal(`#,##0.00`) ``
    /// or `` Date(`yyyy-MM-dd`) ``. Adds a hidden column, evaluated at each read.
    ///
    /// # Errors
    /// If there is no such column, the formula or the pattern is wrong, or whole rows are given a number format.
    pub fn format_column(&self, column: &str, format: &str, names: &dyn Names) -> Result<Table> {
        let pattern = |kind: &str| {
            Some(format.trim().strip_prefix(kind)?.trim().strip_prefix('(')?.strip_suffix(')')?.trim())
        };
        let text =
            pattern("Decimal").map(|text| (text, "NUMBER")).or(pattern("Date").map(|text| (text, "DATE")));
        let prefix = if column == "*" { "__ROW" } else { column };
        if column != "*" {
            self.definition().column_index(column)?;
        }
        let Some((text, kind)) = text else {
            let lenience = Lenience::default();
            let name = format!("{prefix}__TABLE_STYLE_FORMAT");
            let selection = colour(self.schema(), &name, format, names, &lenience)?;
            return Ok(self.derived(update_view(&self.engine()?, &[selection])?, &lenience));
        };
        if column == "*" {
            let message = format!("\"{format}\" formats a column, but is given to whole rows");
            return Err(Error::invalid(message).with_hint("name the column in place of *"));
        }
        // A pattern that is computed is known when it is read.
        let literal = text.strip_prefix('`').and_then(|text| text.strip_suffix('`'));
        if let Some(pattern) = literal.filter(|pattern| !pattern.contains('`')) {
            if kind == "NUMBER" { check_number(pattern)? } else { check_date(pattern)? }
        }
        self.update_view(&[format!("{column}__TABLE_{kind}_FORMAT = {text}")], names)
    }

    fn styled(&self, hidden: &str, condition: &str, colour: &str, names: &dyn Names) -> Result<Table> {
        let lenience = Lenience::default();
        let selection = colouring(self.schema(), hidden, condition, colour, names, &lenience)?;
        Ok(self.derived(update_view(&self.engine()?, &[selection])?, &lenience))
    }
}
