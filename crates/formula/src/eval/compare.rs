//! `== != < <= > >=` on two values of one type.
//!
//! Null equals null and is less than everything, so the result is never null. A NaN is different from everything,
//! itself included, and neither less nor greater; the two zeros are equal.

use std::sync::Arc;

use arrow_array::types::ArrowPrimitiveType;
use arrow_array::{ArrayRef, BooleanArray, PrimitiveArray};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use arrow_schema::ArrowError;

use crate::ast::BinaryOp;
use crate::error::Error;
use crate::node::Kernel;
use crate::types::Type;
use crate::value::{Args, Value, primitive};

/// The kernel of a comparison of two values of type `ty`, if such values have an order.
pub(crate) fn comparison(op: BinaryOp, ty: &Type) -> Option<Kernel> {
    use arrow_array::types::{Float32Type, Float64Type, IntervalMonthDayNanoType};
    let equality = matches!(op, BinaryOp::Eq | BinaryOp::Ne);
    Some(match ty {
        Type::Float32 => Arc::new(move |args| compare(op, args, floating::<Float32Type>)),
        Type::Float64 => Arc::new(move |args| compare(op, args, floating::<Float64Type>)),
        Type::Null => Arc::new(move |args| compare(op, args, nothing)),
        Type::Period if equality => {
            Arc::new(move |args| compare(op, args, floating::<IntervalMonthDayNanoType>))
        }
        Type::Period | Type::List(_) | Type::Zone | Type::Token(_) | Type::Opaque(_) => return None,
        _ => Arc::new(move |args| compare(op, args, ordered)),
    })
}

type Raw = fn(BinaryOp, &Value, &Value, usize) -> Result<BooleanBuffer, Error>;

/// Compares values with `raw`, whose answer counts where both sides have one, and then places the nulls.
fn compare(op: BinaryOp, args: Args, raw: Raw) -> Result<ArrayRef, Error> {
    let rows = args.rows;
    let (left, right) = args.two();
    let (left_nulls, right_nulls) = (left.nulls(rows), right.nulls(rows));
    let values = raw(op, &left, &right, rows)?;
    let result = match (left_nulls, right_nulls) {
        (None, None) => values,
        (left, right) => {
            let left = validity(left, rows);
            let right = validity(right, rows);
            place_nulls(op, &values, &left, &right)
        }
    };
    Ok(Arc::new(BooleanArray::new(result, None)))
}

fn validity(nulls: Option<NullBuffer>, rows: usize) -> BooleanBuffer {
    nulls.map_or_else(|| BooleanBuffer::new_set(rows), NullBuffer::into_inner)
}

/// `left` and `right` are set where the sides have values.
fn place_nulls(
    op: BinaryOp,
    values: &BooleanBuffer,
    left: &BooleanBuffer,
    right: &BooleanBuffer,
) -> BooleanBuffer {
    let values = &(values & left) & right;
    let from_nulls = match op {
        BinaryOp::Eq => !&(left | right),
        BinaryOp::Ne => left ^ right,
        BinaryOp::Lt => &!left & right,
        BinaryOp::Le => !left,
        BinaryOp::Gt => left & &!right,
        _ => !right,
    };
    &values | &from_nulls
}

fn ordered(op: BinaryOp, left: &Value, right: &Value, rows: usize) -> Result<BooleanBuffer, Error> {
    let result = left.with_datum(|left| right.with_datum(|right| kernel(op, left, right)))?;
    debug_assert_eq!(result.len(), rows);
    Ok(result.values().clone())
}

fn kernel(
    op: BinaryOp,
    left: &dyn arrow_array::Datum,
    right: &dyn arrow_array::Datum,
) -> Result<BooleanArray, ArrowError> {
    use arrow_ord::cmp;
    match op {
        BinaryOp::Eq => cmp::eq(left, right),
        BinaryOp::Ne => cmp::neq(left, right),
        BinaryOp::Lt => cmp::lt(left, right),
        BinaryOp::Le => cmp::lt_eq(left, right),
        BinaryOp::Gt => cmp::gt(left, right),
        _ => cmp::gt_eq(left, right),
    }
}

/// Both sides are `null` as written.
fn nothing(_: BinaryOp, _: &Value, _: &Value, rows: usize) -> Result<BooleanBuffer, Error> {
    Ok(BooleanBuffer::new_unset(rows))
}

/// Compares as the machine does, which is what is wanted of floating numbers.
fn floating<T: ArrowPrimitiveType>(
    op: BinaryOp,
    left: &Value,
    right: &Value,
    rows: usize,
) -> Result<BooleanBuffer, Error>
where
    T::Native: PartialOrd,
{
    Ok(match op {
        BinaryOp::Eq => bits::<T>(left, right, rows, |a, b| a == b),
        BinaryOp::Ne => bits::<T>(left, right, rows, |a, b| a != b),
        BinaryOp::Lt => bits::<T>(left, right, rows, |a, b| a < b),
        BinaryOp::Le => bits::<T>(left, right, rows, |a, b| a <= b),
        BinaryOp::Gt => bits::<T>(left, right, rows, |a, b| a > b),
        _ => bits::<T>(left, right, rows, |a, b| a >= b),
    })
}

fn bits<T: ArrowPrimitiveType>(
    left: &Value,
    right: &Value,
    rows: usize,
    test: impl Fn(T::Native, T::Native) -> bool,
) -> BooleanBuffer {
    let (a, b): (&PrimitiveArray<T>, &PrimitiveArray<T>) =
        (primitive(left.array()), primitive(right.array()));
    let (a, b) = (a.values(), b.values());
    match (left.is_scalar(), right.is_scalar()) {
        (false, true) => {
            let (a, b) = (&a[..rows], b[0]);
            BooleanBuffer::collect_bool(rows, |row| test(a[row], b))
        }
        (true, false) => {
            let (a, b) = (a[0], &b[..rows]);
            BooleanBuffer::collect_bool(rows, |row| test(a, b[row]))
        }
        _ => {
            let (a, b) = (&a[..rows], &b[..rows]);
            BooleanBuffer::collect_bool(rows, |row| test(a[row], b[row]))
        }
    }
}
