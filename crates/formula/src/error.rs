//! What went wrong in a formula: a kind, a message, a hint, and the place in the text.
//!
//! One opaque [`Error`] serves compilation and evaluation. Its `Display` is what a user should read: the
//! message, the formula with carets under the characters at fault, and the hint.

use std::fmt;
use std::sync::Arc;

/// A stretch of a formula's text, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The stretch from `start` to before `end`.
    pub fn new(start: usize, end: usize) -> Self {
        debug_assert!(start <= end);
        Self { start, end }
    }

    /// The smallest stretch that covers both.
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// What the caller can do about an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The text is not a formula: correct the text.
    Syntax,
    /// A name means nothing here: correct it, or define it.
    Name,
    /// The types do not fit: correct the formula.
    Type,
    /// A row's values cannot be computed with: the row is told by [`Error::row`].
    Value,
    /// A function of the user failed: see `source()`.
    UserFunction,
    /// A bug of this library.
    Internal,
}

/// A mistake in a formula, or a failure while it was evaluated. Cheap to clone.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: String,
    hint: Option<String>,
    text: Option<Arc<str>>,
    span: Option<Span>,
    row: Option<usize>,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error of this kind; the message is a lowercase fragment.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            hint: None,
            text: None,
            span: None,
            row: None,
            source: None,
        }))
    }

    /// The failure of a user's function, carried whole (a traceback, say) so that the caller can raise it again.
    pub fn user_function(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        let source: Box<dyn std::error::Error + Send + Sync> = source.into();
        let mut error = Self::new(ErrorKind::UserFunction, source.to_string());
        error.0.source = Some(Arc::from(source));
        error
    }

    pub(crate) fn syntax(span: Span, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Syntax, message).at(span)
    }

    pub(crate) fn name(span: Span, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Name, message).at(span)
    }

    pub(crate) fn ty(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Type, message)
    }

    pub(crate) fn value(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Value, message)
    }

    pub(crate) fn internal(message: impl fmt::Display) -> Self {
        Self::new(ErrorKind::Internal, message.to_string())
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    pub(crate) fn with_hint_opt(mut self, hint: Option<String>) -> Self {
        if hint.is_some() {
            self.0.hint = hint;
        }
        self
    }

    /// Says the row (of the chunk) that failed, unless it is known already.
    #[must_use]
    pub fn with_row(mut self, row: usize) -> Self {
        self.0.row.get_or_insert(row);
        self
    }

    pub(crate) fn map_row(mut self, map: impl FnOnce(usize) -> usize) -> Self {
        self.0.row = self.0.row.map(map);
        self
    }

    /// Says the place, unless it is known already.
    #[must_use]
    pub(crate) fn at(mut self, span: Span) -> Self {
        self.0.span.get_or_insert(span);
        self
    }

    /// Says the formula, unless it is known already.
    #[must_use]
    pub(crate) fn in_text(mut self, text: &str) -> Self {
        self.0.text.get_or_insert_with(|| Arc::from(text));
        self
    }

    /// What the caller can do about it.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What is wrong: a lowercase fragment.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What to do, where there is something to say.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// The formula's text, once it is known.
    pub fn text(&self) -> Option<&str> {
        self.0.text.as_deref()
    }

    /// The characters at fault.
    pub fn span(&self) -> Option<Span> {
        self.0.span
    }

    /// The row of the chunk that failed, for failures of evaluation.
    pub fn row(&self) -> Option<usize> {
        self.0.row
    }

    /// The original failure of a user's function.
    pub fn user_error(&self) -> Option<&Arc<dyn std::error::Error + Send + Sync>> {
        self.0.source.as_ref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        if let Some(row) = self.0.row {
            write!(f, " (row {row})")?;
        }
        // Of an empty text there is nothing to show.
        if let Some(text) = self.0.text.as_ref().filter(|text| !text.trim().is_empty()) {
            write_place(f, text, self.0.span)?;
        }
        if let Some(hint) = &self.0.hint {
            write!(f, "\n  hint: {hint}")?;
        }
        Ok(())
    }
}

/// Writes the line of the formula that holds the span, and carets under the span.
fn write_place(f: &mut fmt::Formatter<'_>, text: &str, span: Option<Span>) -> fmt::Result {
    let Some(span) = span else {
        return write!(f, "\n  {text}");
    };
    let start = floor_char(text, span.start);
    let end = floor_char(text, span.end).max(start);
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let line = &text[line_start..line_end];
    let before = text[line_start..start].chars().count();
    let width = text[start..end.min(line_end).max(start)].chars().count().max(1);
    write!(f, "\n  {line}\n  {}{}", " ".repeat(before), "^".repeat(width))
}

fn floor_char(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {self}", self.0.kind)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn std::error::Error + 'static))
    }
}

impl From<arrow_schema::ArrowError> for Error {
    fn from(error: arrow_schema::ArrowError) -> Self {
        Self::new(ErrorKind::Value, error.to_string())
    }
}
