//! Arrays that hold on to no more memory than their values need.
//!
//! Text and bytes are held as views into buffers. Kernels that put arrays together pass all the buffers of all of
//! them on, needed or not, so that arrays made of arrays made of arrays would collect buffers without end. What is
//! kept longer than a cycle is therefore compacted first: one buffer, with what is used.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, ListArray, new_empty_array};
use arrow_buffer::OffsetBuffer;
use arrow_schema::DataType;
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
    match values.as_list_opt::<i32>() {
        Some(lists) if holds_views(values.data_type()) => compact_lists(lists),
        _ => compact_fixed(values),
    }
}

/// Whether values are views into buffers, or lists of such.
pub(super) fn holds_views(data_type: &DataType) -> bool {
    match data_type {
        DataType::Utf8View | DataType::BinaryView => true,
        DataType::List(item) => holds_views(item.data_type()),
        _ => false,
    }
}

/// Lists whose items are compacted, those alone that are in one of the lists.
fn compact_lists(lists: &ListArray) -> Result<ArrayRef> {
    let offsets = lists.offsets();
    let (first, end) = (offsets[0], offsets[lists.len()]);
    let items = compact(lists.values().slice(first as usize, (end - first) as usize))?;
    let DataType::List(field) = lists.data_type() else {
        unreachable!("lists are of a list type");
    };
    let offsets = OffsetBuffer::new(offsets.iter().map(|offset| offset - first).collect());
    Ok(Arc::new(ListArray::try_new(field.clone(), offsets, items, lists.nulls().cloned())?))
}

fn compact_fixed(values: ArrayRef) -> Result<ArrayRef> {
    let held = values.get_array_memory_size();
    let needed = values.to_data().get_slice_memory_size().unwrap_or(held);
    if held <= needed * 5 / 4 + 256 {
        return Ok(values);
    }
    Ok(concat(&[values.as_ref(), new_empty_array(values.data_type()).as_ref()])?)
}
