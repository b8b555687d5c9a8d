//! Tables of tables: a *keys table* has a row for each constituent, with its key and a handle of the constituent.
//!
//! ```text
//!  table ─split─▶ keys table ─transform(function)─▶ keys table ─merge─▶ table
//!                  │ handle                          │ handle
//!                  └▶ constituents: tables below the split, made when somebody asks for them
//! ```
//!
//! Constituents are nodes of the same update graph: at each step they are of that step. A handle is a value of the type
//! [`HANDLE`]: operators pass it on as any other value, so that keys tables are filtered, sorted and joined like all
//! tables; [`find`] gives the table of a handle. A handle keeps nothing alive; the column it was made in does.

mod handle;

mod transform;

mod part_map;

mod keyed;

mod merge;

mod matched;

pub use handle::{HANDLE, find, keys_of};
pub(crate) use handle::{HeldColumn, Maker, MakerNumber, handles};
pub use keyed::{Lookup, keyed};
pub use matched::matched;
pub use merge::merge;
pub use transform::{Function, transform};
