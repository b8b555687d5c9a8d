//! `WITH`, set operations, `VALUES`, `LIMIT`: what is around single `SELECT`s.

use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use kinetable::Result;
use kinetable_operators::{aggregate, join, shape};
use sqlparser::ast::{
    self, LimitClause, OrderByExpr, Query, SetExpr, SetOperator, SetQuantifier, Spanned, Values, With,
};
use sqlparser::tokenizer::Location;

use super::order::{self, Key};
use super::{Planner, output, place_of};
use crate::bind::start;
use crate::eval::{Frame, eval};
use crate::expr::{Expr, Failing, said};
use crate::place::{NOWHERE, at, unsupported};
use crate::scope::{Column, Relation, Standing};
use crate::types::common;
use crate::value::Value;

impl Planner<'_> {
    /// A query of any kind.
    ///
    /// # Errors
    /// If it is wrong, or not supported.
    pub(super) fn query(&self, query: &Query) -> Result<Relation> {
        self.deeper(NOWHERE, || {
            refuse(query)?;
            let names = self.named.borrow().len();
            if let Some(with) = &query.with {
                self.with(with)?;
            }
            let order = order::expressions(query.order_by.as_ref())?;
            let relation = self.body(&query.body, order)?;
            self.named.borrow_mut().truncate(names);
            self.limited(relation, query)
        })
    }

    fn with(&self, with: &With) -> Result<()> {
        if with.recursive {
            let place = with.with_token.0.span.start;
            return Err(unsupported(place, "WITH RECURSIVE", "a tree of rows: Table.tree"));
        }
        for cte in &with.cte_tables {
            let relation = self.query(&cte.query)?;
            let relation = renamed(relation, &cte.alias)?;
            let name = &cte.alias.name;
            if with.cte_tables.iter().filter(|other| other.alias.name.value == name.value).count() > 1 {
                return Err(at(name.span.start, format!("WITH gives the name \"{}\" twice", name.value))
                    .with_hint("give each query a name of its own"));
            }
            self.named.borrow_mut().push((cte.alias.name.value.clone(), relation));
        }
        Ok(())
    }

    fn body(&self, body: &SetExpr, order: &[OrderByExpr]) -> Result<Relation> {
        match body {
            SetExpr::Select(select) => self.select(select, order),
            SetExpr::Query(query) => self.ordered(self.query(query)?, order),
            SetExpr::Values(values) => self.ordered(self.values(values)?, order),
            SetExpr::SetOperation { .. } => self.ordered(self.combined(body)?, order),
            other => Err(unsupported(
                other.span().start,
                "this statement",
                "SELECT, VALUES, UNION, EXCEPT, INTERSECT",
            )),
        }
    }

    /// Set operations: a chain of one leans to the left, as deep as it is long.
    fn combined(&self, body: &SetExpr) -> Result<Relation> {
        let mut steps = Vec::new();
        let mut rest = body;
        while let SetExpr::SetOperation { left, op, set_quantifier, right } = rest {
            steps.push((*op, *set_quantifier, &**right));
            rest = left;
        }
        let mut branches = vec![self.body(rest, &[])?];
        for (op, quantifier, right) in steps.into_iter().rev() {
            let place = right.span().start;
            let all = match quantifier {
                SetQuantifier::All => true,
                SetQuantifier::None | SetQuantifier::Distinct => false,
                _ => return Err(unsupported(place, "BY NAME", "the same columns in the same order")),
            };
            let right = self.deeper(place, || self.body(right, &[]))?;
            if op == SetOperator::Union {
                branches.push(right);
                if !all {
                    branches = vec![distinct(&self.united(branches, place)?)?];
                }
                continue;
            }
            if all {
                return Err(unsupported(place, format!("{op} ALL"), format!("{op}, of distinct rows")));
            }
            let left = self.united(branches, place)?;
            branches = vec![self.membership(op, left, right, place)?];
        }
        self.united(branches, NOWHERE)
    }

    /// Branches under the columns of the first, in types that take in all.
    fn alike(&self, branches: Vec<Relation>, place: Location) -> Result<Vec<Relation>> {
        let first = branches[0].columns.clone();
        let mut types: Vec<DataType> = first.iter().map(|column| column.data_type.clone()).collect();
        for branch in &branches[1..] {
            if branch.columns.len() != types.len() {
                let (a, b) = (types.len(), branch.columns.len());
                return Err(at(place, format!("one query has {a} columns, and the other {b}")));
            }
            for ((data_type, column), named) in types.iter_mut().zip(&branch.columns).zip(&first) {
                *data_type = common(data_type, &column.data_type).ok_or_else(|| {
                    let (a, b) = (crate::types::name(data_type), crate::types::name(&column.data_type));
                    at(place, format!("column \"{}\" is {a} in one query, and {b} in the other", named.name))
                        .with_hint("CAST one of them")
                })?;
            }
        }
        let columns: Vec<Column> = first
            .into_iter()
            .zip(types)
            .map(|(column, data_type)| Column {
                id: self.context.fresh(),
                data_type,
                standing: Standing::Own,
                ..column
            })
            .collect();
        let cast = |branch: Relation| {
            let selected = branch.columns.iter().zip(&columns).map(|(from, to)| {
                let expr =
                    from.expr().cast(&to.data_type, Failing::Error).map_err(|message| at(place, message))?;
                Ok((to.id.name(), expr))
            });
            let selected = selected.collect::<Result<Vec<_>>>()?;
            Ok(Relation { table: self.context.view(&branch.table, &selected)?, columns: columns.clone() })
        };
        branches.into_iter().map(cast).collect()
    }

    /// All rows of all branches.
    fn united(&self, mut branches: Vec<Relation>, place: Location) -> Result<Relation> {
        if branches.len() == 1
            && let Some(only) = branches.pop()
        {
            return Ok(only);
        }
        let branches = self.alike(branches, place)?;
        let tables: Vec<_> = branches.iter().map(|branch| branch.table.clone()).collect();
        Ok(Relation { table: shape::merge(&tables)?, columns: branches[0].columns.clone() })
    }

    fn membership(
        &self,
        op: SetOperator,
        left: Relation,
        right: Relation,
        place: Location,
    ) -> Result<Relation> {
        let sides = self.alike(vec![left, right], place)?;
        let names: Vec<String> = sides[0].columns.iter().map(|column| column.id.name()).collect();
        let on: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), name.as_str())).collect();
        let table = match op {
            SetOperator::Intersect => join::where_in(&sides[0].table, &sides[1].table, &on)?,
            _ => join::where_not_in(&sides[0].table, &sides[1].table, &on)?,
        };
        distinct(&Relation { table, columns: sides[0].columns.clone() })
    }

    /// The rows of a relation in the order of expressions over its columns.
    fn ordered(&self, relation: Relation, order: &[OrderByExpr]) -> Result<Relation> {
        if order.is_empty() {
            return Ok(relation);
        }
        let mut helpers = Vec::new();
        let mut keys = Vec::new();
        for one in order {
            let place = start(&one.expr);
            let expr = match ordinal(&one.expr, relation.columns.len())? {
                Some(place) => relation.columns[place].expr(),
                None => {
                    let mut binder = self.binder(&relation.columns, "ORDER BY");
                    let bound = binder.bind(&one.expr)?;
                    if !binder.inner.is_empty() {
                        return Err(unsupported(
                            place,
                            "a query in ORDER BY",
                            "select it, and sort by its name",
                        ));
                    }
                    bound
                }
            };
            let expr = match expr.as_column() {
                Some(_) => expr,
                None => {
                    let id = self.context.fresh();
                    let column = Expr::column(id, &expr.data_type);
                    helpers.push((id, expr));
                    column
                }
            };
            keys.push(Key::new(expr, &one.options, place)?);
        }
        let table = self.context.with(&relation.table, &helpers)?;
        Ok(Relation { table: order::sorted(self.context, &table, &keys)?, columns: relation.columns })
    }

    /// The rows that `LIMIT` and `OFFSET` leave.
    pub(super) fn limited(&self, relation: Relation, query: &Query) -> Result<Relation> {
        let (mut limit, mut offset) = (None, None);
        match &query.limit_clause {
            None => {}
            Some(LimitClause::LimitOffset { limit: most, offset: from, limit_by }) => {
                if let Some(by) = limit_by.first() {
                    return Err(unsupported(start(by), "LIMIT … BY", "Table.head_by"));
                }
                limit = most.as_ref();
                offset = from.as_ref().map(|from| &from.value);
            }
            Some(LimitClause::OffsetCommaLimit { offset: from, limit: most }) => {
                (limit, offset) = (Some(most), Some(from));
            }
        }
        if let Some(fetch) = &query.fetch {
            if fetch.with_ties || fetch.percent {
                return Err(unsupported(place_of(query), "FETCH with PERCENT or TIES", "LIMIT n"));
            }
            limit = fetch.quantity.as_ref();
        }
        let limit = limit.map(|limit| self.count(limit)).transpose()?.flatten();
        let offset = offset.map(|offset| self.count(offset)).transpose()?.flatten().unwrap_or(0);
        let table = match (limit, offset) {
            (None, 0) => return Ok(relation),
            (Some(limit), 0) => shape::head(&relation.table, limit.unsigned_abs())?,
            (limit, offset) => {
                let stop = limit.map_or(i64::MAX, |limit| offset.saturating_add(limit));
                shape::slice(&relation.table, offset, stop)?
            }
        };
        Ok(Relation { table, ..relation })
    }

    /// A constant number of rows; none of `NULL`.
    fn count(&self, expr: &ast::Expr) -> Result<Option<i64>> {
        let value = self.constant(expr)?;
        let refused = || at(start(expr), "a number of rows is a constant integer from 0 on");
        if !crate::types::is_integer(value.data_type()) && !value.data_type().is_null() {
            return Err(refused());
        }
        let value = Value::One(arrow_cast::cast(&value, &DataType::Int64).map_err(|_| refused())?);
        match value.longs().map_err(|_| refused())?.get(0) {
            None => Ok(None),
            Some(count) if count >= 0 => Ok(Some(count)),
            Some(_) => Err(refused()),
        }
    }

    /// The value of an expression of no columns.
    pub(super) fn constant(&self, expr: &ast::Expr) -> Result<ArrayRef> {
        let mut binder = self.binder(&[], "a constant");
        let bound = binder.bind(expr)?;
        if !binder.inner.is_empty() {
            return Err(unsupported(start(expr), "a query where a constant is wanted", "write the value"));
        }
        let frame = Frame { ids: &[], columns: Vec::new(), rows: 1 };
        let value = eval(&bound, &frame).and_then(|value| value.expand(1));
        value.map_err(|error| at(start(expr), said(&error)))
    }

    fn values(&self, values: &Values) -> Result<Relation> {
        let place = values.span().start;
        let width = values.rows.first().map_or(0, |row| row.content.len());
        let mut columns: Vec<Vec<ArrayRef>> = vec![Vec::new(); width];
        for row in &values.rows {
            if row.content.len() != width {
                let found = row.content.len();
                return Err(at(place, format!("a row of VALUES has {found} values, and the first {width}")));
            }
            for (column, value) in columns.iter_mut().zip(&row.content) {
                column.push(self.constant(value)?);
            }
        }
        let (mut arrays, mut known) = (Vec::new(), Vec::new());
        for (index, cells) in columns.iter().enumerate() {
            let together = |t: DataType, cell: &ArrayRef| common(&t, cell.data_type());
            let data_type = cells.iter().try_fold(DataType::Null, together);
            let data_type =
                data_type.ok_or_else(|| at(place, "values of one column have no type in common"))?;
            let data_type = if data_type == DataType::Null { DataType::Int32 } else { data_type };
            let cast = |cell: &ArrayRef| Expr::literal(cell.clone()).cast(&data_type, Failing::Error);
            let cast = cells.iter().map(cast).collect::<std::result::Result<Vec<_>, _>>();
            let cast = cast.map_err(|message| at(place, message))?;
            let parts: Vec<&dyn Array> =
                cast.iter().filter_map(|cell| cell.as_constant().map(|c| &**c)).collect();
            let id = self.context.fresh();
            arrays.push((id.name(), arrow_select::concat::concat(&parts)?));
            known.push(Column {
                id,
                qualifier: None,
                name: format!("{}{index}", output::UNNAMED),
                data_type,
                standing: Standing::Own,
            });
        }
        Ok(Relation { table: shape::new_table(arrays)?, columns: known })
    }
}

