//! Texts that are known to be UTF-8 and are not looked at again.
#![expect(unsafe_code, reason = "a column of texts is checked chunk by chunk, not cell by cell")]

use arrow_array::StringViewArray;
use arrow_buffer::{Buffer, NullBuffer, ScalarBuffer};

/// A column of texts from views and what they point to.
///
/// Every text must be UTF-8, and lie in the buffer that its view names. The caller has checked whole chunks, and cells begin
/// and end at ASCII characters, which are never within another one.
pub(super) fn texts(views: Vec<u128>, buffers: Vec<Buffer>, nulls: Option<NullBuffer>) -> StringViewArray {
    let views = ScalarBuffer::from(views);
    if cfg!(debug_assertions) {
        return StringViewArray::try_new(views, buffers, nulls).expect("texts that were checked");
    }
    // SAFETY: see above; `join` makes the views from texts of checked chunks and rebases them on the buffers that it hands over,
    // and has as many nulls as views.
    unsafe { StringViewArray::new_unchecked(views, buffers.into(), nulls) }
}
