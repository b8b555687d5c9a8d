//! Functions that choose among their arguments.

use arrow_array::{Array, ArrayRef};
use arrow_schema::{ArrowError, DataType};
use arrow_select::zip::zip;

use super::Function;
use super::cast::cast;
use super::operator::{Compare, alike, comparison, equal};
use crate::expr::{ColumnId, Expr, Failing};
use crate::types::{self, common};
use crate::value::{Value, definite};

static COALESCE: Function = Function {
    name: "COALESCE",
    eval: |values, rows| merged(values, rows, |chosen, _| arrow_arith::boolean::is_not_null(chosen)),
};
static GREATEST: Function = Function {
    name: "GREATEST",
    eval: |values, rows| merged(values, rows, |chosen, other| better(chosen, other, arrow_ord::cmp::gt_eq)),
};
static LEAST: Function = Function {
    name: "LEAST",
    eval: |values, rows| merged(values, rows, |chosen, other| better(chosen, other, arrow_ord::cmp::lt_eq)),
};

/// The first that is not null.
///
/// # Errors
/// If their types have nothing in common.
pub(crate) fn coalesce(arguments: Vec<Expr>) -> Result<Expr, String> {
    together(&COALESCE, arguments)
}

/// The greatest that is not null.
pub(super) fn greatest(arguments: Vec<Expr>) -> Result<Expr, String> {
    together(&GREATEST, arguments)
}

/// The least that is not null.
pub(super) fn least(arguments: Vec<Expr>) -> Result<Expr, String> {
    together(&LEAST, arguments)
}

/// Null if the two are equal, else the first.
pub(super) fn nullif(mut arguments: Vec<Expr>) -> Result<Expr, String> {
    let (second, first) = (arguments.pop(), arguments.pop());
    let (Some(first), Some(second)) = (first, second) else {
        return Err("two arguments are wanted".to_owned());
    };
    static NULLIF: Function = Function {
        name: "NULLIF",
        // The first is written once and compared here: as a part of the expression it would double with every nesting.
        eval: |values, rows| {
            let first = values[0].expand(rows)?;
            let compared = Value::Many(cast(&first, values[1].array().data_type(), Failing::Error)?);
            let same = Value::Many(equal(&[compared, values[1].clone()])?).truths(rows)?;
            arrow_select::nullif::nullif(&first, &same)
        },
    };
    let data_type = first.data_type.clone();
    if data_type == DataType::Null {
        return Ok(first);
    }
    // Columns stand for the values, of which the types alone matter.
    let (_, second) = alike(Expr::column(ColumnId(0), &data_type), second)?;
    comparison(Compare::Eq, Expr::column(ColumnId(0), &second.data_type), second.clone())?;
    Ok(NULLIF.call(vec![first, second], data_type))
}

/// One of two by a condition.
pub(super) fn iif(arguments: Vec<Expr>) -> Result<Expr, String> {
    let Ok([condition, then, otherwise]) = <[Expr; 3]>::try_from(arguments) else {
        return Err("three arguments are wanted".to_owned());
    };
    let (then, otherwise) = alike(then, otherwise)?;
    Ok(Expr::case(super::operator::truth(condition)?, then, otherwise))
}

fn together(function: &'static Function, arguments: Vec<Expr>) -> Result<Expr, String> {
    let mut data_type = DataType::Null;
    for argument in &arguments {
        data_type = common(&data_type, &argument.data_type).ok_or_else(|| {
            let (a, b) = (types::name(&data_type), types::name(&argument.data_type));
            format!("a {a} and a {b} have no type in common: CAST one of them")
        })?;
    }
    if data_type == DataType::UInt16 {
        data_type = types::TEXT;
    }
    let arguments = arguments.into_iter().map(|argument| argument.cast(&data_type, Failing::Error));
    Ok(function.call(arguments.collect::<Result<_, _>>()?, data_type))
}

/// Argument after argument, keeping what was chosen before where `keeps` says so.
fn merged(
    values: &[Value],
    rows: usize,
    keeps: fn(&ArrayRef, &ArrayRef) -> Result<arrow_array::BooleanArray, ArrowError>,
) -> Result<ArrayRef, ArrowError> {
    let mut chosen = values[0].expand(rows)?;
    if chosen.data_type().is_null() {
        return Ok(chosen);
    }
    for value in &values[1..] {
        let other = value.expand(rows)?;
        let kept = definite(&keeps(&chosen, &other)?);
        chosen = zip(&kept, &chosen, &other)?;
    }
    Ok(chosen)
}

/// Whether the first is at least as good, or alone is there.
fn better(
    chosen: &ArrayRef,
    other: &ArrayRef,
    with: fn(
        &dyn arrow_array::Datum,
        &dyn arrow_array::Datum,
    ) -> Result<arrow_array::BooleanArray, ArrowError>,
) -> Result<arrow_array::BooleanArray, ArrowError> {
    let wins = definite(&with(chosen, other)?);
    arrow_arith::boolean::or(&wins, &arrow_arith::boolean::is_null(other)?)
}
