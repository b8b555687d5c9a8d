//! Errors with the place in the statement.

use std::fmt::Display;

use kinetable::Error;
use sqlparser::tokenizer::Location;

/// No place in particular.
pub(crate) const NOWHERE: Location = Location { line: 0, column: 0 };

/// An error at a place.
pub(crate) fn at(place: Location, message: impl Display) -> Error {
    if place.line == 0 {
        return Error::invalid(format!("SQL: {message}"));
    }
    Error::invalid(format!("SQL, line {}, column {}: {message}", place.line, place.column))
}

/// What this SQL does not know, and what serves instead.
pub(crate) fn unsupported(place: Location, what: impl Display, instead: impl Into<String>) -> Error {
    at(place, format!("{what} is not supported")).with_hint(instead)
}
