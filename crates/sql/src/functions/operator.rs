//! Comparison, `LIKE` and the tests of null and truth.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type};
use arrow_array::{Array, ArrayRef, BooleanArray, Datum, StringViewArray};
use arrow_ord::cmp;
use arrow_schema::{ArrowError, DataType};

use super::Function;
use crate::expr::{Expr, Failing};
use crate::types::{self, TEXT, common, is_text};
use crate::value::Value;

type Comparison = fn(&dyn Datum, &dyn Datum) -> Result<BooleanArray, ArrowError>;

static EQ: Function = Function { name: "=", eval: |values, _| compare(values, cmp::eq) };
static NE: Function = Function { name: "<>", eval: |values, _| compare(values, cmp::neq) };
static LT: Function = Function { name: "<", eval: |values, _| compare(values, cmp::lt) };
static LE: Function = Function { name: "<=", eval: |values, _| compare(values, cmp::lt_eq) };
static GT: Function = Function { name: ">", eval: |values, _| compare(values, cmp::gt) };
static GE: Function = Function { name: ">=", eval: |values, _| compare(values, cmp::gt_eq) };
static DISTINCT: Function =
    Function { name: "IS DISTINCT FROM", eval: |values, _| compare(values, cmp::distinct) };
static NOT_DISTINCT: Function =
    Function { name: "IS NOT DISTINCT FROM", eval: |values, _| compare(values, cmp::not_distinct) };
static NOT: Function = Function {
    name: "NOT",
    eval: |values, rows| Ok(Arc::new(arrow_arith::boolean::not(&values[0].truths(rows)?)?)),
};
static IS_NULL: Function = Function {
    name: "IS NULL",
    eval: |values, rows| Ok(Arc::new(arrow_arith::boolean::is_null(&logical(&values[0].expand(rows)?))?)),
};
static IS_TRUE: Function = Function {
    name: "IS TRUE",
    eval: |values, rows| Ok(Arc::new(crate::value::definite(&values[0].truths(rows)?))),
};
static LIKE: Function = Function {
    name: "LIKE",
    eval: |values, _| {
        let found =
            values[0].with_datum(|text| values[1].with_datum(|like| arrow_string::like::like(text, like)));
        Ok(Arc::new(found?))
    },
};
static ILIKE: Function = Function {
    name: "ILIKE",
    eval: |values, _| {
        let found =
            values[0].with_datum(|text| values[1].with_datum(|like| arrow_string::like::ilike(text, like)));
        Ok(Arc::new(found?))
    },
};
static PATTERN: Function = Function { name: "pattern", eval: pattern };

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compare {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Distinct,
    NotDistinct,
}

/// Two values compared.
///
/// # Errors
/// If their types do not compare.
pub(crate) fn comparison(how: Compare, left: Expr, right: Expr) -> Result<Expr, String> {
    let (left, right) = alike(left, right)?;
    let ordered =
        |t: &DataType| !matches!(t, DataType::List(_) | DataType::Struct(_) | DataType::FixedSizeList(..));
    if !ordered(&left.data_type) {
        return Err(format!("values of {} do not compare", types::name(&left.data_type)));
    }
    let function = match how {
        Compare::Eq => &EQ,
        Compare::Ne => &NE,
        Compare::Lt => &LT,
        Compare::Le => &LE,
        Compare::Gt => &GT,
        Compare::Ge => &GE,
        Compare::Distinct => &DISTINCT,
        Compare::NotDistinct => &NOT_DISTINCT,
    };
    Ok(function.call(vec![left, right], DataType::Boolean))
}

/// The sides of a test of equality, if it is one.
pub(crate) fn equality(expr: &Expr) -> Option<(&Expr, &Expr)> {
    match &expr.kind {
        crate::expr::Kind::Call(function, sides) if **function == EQ => Some((&sides[0], &sides[1])),
        _ => None,
    }
}

/// Two values in the type they are compared in.
///
/// # Errors
/// If there is none.
pub(crate) fn alike(left: Expr, right: Expr) -> Result<(Expr, Expr), String> {
    let (a, b) = (&left.data_type, &right.data_type);
    let is_written = |side: &Expr| side.as_constant().is_some() && is_text(&side.data_type);
    let together = match common(a, b) {
        Some(together) => together,
        None if is_written(&left) => b.clone(),
        None if is_written(&right) => a.clone(),
        None => {
            let (a, b) = (types::name(a), types::name(b));
            return Err(format!("a {a} and a {b} do not compare: CAST one of them"));
        }
    };
    let together = if is_text(&together) { TEXT } else { together };
    let together = if together == DataType::Null { DataType::Boolean } else { together };
    Ok((left.cast(&together, Failing::Error)?, right.cast(&together, Failing::Error)?))
}

