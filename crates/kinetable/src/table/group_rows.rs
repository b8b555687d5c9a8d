//! Aggregations beside the rows of each group as a table of their own.

use kinetable_engine::Result;
use kinetable_operators::aggregate::{Aggregation, GroupOptions, SplitOptions};
use kinetable_operators::join::NaturalJoinType;

use super::{GroupFormulas, Table};
use crate::NoNames;

/// The column of ones by which two tables of one group are put together.
const ONE: &str = "__ONE__";

/// What is made of a group.
#[derive(Debug, Clone)]
pub enum GroupResult {
    /// Values.
    Values(Aggregation),
    /// Its rows, as a table in a column of tables.
    Rows {
        /// The column.
        column: String,
        /// Whether these tables are without the key columns.
        drop_keys: bool,
    },
}

impl GroupFormulas<'_> {
    /// As [`GroupFormulas::agg_by`], of which some results are tables of the rows of each group; columns are in the order of the results.
    ///
    /// # Errors
    /// As there, and if rows are asked for of a blink table.
    pub fn agg_by_with_rows(self, results: &[GroupResult], options: &GroupOptions) -> Result<Table> {
        let (table, by) = (self.table(), self.by());
        let (mut values, mut rows) = (Vec::new(), Vec::new());
        let mut order: Vec<String> = by.to_vec();
        for result in results {
            match result {
                GroupResult::Values(aggregation) => {
                    order.extend(aggregation.outputs()?.into_iter().map(str::to_owned));
                    values.push(aggregation.clone());
                }
                GroupResult::Rows { column, drop_keys } => {
                    order.push(column.clone());
                    rows.push((column, *drop_keys));
                }
            }
        }
        if rows.is_empty() {
            return self.agg_by(&values, options);
        }
        let preserve_empty = options.preserve_empty;
        let mut made = match values.is_empty() && by.is_empty() {
            true => None,
            false => Some(self.agg_by(&values, options)?),
        };
        for (column, drop_keys) in rows {
            let split = table.split(by, SplitOptions { drop_keys, preserve_empty })?;
            let keys =
                split.table().rename_columns(&[format!("{column} = {}", split.constituent_column())])?;
            made = Some(match made {
                Some(made) => beside(&made, &keys, by, column)?,
                None => keys,
            });
        }
        let made = made.map_or_else(|| table.head(0), Ok)?;
        made.move_columns(0, &order)
    }
}

/// The tables of each group beside the other results.
fn beside(made: &Table, keys: &Table, by: &[String], column: &String) -> Result<Table> {
    let (policy, add) = (NaturalJoinType::ErrorOnDuplicate, std::slice::from_ref(column));
    if !by.is_empty() {
        return made.natural_join(keys, by, add, policy);
    }
    let one = [format!("{ONE} = 1")];
    let (made, keys) = (made.update_view(&one, &NoNames)?, keys.update_view(&one, &NoNames)?);
    let on = [ONE.to_owned()];
    made.natural_join(&keys, &on, add, policy)?.drop_columns(&on)
}
