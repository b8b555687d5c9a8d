//! Values of a column by row key, as immutable values that versions share.
//!
//! | kind | holds | for |
//! |---|---|---|
//! | [`Packed`] | arrays beside a row set | static tables, snapshots, a blink table's cycle |
//! | [`Log`] | blocks of 65,536 rows and a short tail | append and ring tables |
//! | [`Blocks`] | copy-on-write blocks of 512 keys | results that change in place |
//! | [`Redirected`] | another column and a map from row key to row key | joins, sorts |
//! | [`Computed`] | other columns and a function over chunks | `view`, `update_view` |

mod blocks;
mod compact;
mod computed;
mod gather;
mod log;
mod packed;
mod redirected;

use std::fmt::Debug;
use std::sync::Arc;

use arrow_array::{ArrayRef, UInt64Array};
use arrow_schema::DataType;
use kinetable_rowset::RowSet;

use crate::Result;

pub use blocks::{BlockColumn, Blocks};
pub use compact::compact;
pub use computed::{Computed, FunctionInput, RowFunction};
pub use gather::{concat_chunks, gather_by_read};
pub use log::Log;
pub use packed::Packed;
pub use redirected::Redirected;

/// A shared column source.
pub type Column = Arc<dyn ColumnSource>;

/// Values of a column by row key. Immutable: what it reads today it reads for as long as it is held.
pub trait ColumnSource: Send + Sync + Debug {
    /// The type of all arrays it gives.
    fn data_type(&self) -> &DataType;

    /// The values at these rows, in row order. All rows must be rows of the version the column belongs to.
    fn read(&self, rows: &RowSet) -> Result<ArrayRef>;

    /// The values at these row keys, in any order, with repetition; a null key gives a null value.
    fn gather(&self, keys: &UInt64Array) -> Result<ArrayRef> {
        gather_by_read(self, keys)
    }

    /// Bytes this column holds, apart from what it only passes on of other columns.
    fn bytes(&self) -> usize;
}
