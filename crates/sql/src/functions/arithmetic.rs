//! `+ - * / %` and the sign: of numbers, and of times and lengths of time.

use std::sync::Arc;

use arrow_arith::numeric;
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, BooleanArray, Datum, Scalar};
use arrow_schema::{ArrowError, DataType};
use sqlparser::ast::BinaryOperator;

use super::Function;
use super::cast::{relabelled, zoneless};
use crate::expr::{Expr, Failing};
use crate::types::{
    self, DURATION, INTERVAL, common, instant, is_decimal, is_integer, is_number, is_timestamp,
};
use crate::value::Value;

type Kernel = fn(&dyn Datum, &dyn Datum) -> Result<ArrayRef, ArrowError>;

static ADD: Function = Function { name: "+", eval: |values, _| both(values, numeric::add) };
static SUB: Function = Function { name: "-", eval: |values, _| both(values, numeric::sub) };
static MUL: Function = Function { name: "*", eval: |values, _| both(values, numeric::mul) };
static DIV: Function = Function { name: "/", eval: |values, _| both(&divisible(values)?, numeric::div) };
static REM: Function = Function { name: "%", eval: |values, _| both(&divisible(values)?, numeric::rem) };
static LATER: Function = Function { name: "later", eval: |values, _| moved(values, numeric::add) };
static EARLIER: Function = Function { name: "earlier", eval: |values, _| moved(values, numeric::sub) };
static APART: Function = Function { name: "apart", eval: |values, _| moved(values, numeric::sub) };
static NEG: Function =
    Function { name: "negated", eval: |values, rows| numeric::neg(&values[0].expand(rows)?) };

/// Two values under an operator.
///
/// # Errors
/// If it does not take their types.
pub(crate) fn arithmetic(op: &BinaryOperator, left: Expr, right: Expr) -> Result<Expr, String> {
    let (a, b) = (left.data_type.clone(), right.data_type.clone());
    if (is_number(&a) || a == DataType::Null) && (is_number(&b) || b == DataType::Null) {
        return numbers(op, left, right);
    }
    let refused = || {
        let (a, b) = (types::name(&a), types::name(&b));
        Err(format!("a {a} {op} a {b} makes no sense"))
    };
    let is_time = |t: &DataType| is_timestamp(t) || *t == DataType::Date32;
    let is_length = |t: &DataType| *t == INTERVAL || *t == DURATION;
    match op {
        BinaryOperator::Plus if is_length(&a) && is_time(&b) => timed(&LATER, right, left),
        BinaryOperator::Plus if is_time(&a) && is_length(&b) => timed(&LATER, left, right),
        BinaryOperator::Minus if is_time(&a) && is_length(&b) => timed(&EARLIER, left, right),
        BinaryOperator::Plus if a == DataType::Date32 && is_integer(&b) => days(&ADD, left, right),
        BinaryOperator::Minus if a == DataType::Date32 && is_integer(&b) => days(&SUB, left, right),
        BinaryOperator::Minus if a == DataType::Date32 && b == DataType::Date32 => {
            let whole = |side: Expr| {
                side.cast(&DataType::Int32, Failing::Error)?.cast(&DataType::Int64, Failing::Error)
            };
            Ok(SUB.call(vec![whole(left)?, whole(right)?], DataType::Int64))
        }
        BinaryOperator::Minus if is_time(&a) && is_time(&b) => {
            let at = |side: Expr| side.cast(&instant(), Failing::Error);
            Ok(APART.call(vec![at(left)?, at(right)?], DURATION))
        }
        BinaryOperator::Plus | BinaryOperator::Minus if is_length(&a) && is_length(&b) => {
            let function = if *op == BinaryOperator::Plus { &ADD } else { &SUB };
            let together = common(&a, &b).unwrap_or(DURATION);
            let (left, right) =
                (left.cast(&together, Failing::Error)?, right.cast(&together, Failing::Error)?);
            function.probed(vec![left, right])
        }
        _ => refused(),
    }
}

/// The value with the other sign.
///
/// # Errors
/// If it has none.
pub(crate) fn negated(value: Expr) -> Result<Expr, String> {
    let data_type = value.data_type.clone();
    if data_type == DataType::Null {
        return Ok(value);
    }
    if !is_number(&data_type) && data_type != INTERVAL && data_type != DURATION {
        return Err(format!("a {} has no sign", types::name(&data_type)));
    }
    if let Some(constant) = value.as_constant() {
        let negative = numeric::neg(constant).map_err(|error| crate::expr::said(&error))?;
        return Ok(Expr::literal(negative));
    }
    Ok(NEG.call(vec![value], data_type))
}

