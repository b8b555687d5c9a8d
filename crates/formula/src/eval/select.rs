//! Evaluation on some of the rows: the part of a frame that a branch needs.

use arrow_array::{Array, ArrayRef, BooleanArray};
use arrow_buffer::BooleanBuffer;
use arrow_select::filter::{FilterBuilder, FilterPredicate};

use crate::error::Error;
use crate::node::{Branch, Frame};
use crate::value::Value;

/// Evaluates the branch on the rows where `mask` is set: as many rows as there are set bits, in order.
///
/// All rows and no row cost nothing extra. A failure tells the row of the whole frame.
pub(super) fn evaluate_where(branch: &Branch, mask: &BooleanBuffer, frame: &Frame) -> Result<Value, Error> {
    let rows = mask.count_set_bits();
    if rows == frame.rows {
        return branch.node.eval(frame);
    }
    let selected = selected(branch, mask, rows, frame)?;
    branch.node.eval(&selected).map_err(|error| error.map_row(|row| nth_set(mask, row)))
}

fn selected(branch: &Branch, mask: &BooleanBuffer, rows: usize, frame: &Frame) -> Result<Frame, Error> {
    let predicate = FilterBuilder::new(&BooleanArray::new(mask.clone(), None)).optimize().build();
    let mut inputs = vec![None; frame.inputs.len()];
    for &input in &branch.inputs {
        inputs[input] = match &frame.inputs[input] {
            Some(Value::Array(array)) => Some(Value::Array(filter(&predicate, array)?)),
            other => other.clone(),
        };
    }
    Ok(Frame { rows, inputs, now: frame.now })
}

fn filter(predicate: &FilterPredicate, array: &ArrayRef) -> Result<ArrayRef, Error> {
    debug_assert!(!array.is_empty());
    Ok(predicate.filter(array)?)
}

/// The row of the whole frame that is the `n`-th of the selected ones.
pub(super) fn nth_set(mask: &BooleanBuffer, n: usize) -> usize {
    mask.set_indices().nth(n).unwrap_or(n)
}
