//! `condition ? a : b`: each branch is evaluated for the rows that take it.

use arrow_array::{Array, ArrayRef, BooleanArray};
use arrow_buffer::BooleanBuffer;

use super::logic::definite;
use super::select::evaluate_where;
use crate::error::Error;
use crate::node::{Branch, Frame, Node};
use crate::value::{Value, boolean};

pub(crate) fn evaluate(condition: &Node, a: &Branch, b: &Branch, frame: &Frame) -> Result<Value, Error> {
    let test = condition.eval(frame)?;
    if let Value::Scalar(one) = &test {
        let truth = definite(condition, boolean(one), &BooleanBuffer::new_set(1))?.value(0);
        return if truth { a.node.eval(frame) } else { b.node.eval(frame) };
    }
    let mask = definite(condition, boolean(test.array()), &BooleanBuffer::new_set(frame.rows))?;
    if !mask.has_false() {
        return a.node.eval(frame);
    }
    if !mask.has_true() {
        return b.node.eval(frame);
    }
    if a.node.fallible || b.node.fallible {
        let yes = evaluate_where(a, &mask, frame)?;
        let no = evaluate_where(b, &!&mask, frame)?;
        return Ok(Value::Array(merge(&mask, &yes, &no)?));
    }
    let (yes, no) = (a.node.eval(frame)?, b.node.eval(frame)?);
    Ok(Value::Array(zip(&mask, &yes, &no)?))
}

/// Both sides hold just the rows that are theirs.
fn merge(mask: &BooleanBuffer, yes: &Value, no: &Value) -> Result<ArrayRef, Error> {
    let mask = BooleanArray::new(mask.clone(), None);
    Ok(yes.with_datum(|yes| no.with_datum(|no| arrow_select::merge::merge(&mask, yes, no)))?)
}

/// Both sides hold all rows.
pub(crate) fn zip(mask: &BooleanBuffer, yes: &Value, no: &Value) -> Result<ArrayRef, Error> {
    debug_assert!(yes.is_scalar() || yes.array().len() == mask.len());
    let mask = BooleanArray::new(mask.clone(), None);
    Ok(yes.with_datum(|yes| no.with_datum(|no| arrow_select::zip::zip(&mask, yes, no)))?)
}
