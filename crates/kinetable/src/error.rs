//! The façade's error is the engine's; a formula's error becomes one, and stays its cause.

use kinetable_formula as formula;

pub use kinetable_engine::{Error, ErrorKind, Result};

/// A formula's error as ours. The message shows the formula with carets; the formula's own error, with a failed
/// user function's error below it, is the cause.
pub(crate) fn of_formula(error: formula::Error) -> Error {
    let kind = match error.kind() {
        formula::ErrorKind::UserFunction => ErrorKind::Source,
        formula::ErrorKind::Internal => ErrorKind::Internal,
        _ => ErrorKind::Invalid,
    };
    Error::new(kind, error.to_string()).with_cause(error)
}
