//! Functions of numbers.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{ArrayRef, Float64Array, Int64Array};
use arrow_schema::{ArrowError, DataType};

use super::Function;
use super::arithmetic::ABS;
use crate::expr::{Expr, Failing};
use crate::types::{self, is_decimal, is_integer, is_number};
use crate::value::Value;

macro_rules! doubles {
    ($($name:ident $text:literal $function:expr;)*) => {
        $(pub(super) fn $name(arguments: Vec<Expr>) -> Result<Expr, String> {
            static KERNEL: Function = Function { name: $text, eval: |values, rows| unary(values, rows, $function) };
            Ok(KERNEL.call(all_doubles(arguments)?, DataType::Float64))
        })*
    };
}

doubles! {
    sqrt "SQRT" f64::sqrt;
    cbrt "CBRT" f64::cbrt;
    exp "EXP" f64::exp;
    ln "LN" f64::ln;
    log10 "LOG10" f64::log10;
    log2 "LOG2" f64::log2;
    sin "SIN" f64::sin;
    cos "COS" f64::cos;
    tan "TAN" f64::tan;
    asin "ASIN" f64::asin;
    acos "ACOS" f64::acos;
    atan "ATAN" f64::atan;
    degrees "DEGREES" f64::to_degrees;
    radians "RADIANS" f64::to_radians;
}

/// Without the sign.
pub(super) fn abs(arguments: Vec<Expr>) -> Result<Expr, String> {
    let value = one_number(arguments)?;
    let data_type = value.data_type.clone();
    Ok(ABS.call(vec![value], data_type))
}

/// −1, 0 or 1.
pub(super) fn sign(arguments: Vec<Expr>) -> Result<Expr, String> {
    static SIGN: Function = Function {
        name: "SIGN",
        eval: |values, rows| {
            let signs = unary(values, rows, |x| {
                if x > 0.0 {
                    1.0
                } else if x < 0.0 {
                    -1.0
                } else {
                    0.0
                }
            })?;
            arrow_cast::cast(&signs, &DataType::Int32)
        },
    };
    Ok(SIGN.call(all_doubles(vec![one_number(arguments)?])?, DataType::Int32))
}

/// The greatest whole number at or below.
pub(super) fn floor(arguments: Vec<Expr>) -> Result<Expr, String> {
    static FLOOR: Function = Function { name: "FLOOR", eval: |values, rows| unary(values, rows, f64::floor) };
    whole(&FLOOR, arguments)
}

/// The least whole number at or above.
pub(super) fn ceil(arguments: Vec<Expr>) -> Result<Expr, String> {
    static CEIL: Function = Function { name: "CEIL", eval: |values, rows| unary(values, rows, f64::ceil) };
    whole(&CEIL, arguments)
}

/// Without what is after the point.
pub(super) fn trunc(arguments: Vec<Expr>) -> Result<Expr, String> {
    static TRUNC: Function = Function { name: "TRUNC", eval: |values, rows| unary(values, rows, f64::trunc) };
    whole(&TRUNC, arguments)
}

/// The nearest number with so many digits after the point, of two the one further from nought.
pub(super) fn round(mut arguments: Vec<Expr>) -> Result<Expr, String> {
    static ROUND: Function = Function { name: "ROUND", eval: |values, rows| unary(values, rows, f64::round) };
    static ROUND_TO: Function = Function {
        name: "ROUND_TO",
        eval: |values, rows| {
            binary(values, rows, |x, digits| {
                let scale = 10_f64.powi(digits.clamp(-400.0, 400.0) as i32);
                let scaled = x * scale;
                if scaled.is_finite() { scaled.round() / scale } else { x }
            })
        },
    };
    static ROUND_WHOLE: Function = Function { name: "ROUND_WHOLE", eval: round_whole };
    let digits = if arguments.len() == 2 { arguments.pop() } else { None };
    let Some(digits) = digits else {
        return whole(&ROUND, arguments);
    };
    if !is_integer(&digits.data_type) {
        return Err("the number of digits is an integer".to_owned());
    }
    let value = one_number(arguments)?;
    match value.data_type {
        ref t if is_integer(t) => {
            let whole = t.clone();
            let sides = vec![
                value.cast(&DataType::Int64, Failing::Error)?,
                digits.cast(&DataType::Int64, Failing::Error)?,
            ];
            ROUND_WHOLE.call(sides, DataType::Int64).cast(&whole, Failing::Error)
        }
        DataType::Decimal128(precision, scale) => {
            let constant = digits.as_constant().ok_or("of a DECIMAL, the number of digits is a constant")?;
            let wanted =
                Value::One(constant.clone()).longs().map_err(|error| crate::expr::said(&error))?.get(0);
            let wanted = wanted.unwrap_or(0).clamp(-38, 38);
            let Ok(wanted @ 0..) = i8::try_from(wanted) else {
                return Err("of a DECIMAL, the number of digits is at least 0: CAST it to DOUBLE".to_owned());
            };
            value.cast(&DataType::Decimal128(precision, wanted.min(scale)), Failing::Error)
        }
        _ => Ok(ROUND_TO.call(all_doubles(vec![value, digits])?, DataType::Float64)),
    }
}

