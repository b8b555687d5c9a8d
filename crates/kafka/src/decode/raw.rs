//! Text arrays from bytes that were checked when they were pushed.
#![expect(unsafe_code, reason = "checking every text a second time costs more than decoding it")]

use arrow_array::StringViewArray;
use arrow_buffer::{Buffer, NullBuffer, ScalarBuffer};

/// A text array from views whose bytes are UTF-8, each checked by `ColumnBuilder::push_utf8` or pushed as `str`.
pub(super) fn text_views(
    views: ScalarBuffer<u128>,
    long: Vec<Buffer>,
    nulls: Option<NullBuffer>,
) -> StringViewArray {
    debug_assert!(
        StringViewArray::try_new(views.clone(), long.clone(), nulls.clone()).is_ok(),
        "views lie in the buffers and are UTF-8"
    );
    // SAFETY: `Views::push` makes every view from bytes in place or in the buffers it fills, and text columns
    // push nothing but `str`; the debug assertion above checks both.
    unsafe { StringViewArray::new_unchecked(views, long.into(), nulls) }
}
