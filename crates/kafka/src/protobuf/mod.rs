//! Protobuf messages → cells: a small decoder that goes straight from the wire to the columns.
//!
//! ```text
//!  subject │ .proto text │ descriptor set ─▶ descriptor of a message ─choose─▶ scopes: field number → column
//!  record ─ framing: schema id, message indexes ─▶ is it that message? ─▶ run the scopes over its bytes ─▶ columns
//! ```
//!
//! The message is fixed when the table is made, and fields are known by their numbers, as Protobuf's own readers know them:
//! what later schemas add is skipped, what they leave out is null or the default. The id of a record's schema is looked up
//! once, to see that its message is the table's.
//!
//! **Limits** on a record: 100 levels of nesting; lists of messages may not make more cells than [`program::cells_max`].

mod choose;
mod descriptor;
mod frame;
mod include;
mod layout;
mod plan;
mod program;
mod scalar;
mod text;
pub(crate) mod wire;

pub use descriptor::{ProtobufProtocol, ProtobufSchema, ProtobufSpec};

pub(crate) use descriptor::{by_subject, compile, message, place_of, resolve};
pub(crate) use frame::put as put_frame;
pub(crate) use plan::{ProtobufPlan, Scratch};
pub(crate) use scalar::Scalar;

#[cfg(test)]
pub(crate) mod tests;
