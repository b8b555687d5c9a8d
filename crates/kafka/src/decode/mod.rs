//! Bytes of a key or value → cells of columns, one record at a time.
//!
//! ```text
//!  spec ─▶ Side (columns and a decoder) ─ per worker ─▶ decode(bytes) … decode(bytes) ─▶ finish() ─▶ arrays
//!                                                        └ a bad record: Err(reason), and nothing is left of it
//! ```
//!
//! **Invariant**: after a record was decoded or refused, all columns of a side are equally long.

mod columns;
mod json;
mod raw;
mod schema;
mod side;
mod simple;

pub(crate) use columns::ColumnBuilder;
pub(crate) use json::{JsonField, JsonPlan, float as json_float, integer as json_integer, text as json_text};
pub(crate) use side::{Decoder, Side, SideDecoder};
pub(crate) use simple::SimpleType;

/// Why a record cannot be decoded, in words for the user.
pub(crate) type Reason = std::borrow::Cow<'static, str>;

/// Something a decoder has found out that is to be told in the status table, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    /// The state it is told as.
    pub(crate) state: &'static str,
    /// What it is about; it is told again only after a while.
    pub(crate) key: String,
    pub(crate) detail: String,
}

#[cfg(test)]
mod tests;
