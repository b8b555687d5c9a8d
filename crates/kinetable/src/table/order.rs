//! Sorting by keys that say more than a column and a direction.

use kinetable_engine::{Error, Result};
use kinetable_operators::sort::Direction as Order;

use super::Table;
use crate::NoNames;

/// A column to sort by, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortKey {
    column: String,
    order: Order,
    measure: Measure,
}

/// What of a value counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Measure {
    Value,
    Magnitude,
}

impl SortKey {
    /// By values.
    pub fn new(column: impl Into<String>, order: Order) -> SortKey {
        SortKey { column: column.into(), order, measure: Measure::Value }
    }

    /// By absolute values, which only numbers have.
    pub fn absolute(column: impl Into<String>, order: Order) -> SortKey {
        SortKey { column: column.into(), order, measure: Measure::Magnitude }
    }
}

impl Table {
    /// As [`Table::sort`], by keys that may count without their signs.
    ///
    /// # Errors
    /// As there, and if a column without signs is none of numbers.
    pub fn sort_keys(&self, keys: &[SortKey]) -> Result<Table> {
        self.ensure_sortable(keys.iter().map(|key| key.column.as_str()))?;
        let mut columns = Vec::with_capacity(keys.len());
        let (mut helpers, mut formulas) = (Vec::new(), Vec::new());
        for (place, key) in keys.iter().enumerate() {
            let index = self.definition().column_index(&key.column)?;
            if key.measure == Measure::Value {
                columns.push((key.column.clone(), key.order));
                continue;
            }
            let data_type = self.schema().field(index).data_type();
            if !data_type.is_numeric() {
                let message =
                    format!("column \"{}\" is {data_type}, which has no absolute value", key.column);
                return Err(Error::invalid(message).with_hint("sort it by value"));
            }
            let helper = format!("__MAGNITUDE_{place}__");
            formulas.push(format!("{helper} = abs({})", key.column));
            columns.push((helper.clone(), key.order));
            helpers.push(helper);
        }
        if helpers.is_empty() {
            return self.sorted(&columns);
        }
        self.update_view(&formulas, &NoNames)?.sorted(&columns)?.drop_columns(&helpers)
    }
}
