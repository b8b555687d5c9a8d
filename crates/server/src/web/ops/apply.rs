//! An operation and the table before it → the table after it.

use std::sync::Arc;

use kinetable::{Names, Order, SortKey, Table};

use super::hierarchy::Leveled;
use super::place::placed;
use super::{bins, groups, hierarchy, m4, ohlc};
use crate::web::looks::LookColumns;
use crate::web::messages::ask::{By, Op};
use crate::web::messages::tell::Fault;

/// What an operation makes.
pub(in crate::web) struct Made {
    pub(in crate::web) table: Table,
    /// The levels of a rollup, for others who look at it.
    pub(in crate::web) levels: Option<Arc<Leveled>>,
}

/// Does an operation. Of a rollup, `known` are the levels that somebody has made.
///
/// # Errors
/// If the operation is wrong.
pub(in crate::web) fn applied(
    table: &Table,
    op: &Op,
    known: Option<Arc<Leveled>>,
    names: &dyn Names,
) -> Result<Made, Fault> {
    if let Op::Rollup(asked) = op {
        let levels = match known {
            Some(levels) => levels,
            None => Arc::new(hierarchy::levels(table, asked)?),
        };
        return Ok(Made { table: hierarchy::rollup(&levels, asked)?, levels: Some(levels) });
    }
    Ok(Made { table: single(table, op, names)?, levels: None })
}

fn single(table: &Table, op: &Op, names: &dyn Names) -> Result<Table, Fault> {
    let empty = || Err(Fault::invalid("an operation without columns"));
    Ok(match op {
        Op::Where(formula) => {
            let formula = std::slice::from_ref(formula);
            table.where_(formula, names).map_err(|error| placed(error, formula))?
        }
        Op::Sort(keys) if keys.is_empty() => return empty(),
        Op::Sort(keys) => {
            let keys: Vec<SortKey> = keys.iter().map(|(column, by)| key(column, *by)).collect();
            table.sort_keys(&keys)?
        }
        Op::Select(columns) | Op::Custom(columns) if columns.is_empty() => return empty(),
        Op::Select(columns) => {
            // A name that is no column could be a formula.
            for name in columns {
                table.definition().column_index(name)?;
            }
            // How they look stays with them.
            let fields = table.schema().fields();
            table.view(&LookColumns::among(fields).with(columns.iter().map(String::as_str)), names)?
        }
        Op::Custom(formulas) => {
            table.update_view(formulas, names).map_err(|error| placed(error, formulas))?
        }
        Op::Distinct(columns) => groups::distinct(table, columns)?,
        Op::By(asked) => groups::by(table, asked)?,
        Op::Stats(asked) => groups::stats(table, asked)?,
        Op::Bins(asked) => bins::bins(table, asked)?,
        Op::M4(asked) => m4::m4(table, asked)?,
        Op::Ohlc(asked) => ohlc::ohlc(table, asked)?,
        Op::Tree(asked) => hierarchy::tree(table, asked)?,
        Op::Rollup(_) => return Err(Fault::new("internal", "a rollup has levels")),
    })
}

fn key(column: &str, by: By) -> SortKey {
    match by {
        By::Asc => SortKey::new(column, Order::Ascending),
        By::Desc => SortKey::new(column, Order::Descending),
        By::Abs => SortKey::absolute(column, Order::Ascending),
    }
}
