//! Filters: which rows are kept, and what that says about the values of single columns.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, BooleanArray};
use arrow_select::concat::concat;

use crate::ast::{BinaryOp, Expr, ExprKind, LogicOp};
use crate::check::Checker;
use crate::check::operator::condition;
use crate::error::{Error, Span};
use crate::eval::logic::null_condition;
use crate::formula::{Chunk, Formula, Input, RowFailure};
use crate::membership;
use crate::node::{Kind, Node};
use crate::parser::parse_filter;
use crate::scope::Scope;
use crate::types::Type;

/// A compiled filter. Cheap to clone, and free to be evaluated from several threads at once.
#[derive(Clone)]
pub struct Filter {
    formula: Formula,
    analysis: Analysis,
}

/// What a filter says about single columns.
#[derive(Clone)]
pub(crate) struct Analysis {
    conditions: Arc<[Simple]>,
    /// Whether the conditions are all that the filter says.
    whole: bool,
}

/// How a column is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`, which null is
    Lt,
    /// `<=`, which null is
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}

/// A condition on one column that every row a filter keeps fulfils: enough to leave out partitions and row groups.
#[derive(Clone, Debug)]
pub enum Simple {
    /// The column compared with a constant, which is one row of the column's type and not null.
    Compare {
        /// The column.
        column: String,
        /// How.
        op: Comparison,
        /// With what.
        value: ArrayRef,
    },
    /// The column is one of these values (or none of them), which are of its type; null may be among them.
    In {
        /// The column.
        column: String,
        /// The values.
        values: ArrayRef,
        /// None of them.
        negated: bool,
    },
    /// The column is null, or is not.
    Null {
        /// The column.
        column: String,
        /// It is.
        is_null: bool,
    },
}

/// Compiles a filter: a comparison, `Col [icase] [not] in …`, `Col [icase] [not] includes …`, or any Boolean formula.
pub fn compile_filter(text: &str, scope: &dyn Scope) -> Result<Filter, Error> {
    compile(text, scope).map_err(|error| error.in_text(text))
}

fn compile(text: &str, scope: &dyn Scope) -> Result<Filter, Error> {
    let mut checker = Checker::new(scope);
    let (node, analysis) = condition_of(text, &mut checker)?;
    let formula = Formula::new(String::new(), text, node, checker.inputs, scope);
    Ok(Filter { formula, analysis })
}

/// The typed condition of a filter's text.
pub(crate) fn condition_of(text: &str, checker: &mut Checker<'_>) -> Result<(Node, Analysis), Error> {
    let expr = parse_filter(text)?;
    let node = condition(checker.check(&expr)?, "a filter")?;
    let mut conditions = Vec::new();
    let whole = analyse(&expr, checker, &mut conditions);
    Ok((node, Analysis { conditions: conditions.into(), whole }))
}

impl Filter {
    /// The filter as written.
    pub fn text(&self) -> &str {
        self.formula.text()
    }

    /// What the filter reads, each once.
    pub fn inputs(&self) -> &[Input] {
        self.formula.inputs()
    }

    /// Conditions that every kept row fulfils, for leaving data out without reading it. There may be none.
    pub fn analysis(&self) -> &[Simple] {
        &self.analysis.conditions
    }

    /// Whether the conditions of [`Filter::analysis`] are all that the filter says: rows that fulfil them are kept.
    pub fn is_analysed_whole(&self) -> bool {
        self.analysis.whole
    }

    /// The one answer that the filter has for every row.
    pub fn is_constant(&self) -> Option<bool> {
        let array = self.formula.is_constant().filter(|array| array.is_valid(0))?;
        Some(crate::value::boolean(array).value(0))
    }

    /// Whether each row is kept: never null.
    pub fn eval(&self, chunk: &Chunk<'_>) -> Result<BooleanArray, Error> {
        let array = self.formula.eval(chunk)?;
        let array = crate::value::boolean(&array);
        match array.nulls().and_then(|nulls| (!nulls.inner()).set_indices().next()) {
            None => Ok(BooleanArray::new(array.values().clone(), None)),
            Some(row) => Err(self.null_row(row)),
        }
    }

    /// As [`Filter::eval`], but a row that fails is not kept and told, and the others go on.
    pub fn eval_each(&self, chunk: &Chunk<'_>) -> Result<(BooleanArray, Vec<RowFailure>), Error> {
        let (array, mut failures) = self.formula.eval_each(chunk)?;
        let array = crate::value::boolean(&array);
        let Some(nulls) = array.nulls() else {
            return Ok((array.clone(), failures));
        };
        for row in (!nulls.inner()).set_indices() {
            if failures.iter().all(|failure| failure.row != row) {
                failures.push(RowFailure { row, error: self.null_row(row) });
            }
        }
        failures.sort_by_key(|failure| failure.row);
        Ok((BooleanArray::new(array.values() & nulls.inner(), None), failures))
    }

