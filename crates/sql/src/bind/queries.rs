//! Queries within expressions: a value, a membership, whether there are rows.
//!
//! What a query is asked becomes columns beside the rows of the outer query, joined by what the two have in common: nothing, or
//! the equations of a correlated query. `IN` has three truths, of which two columns more say which.

use std::sync::Arc;

use arrow_array::BooleanArray;
use arrow_schema::DataType;
use kinetable::Result;
use kinetable_engine::Table;
use kinetable_operators::aggregate::select_distinct;
use sqlparser::ast;

use super::{Answer, Asked, Binder, Inner, placed, start};
use crate::context::Context;
use crate::expr::{ColumnId, Expr, Kind};
use crate::functions::operator::{self, is_not_null, is_null};
use crate::place::{NOWHERE, at, unsupported};
use crate::scope::{Column, Relation};

impl Binder<'_> {
    /// Whether a value is among those of a query: unknown, if it is not and either is null.
    pub(super) fn in_query(&mut self, value: &ast::Expr, query: &ast::Query) -> Result<Expr> {
        let place = start(value);
        let probe = self.bind(value)?;
        let Asked { relation: mut set, on, lacking } = self.queries.plan(query, self.columns)?;
        if lacking.is_some() {
            let what = "IN a query of an aggregate that names columns of the query around it";
            return Err(unsupported(place, what, "= (SELECT …)"));
        }
        let probe = one_column(&mut set, probe, self.context).map_err(placed(place))?;
        self.reusable(&probe, value)?;
        let (found, rows, nulls) = (self.context.fresh(), self.context.fresh(), self.context.fresh());
        let truth = DataType::Boolean;
        let there = |id| is_not_null(Expr::column(id, &truth));
        let branches = vec![
            (is_null(Expr::column(rows, &truth)), yes(false)),
            (is_null(probe.clone()), Expr::null(&truth)),
            (there(found), yes(true)),
            (there(nulls), Expr::null(&truth)),
        ];
        self.inner.push(Inner { answer: Answer::Member { probe, set, found, rows, nulls }, on });
        Ok(Expr { kind: Kind::Case(branches, Box::new(yes(false))), data_type: truth })
    }

    /// The one value of a query; null of no row.
    pub(super) fn value_of(&mut self, query: &ast::Query) -> Result<Expr> {
        let Asked { mut relation, on, lacking } = self.queries.plan(query, self.columns)?;
        let [column] = relation.columns.as_slice() else {
            let place = super::super::plan::place_of(query);
            let message =
                format!("a query in place of a value has one column, not {}", relation.columns.len());
            return Err(at(place, message).with_hint("select the one that is wanted"));
        };
        let (id, from, data_type) = (self.context.fresh(), column.id, column.data_type.clone());
        let mut add = vec![(id, from)];
        let value = Expr::column(id, &data_type);
        let value = match lacking {
            None => value,
            Some(lacking) => {
                let (mark, marked) = (self.context.fresh(), self.context.fresh());
                relation.table = self.context.with(&relation.table, &[(mark, yes(true))])?;
                add.push((marked, mark));
                Expr::case(is_not_null(Expr::column(marked, &DataType::Boolean)), value, lacking)
            }
        };
        self.inner.push(Inner { answer: Answer::Row { table: relation.table, add }, on });
        Ok(value)
    }

    /// Whether a query has a row. That there is one more changes nothing, so no outer row changes by it.
    pub(super) fn exists(&mut self, query: &ast::Query, negated: bool) -> Result<Expr> {
        let Asked { relation, on, lacking } = self.queries.plan(query, self.columns)?;
        if lacking.is_some() {
            let place = super::super::plan::place_of(query);
            return Err(at(
                place,
                "an aggregate without GROUP BY always has a row, so that EXISTS is no question",
            ));
        }
        let (mark, found) = (self.context.fresh(), self.context.fresh());
        let keys: Vec<_> = on.iter().map(|(_, key)| *key).collect();
        let table = marked(self.context, &relation.table, mark, &keys)?;
        self.inner.push(Inner { answer: Answer::Row { table, add: vec![(found, mark)] }, on });
        let is_none = is_null(Expr::column(found, &DataType::Boolean));
        if negated { Ok(is_none) } else { operator::not(is_none).map_err(placed(NOWHERE)) }
    }
}

/// The distinct keys of a table, and true beside them; of no keys a row, if the table has one.
pub(crate) fn marked(context: &Context, table: &Table, mark: ColumnId, keys: &[ColumnId]) -> Result<Table> {
    let table = context.with(table, &[(mark, yes(true))])?;
    let names: Vec<String> = keys.iter().chain([&mark]).map(|id| id.name()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    select_distinct(&table, &names)
}

/// The one column of a query in the type it is compared in with a value, and the value in that type.
pub(crate) fn one_column(
    set: &mut Relation,
    probe: Expr,
    context: &Context,
) -> std::result::Result<Expr, String> {
    let [column] = set.columns.as_slice() else {
        return Err(format!("a query that is searched has one column, not {}", set.columns.len()));
    };
    let (probe, key) = operator::alike(probe, column.expr())?;
    let id = context.fresh();
    let column = Column { id, data_type: key.data_type.clone(), ..column.clone() };
    set.table = context.with(&set.table, &[(id, key)]).map_err(|error| error.to_string())?;
    set.columns = vec![column];
    Ok(probe)
}

fn yes(yes: bool) -> Expr {
    Expr::literal(Arc::new(BooleanArray::from(vec![yes])))
}
