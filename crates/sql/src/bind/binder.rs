//! What binds: names, types, and the expressions that have spellings of their own.

use kinetable::{Error, Result};
use sqlparser::ast::{self, Query, Spanned};
use sqlparser::tokenizer::Location;

use super::{Aggregate, literals};
use crate::context::Context;
use crate::expr::{ColumnId, Expr};
use crate::place::{NOWHERE, at, unsupported};
use crate::scope::{Column, resolve};

/// How deep expressions nest.
const DEPTH_MAX: usize = 150;
/// Parts of an expression that is written once and used several times.
const PARTS_MAX: usize = 1_000;

/// A query within an expression, whose answer becomes a column of the table that the expression is over.
pub(crate) struct Inner {
    /// The column.
    pub(crate) id: ColumnId,
    pub(crate) answer: Answer,
}

/// What of a query is asked.
pub(crate) enum Answer {
    /// Its one value.
    Value(crate::scope::Relation),
    /// Whether a value is in it.
    Member { probe: Expr, set: crate::scope::Relation, rows: ColumnId, nulls: ColumnId },
}

/// What plans the queries within expressions.
pub(crate) trait Queries {
    /// The table of a query.
    fn plan(&self, query: &Query) -> Result<crate::scope::Relation>;
}

/// Binds expressions over some columns.
pub(crate) struct Binder<'a> {
    pub(crate) context: &'a Context,
    pub(crate) queries: &'a dyn Queries,
    pub(crate) columns: &'a [Column],
    /// Where aggregates are gathered; none where they have no place.
    pub(crate) aggregates: Option<Vec<Aggregate>>,
    /// The queries that were found.
    pub(crate) inner: Vec<Inner>,
    /// What the expressions are part of.
    pub(crate) clause: &'static str,
    depth: usize,
}