/// The distinct rows.
pub(super) fn distinct(relation: &Relation) -> Result<Relation> {
    let names: Vec<String> = relation.columns.iter().map(|column| column.id.name()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let table = aggregate::select_distinct(&relation.table, &names)?;
    Ok(Relation { table, columns: relation.columns.clone() })
}

/// A relation whose columns go by an alias, and by the names that it gives.
pub(super) fn renamed(mut relation: Relation, alias: &ast::TableAlias) -> Result<Relation> {
    let place = alias.name.span.start;
    if alias.columns.len() > relation.columns.len() {
        let (named, there) = (alias.columns.len(), relation.columns.len());
        return Err(at(
            place,
            format!("\"{}\" names {named} columns, but there are {there}", alias.name.value),
        ));
    }
    for column in &mut relation.columns {
        column.qualifier = Some(alias.name.value.clone());
        column.standing = Standing::Own;
    }
    for (column, name) in relation.columns.iter_mut().zip(&alias.columns) {
        column.name.clone_from(&name.name.value);
    }
    Ok(relation)
}

/// The place, from 0, of the column that an integer names.
pub(super) fn ordinal(expr: &ast::Expr, columns: usize) -> Result<Option<usize>> {
    let ast::Expr::Value(value) = expr else {
        return Ok(None);
    };
    let ast::Value::Number(digits, _) = &value.value else {
        return Ok(None);
    };
    match digits.parse::<usize>() {
        Ok(place) if (1..=columns).contains(&place) => Ok(Some(place - 1)),
        _ => Err(at(value.span.start, format!("there is no column number {digits}: there are {columns}"))),
    }
}

/// Refuses what is around a query that is no `SELECT` of ours.
pub(super) fn refuse(query: &Query) -> Result<()> {
    let strange = !query.locks.is_empty()
        || query.for_clause.is_some()
        || query.settings.is_some()
        || query.format_clause.is_some()
        || !query.pipe_operators.is_empty();
    match strange {
        false => Ok(()),
        true => Err(unsupported(
            place_of(query),
            "what comes after this query",
            "WITH, ORDER BY, LIMIT and OFFSET",
        )),
    }
}
