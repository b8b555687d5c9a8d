//! `FROM` and `WHERE`: tables, how they are joined, and which rows are left.
//!
//! Conditions of `WHERE` on one table filter it before it is joined; those on two tables that a comma stands between are what
//! they are joined by.

use kinetable::{Error, Result};
use kinetable_engine::Table;
use kinetable_operators::{filter, join};
use sqlparser::ast::{
    self, BinaryOperator, InTarget, JoinConstraint, JoinOperator, Spanned, TableAlias, TableFactor,
    TableWithJoins,
};
use sqlparser::tokenizer::Location;

use super::Planner;
use super::asked::Equation;
use super::join::{Kind, Matching};
use super::query::renamed;
use crate::bind::{Asked, Inner, one_column, start};
use crate::expr::{Expr, Kind as ExprKind};
use crate::functions::operator::is_not_null;
use crate::place::{NOWHERE, at, unsupported};
use crate::scope::{Column, Relation, Standing, fits, listed};

/// A condition of `WHERE`.
pub(super) struct Condition {
    pub(super) expr: Expr,
    pub(super) inner: Vec<Inner>,
    /// Whether rows were filtered, or joined, by it.
    pub(super) used: bool,
}

impl Planner<'_> {
    /// The rows that a `SELECT` is over, and what of them equals values of outer rows.
    ///
    /// # Errors
    /// If a table is not there, or a condition is wrong.
    pub(super) fn from(
        &self,
        from: &[TableWithJoins],
        selection: Option<&ast::Expr>,
        outer: &[Column],
    ) -> Result<(Relation, Vec<Equation>)> {
        let all = selection.map(parts).unwrap_or_default();
        let relations = match from {
            [TableWithJoins { relation: TableFactor::Table { .. }, joins }] if joins.is_empty() => {
                vec![self.factor(&from[0].relation, &all)?]
            }
            _ => from.iter().map(|item| self.joined(item)).collect::<Result<Vec<_>>>()?,
        };
        let columns: Vec<Column> = relations.iter().flat_map(|relation| relation.columns.clone()).collect();
        let (mut conditions, mut equations) = (Vec::new(), Vec::new());
        let mut searched: Vec<(&ast::Expr, &ast::Query)> = Vec::new();
        for part in all {
            if let ast::Expr::In { expr, target: InTarget::Subquery(query), negated: false, .. } = part {
                searched.push((&**expr, &**query));
                continue;
            }
            match self.condition_or_equation(part, &columns, outer)? {
                Ok(condition) => conditions.push(condition),
                Err(equation) => equations.push(equation),
            }
        }
        let mut relation = self.product(relations, &mut conditions)?;
        let rest: Vec<Condition> = conditions.into_iter().filter(|condition| !condition.used).collect();
        for (value, query) in searched {
            relation.table = self.searched(&relation, value, query)?;
        }
        for Condition { expr, inner, .. } in rest {
            let table = self.answered(&relation.table, &inner)?;
            relation.table = self.filtered(&table, &[expr])?;
        }
        self.with_keys(&mut relation, &equations)?;
        Ok((relation, equations))
    }

    /// The rows for which all conditions are true.
    pub(super) fn filtered(&self, table: &Table, conditions: &[Expr]) -> Result<Table> {
        if conditions.is_empty() {
            return Ok(table.clone());
        }
        let filters = conditions.iter().map(|condition| self.context.filter(condition.clone(), table));
        filter::where_(table, &filters.collect::<Result<Vec<_>>>()?)
    }

    /// All combinations of rows, as far as conditions let them be.
    fn product(&self, relations: Vec<Relation>, conditions: &mut [Condition]) -> Result<Relation> {
        let mut all: Option<Relation> = None;
        for mut relation in relations {
            let own = taken(conditions, |id| relation.has(id));
            relation.table = self.filtered(&relation.table, &own)?;
            all = Some(match all {
                None => relation,
                Some(before) => {
                    fits(before.columns.len() + relation.columns.len(), NOWHERE)?;
                    let on = taken(conditions, |id| before.has(id) || relation.has(id));
                    self.matched(&before, &relation, Kind::Inner, on)?
                }
            });
        }
        Ok(all.unwrap_or_else(|| Relation {
            table: kinetable_operators::shape::empty_table(1),
            columns: Vec::new(),
        }))
    }

    /// The rows whose value is in a query.
    fn searched(&self, relation: &Relation, value: &ast::Expr, query: &ast::Query) -> Result<Table> {
        let place = start(value);
        let mut binder = self.binder(&relation.columns, "WHERE");
        let probe = binder.bind(value)?;
        let table = self.answered(&relation.table, &binder.inner)?;
        let Asked { relation: mut set, on, lacking } = self.asked(query, &relation.columns)?;
        if lacking.is_some() {
            let what = "IN a query of an aggregate that names columns of the query around it";
            return Err(unsupported(place, what, "= (SELECT …)"));
        }
        let probe = one_column(&mut set, probe, self.context).map_err(|message| at(place, message))?;
        let there = self.context.filter(is_not_null(set.columns[0].expr()), &set.table)?;
        let set_table = filter::where_(&set.table, &[there])?;
        let mut pairs = vec![(probe, set.columns[0].id)];
        pairs.extend(on);
        let (mut made, mut names) = (Vec::new(), Vec::new());
        for (value, key) in pairs {
            let id = self.context.fresh();
            names.push((id.name(), key.name()));
            made.push((id, value));
        }
        let table = self.context.with(&table, &made)?;
        join::where_in(&table, &set_table, &super::inner::pairs(&names))
    }

    /// A table of `FROM` and what is joined to it.
    fn joined(&self, item: &TableWithJoins) -> Result<Relation> {
        let mut relation = self.factor(&item.relation, &[])?;
        for join in &item.joins {
            let place = join.relation.span().start;
            let (kind, constraint) = match &join.join_operator {
                JoinOperator::Join(constraint) | JoinOperator::Inner(constraint) => (Kind::Inner, constraint),
                JoinOperator::Left(constraint) | JoinOperator::LeftOuter(constraint) => {
                    (Kind::Left, constraint)
                }
                JoinOperator::Right(constraint) | JoinOperator::RightOuter(constraint) => {
                    (Kind::Right, constraint)
                }
                JoinOperator::FullOuter(constraint) => (Kind::Full, constraint),
                JoinOperator::CrossJoin(constraint) => (Kind::Inner, constraint),
                JoinOperator::AsOf { .. } => {
                    return Err(unsupported(place, "ASOF JOIN", "Table.aj and Table.raj"));
                }
                _ => return Err(unsupported(place, "this kind of join", "INNER, LEFT, RIGHT, FULL, CROSS")),
            };
            let is_cross = matches!(join.join_operator, JoinOperator::CrossJoin(_));
            if !is_cross && matches!(constraint, JoinConstraint::None) {
                return Err(
                    at(place, "a join without a condition").with_hint("ON …, USING (…), or CROSS JOIN")
                );
            }
            let right = self.factor(&join.relation, &[])?;
            fits(relation.columns.len() + right.columns.len(), place)?;
            relation = self.constrained(&relation, &right, kind, constraint, place)?;
        }
        Ok(relation)
    }

    fn constrained(
        &self,
        left: &Relation,
        right: &Relation,
        kind: Kind,
        constraint: &JoinConstraint,
        place: Location,
    ) -> Result<Relation> {
        let names: Vec<String> = match constraint {
            JoinConstraint::None => return self.matched(left, right, kind, Vec::new()),
            JoinConstraint::On(condition) => {
                let columns: Vec<Column> = left.columns.iter().chain(&right.columns).cloned().collect();
                let mut binder = self.binder(&columns, "ON");
                let bound = binder.condition(condition)?;
                if !binder.inner.is_empty() {
                    return Err(unsupported(place, "a query in ON", "WHERE, or a join with that query"));
                }
                let mut on = Vec::new();
                split(bound, &mut on);
                return self.matched(left, right, kind, on);
            }
            JoinConstraint::Using(names) => {
                names.iter().map(|name| name.to_string().trim_matches('"').to_owned()).collect()
            }
            JoinConstraint::UsingAlias(..) => {
                return Err(unsupported(place, "USING with an alias", "USING (…)"));
            }
            JoinConstraint::Natural => {
                let own = |relation: &Relation, name: &str| {
                    relation.columns.iter().any(|other| other.standing == Standing::Own && other.name == name)
                };
                let names = left.columns.iter().filter(|column| column.standing == Standing::Own);
                names.map(|column| column.name.clone()).filter(|name| own(right, name)).collect()
            }
        };
        self.using(left, right, kind, &names, place)
    }

    /// Rows joined by columns of one name, each pair of which becomes one column.
    fn using(
        &self,
        left: &Relation,
        right: &Relation,
        kind: Kind,
        names: &[String],
        place: Location,
    ) -> Result<Relation> {
        let mut matching = Matching::default();
        for name in names {
            let one = |relation: &Relation, side: &str| {
                let fits = |column: &&Column| column.standing == Standing::Own && column.name == *name;
                let mut found = relation.columns.iter().filter(fits);
                match (found.next(), found.next()) {
                    (Some(column), None) => Ok(column.clone()),
                    (None, _) => {
                        Err(at(place, format!("there is no column \"{name}\" on the {side} of the join")))
                    }
                    _ => Err(at(
                        place,
                        format!("\"{name}\" is the name of several columns on the {side} of the join"),
                    )),
                }
            };
            matching.push(one(left, "left")?, one(right, "right")?).map_err(|message| at(place, message))?;
        }
        let joined = self.matched(left, right, kind, matching.conditions())?;
        matching.merged(self.context, &joined, kind).map_err(|error| match error {
            Ok(message) => at(place, message),
            Err(error) => error,
        })
    }

    /// What stands in `FROM`; conditions are some that its rows have to fulfil, and may leave out files.
    fn factor(&self, factor: &TableFactor, conditions: &[&ast::Expr]) -> Result<Relation> {
        match factor {
            TableFactor::Table { name, alias, args: None, sample: None, version: None, .. } => {
                self.base(name, alias.as_ref(), conditions)
            }
            TableFactor::Derived { lateral: false, subquery, alias, sample: None } => {
                let relation = self.query(subquery)?;
                match alias {
                    None => Ok(relation),
                    Some(alias) => renamed(relation, alias),
                }
            }
            TableFactor::NestedJoin { table_with_joins, alias } => {
                let relation = self.deeper(NOWHERE, || self.joined(table_with_joins))?;
                match alias {
                    None => Ok(relation),
                    Some(alias) => renamed(relation, alias),
                }
            }
            other => {
                Err(unsupported(other.span().start, "this in FROM", "tables, (queries), and joins of them"))
            }
        }
    }

    /// A table by its name: one that `WITH` made, or one of the caller's.
    fn base(
        &self,
        name: &ast::ObjectName,
        alias: Option<&TableAlias>,
        conditions: &[&ast::Expr],
    ) -> Result<Relation> {
        let [ast::ObjectNamePart::Identifier(ident)] = name.0.as_slice() else {
            return Err(at(name.span().start, format!("\"{name}\" is no name of a table"))
                .with_hint("tables go by one name, with no schema before it"));
        };
        let known = self.named.borrow().iter().rev().find(|(other, _)| *other == ident.value).cloned();
        let mut relation = match known {
            Some((_, relation)) => self.again(&relation)?,
            None => {
                let Some(table) = self.tables.table(&ident.value)? else {
                    return Err(self.no_table(ident));
                };
                // Under names that the alias gives, a condition is not on the column that the table calls so.
                let is_renamed = alias.is_some_and(|alias| !alias.columns.is_empty());
                let conditions = if is_renamed { &[] } else { conditions };
                self.leaf(&self.pruned(&table, conditions)?.engine()?)?
            }
        };
        for column in &mut relation.columns {
            column.qualifier = Some(ident.value.clone());
        }
        match alias {
            None => Ok(relation),
            Some(alias) => renamed(relation, alias),
        }
    }

    /// The same rows under columns of their own.
    fn again(&self, relation: &Relation) -> Result<Relation> {
        let mut columns = relation.columns.clone();
        let mut selected = Vec::new();
        for column in &mut columns {
            let id = self.context.fresh();
            selected.push((id.name(), column.expr()));
            column.id = id;
        }
        Ok(Relation { table: self.context.view(&relation.table, &selected)?, columns })
    }

    fn leaf(&self, table: &Table) -> Result<Relation> {
        let (mut columns, mut selections) = (Vec::new(), Vec::new());
        for (index, field) in table.schema().fields().iter().enumerate() {
            let id = self.context.fresh();
            selections.push(kinetable_operators::select::Selection::column(id.name(), index));
            columns.push(Column {
                id,
                qualifier: None,
                name: field.name().clone(),
                data_type: field.data_type().clone(),
                standing: Standing::Own,
            });
        }
        Ok(Relation { table: kinetable_operators::select::view(table, &selections)?, columns })
    }

    fn no_table(&self, ident: &ast::Ident) -> Error {
        let named = self.named.borrow();
        let mut names: Vec<String> = named.iter().map(|(name, _)| name.clone()).collect();
        names.extend(self.tables.names());
        names.sort();
        let hint = match names.iter().find(|name| name.eq_ignore_ascii_case(&ident.value)) {
            Some(name) => format!("did you mean \"{name}\"? names are case-sensitive"),
            None => {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                format!("tables are: {}", listed(&names))
            }
        };
        at(ident.span.start, format!("there is no table \"{}\"", ident.value)).with_hint(hint)
    }
}

