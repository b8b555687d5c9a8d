//! `ORDER BY`: null is greater than all values, unless `NULLS FIRST` or `NULLS LAST` says where it comes.

use arrow_schema::DataType;
use kinetable::Result;
use kinetable_engine::Table;
use kinetable_operators::sort::{self, Direction};
use sqlparser::ast::{OrderBy, OrderByExpr, OrderByKind, OrderByOptions, OrderBySort, Spanned};

use crate::context::Context;
use crate::expr::{ColumnId, Expr, Failing};
use crate::functions::operator::is_null;
use crate::place::{at, unsupported};

/// What is sorted by, and how.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Key {
    pub(crate) expr: Expr,
    descending: bool,
    nulls_first: bool,
}

impl Key {
    /// An expression, as the options say.
    ///
    /// # Errors
    /// If they are not supported, or the values have no order.
    pub(crate) fn new(
        expr: Expr,
        options: &OrderByOptions,
        place: sqlparser::tokenizer::Location,
    ) -> Result<Key> {
        let descending = match &options.sort {
            None | Some(OrderBySort::Asc) => false,
            Some(OrderBySort::Desc) => true,
            Some(OrderBySort::Using(_)) => {
                return Err(unsupported(place, "ORDER BY … USING", "ASC or DESC"));
            }
        };
        if matches!(expr.data_type, DataType::List(_) | DataType::Struct(_)) {
            return Err(
                at(place, "these values have no order").with_hint("sort by something that is made of them")
            );
        }
        let nulls_first = options.nulls_first.unwrap_or(descending);
        Ok(Key { expr, descending, nulls_first })
    }

    /// The same of another expression.
    pub(super) fn of(self, expr: Expr) -> Key {
        Key { expr, ..self }
    }
}

/// The single expressions of `ORDER BY`.
///
/// # Errors
/// If it says more than expressions.
pub(super) fn expressions(order: Option<&OrderBy>) -> Result<&[OrderByExpr]> {
    let Some(order) = order else {
        return Ok(&[]);
    };
    match &order.kind {
        OrderByKind::Expressions(all) if order.interpolate.is_none() => {
            match all.iter().find(|one| one.with_fill.is_some()) {
                None => Ok(all),
                Some(one) => {
                    Err(unsupported(one.span().start, "WITH FILL", "join a table that has all the rows"))
                }
            }
        }
        _ => Err(unsupported(order.span().start, "ORDER BY ALL", "name what to sort by")),
    }
}

/// The rows in the order of keys, which are columns of the table.
///
/// # Errors
/// If a column has no order.
pub(super) fn sorted(context: &Context, table: &Table, keys: &[Key]) -> Result<Table> {
    let mut helpers: Vec<(ColumnId, Expr)> = Vec::new();
    let mut by: Vec<(ColumnId, Direction)> = Vec::new();
    for key in keys {
        // A constant orders nothing.
        let Some(id) = key.expr.as_column() else { continue };
        let direction = if key.descending { Direction::Descending } else { Direction::Ascending };
        // The engine has null first in what ascends.
        if key.nulls_first == key.descending {
            let helper = context.fresh();
            let is_null = is_null(key.expr.clone()).cast(&DataType::Int8, Failing::Error);
            helpers.push((helper, is_null.map_err(kinetable::Error::internal)?));
            by.push((helper, if key.nulls_first { Direction::Descending } else { Direction::Ascending }));
        }
        by.push((id, direction));
    }
    let table = context.with(table, &helpers)?;
    let by = by.iter().map(|(id, direction)| Ok((table.definition().column_index(&id.name())?, *direction)));
    let by = by.collect::<Result<Vec<_>>>()?;
    if by.is_empty() { Ok(table) } else { sort::sort(&table, &by) }
}
