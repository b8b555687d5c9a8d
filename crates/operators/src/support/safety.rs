//! Which special inputs a function may read, given how its table can change.
//!
//! | input | on a live table allowed when |
//! |---|---|
//! | a cell of the row | always |
//! | neighbour at a constant distance (`X_[i+1]`) | always: the rows that see another one are computed again |
//! | position (`i`, `ii`) | append-only or blink: a row's position never changes |
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
        FunctionInput::Column(_) | FunctionInput::Neighbour(..) => return Ok(()),
        FunctionInput::Position | FunctionInput::PositionInt => {
            (properties.append_only, "the row position", "append-only or blink")
        }
        FunctionInput::Key => (properties.add_only, "the row key", "add-only or blink"),
        FunctionInput::Whole(_) => (false, "a whole column", "blink"),
    };
    if safe {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "the formula uses i, ii, k, or column array variables ({what}), and is not safe to refresh"
    ))
    .with_hint(format!(
        "use it on a static table or on one that is {wanted}; snapshot() gives a static copy"
    )))
}
