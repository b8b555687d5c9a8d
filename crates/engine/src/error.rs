//! The engine's one error: opaque, with a kind that says what the caller can do, and a hint.

use std::fmt;
use std::sync::Arc;

/// The result of an engine call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What the caller can do about an [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The call is wrong: change it.
    Invalid,
    /// The outside world (a broker, a file, a user's function) failed: mend it or wait.
    Source,
    /// A limit was reached: raise it or ask for less.
    Limit,
    /// What was called is closed or failed before.
    Closed,
    /// A bug of ours.
    Internal,
}

/// What went wrong, and what to do about it. Cheap to clone.
#[derive(Clone)]
pub struct Error(Arc<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    hint: Option<String>,
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error of a kind; the message is a lowercase fragment with names in double quotes.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Error {
        Error(Arc::new(Inner { kind, message: message.into(), hint: None, cause: None }))
    }

    /// A mistake of the caller.
    pub fn invalid(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Invalid, message)
    }

    /// A failure of the outside world.
    pub fn source(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Source, message)
    }

    /// A bug of ours.
    pub fn internal(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Internal, message)
    }

    /// The same error with a word on what to do.
    pub fn with_hint(self, hint: impl Into<String>) -> Error {
        self.rebuild(|inner| inner.hint = Some(hint.into()))
    }

    /// The same error with what caused it, kept for callers who can use it (a Python exception, say).
    pub fn with_cause(self, cause: impl std::error::Error + Send + Sync + 'static) -> Error {
        self.rebuild(|inner| inner.cause = Some(Box::new(cause)))
    }

    /// The same error with words put before its message, to say where it happened.
    pub fn in_context(self, place: impl fmt::Display) -> Error {
        self.rebuild(|inner| inner.message = format!("{place}: {}", inner.message))
    }

    fn rebuild(self, edit: impl FnOnce(&mut Inner)) -> Error {
        let mut inner = match Arc::try_unwrap(self.0) {
            Ok(inner) => inner,
            Err(shared) => Inner {
                kind: shared.kind,
                message: shared.message.clone(),
                hint: shared.hint.clone(),
                cause: Some(Box::new(Error(shared))),
            },
        };
        edit(&mut inner);
        Error(Arc::new(inner))
    }

    /// What the caller can do.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What happened, without the hint.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What to do about it, if there is something to say.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        match &self.0.hint {
            Some(hint) => write!(f, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {self}", self.0.kind)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.cause.as_deref().map(|cause| cause as _)
    }
}

impl From<arrow_schema::ArrowError> for Error {
    fn from(error: arrow_schema::ArrowError) -> Error {
        Error::new(ErrorKind::Invalid, error.to_string()).with_cause(error)
    }
}
