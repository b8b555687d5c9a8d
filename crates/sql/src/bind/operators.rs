//! Operators, tests, choices and casts.

use arrow_schema::DataType;
use kinetable::Result;
use sqlparser::ast::{self, BinaryOperator, CaseWhen, CastKind, InTarget, UnaryOperator};

use super::{Binder, placed, start};
use crate::expr::{Expr, Failing, Kind};
use crate::functions::operator::{self, Compare, comparison};
use crate::functions::{self};
use crate::place::{NOWHERE, at, unsupported};
use crate::types::{self, common};

/// Parts of a condition: lists, times what is looked up in them.
const LISTED_MAX: usize = 100_000;

impl Binder<'_> {
    pub(super) fn binary(
        &mut self,
        whole: &ast::Expr,
        left: &ast::Expr,
        op: &BinaryOperator,
        right: &ast::Expr,
    ) -> Result<Expr> {
        if matches!(op, BinaryOperator::And | BinaryOperator::Or) {
            return self.chain(whole, op);
        }
        let (left_place, place) = (left, start(left));
        let (left, right) = (self.bind(left)?, self.bind(right)?);
        let how = match op {
            BinaryOperator::Eq => Compare::Eq,
            BinaryOperator::NotEq => Compare::Ne,
            BinaryOperator::Lt => Compare::Lt,
            BinaryOperator::LtEq => Compare::Le,
            BinaryOperator::Gt => Compare::Gt,
            BinaryOperator::GtEq => Compare::Ge,
            BinaryOperator::StringConcat => {
                return functions::concatenated(left, right).map_err(placed(place));
            }
            BinaryOperator::Plus
            | BinaryOperator::Minus
            | BinaryOperator::Multiply
            | BinaryOperator::Divide
            | BinaryOperator::DuckIntegerDivide
            | BinaryOperator::Modulo => {
                return functions::arithmetic(op, left, right).map_err(placed(place));
            }
            other => {
                let what = format!("the operator {other}");
                return Err(unsupported(start(left_place), what, "docs/sql.md lists what is"));
            }
        };
        comparison(how, left, right).map_err(placed(place))
    }

    /// Conditions joined by one of `AND` and `OR`: the tree leans to the left, as deep as there are conditions.
    fn chain(&mut self, whole: &ast::Expr, op: &BinaryOperator) -> Result<Expr> {
        let mut parts = Vec::new();
        let mut rest = whole;
        while let ast::Expr::BinaryOp { left, op: other, right } = rest
            && other == op
        {
            parts.push(&**right);
            rest = left;
        }
        parts.push(rest);
        let parts = parts.into_iter().rev().map(|part| self.condition(part)).collect::<Result<Vec<_>>>()?;
        let kind = if *op == BinaryOperator::And { Kind::All(parts) } else { Kind::Any(parts) };
        Ok(Expr { kind, data_type: DataType::Boolean })
    }

    pub(super) fn unary(&mut self, op: &UnaryOperator, inner: &ast::Expr) -> Result<Expr> {
        let place = start(inner);
        match op {
            UnaryOperator::Not => operator::not(self.bind(inner)?).map_err(placed(place)),
            UnaryOperator::Plus => self.bind(inner),
            UnaryOperator::Minus => {
                // The least of all integers has no positive.
                if let ast::Expr::Value(value) = inner
                    && let ast::Value::Number(digits, _) = &value.value
                {
                    return super::literals::number(&format!("-{digits}"), place);
                }
                functions::negated(self.bind(inner)?).map_err(placed(place))
            }
            other => Err(unsupported(place, format!("the operator {other}"), "docs/sql.md lists what is")),
        }
    }

    pub(super) fn test(&mut self, expr: &ast::Expr) -> Result<Expr> {
        use ast::Expr as E;
        let not = |truth: Expr| operator::not(truth).map_err(placed(start(expr)));
        match expr {
            E::IsNull(inner) => Ok(operator::is_null(self.bind(inner)?)),
            E::IsNotNull(inner) => Ok(operator::is_not_null(self.bind(inner)?)),
            E::IsTrue(inner) => Ok(operator::is_true(self.condition(inner)?)),
            E::IsNotTrue(inner) => not(operator::is_true(self.condition(inner)?)),
            E::IsFalse(inner) => Ok(operator::is_true(not(self.condition(inner)?)?)),
            E::IsNotFalse(inner) => not(operator::is_true(not(self.condition(inner)?)?)),
            E::IsUnknown(inner) => Ok(operator::is_null(self.condition(inner)?)),
            E::IsNotUnknown(inner) => Ok(operator::is_not_null(self.condition(inner)?)),
            E::IsDistinctFrom(left, right) => self.compared(Compare::Distinct, left, right),
            E::IsNotDistinctFrom(left, right) => self.compared(Compare::NotDistinct, left, right),
            other => Err(unsupported(start(other), "this test", "docs/sql.md lists what is")),
        }
    }

    fn compared(&mut self, how: Compare, left: &ast::Expr, right: &ast::Expr) -> Result<Expr> {
        let place = start(left);
        let (left, right) = (self.bind(left)?, self.bind(right)?);
        comparison(how, left, right).map_err(placed(place))
    }

    pub(super) fn between(
        &mut self,
        value: &ast::Expr,
        negated: bool,
        low: &ast::Expr,
        high: &ast::Expr,
    ) -> Result<Expr> {
        let bound = self.bind(value)?;
        self.reusable(&bound, value)?;
        let (low, high) = (self.bind(low)?, self.bind(high)?);
        let above = comparison(Compare::Ge, bound.clone(), low).map_err(placed(start(value)))?;
        let below = comparison(Compare::Le, bound, high).map_err(placed(start(value)))?;
        let within = Expr::all(vec![above, below]);
        if negated { operator::not(within).map_err(placed(start(value))) } else { Ok(within) }
    }

    pub(super) fn like(
        &mut self,
        text: &ast::Expr,
        pattern: &ast::Expr,
        escape: Option<&ast::Expr>,
        (negated, any_case): (bool, bool),
    ) -> Result<Expr> {
        let place = start(text);
        let (text, pattern) = (self.bind(text)?, self.bind(pattern)?);
        let escape = escape.map(|escape| self.bind(escape)).transpose()?;
        let found = operator::like(text, pattern, escape, any_case).map_err(placed(place))?;
        if negated { operator::not(found).map_err(placed(place)) } else { Ok(found) }
    }

    pub(super) fn member(
        &mut self,
        whole: &ast::Expr,
        value: &ast::Expr,
        target: &InTarget,
        negated: bool,
    ) -> Result<Expr> {
        let place = start(value);
        let found = match target {
            InTarget::List(list) => {
                let bound = self.bind(value)?;
                self.reusable(&bound, value)?;
                let mut parts = 0;
                super::count(&bound, &mut parts);
                if parts.saturating_mul(list.len()) > LISTED_MAX {
                    return Err(at(place, format!("a list of {} values is too long", list.len()))
                        .with_hint("put them into a table, and ask IN (SELECT …)"));
                }
                let same = |item: &ast::Expr, binder: &mut Self| {
                    let item_place = start(item);
                    let item = binder.bind(item)?;
                    comparison(Compare::Eq, bound.clone(), item).map_err(placed(item_place))
                };
                let parts = list.iter().map(|item| same(item, self)).collect::<Result<_>>()?;
                Expr { kind: Kind::Any(parts), data_type: DataType::Boolean }
            }
            InTarget::Subquery(query) => self.in_query(value, query)?,
            _ => return Err(unsupported(start(whole), "this kind of IN", "IN (1, 2) or IN (SELECT …)")),
        };
        if negated { operator::not(found).map_err(placed(place)) } else { Ok(found) }
    }

    pub(super) fn case(
        &mut self,
        operand: Option<&ast::Expr>,
        conditions: &[CaseWhen],
        otherwise: Option<&ast::Expr>,
    ) -> Result<Expr> {
        let operand = operand.map(|operand| {
            let bound = self.bind(operand)?;
            self.reusable(&bound, operand)?;
            Ok::<_, kinetable::Error>(bound)
        });
        let operand = operand.transpose()?;
        let (mut branches, mut data_type) = (Vec::new(), DataType::Null);
        let mut results = Vec::new();
        for CaseWhen { condition, result } in conditions {
            let place = start(condition);
            let truth = match &operand {
                None => self.condition(condition)?,
                Some(operand) => {
                    let value = self.bind(condition)?;
                    comparison(Compare::Eq, operand.clone(), value).map_err(placed(place))?
                }
            };
            let place = start(result);
            let result = self.bind(result)?;
            data_type = unified(&data_type, &result).map_err(placed(place))?;
            branches.push(truth);
            results.push(result);
        }
        let otherwise = match otherwise {
            None => Expr::null(&DataType::Null),
            Some(otherwise) => {
                let place = start(otherwise);
                let bound = self.bind(otherwise)?;
                data_type = unified(&data_type, &bound).map_err(placed(place))?;
                bound
            }
        };
        if data_type == DataType::Null {
            data_type = DataType::Int32;
        }
        let place = conditions.first().map(|first| start(&first.condition)).unwrap_or(NOWHERE);
        let cast = |expr: Expr| expr.cast(&data_type, Failing::Error).map_err(placed(place));
        let results = results.into_iter().map(cast).collect::<Result<Vec<_>>>()?;
        let branches = branches.into_iter().zip(results).collect();
        Ok(Expr { kind: Kind::Case(branches, Box::new(cast(otherwise)?)), data_type })
    }

    pub(super) fn cast(&mut self, kind: &CastKind, value: &ast::Expr, to: &ast::DataType) -> Result<Expr> {
        let place = start(value);
        let (to, length) = super::data_type(to, place)?;
        let value = self.bind(value)?;
        // The parts of a plan know a date as a number of days; to a user it is none.
        let (date, int) = (DataType::Date32, DataType::Int32);
        if (value.data_type == date && to == int) || (value.data_type == int && to == date) {
            let (from, to) = (types::name(&value.data_type), types::name(&to));
            return Err(at(place, format!("a {from} cannot become a {to}"))
                .with_hint("day - DATE '1970-01-01' is a number of days, DATE '1970-01-01' + days a date"));
        }
        let failing = match kind {
            CastKind::Cast | CastKind::DoubleColon => Failing::Error,
            CastKind::TryCast | CastKind::SafeCast => Failing::Null,
        };
        let cast = value.cast(&to, failing).map_err(placed(place))?;
        match length {
            None => Ok(cast),
            Some(length) => {
                let length = Expr::literal(std::sync::Arc::new(arrow_array::Int64Array::from(vec![length])));
                functions::left(vec![cast, length]).map_err(placed(place))
            }
        }
    }
}

/// The type that takes in one more result.
fn unified(before: &DataType, result: &Expr) -> std::result::Result<DataType, String> {
    common(before, &result.data_type).ok_or_else(|| {
        let (a, b) = (types::name(before), types::name(&result.data_type));
        format!("the results of a choice have one type, but these are a {a} and a {b}: CAST one of them")
    })
}