impl<'a> Binder<'a> {
    /// A binder of a clause in which aggregates have no place.
    pub(crate) fn new(
        context: &'a Context,
        queries: &'a dyn Queries,
        columns: &'a [Column],
        clause: &'static str,
    ) -> Binder<'a> {
        Binder { context, queries, columns, aggregates: None, inner: Vec::new(), clause, depth: 0 }
    }

    /// The same, with aggregates.
    pub(crate) fn gathering(self) -> Binder<'a> {
        Binder { aggregates: Some(Vec::new()), ..self }
    }

    /// An expression with its type.
    ///
    /// # Errors
    /// If it is wrong, or not supported.
    pub(crate) fn bind(&mut self, expr: &ast::Expr) -> Result<Expr> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(at(NOWHERE, format!("an expression nests more than {DEPTH_MAX} deep"))
                .with_hint("split it with a subquery in FROM"));
        }
        let bound = self.bind_inner(expr);
        self.depth -= 1;
        bound
    }

    /// A condition.
    ///
    /// # Errors
    /// As [`Binder::bind`], and if it is none.
    pub(crate) fn condition(&mut self, expr: &ast::Expr) -> Result<Expr> {
        let bound = self.bind(expr)?;
        crate::functions::operator::truth(bound).map_err(|message| at(start(expr), message))
    }

    fn bind_inner(&mut self, expr: &ast::Expr) -> Result<Expr> {
        use ast::Expr as E;
        match expr {
            E::Nested(inner) => self.bind(inner),
            E::Identifier(name) => self.named(std::slice::from_ref(name)),
            E::CompoundIdentifier(parts) => Ok(resolve(self.columns, parts)?.expr()),
            E::Value(value) => literals::literal(value),
            E::TypedString(typed) => literals::typed(typed),
            E::Interval(interval) => literals::interval(interval),
            E::BinaryOp { left, op, right } => self.binary(expr, left, op, right),
            E::UnaryOp { op, expr: inner } => self.unary(op, inner),
            E::IsNull(..)
            | E::IsNotNull(..)
            | E::IsTrue(..)
            | E::IsNotTrue(..)
            | E::IsFalse(..)
            | E::IsNotFalse(..)
            | E::IsUnknown(..)
            | E::IsNotUnknown(..)
            | E::IsDistinctFrom(..)
            | E::IsNotDistinctFrom(..) => self.test(expr),
            E::Between { expr: value, negated, low, high } => self.between(value, *negated, low, high),
            E::In { expr: value, target, negated, .. } => self.member(expr, value, target, *negated),
            E::Like { negated, any: false, expr: text, pattern, escape_char } => {
                self.like(text, pattern, escape_char.as_deref(), (*negated, false))
            }
            E::ILike { negated, any: false, expr: text, pattern, escape_char } => {
                self.like(text, pattern, escape_char.as_deref(), (*negated, true))
            }
            E::Case { operand, conditions, else_result, .. } => {
                self.case(operand.as_deref(), conditions, else_result.as_deref())
            }
            E::Cast { kind, expr: value, data_type, format: None } => self.cast(kind, value, data_type),
            E::Function(function) => self.function(function),
            E::Subquery(query) => self.value_of(query),
            E::Exists { subquery, negated } => self.exists(subquery, *negated),
            _ => self.special(expr),
        }
    }

    fn named(&self, name: &[ast::Ident]) -> Result<Expr> {
        match resolve(self.columns, name) {
            Ok(column) => Ok(column.expr()),
            Err(error) => match literals::moment(&name[0], self.context.now) {
                Some(moment) => Ok(moment),
                None => Err(error),
            },
        }
    }

    /// What has a spelling of its own, and is a function all the same.
    fn special(&mut self, expr: &ast::Expr) -> Result<Expr> {
        use ast::Expr as E;
        match expr {
            E::Extract { field, expr: value, .. } => {
                let value = self.bind(value)?;
                crate::functions::time::extract(&field.to_string(), value)
                    .map_err(|message| at(start(expr), message))
            }
            E::Ceil {
                expr: value,
                field: ast::CeilFloorKind::DateTimeField(ast::DateTimeField::NoDateTime),
            } => self.call(start(expr), "CEIL", &[value]),
            E::Floor {
                expr: value,
                field: ast::CeilFloorKind::DateTimeField(ast::DateTimeField::NoDateTime),
            } => self.call(start(expr), "FLOOR", &[value]),
            E::Position { expr: part, r#in: text } => self.call(start(expr), "STRPOS", &[text, part]),
            E::Substring { expr: text, substring_from, substring_for, .. } => {
                if substring_from.is_none() && substring_for.is_none() {
                    return Err(at(start(expr), "SUBSTRING takes 2 to 3 arguments, not 1"));
                }
                let one = ast::Expr::value(ast::Value::Number("1".to_owned(), false));
                let from = substring_from.as_deref().unwrap_or(&one);
                match substring_for {
                    None => self.call(start(expr), "SUBSTRING", &[text, from]),
                    Some(count) => self.call(start(expr), "SUBSTRING", &[text, from, count]),
                }
            }
            E::Trim { trim_where, trim_what, expr: text, trim_characters } => {
                let name = match trim_where {
                    None | Some(ast::TrimWhereField::Both) => "TRIM",
                    Some(ast::TrimWhereField::Leading) => "LTRIM",
                    Some(ast::TrimWhereField::Trailing) => "RTRIM",
                };
                let what = trim_what.as_deref().or(trim_characters.as_ref().and_then(|all| all.first()));
                match what {
                    None => self.call(start(expr), name, &[text]),
                    Some(what) => self.call(start(expr), name, &[text, what]),
                }
            }
            E::Wildcard(_) | E::QualifiedWildcard(..) => {
                Err(at(start(expr), "* has no place here").with_hint("name the columns"))
            }
            E::AtTimeZone { .. } => Err(unsupported(
                start(expr),
                "AT TIME ZONE",
                "instants are in UTC: compute local times with update_view and toZonedDateTime",
            )),
            _ => Err(unsupported(start(expr), "this expression", "docs/sql.md lists what is")),
        }
    }

    /// Refuses to use a large expression several times.
    pub(super) fn reusable(&self, expr: &Expr, place: &ast::Expr) -> Result<()> {
        let mut parts = 0;
        count(expr, &mut parts);
        match parts <= PARTS_MAX {
            true => Ok(()),
            false => Err(at(start(place), "this expression is too large to be compared with several")
                .with_hint("give it a name in a subquery in FROM")),
        }
    }
}

/// Counts the parts of an expression, up to one too many.
pub(super) fn count(expr: &Expr, parts: &mut usize) {
    *parts += 1;
    if *parts <= PARTS_MAX {
        expr.children().for_each(|child| count(child, parts));
    }
}

/// Where an expression begins.
pub(crate) fn start(expr: &ast::Expr) -> Location {
    expr.span().start
}

/// What was said of an expression, with its place.
pub(super) fn placed(place: Location) -> impl Fn(String) -> Error {
    move |message| at(place, message)
}
