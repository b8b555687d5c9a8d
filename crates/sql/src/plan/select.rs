//! One `SELECT`: rows, groups, columns, distinct, order.

use kinetable::Result;
use kinetable_engine::Table;
use sqlparser::ast::{self, Distinct, GroupByExpr, OrderByExpr, Select, SelectFlavor};
use sqlparser::tokenizer::Location;

use super::Planner;
use super::asked::{Equation, of_no_rows};
use super::items::{Item, items, keys, typed};
use super::order::{self, Key};
use super::query::{distinct, ordinal};
use crate::bind::{Aggregate, Asked, Inner, NamedWindow, Window, start};
use crate::expr::{ColumnId, Expr};
use crate::place::{NOWHERE, at, unsupported};
use crate::scope::{Column, Relation, Standing, fits, resolve};

/// What the clauses of a `SELECT` say of its rows.
struct Clauses {
    items: Vec<Item>,
    groups: Vec<Expr>,
    having: Option<Expr>,
    qualify: Option<Expr>,
    keys: Vec<(Key, Location)>,
    aggregates: Vec<Aggregate>,
    windows: Vec<Window>,
    inner: Vec<Inner>,
}

impl Planner<'_> {
    /// A `SELECT`, its rows in the order of expressions over its columns, its tables' columns and its groups.
    ///
    /// # Errors
    /// If it is wrong, or not supported.
    pub(super) fn select(&self, select: &Select, order: &[OrderByExpr]) -> Result<Relation> {
        Ok(self.select_within(select, order, &[])?.relation)
    }

    /// The same, that may name outer columns in equations.
    ///
    /// # Errors
    /// If it is wrong, or not supported.
    pub(super) fn select_within(
        &self,
        select: &Select,
        order: &[OrderByExpr],
        outer: &[Column],
    ) -> Result<Asked> {
        refuse(select)?;
        let (relation, equations) = self.from(&select.from, select.selection.as_ref(), outer)?;
        let mut clauses = self.clauses(select, order, &relation)?;
        let visible = clauses.items.len();
        let lacking = self.keyed_by(&mut clauses, &equations, select)?;
        let mut table = relation.table.clone();
        let is_grouped =
            !clauses.groups.is_empty() || clauses.having.is_some() || !clauses.aggregates.is_empty();
        if is_grouped {
            table = self.grouping(&table, &mut clauses, &relation, select)?;
        }
        // A question of what a window gives is asked once that is there.
        let windows = &clauses.windows;
        let early = |id| !windows.iter().any(|window: &Window| window.id == id);
        let inner = std::mem::take(&mut clauses.inner);
        let (before, after) = parted(inner, |inner| inner.outer().all(|expr| expr.reads_only(early)));
        let mut table = self.answered(&table, &before)?;
        if let Some(having) = &clauses.having {
            table = self.filtered(&table, std::slice::from_ref(having))?;
        }
        table = self.answered(&self.windowed(&table, windows)?, &after)?;
        if let Some(qualify) = &clauses.qualify {
            table = self.filtered(&table, std::slice::from_ref(qualify))?;
        }
        let keys = clauses.keys.into_iter().map(|(key, _)| key).collect();
        let mut relation = self.projected(&table, clauses.items, keys, select.distinct.is_some())?;
        let keys = relation.columns.split_off(visible);
        let on = equations.into_iter().zip(&keys).map(|(equation, key)| (equation.outer, key.id)).collect();
        Ok(Asked { relation, on, lacking })
    }

    /// What the clauses say, in terms of the rows of `FROM`.
    fn clauses(&self, select: &Select, order: &[OrderByExpr], relation: &Relation) -> Result<Clauses> {
        let named = named_windows(select)?;
        let mut binder = self.binder(&relation.columns, "SELECT").gathering(&named);
        let items = items(&mut binder, &select.projection, relation)?;
        let groups = self.groups(select, relation, &items)?;
        binder.clause = "HAVING";
        let windows = binder.windows.take();
        let having = select.having.as_ref().map(|having| binder.condition(having)).transpose()?;
        (binder.windows, binder.clause) = (windows, "QUALIFY");
        let qualify = select.qualify.as_ref().map(|qualify| binder.condition(qualify)).transpose()?;
        binder.clause = "ORDER BY";
        let keys = keys(&mut binder, &items, order)?;
        let (aggregates, windows) = (binder.aggregates.take(), binder.windows.take());
        let (aggregates, windows) = (aggregates.unwrap_or_default(), windows.unwrap_or_default());
        Ok(Clauses { items, groups, having, qualify, keys, aggregates, windows, inner: binder.inner })
    }

    /// Adds the inner sides of equations with outer rows to what is selected and grouped by. Gives what the one item is of keys that
    /// no row has, if that is not null.
    fn keyed_by(
        &self,
        clauses: &mut Clauses,
        equations: &[Equation],
        select: &Select,
    ) -> Result<Option<Expr>> {
        if equations.is_empty() {
            return Ok(None);
        }
        let place = place_of(select);
        let what = |clause: &str| format!("{clause} in a query that names columns of the query around it");
        if !clauses.windows.is_empty() {
            return Err(unsupported(place, what("OVER"), "a join with a query that has it"));
        }
        let is_whole = clauses.groups.is_empty() && !clauses.aggregates.is_empty();
        if clauses.groups.is_empty() && clauses.having.is_some() {
            return Err(unsupported(place, what("HAVING without GROUP BY"), "a join with the query"));
        }
        let lacking = match clauses.items.as_slice() {
            [item] if is_whole => Some(of_no_rows(&item.expr, &clauses.aggregates, select)?),
            _ if is_whole => return Err(unsupported(place, what("several aggregates"), "one of them")),
            _ => None,
        };
        let keys = equations.iter().map(|equation| &equation.inner);
        if is_whole || !clauses.groups.is_empty() {
            clauses.groups.extend(keys.clone().cloned());
        }
        clauses.items.extend(keys.map(|key| Item { name: String::new(), expr: key.clone(), place }));
        // Rows are looked up by their keys, so that their order tells nothing.
        clauses.keys.clear();
        Ok(lacking)
    }

    /// The table of groups; the clauses in terms of it.
    fn grouping(
        &self,
        table: &Table,
        clauses: &mut Clauses,
        relation: &Relation,
        select: &Select,
    ) -> Result<Table> {
        let read = |id| {
            let argument = |aggregate: &Aggregate| aggregate.argument.as_ref().is_some_and(|a| a.reads(id));
            clauses.aggregates.iter().any(argument)
        };
        let inner = std::mem::take(&mut clauses.inner);
        let (before, mut after) = parted(inner, |inner| inner.given().into_iter().any(read));
        let table = self.answered(table, &before)?;
        let grouped = self.grouped(&table, &clauses.groups, &clauses.aggregates)?;
        let windows: Vec<ColumnId> = clauses.windows.iter().map(|window| window.id).collect();
        let answers: Vec<ColumnId> = after.iter().flat_map(Inner::given).collect();
        let known = |id| windows.contains(&id) || answers.contains(&id);
        let whole = place_of(select);
        let exprs = clauses.items.iter_mut().map(|item| (&mut item.expr, item.place));
        let conditions = clauses.having.iter_mut().chain(&mut clauses.qualify);
        let exprs = exprs.chain(conditions.map(|condition| (condition, whole)));
        let exprs = exprs.chain(clauses.keys.iter_mut().map(|(key, place)| (&mut key.expr, *place)));
        let exprs = exprs.chain(after.iter_mut().flat_map(Inner::outer).map(|expr| (expr, whole)));
        let of_windows = clauses.windows.iter_mut().flat_map(Window::exprs);
        for (expr, place) in exprs.chain(of_windows.map(|expr| (expr, whole))) {
            *expr = grouped.seen(expr, relation, known, place)?;
        }
        clauses.inner = after;
        Ok(grouped.table)
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
        fits(items.len(), NOWHERE)?;
        for item in &items {
            let id = self.context.fresh();
            let data_type = item.expr.data_type.clone();
            selected.push((id.name(), typed(item.expr.clone())));
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
        for expr in exprs.iter().flat_map(single) {
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

/// Those of the queries for which something holds, and the others.
fn parted(inner: Vec<Inner>, mut holds: impl FnMut(&mut Inner) -> bool) -> (Vec<Inner>, Vec<Inner>) {
    let (mut those, mut others) = (Vec::new(), Vec::new());
    for mut one in inner {
        if holds(&mut one) { those.push(one) } else { others.push(one) }
    }
    (those, others)
}

/// What `WINDOW` names.
fn named_windows(select: &Select) -> Result<Vec<NamedWindow>> {
    let mut named: Vec<NamedWindow> = Vec::new();
    for ast::NamedWindowDefinition(name, definition) in &select.named_window {
        let spec = match definition {
            ast::NamedWindowExpr::WindowSpec(spec) => spec.clone(),
            ast::NamedWindowExpr::NamedWindow(other) => {
                let what = format!("a window that is another, \"{other}\",");
                return Err(unsupported(other.span.start, what, "OVER the other"));
            }
        };
        if named.iter().any(|(other, _)| *other == name.value) {
            return Err(at(name.span.start, format!("WINDOW gives the name \"{}\" twice", name.value)));
        }
        named.push((name.value.clone(), spec));
    }
    Ok(named)
}

/// The expressions of a list in parentheses, as `GROUP BY` takes them; of none it is all rows.
fn single(expr: &ast::Expr) -> &[ast::Expr] {
    match expr {
        ast::Expr::Tuple(all) => all,
        one => std::slice::from_ref(one),
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

/// Where a `SELECT` begins.
pub(super) fn place_of(select: &Select) -> Location {
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
        (select.value_table_mode.is_some(), "AS STRUCT", "plain columns"),
        (select.exclude.is_some(), "EXCLUDE", "name the columns"),
        (select.flavor != SelectFlavor::Standard, "a query that begins with FROM", "SELECT * FROM …"),
    ];
    match refused.iter().find(|(is_there, ..)| *is_there) {
        None => Ok(()),
        Some((_, what, instead)) => Err(unsupported(place, what, *instead)),
    }
}
