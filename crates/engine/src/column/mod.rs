//! Values of a column by row key, as immutable values that versions share.
//!
//! | kind | holds | for |
//! |---|---|---|
//! | [`Packed`] | arrays beside a row set | static tables, snapshots, a blink table's cycle |
//! | [`Log`] | blocks of 65,536 rows and a short tail | append and ring tables |
//! | [`Blocks`] | copy-on-write blocks of 512 keys | results that change in place |
//! | [`Redirected`] | another column and a map from row key to row key | joins, sorts |
//! | [`Computed`] | other columns and a function over chunks | `view`, `update_view` |

mod block;
mod block_read;
mod blocks;
mod compact;
mod computed;
mod gather;
mod log;
mod packed;
mod redirected;
mod tree;
mod values;

pub use blocks::{BlockColumn, Blocks};
pub use compact::compact;
pub use computed::{Computed, FunctionInput, RowFunction};
pub use gather::{concat_chunks, gather_by_read};
pub use log::Log;
pub use packed::Packed;
pub use redirected::Redirected;
pub use values::{Column, ColumnSource};
