//! Tokens for log-ins from a function of the script's.

use std::sync::Arc;

use kinetable::kafka::{Token, TokenFunction};
use kinetable::{Error, Result};
use pyo3::prelude::*;

use crate::gate;

/// A function of a configuration text that gives a token, the end of its life in seconds since the epoch, and, if it likes,
/// whose it is.
pub fn function(function: Py<PyAny>) -> TokenFunction {
    TokenFunction(Arc::new(move |config: &str| ask(&function, config)))
}

fn ask(function: &Py<PyAny>, config: &str) -> Result<Token> {
    let call = |py: Python<'_>| {
        let answer = function.bind(py).call1((config,))?;
        let (token, end) = (answer.get_item(0)?.extract()?, answer.get_item(1)?.extract::<f64>()?);
        let principal = match answer.len()? {
            2 => String::new(),
            _ => answer.get_item(2)?.extract()?,
        };
        PyResult::Ok(Token { token, principal, expires_ms: (end * 1_000.0) as i64 })
    };
    match gate::enter(call) {
        Some(Ok(token)) => Ok(token),
        Some(Err(raised)) => Err(Error::source(format!("the function \"oauth_cb\" failed: {raised}"))),
        None => Err(Error::source("the program is ending")),
    }
}
