//! One `SELECT`: rows, groups, columns, distinct, order.

use kinetable::Result;
use kinetable_engine::Table;
use sqlparser::ast::{
    self, Distinct, GroupByExpr, OrderByExpr, Select, SelectFlavor, SelectItem,
    SelectItemQualifiedWildcardKind, Spanned, WildcardAdditionalOptions,
};
use sqlparser::tokenizer::Location;

use super::order::{self, Key};
use super::query::{distinct, ordinal};
use super::{Planner, output};
use crate::bind::{Answer, Binder, start};
use crate::expr::Expr;
use crate::place::{NOWHERE, at, unsupported};
use crate::scope::{Column, Relation, Standing, resolve};

/// What is selected.
pub(super) struct Item {
    pub(super) name: String,
    pub(super) expr: Expr,
    pub(super) place: Location,
}

impl Planner<'_> {
    /// A `SELECT`, its rows in the order of expressions over its columns, its tables' columns and its groups.
    ///
    /// # Errors
    /// If it is wrong, or not supported.
    pub(super) fn select(&self, select: &Select, order: &[OrderByExpr]) -> Result<Relation> {
        refuse(select)?;
        let relation = self.from(&select.from, select.selection.as_ref())?;
        let mut binder = self.binder(&relation.columns, "SELECT").gathering();
        let mut items = items(&mut binder, &select.projection, &relation)?;
        let groups = self.groups(select, &relation, &items)?;
        binder.clause = "HAVING";
        let mut having = select.having.as_ref().map(|having| binder.condition(having)).transpose()?;
        binder.clause = "ORDER BY";
        let mut keys = keys(&mut binder, &items, order)?;
        let (aggregates, inner) =
            (binder.aggregates.take().unwrap_or_default(), std::mem::take(&mut binder.inner));
        let mut table = relation.table.clone();
        if !groups.is_empty() || having.is_some() || !aggregates.is_empty() {
            if inner.iter().any(|inner| matches!(inner.answer, Answer::Member { .. })) {
                return Err(unsupported(
                    place_of(select),
                    "IN (SELECT …) of groups",
                    "WHERE of an outer query",
                ));
            }
            let grouped = self.grouped(&table, &groups, &aggregates)?;
            table = grouped.table.clone();
            let known = |id| inner.iter().any(|inner| inner.id == id);
            let exprs = items.iter_mut().map(|item| (&mut item.expr, item.place));
            let exprs = exprs.chain(having.iter_mut().map(|having| (having, place_of(select))));
            let exprs = exprs.chain(keys.iter_mut().map(|(key, place)| (&mut key.expr, *place)));
            for (expr, place) in exprs {
                *expr = grouped.seen(expr, &relation, known, place)?;
            }
        }
        let table = self.answered(&table, &inner)?;
        let table = match having {
            None => table,
            Some(having) => self.filtered(&table, &[having])?,
        };
        self.projected(
            &table,
            items,
            keys.into_iter().map(|(key, _)| key).collect(),
            select.distinct.is_some(),
        )
    }

    /// Only what is selected, distinct if so wanted, in the order of the keys.
    fn projected(
        &self,
        table: &Table,
        items: Vec<Item>,
        mut keys: Vec<Key>,
        is_distinct: bool,
    ) -> Result<Relation> {
        let mut selected: Vec<(String, Expr)> = Vec::new();
        let mut columns: Vec<Column> = Vec::new();
        for item in &items {
            let id = self.context.fresh();
            let data_type = item.expr.data_type.clone();
            selected.push((id.name(), item.expr.clone()));
            columns.push(Column {
                id,
                qualifier: None,
                name: item.name.clone(),
                data_type,
                standing: Standing::Own,
            });
        }
        for key in keys.iter_mut().filter(|key| key.expr.as_constant().is_none()) {
            let column = match items.iter().position(|item| item.expr == key.expr) {
                Some(place) => columns[place].expr(),
                None if is_distinct => {
                    return Err(at(NOWHERE, "rows that are distinct are sorted by what is selected")
                        .with_hint("select what ORDER BY names"));
                }
                None => {
                    let id = self.context.fresh();
                    selected.push((id.name(), key.expr.clone()));
                    Expr::column(id, &key.expr.data_type)
                }
            };
            key.expr = column;
        }
        let table = self.context.view(table, &selected)?;
        let mut relation = Relation { table, columns };
        if is_distinct {
            relation = distinct(&relation)?;
        }
        relation.table = order::sorted(self.context, &relation.table, &keys)?;
        Ok(relation)
    }

    /// What is grouped by: columns, places of what is selected, its names, or expressions.
    fn groups(&self, select: &Select, relation: &Relation, items: &[Item]) -> Result<Vec<Expr>> {
        let GroupByExpr::Expressions(exprs, modifiers) = &select.group_by else {
            return Err(unsupported(place_of(select), "GROUP BY ALL", "name what to group by"));
        };
        if !modifiers.is_empty() {
            return Err(unsupported(
                place_of(select),
                "GROUP BY WITH …",
                "Table.rollup, or UNION ALL of several",
            ));
        }
        let mut groups = Vec::new();
        for expr in exprs {
            let place = start(expr);
            if matches!(expr, ast::Expr::GroupingSets(_) | ast::Expr::Cube(_) | ast::Expr::Rollup(_)) {
                return Err(unsupported(place, "GROUP BY of sets", "Table.rollup, or UNION ALL of several"));
            }
            let group = match ordinal(expr, items.len())? {
                Some(place) => items[place].expr.clone(),
                None => match alias(expr, relation, items) {
                    Some(item) => item.expr.clone(),
                    None => {
                        let mut binder = self.binder(&relation.columns, "GROUP BY");
                        let bound = binder.bind(expr)?;
                        if !binder.inner.is_empty() {
                            return Err(unsupported(
                                place,
                                "a query in GROUP BY",
                                "select it in a subquery in FROM",
                            ));
                        }
                        bound
                    }
                },
            };
            if !group.reads_only(|id| relation.has(id)) {
                return Err(at(place, "an aggregate, or a query, has no place in GROUP BY"));
            }
            groups.push(group);
        }
        Ok(groups)
    }
}

