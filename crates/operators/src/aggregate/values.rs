//! Loops over slots and values.

use arrow_buffer::NullBuffer;

/// Visits the values that are not null, with their slots.
#[inline(always)]
pub(super) fn for_valid<T: Copy>(
    slots: &[u32],
    values: &[T],
    nulls: Option<&NullBuffer>,
    mut visit: impl FnMut(u32, T),
) {
    debug_assert_eq!(slots.len(), values.len(), "a value for every row");
    match nulls.filter(|nulls| nulls.null_count() > 0) {
        None => {
            for (slot, value) in slots.iter().zip(values) {
                visit(*slot, *value);
            }
        }
        Some(nulls) => {
            for row in nulls.valid_indices() {
                visit(slots[row], values[row]);
            }
        }
    }
}
