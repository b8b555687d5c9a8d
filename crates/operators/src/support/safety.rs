//! Which special inputs a function may read, given how its table can change.
//!
//! | input | on a live table allowed when |
//! |---|---|
//! | a cell of the row | always |
//! | position (`i`, `ii`), neighbour (`X_[i+1]`) | append-only or blink: a row's position never changes |
//! | row key (`k`) | add-only or blink: a row's key never changes |
//! | whole column (`X_`) | blink: every row is computed anew each cycle |

use kinetable_engine::column::{FunctionInput, RowFunction};
use kinetable_engine::{Error, Result, Table};

/// Checks that what a function reads stays right as the table changes.
pub(crate) fn check(table: &Table, function: &dyn RowFunction, place: &str) -> Result<()> {
    for input in function.inputs() {
        check_input(table, *input).map_err(|error| error.in_context(place))?;
    }
    Ok(())
}

fn check_input(table: &Table, input: FunctionInput) -> Result<()> {
    let properties = table.definition().properties;
    if !table.is_live() || properties.blink {
        return Ok(());
    }
    let (safe, what, wanted) = match input {
        FunctionInput::Column(_) => return Ok(()),
        FunctionInput::Position | FunctionInput::PositionInt => {
            (properties.append_only, "the row position", "append-only or blink")
        }
        FunctionInput::Neighbour(..) => {
            (properties.append_only, "a neighbouring row", "append-only or blink")
        }
        FunctionInput::Key => (properties.add_only, "the row key", "add-only or blink"),
        FunctionInput::Whole(_) => (false, "a whole column", "blink"),
    };
    if safe {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "the formula uses {what}, which is not kept right as this live table changes"
    ))
    .with_hint(format!(
        "use it on a static table or on one that is {wanted}; snapshot() gives a static copy"
    )))
}

/// How many rows further on a function reads, at most: rows that far from the end change when rows are appended.
pub(crate) fn reach(function: &dyn RowFunction) -> u64 {
    let ahead = |input: &FunctionInput| match input {
        FunctionInput::Neighbour(_, offset) => (*offset).max(0) as u64,
        _ => 0,
    };
    function.inputs().iter().map(ahead).max().unwrap_or(0)
}
