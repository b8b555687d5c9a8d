//! Halves of `BIGINT`s: sums of them cannot overflow where a sum of the whole may, which shows when they are joined.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{ArrayRef, Int64Array};
use arrow_schema::{ArrowError, DataType};

use super::Function;
use crate::expr::Expr;
use crate::value::Value;

/// The upper 32 bits, with the sign.
pub(crate) fn high(value: Expr) -> Expr {
    static HIGH: Function =
        Function { name: "high", eval: |values, rows| unary(values, rows, |long| long >> 32) };
    HIGH.call(vec![value], DataType::Int64)
}

/// The lower 32 bits.
pub(crate) fn low(value: Expr) -> Expr {
    static LOW: Function =
        Function { name: "low", eval: |values, rows| unary(values, rows, |long| long & 0xffff_ffff) };
    LOW.call(vec![value], DataType::Int64)
}

/// The sum of which these are the sums of the halves; an error if it is no `BIGINT`.
pub(crate) fn joined(high: Expr, low: Expr) -> Expr {
    static JOINED: Function = Function { name: "halves", eval: join };
    JOINED.call(vec![high, low], DataType::Int64)
}

fn unary(values: &[Value], rows: usize, f: fn(i64) -> i64) -> Result<ArrayRef, ArrowError> {
    let array = values[0].expand(rows)?;
    Ok(Arc::new(array.as_primitive::<Int64Type>().unary::<_, Int64Type>(f)))
}

fn join(values: &[Value], rows: usize) -> Result<ArrayRef, ArrowError> {
    let (high, low) = (values[0].longs()?, values[1].longs()?);
    let sums = (0..rows).map(|row| {
        let (Some(high), Some(low)) = (high.get(row), low.get(row)) else { return Ok(None) };
        let sum = (i128::from(high) << 32) + i128::from(low);
        let long = i64::try_from(sum).map(Some);
        long.map_err(|_| ArrowError::ComputeError(format!("a SUM of {sum} does not fit into a BIGINT")))
    });
    Ok(Arc::new(sums.collect::<Result<Int64Array, _>>()?))
}
