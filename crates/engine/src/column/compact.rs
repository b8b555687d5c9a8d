//! Arrays that hold on to no more memory than their values need.
//!
//! Text and bytes are held as views into buffers. Kernels that put arrays together pass all the buffers of all of
//! them on, needed or not, so that arrays made of arrays made of arrays would collect buffers without end. What is
//! kept longer than a cycle is therefore compacted first: one buffer, with what is used.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, new_empty_array};
use arrow_select::concat::concat;

use crate::Result;

/// The same values in memory of their own, if they hold on to much more than they need.
pub fn compact(values: ArrayRef) -> Result<ArrayRef> {
    if let Some(text) = values.as_string_view_opt() {
        let shares = !text.data_buffers().is_empty();
        return if shares { Ok(Arc::new(text.gc())) } else { compact_fixed(values) };
    }
    if let Some(bytes) = values.as_binary_view_opt() {
        let shares = !bytes.data_buffers().is_empty();
        return if shares { Ok(Arc::new(bytes.gc())) } else { compact_fixed(values) };
    }
    compact_fixed(values)
}

fn compact_fixed(values: ArrayRef) -> Result<ArrayRef> {
    let held = values.get_array_memory_size();
    let needed = values.to_data().get_slice_memory_size().unwrap_or(held);
    if held <= needed * 5 / 4 + 256 {
        return Ok(values);
    }
    Ok(concat(&[values.as_ref(), new_empty_array(values.data_type()).as_ref()])?)
}