    fn null_row(&self, row: usize) -> Error {
        null_condition(self.formula.node()).with_row(row).in_text(self.text())
    }
}

impl std::fmt::Debug for Filter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Filter({:?})", self.text())
    }
}

/// Adds what the expression says about single columns, if it is a conjunction of such conditions; whether that is all.
fn analyse(expr: &Expr, checker: &mut Checker<'_>, found: &mut Vec<Simple>) -> bool {
    let simple = match &expr.kind {
        ExprKind::Logic(LogicOp::And, parts) => {
            // Each part is analysed, also after one that says more than its conditions.
            let parts: Vec<bool> = parts.iter().map(|part| analyse(part, checker, found)).collect();
            return parts.into_iter().all(|whole| whole);
        }
        ExprKind::Binary(op, left, right) if op.is_comparison() => {
            compared(*op, left, right, checker).or_else(|| compared(op.mirrored(), right, left, checker))
        }
        ExprKind::Call(None, name, args) if name.name == "isNull" && args.len() == 1 => {
            column_of(&args[0], checker).map(|column| Simple::Null { column, is_null: true })
        }
        ExprKind::Unary(crate::ast::UnaryOp::Not, inner) => {
            let mut one = Vec::new();
            analyse(inner, checker, &mut one);
            match one.as_slice() {
                [Simple::Null { column, is_null }] => {
                    Some(Simple::Null { column: column.clone(), is_null: !is_null })
                }
                _ => None,
            }
        }
        ExprKind::Call(None, name, args) if name.name == "in" && args.len() > 1 => listed(args, checker),
        ExprKind::Member(member) => membership::check(checker, member).ok().and_then(|(_, list)| {
            list.map(|values| Simple::In { column: member.column.name.clone(), values, negated: member.not })
        }),
        _ => None,
    };
    let whole = simple.is_some();
    found.extend(simple);
    whole
}

fn column_of(expr: &Expr, checker: &Checker<'_>) -> Option<String> {
    match &expr.kind {
        ExprKind::Name(name) if !matches!(name.as_str(), "i" | "ii" | "k") => {
            checker.scope.column(name).map(|_| name.clone())
        }
        _ => None,
    }
}

fn compared(op: BinaryOp, column: &Expr, other: &Expr, checker: &mut Checker<'_>) -> Option<Simple> {
    let name = column_of(column, checker)?;
    let ty = Type::of(&checker.scope.column(&name)?);
    if matches!(&other.kind, ExprKind::Literal(crate::ast::Literal::Null)) {
        return match op {
            BinaryOp::Eq => Some(Simple::Null { column: name, is_null: true }),
            BinaryOp::Ne => Some(Simple::Null { column: name, is_null: false }),
            _ => None,
        };
    }
    let value = membership::constant_beside(&ty, other, checker).ok()?;
    let value = exactly(&value, &ty)?;
    let op = match op {
        BinaryOp::Eq => Comparison::Eq,
        BinaryOp::Ne => Comparison::Ne,
        BinaryOp::Lt => Comparison::Lt,
        BinaryOp::Le => Comparison::Le,
        BinaryOp::Gt => Comparison::Gt,
        _ => Comparison::Ge,
    };
    let useful =
        !value.is_null(0) && crate::eval::cast::as_double(&value).is_none_or(|value| !value.is_nan());
    useful.then_some(Simple::Compare { column: name, op, value })
}

/// `in(column, constants…)`
fn listed(args: &[Expr], checker: &mut Checker<'_>) -> Option<Simple> {
    let column = column_of(&args[0], checker)?;
    let ty = Type::of(&checker.scope.column(&column)?);
    let mut values = Vec::new();
    for arg in &args[1..] {
        let value = membership::constant_beside(&ty, arg, checker).ok()?;
        values.push(exactly(&value, &ty)?);
    }
    let values: Vec<&dyn Array> = values.iter().map(AsRef::as_ref).collect();
    Some(Simple::In { column, values: concat(&values).ok()?, negated: false })
}

/// The constant as a value of the column's type, if it is the same value there.
pub(crate) fn exactly(constant: &Node, ty: &Type) -> Option<ArrayRef> {
    let array = constant.as_constant()?;
    if constant.ty == *ty || constant.ty == Type::Null {
        return constant.clone().converted(ty)?.as_constant().cloned();
    }
    let compatible =
        constant.ty.is_integral() && ty.is_number() || constant.ty.is_floating() && *ty == Type::Float64;
    if !compatible {
        return None;
    }
    let converted = constant.clone().converted(ty)?.as_constant()?.clone();
    let same = arrow_cast::cast(&converted, array.data_type()).is_ok_and(|back| &back == array);
    same.then_some(converted)
}

/// A node that is true for every row, or for none.
pub(crate) fn always(truth: bool, span: Span) -> Node {
    let array = Arc::new(BooleanArray::from(vec![truth]));
    Node { kind: Kind::Constant(array), ty: Type::Bool, span, fallible: false, nullable: false }
}