fn numbers(op: &BinaryOperator, left: Expr, right: Expr) -> Result<Expr, String> {
    let function = match op {
        BinaryOperator::Plus => &ADD,
        BinaryOperator::Minus => &SUB,
        BinaryOperator::Multiply => &MUL,
        BinaryOperator::Divide | BinaryOperator::DuckIntegerDivide => &DIV,
        _ => &REM,
    };
    let known = |t: &DataType| if *t == DataType::Null { DataType::Int32 } else { t.clone() };
    let (a, b) = (known(&left.data_type), known(&right.data_type));
    if is_integer(&a) && is_integer(&b) {
        let together = types::arithmetic(&a, &b);
        let sides = vec![left.cast(&together, Failing::Error)?, right.cast(&together, Failing::Error)?];
        return Ok(function.call(sides, together));
    }
    if a.is_floating() || b.is_floating() {
        let together = common(&a, &b).unwrap_or(DataType::Float64);
        let sides = vec![left.cast(&together, Failing::Error)?, right.cast(&together, Failing::Error)?];
        return Ok(function.call(sides, together));
    }
    let exact = |side: Expr, t: &DataType| match t {
        DataType::Int64 => side.cast(&DataType::Decimal128(19, 0), Failing::Error),
        t if is_decimal(t) => Ok(side),
        _ => side.cast(&DataType::Decimal128(10, 0), Failing::Error),
    };
    function.probed(vec![exact(left, &a)?, exact(right, &b)?])
}

/// A time moved by a length; a date becomes the instant at which it begins.
fn timed(function: &'static Function, time: Expr, length: Expr) -> Result<Expr, String> {
    Ok(function.call(vec![time.cast(&instant(), Failing::Error)?, length], instant()))
}

/// A date moved by whole days.
fn days(function: &'static Function, date: Expr, days: Expr) -> Result<Expr, String> {
    let days = days.cast(&DataType::Int32, Failing::Error)?;
    let moved = function.call(vec![date.cast(&DataType::Int32, Failing::Error)?, days], DataType::Int32);
    moved.cast(&DataType::Date32, Failing::Error)
}

fn both(values: &[Value], kernel: Kernel) -> Result<ArrayRef, ArrowError> {
    values[0].with_datum(|left| values[1].with_datum(|right| kernel(left, right)))
}

/// Instants as times of no zone, because Arrow looks zones up by name, and back.
fn moved(values: &[Value], kernel: Kernel) -> Result<ArrayRef, ArrowError> {
    let plain = |value: &Value| match value {
        Value::One(array) => Value::One(zoneless(array)),
        Value::Many(array) => Value::Many(zoneless(array)),
    };
    let result = both(&[plain(&values[0]), plain(&values[1])], kernel)?;
    Ok(match result.data_type() {
        DataType::Timestamp(..) => relabelled(&result, &instant()),
        _ => result,
    })
}

/// With null in place of a divisor that is nought, unless it is of floats.
fn divisible(values: &[Value]) -> Result<Vec<Value>, ArrowError> {
    let divisor = values[1].array();
    if divisor.data_type().is_floating() {
        return Ok(values.to_vec());
    }
    let nought = arrow_cast::cast(&arrow_array::Int32Array::from(vec![0]), divisor.data_type())?;
    let is_nought: BooleanArray = arrow_ord::cmp::eq(divisor, &Scalar::new(nought))?;
    let divisor = arrow_select::nullif::nullif(divisor, &is_nought)?;
    let divisor = match values[1] {
        Value::One(_) => Value::One(divisor),
        Value::Many(_) => Value::Many(divisor),
    };
    Ok(vec![values[0].clone(), divisor])
}

/// The value without its sign.
pub(super) static ABS: Function = Function {
    name: "abs",
    eval: |values, rows| {
        let array = values[0].expand(rows)?;
        let nought =
            Scalar::new(arrow_cast::cast(&arrow_array::Int32Array::from(vec![0]), array.data_type())?);
        let below = arrow_ord::cmp::lt(&array, &nought)?;
        let none: ArrayRef = Arc::new(array.as_ref().slice(0, 0));
        if array.is_empty() {
            return Ok(none);
        }
        let negative = arrow_select::nullif::nullif(&array, &arrow_arith::boolean::not(&below)?)?;
        let turned = numeric::neg(&negative)?;
        // Of floats, a nought below nought is turned too.
        match array.data_type() {
            DataType::Float64 => {
                let plain = array.as_primitive::<arrow_array::types::Float64Type>();
                Ok(Arc::new(plain.unary::<_, arrow_array::types::Float64Type>(f64::abs)))
            }
            DataType::Float32 => {
                let plain = array.as_primitive::<arrow_array::types::Float32Type>();
                Ok(Arc::new(plain.unary::<_, arrow_array::types::Float32Type>(f32::abs)))
            }
            _ => arrow_select::zip::zip(&crate::value::definite(&below), &turned, &array),
        }
    },
};