/// The opposite of a truth.
///
/// # Errors
/// If it is none.
pub(crate) fn not(truth: Expr) -> Result<Expr, String> {
    Ok(NOT.call(vec![self::truth(truth)?], DataType::Boolean))
}

/// Whether a value is null.
pub(crate) fn is_null(value: Expr) -> Expr {
    IS_NULL.call(vec![value], DataType::Boolean)
}

/// Whether a value is not null.
pub(crate) fn is_not_null(value: Expr) -> Expr {
    NOT.call(vec![is_null(value)], DataType::Boolean)
}

/// Whether a truth is true, and not unknown.
pub(crate) fn is_true(truth: Expr) -> Expr {
    IS_TRUE.call(vec![truth], DataType::Boolean)
}

/// The value as a truth.
///
/// # Errors
/// If it is none.
pub(crate) fn truth(value: Expr) -> Result<Expr, String> {
    match value.data_type {
        DataType::Boolean => Ok(value),
        DataType::Null => Ok(Expr::null(&DataType::Boolean)),
        ref other => Err(format!("a condition is wanted, but this is a {}: compare it", types::name(other))),
    }
}

/// Whether a text is like a pattern.
///
/// # Errors
/// If they are no texts.
pub(crate) fn like(text: Expr, pattern: Expr, escape: Option<Expr>, any_case: bool) -> Result<Expr, String> {
    let as_text = |expr: Expr| match is_text(&expr.data_type) || expr.data_type == DataType::Null {
        true => expr.cast(&TEXT, Failing::Error),
        false => Err(format!("LIKE is of texts, but this is a {}: CAST it", types::name(&expr.data_type))),
    };
    let escape = escape.unwrap_or_else(|| Expr::literal(Arc::new(StringViewArray::from(vec![""]))));
    let pattern = PATTERN.call(vec![as_text(pattern)?, as_text(escape)?], TEXT);
    let function = if any_case { &ILIKE } else { &LIKE };
    Ok(function.call(vec![as_text(text)?, pattern], DataType::Boolean))
}

/// A pattern in the spelling of Arrow's kernels, which always escape with a backslash.
fn pattern(values: &[Value], rows: usize) -> Result<ArrayRef, ArrowError> {
    let (patterns, escapes) = (values[0].texts()?, values[1].texts()?);
    let mut spelled: Vec<Option<String>> = Vec::with_capacity(rows);
    for row in 0..rows {
        let (Some(pattern), Some(escape)) = (patterns.get(row), escapes.get(row)) else {
            spelled.push(None);
            continue;
        };
        let mut marks = escape.chars();
        let mark = marks.next();
        if marks.next().is_some() {
            return Err(ArrowError::ComputeError("ESCAPE takes one character".to_owned()));
        }
        let mut text = String::with_capacity(pattern.len());
        let mut letters = pattern.chars();
        while let Some(letter) = letters.next() {
            match letter {
                letter if Some(letter) == mark => match letters.next() {
                    Some(next) => text.extend(['\\', next]),
                    None => {
                        return Err(ArrowError::ComputeError("the pattern ends with its escape".to_owned()));
                    }
                },
                '\\' => text.push_str("\\\\"),
                letter => text.push(letter),
            }
        }
        spelled.push(Some(text));
    }
    Ok(Arc::new(StringViewArray::from_iter(spelled)))
}

/// Whether two values of one type are equal.
pub(super) fn equal(values: &[Value]) -> Result<ArrayRef, ArrowError> {
    compare(values, cmp::eq)
}

fn compare(values: &[Value], with: Comparison) -> Result<ArrayRef, ArrowError> {
    let sides = [canonical(&values[0]), canonical(&values[1])];
    Ok(Arc::new(sides[0].with_datum(|left| sides[1].with_datum(|right| with(left, right)))?))
}

/// Floats of which equal ones have equal bits.
fn canonical(value: &Value) -> Value {
    let array = value.array();
    let same: ArrayRef = match array.data_type() {
        DataType::Float64 => Arc::new(
            array
                .as_primitive::<Float64Type>()
                .unary::<_, Float64Type>(|x| if x.is_nan() { f64::NAN } else { x + 0.0 }),
        ),
        DataType::Float32 => Arc::new(
            array
                .as_primitive::<Float32Type>()
                .unary::<_, Float32Type>(|x| if x.is_nan() { f32::NAN } else { x + 0.0 }),
        ),
        _ => return value.clone(),
    };
    match value {
        Value::One(_) => Value::One(same),
        Value::Many(_) => Value::Many(same),
    }
}

/// The array, whose nulls are to be seen: one of type null has no bitmap.
fn logical(array: &ArrayRef) -> ArrayRef {
    match array.data_type() {
        DataType::Null => arrow_array::new_null_array(&DataType::Boolean, array.len()),
        _ => array.clone(),
    }
}
