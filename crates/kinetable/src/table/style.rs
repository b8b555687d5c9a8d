//! Colours and number formats, as hidden columns that a user interface reads.

use kinetable_engine::Result;
use kinetable_operators::select::update_view;

use super::Table;
use crate::Names;
use crate::formulas::{Lenience, colouring};

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

    fn styled(&self, hidden: &str, condition: &str, colour: &str, names: &dyn Names) -> Result<Table> {
        let lenience = Lenience::default();
        let selection = colouring(self.schema(), hidden, condition, colour, names, &lenience)?;
        Ok(self.derived(update_view(&self.engine()?, &[selection])?, &lenience))
    }
}
