//! The crate's one error: bytes or values that do not fit the protocol.

use std::fmt;

/// The result of reading or making a message.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What does not fit, as a lowercase fragment. Whoever sent it can do something about it; nobody else can.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(String);

impl Error {
    /// An error that says this.
    pub fn new(message: impl Into<String>) -> Error {
        Error(message.into())
    }

    /// The same error with words put before its message, to say where it happened.
    pub fn in_context(self, place: impl fmt::Display) -> Error {
        Error(format!("{place}: {}", self.0))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

impl From<arrow_schema::ArrowError> for Error {
    fn from(error: arrow_schema::ArrowError) -> Error {
        Error(error.to_string())
    }
}