/// What is selected under a name that is no column's.
fn alias<'i>(expr: &ast::Expr, relation: &Relation, items: &'i [Item]) -> Option<&'i Item> {
    let ast::Expr::Identifier(name) = expr else {
        return None;
    };
    match resolve(&relation.columns, std::slice::from_ref(name)) {
        Ok(_) => None,
        Err(_) => items.iter().find(|item| item.name == name.value),
    }
}

fn keys(binder: &mut Binder<'_>, items: &[Item], order: &[OrderByExpr]) -> Result<Vec<(Key, Location)>> {
    let mut keys = Vec::new();
    for one in order {
        let place = start(&one.expr);
        let by_name = match &one.expr {
            ast::Expr::Identifier(name) => items.iter().find(|item| item.name == name.value),
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

fn items(binder: &mut Binder<'_>, projection: &[SelectItem], relation: &Relation) -> Result<Vec<Item>> {
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
                items.push(Item { name, expr: typed(binder.bind(expr)?), place });
            }
            SelectItem::ExprWithAlias { expr, alias } => {
                items.push(Item { name: alias.value.clone(), expr: typed(binder.bind(expr)?), place });
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

/// A value of no type is an integer.
fn typed(expr: Expr) -> Expr {
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

fn place_of(select: &Select) -> Location {
    select.select_token.0.span.start
}

/// Refuses clauses that are no part of our `SELECT`.
fn refuse(select: &Select) -> Result<()> {
    let place = place_of(select);
    let refused = [
        (matches!(select.distinct, Some(Distinct::On(_))), "DISTINCT ON", "Table.first_by"),
        (select.top.is_some(), "TOP", "LIMIT"),
        (select.into.is_some(), "INTO", "keep the result under a name"),
        (!select.lateral_views.is_empty(), "LATERAL VIEW", "Table.ungroup"),
        (select.prewhere.is_some(), "PREWHERE", "WHERE"),
        (!select.connect_by.is_empty(), "CONNECT BY", "Table.tree"),
        (!select.cluster_by.is_empty(), "CLUSTER BY", "ORDER BY"),
        (!select.distribute_by.is_empty(), "DISTRIBUTE BY", "Table.partition_by"),
        (!select.sort_by.is_empty(), "SORT BY", "ORDER BY"),
        (!select.named_window.is_empty(), "WINDOW", "update_by (rolling, cumulative, ema)"),
        (select.qualify.is_some(), "QUALIFY", "WHERE of an outer query"),
        (select.value_table_mode.is_some(), "AS STRUCT", "plain columns"),
        (select.exclude.is_some(), "EXCLUDE", "name the columns"),
        (select.flavor != SelectFlavor::Standard, "a query that begins with FROM", "SELECT * FROM …"),
    ];
    match refused.iter().find(|(is_there, ..)| *is_there) {
        None => Ok(()),
        Some((_, what, instead)) => Err(unsupported(place, what, *instead)),
    }
}
