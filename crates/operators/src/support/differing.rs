//! Which values of two arrays differ.

use arrow_array::{Array, ArrayRef};
use arrow_buffer::BooleanBuffer;
use arrow_ord::ord::make_comparator;
use arrow_schema::SortOptions;
use kinetable_engine::Result;

/// Where two arrays of one type and length differ, to the bit.
pub(crate) fn differing(old: &ArrayRef, new: &ArrayRef) -> Result<BooleanBuffer> {
    let simple = !old.data_type().is_nested();
    if simple {
        // The kernel compares floats by their total order: equal means the same bits.
        let differs = arrow_ord::cmp::distinct(old, new)?;
        return Ok(differs.values().clone());
    }
    let compare = make_comparator(old, new, SortOptions::default())?;
    Ok(BooleanBuffer::collect_bool(old.len(), |row| compare(row, row).is_ne()))
}