/// The conditions that `AND` joins.
fn parts(condition: &ast::Expr) -> Vec<&ast::Expr> {
    let (mut found, mut open) = (Vec::new(), vec![condition]);
    while let Some(next) = open.pop() {
        match next {
            ast::Expr::Nested(inner) => open.push(inner),
            ast::Expr::BinaryOp { left, op: BinaryOperator::And, right } => open.extend([&**right, &**left]),
            other => found.push(other),
        }
    }
    found
}

/// The conditions that are all to be true.
fn split(condition: Expr, found: &mut Vec<Expr>) {
    match condition.kind {
        ExprKind::All(parts) => parts.into_iter().for_each(|part| split(part, found)),
        _ => found.push(condition),
    }
}

/// Takes conditions that read known columns alone, and some.
fn taken(conditions: &mut [Condition], known: impl Fn(crate::expr::ColumnId) -> bool + Copy) -> Vec<Expr> {
    let mut found = Vec::new();
    for condition in conditions.iter_mut().filter(|condition| !condition.used && condition.inner.is_empty()) {
        let mut read = Vec::new();
        condition.expr.columns(&mut read);
        if !read.is_empty() && read.into_iter().all(known) {
            condition.used = true;
            found.push(condition.expr.clone());
        }
    }
    found
}
