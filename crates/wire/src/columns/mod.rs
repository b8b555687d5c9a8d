//! The engine's arrays as the arrays that clients know, and back.
//!
//! ```text
//!  engine array ── to_wire ──▶ the type of crate::schema ── with_sentinels ──▶ no bitmap where clients want none
//!  engine array ◀── from_wire ── any Arrow array; from_upload reads sentinels as null
//! ```
//!
//! Values are shared where both sides have the same layout. **Cost** else: a pass over the values.

mod decimals;
mod incoming;
mod lists;
mod outgoing;
mod sentinels;

pub use incoming::{engine_type, from_upload, from_wire};
pub use lists::items;
pub use outgoing::{preview, to_wire};
pub use sentinels::{has_sentinel, with_sentinels, without_sentinels};