/// Integers, rounded to tens, hundreds … where the number of digits is below nought.
fn round_whole(values: &[Value], rows: usize) -> Result<ArrayRef, ArrowError> {
    let (longs, digits) = (values[0].longs()?, values[1].longs()?);
    let rounded = (0..rows).map(|row| {
        let (Some(long), Some(digits)) = (longs.get(row), digits.get(row)) else { return Ok(None) };
        // 10^19 is more than twice what any long is.
        let Some(unit) = u32::try_from(digits.min(0).unsigned_abs()).ok().filter(|tens| *tens <= 19) else {
            return Ok(Some(0));
        };
        let (long, unit) = (i128::from(long), 10_i128.pow(unit));
        let away = if unit == 1 { 0 } else { unit / 2 * long.signum() };
        let rounded = (long + away) / unit * unit;
        let rounded = i64::try_from(rounded);
        rounded
            .map(Some)
            .map_err(|_| ArrowError::ComputeError(format!("Overflow happened on: ROUND({long})")))
    });
    Ok(Arc::new(rounded.collect::<Result<Int64Array, _>>()?))
}

/// One number to the power of another.
pub(super) fn power(arguments: Vec<Expr>) -> Result<Expr, String> {
    static POWER: Function = Function { name: "POWER", eval: |values, rows| binary(values, rows, f64::powf) };
    Ok(POWER.call(all_doubles(arguments)?, DataType::Float64))
}

/// The angle of a point: y, then x.
pub(super) fn atan2(arguments: Vec<Expr>) -> Result<Expr, String> {
    static ATAN2: Function =
        Function { name: "ATAN2", eval: |values, rows| binary(values, rows, f64::atan2) };
    Ok(ATAN2.call(all_doubles(arguments)?, DataType::Float64))
}

/// The remainder.
pub(super) fn modulo(arguments: Vec<Expr>) -> Result<Expr, String> {
    let Ok([left, right]) = <[Expr; 2]>::try_from(arguments) else {
        return Err("two arguments are wanted".to_owned());
    };
    super::arithmetic(&sqlparser::ast::BinaryOperator::Modulo, left, right)
}

/// The ratio of a circle.
pub(super) fn pi(_: Vec<Expr>) -> Result<Expr, String> {
    Ok(Expr::literal(Arc::new(Float64Array::from(vec![std::f64::consts::PI]))))
}

fn whole(function: &'static Function, arguments: Vec<Expr>) -> Result<Expr, String> {
    let value = one_number(arguments)?;
    if is_integer(&value.data_type) {
        return Ok(value);
    }
    let result = if value.data_type == DataType::Float32 { DataType::Float32 } else { DataType::Float64 };
    function.call(all_doubles(vec![value])?, DataType::Float64).cast(&result, Failing::Error)
}

fn one_number(mut arguments: Vec<Expr>) -> Result<Expr, String> {
    match arguments.pop() {
        Some(value) if arguments.is_empty() && is_number(&value.data_type) => Ok(value),
        Some(value) if value.data_type == DataType::Null => Ok(Expr::null(&DataType::Int32)),
        Some(value) => Err(format!("a number is wanted, but this is a {}", types::name(&value.data_type))),
        None => Err("a number is wanted".to_owned()),
    }
}

/// The numbers as doubles.
pub(super) fn all_doubles(arguments: Vec<Expr>) -> Result<Vec<Expr>, String> {
    let double = |value: Expr| match &value.data_type {
        t if is_number(t) || is_decimal(t) || *t == DataType::Null => {
            value.cast(&DataType::Float64, Failing::Error)
        }
        other => Err(format!("a number is wanted, but this is a {}", types::name(other))),
    };
    arguments.into_iter().map(double).collect()
}

fn unary(values: &[Value], rows: usize, f: fn(f64) -> f64) -> Result<ArrayRef, ArrowError> {
    let array = values[0].expand(rows)?;
    Ok(Arc::new(array.as_primitive::<Float64Type>().unary::<_, Float64Type>(f)))
}

fn binary(values: &[Value], rows: usize, f: fn(f64, f64) -> f64) -> Result<ArrayRef, ArrowError> {
    let (left, right) = (values[0].expand(rows)?, values[1].expand(rows)?);
    let result: Float64Array = arrow_arith::arity::binary(
        left.as_primitive::<Float64Type>(),
        right.as_primitive::<Float64Type>(),
        f,
    )?;
    Ok(Arc::new(result))
}
