//! `&&` and `||`: short-circuit by row.
//!
//! The parts are evaluated from left to right. A part that cannot fail is evaluated on the whole chunk, which is
//! cheaper than choosing rows; one that can fail sees only the rows that the parts before it left open. A null in a
//! row that is open is a mistake of the user, as nobody can say whether such a row is meant.

use std::sync::Arc;

use arrow_array::{Array, BooleanArray};
use arrow_buffer::BooleanBuffer;

use super::select::{evaluate_where, nth_set};
use crate::ast::LogicOp;
use crate::error::Error;
use crate::node::{Branch, Frame, Kind, Node};
use crate::value::{Value, boolean};

pub(crate) fn evaluate(op: LogicOp, parts: &[Branch], frame: &Frame) -> Result<Value, Error> {
    let mut state = evaluate_first(&parts[0], frame)?;
    for part in &parts[1..] {
        let open = match op {
            LogicOp::And => state.clone(),
            LogicOp::Or => !&state,
        };
        if !open.has_true() {
            break;
        }
        let decided = if part.node.fallible {
            evaluate_open(op, part, &open, frame)?
        } else {
            let value = part.node.eval(frame)?.expand(frame.rows)?;
            definite(&part.node, boolean(&value), &open)?
        };
        state = match op {
            LogicOp::And => &state & &decided,
            LogicOp::Or => &state | &decided,
        };
    }
    Ok(Value::Array(Arc::new(BooleanArray::new(state, None))))
}

fn evaluate_first(part: &Branch, frame: &Frame) -> Result<BooleanBuffer, Error> {
    let value = part.node.eval(frame)?.expand(frame.rows)?;
    definite(&part.node, boolean(&value), &BooleanBuffer::new_set(frame.rows))
}

/// The part's result in the open rows; what it says elsewhere leaves the state as it is.
fn evaluate_open(
    op: LogicOp,
    part: &Branch,
    open: &BooleanBuffer,
    frame: &Frame,
) -> Result<BooleanBuffer, Error> {
    let rows = open.count_set_bits();
    let value = evaluate_where(part, open, frame)?.expand(rows)?;
    let found = definite(&part.node, boolean(&value), &BooleanBuffer::new_set(rows))
        .map_err(|error| error.map_row(|row| nth_set(open, row)))?;
    if rows == frame.rows {
        return Ok(found);
    }
    let elsewhere = op == LogicOp::And;
    let mut bits = arrow_buffer::BooleanBufferBuilder::new(frame.rows);
    bits.append_n(frame.rows, elsewhere);
    for (at, row) in open.set_indices().enumerate() {
        bits.set_bit(row, found.value(at));
    }
    Ok(bits.finish())
}

/// The Booleans of `array`, none of which may be null where `needed` is set.
pub(super) fn definite(
    node: &Node,
    array: &BooleanArray,
    needed: &BooleanBuffer,
) -> Result<BooleanBuffer, Error> {
    let Some(nulls) = array.nulls().filter(|nulls| nulls.null_count() > 0) else {
        return Ok(array.values().clone());
    };
    let missing = &!nulls.inner() & needed;
    match missing.set_indices().next() {
        Some(row) => Err(null_condition(node).with_row(row)),
        None => Ok(array.values() & nulls.inner()),
    }
}

/// What is said of a condition that is null in some row.
pub(crate) fn null_condition(node: &Node) -> Error {
    let what = match &node.kind {
        Kind::Input(_, name) => format!("column \"{name}\" is null, which is neither true nor false"),
        _ => "this condition is null, which is neither true nor false".to_owned(),
    };
    Error::value(what)
        .with_hint("say what null means: replaceIfNull(x, false), or test x != null && … first")
        .at(node.span)
}
