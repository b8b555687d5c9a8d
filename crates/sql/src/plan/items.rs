//! What is selected and sorted by: the items of `SELECT`, the keys of `ORDER BY`.

use kinetable::Result;
use sqlparser::ast::{
    self, OrderByExpr, SelectItem, SelectItemQualifiedWildcardKind, Spanned, WildcardAdditionalOptions,
};
use sqlparser::tokenizer::Location;

use super::order::Key;
use super::output;
use super::query::ordinal;
use crate::bind::{Binder, start};
use crate::expr::Expr;
use crate::place::{NOWHERE, at, unsupported};
use crate::scope::{Column, Relation, Standing};

/// What is selected.
pub(super) struct Item {
    pub(super) name: String,
    pub(super) expr: Expr,
    pub(super) place: Location,
}

/// What is sorted by: places of what is selected, its names, or expressions.
pub(super) fn keys(
    binder: &mut Binder<'_>,
    items: &[Item],
    order: &[OrderByExpr],
) -> Result<Vec<(Key, Location)>> {
    let mut keys = Vec::new();
    for one in order {
        let place = start(&one.expr);
        let by_name = match &one.expr {
            ast::Expr::Identifier(name) => {
                let mut found = items.iter().filter(|item| item.name == name.value);
                let first = found.next();
                if let Some(first) = first
                    && found.any(|other| other.expr != first.expr)
                {
                    let message =
                        format!("\"{}\" is the name of several things that are selected", name.value);
                    return Err(at(place, message)
                        .with_hint("sort by the number of one, from 1, or by its expression"));
                }
                first
            }
            _ => None,
        };
        let expr = match (ordinal(&one.expr, items.len())?, by_name) {
            (Some(place), _) => items[place].expr.clone(),
            (None, Some(item)) => item.expr.clone(),
            (None, None) => binder.bind(&one.expr)?,
        };
        keys.push((Key::new(expr, &one.options, place)?, place));
    }
    Ok(keys)
}

/// What is selected, `*` spelled out.
pub(super) fn items(
    binder: &mut Binder<'_>,
    projection: &[SelectItem],
    relation: &Relation,
) -> Result<Vec<Item>> {
    let mut items: Vec<Item> = Vec::new();
    for item in projection {
        let place = item.span().start;
        match item {
            SelectItem::UnnamedExpr(expr) => {
                let name = match expr {
                    ast::Expr::Identifier(name) => name.value.clone(),
                    ast::Expr::CompoundIdentifier(parts) => {
                        parts.last().map(|name| name.value.clone()).unwrap_or_default()
                    }
                    _ => format!("{}{}", output::UNNAMED, items.len()),
                };
                items.push(Item { name, expr: binder.bind(expr)?, place });
            }
            SelectItem::ExprWithAlias { expr, alias } => {
                items.push(Item { name: alias.value.clone(), expr: binder.bind(expr)?, place });
            }
            SelectItem::Wildcard(options) => {
                plain(options, place)?;
                let columns = relation.columns.iter().filter(|column| column.standing == Standing::Own);
                items.extend(columns.map(|column| Item {
                    name: column.name.clone(),
                    expr: column.expr(),
                    place,
                }));
            }
            SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(table), options) => {
                plain(options, place)?;
                let name = table.to_string();
                let of = |column: &&Column| column.qualifier.as_deref() == Some(name.trim_matches('"'));
                let before = items.len();
                let columns = relation.columns.iter().filter(of);
                items.extend(columns.map(|column| Item {
                    name: column.name.clone(),
                    expr: column.expr(),
                    place,
                }));
                if items.len() == before {
                    return Err(at(place, format!("there is no table \"{name}\" in FROM")));
                }
            }
            _ => {
                return Err(unsupported(
                    place,
                    "this in SELECT",
                    "expressions, with AS name if wanted, *, table.*",
                ));
            }
        }
    }
    if items.is_empty() {
        return Err(at(NOWHERE, "nothing is selected").with_hint("SELECT * FROM a_table"));
    }
    Ok(items)
}

/// A value of no type is an integer, though it goes with all types as long as the query is planned.
pub(super) fn typed(expr: Expr) -> Expr {
    match expr.data_type {
        arrow_schema::DataType::Null => Expr::null(&arrow_schema::DataType::Int32),
        _ => expr,
    }
}

fn plain(options: &WildcardAdditionalOptions, place: Location) -> Result<()> {
    let more = options.opt_ilike.is_some()
        || options.opt_exclude.is_some()
        || options.opt_except.is_some()
        || options.opt_replace.is_some()
        || options.opt_rename.is_some();
    match more {
        false => Ok(()),
        true => Err(unsupported(place, "* with exceptions", "name the columns, or Table.drop_columns")),
    }
}
