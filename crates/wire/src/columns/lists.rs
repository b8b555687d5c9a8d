//! The items of lists.

use arrow_array::{Array, ArrayRef, ListArray};
use arrow_buffer::OffsetBuffer;

/// Where the lists of an array begin and end among the items that are its own, and those items: an array that is part of
/// another has the items of all of it.
pub fn items(list: &ListArray) -> (OffsetBuffer<i32>, ArrayRef) {
    let offsets = list.offsets();
    let (first, last) = (offsets[0], offsets[list.len()]);
    let own = list.values().slice(first as usize, (last - first) as usize);
    if first == 0 {
        return (offsets.clone(), own);
    }
    let rebased: Vec<i32> = offsets.iter().map(|offset| offset - first).collect();
    (OffsetBuffer::new(rebased.into()), own)
}
