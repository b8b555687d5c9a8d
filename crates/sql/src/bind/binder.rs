//! What binds: names, types, and the expressions that have spellings of their own.

use kinetable::{Error, Result};
use kinetable_engine::Table;
use sqlparser::ast::{self, Query, Spanned};
use sqlparser::tokenizer::Location;

use super::windows::{Named, Window};
use super::{Aggregate, literals};
use crate::context::Context;
use crate::expr::{ColumnId, Expr};
use crate::place::{NOWHERE, at, unsupported};
use crate::scope::{Column, Relation, resolve};

/// How deep expressions nest.
const DEPTH_MAX: usize = 150;
/// Parts of an expression that is written once and used several times.
const PARTS_MAX: usize = 1_000;

/// A query within an expression, whose answer becomes columns of the table that the expression is over.
pub(crate) struct Inner {
    pub(crate) answer: Answer,
    /// Values of the outer rows, and the columns of the answer that they equal.
    pub(crate) on: Vec<(Expr, ColumnId)>,
}

/// What of a query is asked.
pub(crate) enum Answer {
    /// Its one row: columns beside the outer row, and the columns of the row that they are.
    Row { table: Table, add: Vec<(ColumnId, ColumnId)> },
    /// Whether a value is in it: `found` is true or null, as `rows` and `nulls` are, which say whether it has rows, and nulls.
    Member { probe: Expr, set: Relation, found: ColumnId, rows: ColumnId, nulls: ColumnId },
}

impl Inner {
    /// The columns that the answer becomes.
    pub(crate) fn given(&self) -> Vec<ColumnId> {
        match &self.answer {
            Answer::Row { add, .. } => add.iter().map(|(given, _)| *given).collect(),
            Answer::Member { found, rows, nulls, .. } => vec![*found, *rows, *nulls],
        }
    }

    /// Expressions over the outer rows.
    pub(crate) fn outer(&mut self) -> impl Iterator<Item = &mut Expr> {
        let probe = match &mut self.answer {
            Answer::Row { .. } => None,
            Answer::Member { probe, .. } => Some(probe),
        };
        self.on.iter_mut().map(|(outer, _)| outer).chain(probe)
    }
}

/// A query within an expression, planned.
pub(crate) struct Asked {
    pub(crate) relation: Relation,
    /// Values of the outer rows, and the columns of the relation's table that they equal.
    pub(crate) on: Vec<(Expr, ColumnId)>,
    /// What the one column is of no rows, where a row with other keys does not say: of aggregates without groups.
    pub(crate) lacking: Option<Expr>,
}

/// What plans the queries within expressions.
pub(crate) trait Queries {
    /// The table of a query over whose rows there may be outer ones with these columns.
    fn plan(&self, query: &Query, outer: &[Column]) -> Result<Asked>;
}

/// Binds expressions over some columns.
pub(crate) struct Binder<'a> {
    pub(crate) context: &'a Context,
    pub(crate) queries: &'a dyn Queries,
    pub(crate) columns: &'a [Column],
    /// Where aggregates are gathered; none where they have no place.
    pub(crate) aggregates: Option<Vec<Aggregate>>,
    /// Where windows are gathered; none where they have no place.
    pub(crate) windows: Option<Vec<Window>>,
    /// What `WINDOW` names.
    pub(crate) named_windows: &'a [Named],
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
        let (aggregates, windows, named_windows) = (None, None, [].as_slice());
        let inner = Vec::new();
        Binder { context, queries, columns, aggregates, windows, named_windows, inner, clause, depth: 0 }
    }

    /// The same, with aggregates and windows.
    pub(crate) fn gathering(self, named_windows: &'a [Named]) -> Binder<'a> {
        Binder { aggregates: Some(Vec::new()), windows: Some(Vec::new()), named_windows, ..self }
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
            // A name of several columns is no name of a moment.
            Err(error) if self.columns.iter().any(|column| column.name == name[0].value) => Err(error),
            Err(error) => literals::moment(&name[0], self.context.now).ok_or(error),
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
        self.reusable_parts(expr)
            .map_err(|message| at(start(place), message).with_hint("give it a name in a subquery in FROM"))
    }

    /// The same, of an expression whose place is known to the caller.
    pub(super) fn reusable_parts(&self, expr: &Expr) -> std::result::Result<(), String> {
        let mut parts = 0;
        count(expr, &mut parts);
        match parts <= PARTS_MAX {
            true => Ok(()),
            false => Err("this expression is too large to be used several times".to_owned()),
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
