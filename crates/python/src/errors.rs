//! Errors of the engine as `DHError`, with the user's own exception as the cause.
//!
//! A Python function that raises inside a formula travels through the engine as the source of an error. Here it is found
//! again and becomes `__cause__`, so that Python prints the user's own traceback above ours. `KeyboardInterrupt` and
//! `SystemExit` are raised as they are.

use std::error::Error;

use pyo3::exceptions::{PyKeyboardInterrupt, PySystemExit};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

static DH_ERROR: PyOnceLock<Py<PyType>> = PyOnceLock::new();

/// The exception for an error of the engine.
pub fn raise(py: Python<'_>, error: &(dyn Error + 'static)) -> PyErr {
    let cause = python_cause(py, error);
    if let Some(cause) = &cause
        && (cause.is_instance_of::<PyKeyboardInterrupt>(py) || cause.is_instance_of::<PySystemExit>(py))
    {
        return cause.clone_ref(py);
    }
    let raised = invalid(py, &error.to_string(), None);
    if cause.is_some() {
        raised.set_cause(py, cause);
    }
    raised
}

/// A `DHError` for a mistake of the caller.
pub fn invalid(py: Python<'_>, text: &str, hint: Option<&str>) -> PyErr {
    let text = match hint {
        Some(hint) => format!("{text}\n  hint: {hint}"),
        None => text.to_owned(),
    };
    let made =
        DH_ERROR.import(py, "kinetable.dherror", "DHError").and_then(|class| class.call1((py.None(), text)));
    match made {
        Ok(value) => PyErr::from_value(value),
        Err(failure) => failure,
    }
}

/// A `DHError` that says what another error says.
pub fn message(py: Python<'_>, error: impl Error + 'static) -> PyErr {
    raise(py, &error)
}

/// The Python exception at the root of an error, if there is one.
pub fn python_cause(py: Python<'_>, error: &(dyn Error + 'static)) -> Option<PyErr> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(raised) = error.downcast_ref::<PyErr>() {
            return Some(raised.clone_ref(py));
        }
        next = error.source();
    }
    None
}

/// Runs a call of the engine while other Python threads run, and raises its error.
///
/// The engine's own threads may need the interpreter for functions in formulas: whoever waits for the engine must not
/// hold it.
pub fn engine<T: Send, E: Error + Send + 'static>(
    py: Python<'_>,
    call: impl FnOnce() -> Result<T, E> + Send,
) -> PyResult<T> {
    py.detach(call).map_err(|error| raise(py, &error))
}
