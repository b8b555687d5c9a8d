//! Reading values of numbers and times out of blocks: straight into one array, without a place for each.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, PrimitiveArray, UInt64Array};
use arrow_buffer::{BooleanBufferBuilder, NullBuffer};
use arrow_schema::DataType;

use super::block::Block;

/// An array that grows by values of blocks.
pub(super) struct Filling<T: ArrowPrimitiveType> {
    values: Vec<T::Native>,
    /// Kept from the first null on.
    valid: Option<BooleanBufferBuilder>,
}

impl<T: ArrowPrimitiveType> Filling<T> {
    /// Room for so many values.
    pub(super) fn new(capacity: usize) -> Filling<T> {
        Filling { values: Vec::with_capacity(capacity), valid: None }
    }

    /// Appends the values of a block at ascending offsets, all of which are present.
    pub(super) fn extend(&mut self, block: &Block, column: usize, offsets: &[u16]) {
        let array = block.values[column].as_primitive::<T>();
        let first = block.place(offsets[0]);
        let last = block.place(offsets[offsets.len() - 1]);
        if last - first + 1 == offsets.len() {
            self.values.extend_from_slice(&array.values()[first..=last]);
            if let Some(nulls) = nulls(array) {
                let valid = self.valid(offsets.len());
                (first..=last).for_each(|place| valid.append(nulls.is_valid(place)));
            } else if let Some(valid) = &mut self.valid {
                valid.append_n(offsets.len(), true);
            }
            return;
        }
        for offset in offsets {
            self.push(array, block.place(*offset));
        }
    }

    /// Appends one value.
    pub(super) fn push(&mut self, array: &PrimitiveArray<T>, place: usize) {
        self.values.push(array.values()[place]);
        if array.is_null(place) {
            self.valid(1).append(false);
        } else if let Some(valid) = &mut self.valid {
            valid.append(true);
        }
    }

    /// Appends a null.
    pub(super) fn push_null(&mut self) {
        self.values.push(T::default_value());
        self.valid(1).append(false);
    }

    /// The validity until now, without that of the newest values.
    fn valid(&mut self, newest: usize) -> &mut BooleanBufferBuilder {
        let before = self.values.len() - newest;
        self.valid.get_or_insert_with(|| {
            let mut valid = BooleanBufferBuilder::new(before + newest);
            valid.append_n(before, true);
            valid
        })
    }

    /// The array, of a type of the same width.
    pub(super) fn finish(self, data_type: &DataType) -> ArrayRef {
        let nulls = self.valid.map(|mut valid| NullBuffer::new(valid.finish()));
        Arc::new(PrimitiveArray::<T>::new(self.values.into(), nulls).with_data_type(data_type.clone()))
    }
}

fn nulls<T: ArrowPrimitiveType>(array: &PrimitiveArray<T>) -> Option<&NullBuffer> {
    array.nulls().filter(|nulls| nulls.null_count() > 0)
}

/// The values at keys in any order; `block` finds a key's block and its offset in it.
pub(super) fn gather<'a, T: ArrowPrimitiveType>(
    keys: &UInt64Array,
    column: usize,
    data_type: &DataType,
    block: impl Fn(u64) -> (&'a Block, u16),
) -> ArrayRef {
    let mut filling = Filling::<T>::new(keys.len());
    for key in keys {
        match key {
            None => filling.push_null(),
            Some(key) => {
                let (block, offset) = block(key);
                filling.push(block.values[column].as_primitive::<T>(), block.place(offset));
            }
        }
    }
    filling.finish(data_type)
}
