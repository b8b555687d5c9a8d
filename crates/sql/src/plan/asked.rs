//! Queries that may name columns of the query around them, in equations: `WHERE inner = outer`.
//!
//! The inner sides become keys of the query's rows, so that the outer query can be joined with it. An aggregate without `GROUP BY` is
//! grouped by them; of keys that no row has it is what it is of no rows.

use kinetable::Result;
use sqlparser::ast::{self, BinaryOperator, Query, Select, SetExpr};

use super::Planner;
use super::from::Condition;
use crate::bind::{Aggregate, AggregateKind, Asked, Binder, Queries, start};
use crate::expr::{Expr, Kind};
use crate::functions::operator::{alike, is_not_null};
use crate::place::{at, unsupported};
use crate::scope::{Column, Relation};

/// An equation of a value of the outer rows with one of the inner.
pub(super) struct Equation {
    pub(super) outer: Expr,
    pub(super) inner: Expr,
}

impl Planner<'_> {
    /// A query within an expression over columns.
    ///
    /// # Errors
    /// If it is wrong, or names outer columns in other ways than equations.
    pub(super) fn asked(&self, query: &Query, outer: &[Column]) -> Result<Asked> {
        let whole = |relation| Asked { relation, on: Vec::new(), lacking: None };
        let SetExpr::Select(select) = &*query.body else {
            return Ok(whole(self.query(query)?));
        };
        if query.with.is_some() || select.selection.is_none() {
            return Ok(whole(self.query(query)?));
        }
        let place = super::place_of(query);
        self.deeper(place, || {
            super::query::refuse(query)?;
            let order = super::order::expressions(query.order_by.as_ref())?;
            let mut asked = self.select_within(select, order, outer)?;
            if asked.on.is_empty() {
                asked.relation = self.limited(asked.relation, query)?;
            } else if query.limit_clause.is_some() || query.fetch.is_some() {
                let what = "LIMIT in a query that names columns of the query around it";
                return Err(unsupported(place, what, "MAX, MIN, FIRST or LAST of what is wanted"));
            }
            Ok(asked)
        })
    }

    /// A condition of `WHERE`, or an equation with a value of the outer rows.
    pub(super) fn condition_or_equation(
        &self,
        part: &ast::Expr,
        columns: &[Column],
        outer: &[Column],
    ) -> Result<std::result::Result<Condition, Equation>> {
        let mut binder = self.binder(columns, "WHERE");
        let error = match binder.condition(part) {
            Ok(expr) => return Ok(Ok(Condition { expr, inner: binder.inner, used: false })),
            Err(error) if outer.is_empty() => return Err(error),
            Err(error) => error,
        };
        let mut part = part;
        while let ast::Expr::Nested(inner) = part {
            part = inner;
        }
        let sides = match part {
            ast::Expr::BinaryOp { left, op: BinaryOperator::Eq, right } => {
                vec![(left, right), (right, left)]
            }
            _ => Vec::new(),
        };
        for (inner, other) in sides {
            let of_side = |side, columns| Binder::new(self.context, &NoQueries, columns, "WHERE").bind(side);
            if let (Ok(inner), Ok(other)) = (of_side(inner, columns), of_side(other, outer)) {
                let place = start(part);
                let (outer, inner) = alike(other, inner).map_err(|message| at(place, message))?;
                return Ok(Err(Equation { outer, inner }));
            }
        }
        let both: Vec<Column> = columns.iter().chain(outer).cloned().collect();
        match Binder::new(self.context, &NoQueries, &both, "WHERE").condition(part) {
            Ok(_) => {
                let what = "a condition on columns of the query around it that is no equation of inner with outer ones";
                Err(unsupported(start(part), what, "a join with the query"))
            }
            Err(_) => Err(error),
        }
    }

    /// The rows whose keys are there: null equals nothing.
    pub(super) fn with_keys(&self, relation: &mut Relation, equations: &[Equation]) -> Result<()> {
        let there: Vec<Expr> = equations.iter().map(|equation| is_not_null(equation.inner.clone())).collect();
        relation.table = self.filtered(&relation.table, &there)?;
        Ok(())
    }
}

/// Refuses queries: what is tried is not to plan them once more at each depth.
struct NoQueries;

impl Queries for NoQueries {
    fn plan(&self, query: &Query, _: &[Column]) -> Result<Asked> {
        Err(unsupported(super::place_of(query), "a query here", "a join with the query"))
    }
}

/// What an expression over aggregates is of no rows.
///
/// # Errors
/// If it reads more than aggregates.
pub(super) fn of_no_rows(expr: &Expr, aggregates: &[Aggregate], select: &Select) -> Result<Expr> {
    let none = |part: &Expr| {
        let Kind::Column(id) = part.kind else { return None };
        let aggregate = aggregates.iter().find(|aggregate| aggregate.id == id)?;
        Some(match aggregate.kind {
            AggregateKind::Rows | AggregateKind::Where => {
                Expr::literal(std::sync::Arc::new(arrow_array::Int64Array::from(vec![0])))
            }
            _ => Expr::null(&aggregate.data_type),
        })
    };
    let expr = expr.replaced(&none);
    let mut read = Vec::new();
    expr.columns(&mut read);
    match read.is_empty() {
        true => Ok(expr),
        false => Err(unsupported(
            super::select::place_of(select),
            "more than aggregates in a query that names columns of the query around it",
            "GROUP BY what it selects, or a join with the query",
        )),
    }
}
