//! What is done with the fields of a message, place by place.

use arrow_schema::Field;
use prost_reflect::FieldDescriptor;

use super::scalar::Scalar;

/// The columns of a message, and how they are filled.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) fields: Vec<Field>,
    pub(crate) top: Scope,
    /// How many messages have a place of which to know whether it was met.
    pub(crate) messages: usize,
    pub(crate) oneofs: usize,
    pub(crate) texts: usize,
}

/// A message at a place.
#[derive(Debug)]
pub(crate) struct Scope {
    /// By number, ascending; fields nobody wants are not there.
    pub(crate) steps: Vec<Step>,
    /// All columns at and below this place.
    pub(crate) columns: Vec<usize>,
    /// The oneofs directly in it.
    pub(crate) oneofs: std::ops::Range<usize>,
}

/// A field.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) number: u32,
    pub(crate) name: Box<str>,
    /// The place of its oneof.
    pub(crate) oneof: Option<usize>,
    pub(crate) action: Action,
}

/// What a field becomes.
#[derive(Debug)]
pub(crate) enum Action {
    /// A cell; null or a default where it is not written.
    Cell { column: usize, scalar: Scalar, has_presence: bool },
    /// A list of values.
    List { column: usize, scalar: Scalar },
    /// The columns of a message.
    Message { place: usize, scope: Scope, is_group: bool },
    /// Lists, one for each column of a repeated message.
    Items { scope: Scope, is_group: bool },
    /// JSON text.
    Text { column: usize, place: usize, field: FieldDescriptor },
    /// Nothing; but it clears the others of its oneof.
    Nothing,
}
