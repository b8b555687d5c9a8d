//! Columns under construction: values arrive one record at a time, and a record that turns out bad is taken back.
//!
//! **Invariants**: 1. between records all columns of a side are equally long; 2. the validity of a column is as
//! long as its values; 3. text is checked to be UTF-8 before it is kept.

use std::sync::Arc;

use arrow_array::types::{
    Date32Type, Decimal128Type, Decimal256Type, DurationNanosecondType, Float32Type, Float64Type, Int8Type,
    Int16Type, Int32Type, Int64Type, Time64NanosecondType, TimestampNanosecondType, UInt16Type,
};
use arrow_array::{ArrayRef, ArrowPrimitiveType, BinaryViewArray, BooleanArray, ListArray, PrimitiveArray};
use arrow_buffer::{BooleanBuffer, Buffer, NullBufferBuilder, OffsetBuffer, ScalarBuffer, bit_util, i256};
use arrow_schema::{DataType, FieldRef, TimeUnit};

use super::Reason;
use super::raw::text_views;

/// A column under construction.
pub(crate) struct ColumnBuilder {
    data_type: DataType,
    values: Values,
    valid: NullBufferBuilder,
}

/// The values of a [`ColumnBuilder`], by how they are laid out.
pub(crate) enum Values {
    Bool(Vec<bool>),
    I8(Vec<i8>),
    I16(Vec<i16>),
    I32(Vec<i32>),
    I64(Vec<i64>),
    U16(Vec<u16>),
    F32(Vec<f32>),
    F64(Vec<f64>),
    Decimal(Vec<i128>),
    WideDecimal(Vec<i256>),
    Text(Views),
    Bytes(Views),
    List(Vec<i32>, Box<ColumnBuilder>),
}

/// Byte strings in Arrow's view layout: up to twelve bytes in place, longer ones one after the other in buffers.
#[derive(Default)]
pub(crate) struct Views {
    views: Vec<u128>,
    /// Buffers that are full.
    sealed: Vec<Vec<u8>>,
    long: Vec<u8>,
}

/// The longest buffer that views point into: their offsets are signed in other programs. In tests they are short, so that there
/// are several.
const LONGEST: usize = if cfg!(test) { 64 } else { i32::MAX as usize };

impl ColumnBuilder {
    /// An empty column of a type; `None` if the engine has no such type.
    pub(crate) fn new(data_type: &DataType) -> Option<ColumnBuilder> {
        let values = match data_type {
            DataType::Boolean => Values::Bool(Vec::new()),
            DataType::Int8 => Values::I8(Vec::new()),
            DataType::Int16 => Values::I16(Vec::new()),
            DataType::Int32 | DataType::Date32 => Values::I32(Vec::new()),
            DataType::Int64
            | DataType::Timestamp(TimeUnit::Nanosecond, _)
            | DataType::Time64(TimeUnit::Nanosecond)
            | DataType::Duration(TimeUnit::Nanosecond) => Values::I64(Vec::new()),
            DataType::UInt16 => Values::U16(Vec::new()),
            DataType::Float32 => Values::F32(Vec::new()),
            DataType::Float64 => Values::F64(Vec::new()),
            DataType::Decimal128(..) => Values::Decimal(Vec::new()),
            DataType::Decimal256(..) => Values::WideDecimal(Vec::new()),
            DataType::Utf8View => Values::Text(Views::default()),
            DataType::BinaryView => Values::Bytes(Views::default()),
            DataType::List(item) => {
                let items = ColumnBuilder::new(item.data_type())?;
                Values::List(vec![0], Box::new(items))
            }
            _ => return None,
        };
        Some(ColumnBuilder { data_type: data_type.clone(), values, valid: NullBufferBuilder::new(0) })
    }

    pub(crate) fn data_type(&self) -> &DataType {
        &self.data_type
    }

    pub(crate) fn len(&self) -> usize {
        self.valid.len()
    }

    /// Adds one null.
    pub(crate) fn push_null(&mut self) {
        self.valid.append_null();
        match &mut self.values {
            Values::Bool(values) => values.push(false),
            Values::I8(values) => values.push(0),
            Values::I16(values) => values.push(0),
            Values::I32(values) => values.push(0),
            Values::I64(values) => values.push(0),
            Values::U16(values) => values.push(0),
            Values::F32(values) => values.push(0.0),
            Values::F64(values) => values.push(0.0),
            Values::Decimal(values) => values.push(0),
            Values::WideDecimal(values) => values.push(i256::ZERO),
            Values::Text(views) | Values::Bytes(views) => views.push(&[]),
            Values::List(offsets, _) => offsets.push(offsets[offsets.len() - 1]),
        }
    }

    pub(crate) fn push_bool(&mut self, value: bool) {
        let Values::Bool(values) = &mut self.values else { self.wrong("a bool") };
        values.push(value);
        self.valid.append_non_null();
    }

    pub(crate) fn push_i32(&mut self, value: i32) {
        let Values::I32(values) = &mut self.values else { self.wrong("an i32") };
        values.push(value);
        self.valid.append_non_null();
    }

    pub(crate) fn push_i64(&mut self, value: i64) {
        let Values::I64(values) = &mut self.values else { self.wrong("an i64") };
        values.push(value);
        self.valid.append_non_null();
    }

    /// The newest value of a column of 64-bit integers.
    pub(crate) fn last_i64(&self) -> i64 {
        match &self.values {
            Values::I64(values) => values[values.len() - 1],
            _ => self.wrong("an i64"),
        }
    }

    pub(crate) fn push_f32(&mut self, value: f32) {
        let Values::F32(values) = &mut self.values else { self.wrong("an f32") };
        values.push(value);
        self.valid.append_non_null();
    }

    pub(crate) fn push_f64(&mut self, value: f64) {
        let Values::F64(values) = &mut self.values else { self.wrong("an f64") };
        values.push(value);
        self.valid.append_non_null();
    }

    pub(crate) fn push_decimal(&mut self, value: i128) {
        let Values::Decimal(values) = &mut self.values else { self.wrong("a decimal") };
        values.push(value);
        self.valid.append_non_null();
    }

    pub(crate) fn push_wide_decimal(&mut self, value: i256) {
        let Values::WideDecimal(values) = &mut self.values else { self.wrong("a wide decimal") };
        values.push(value);
        self.valid.append_non_null();
    }

    /// Adds text that is still to be checked.
    pub(crate) fn push_utf8(&mut self, bytes: &[u8]) -> Result<(), Reason> {
        match std::str::from_utf8(bytes) {
            Ok(text) => {
                self.push_text(text);
                Ok(())
            }
            Err(error) => Err(format!("text is not UTF-8: {error}").into()),
        }
    }

    pub(crate) fn push_text(&mut self, text: &str) {
        let Values::Text(views) = &mut self.values else { self.wrong("text") };
        views.push(text.as_bytes());
        self.valid.append_non_null();
    }

    pub(crate) fn push_bytes(&mut self, bytes: &[u8]) {
        let Values::Bytes(views) = &mut self.values else { self.wrong("bytes") };
        views.push(bytes);
        self.valid.append_non_null();
    }

    /// Adds an integer to a column of any integer or floating type, if it fits.
    pub(crate) fn push_integer(&mut self, value: i64) -> Result<(), Reason> {
        let range = |name: &str| Reason::from(format!("{value} does not fit into {name}"));
        match &mut self.values {
            Values::I8(values) => values.push(value.try_into().map_err(|_| range("an i8"))?),
            Values::I16(values) => values.push(value.try_into().map_err(|_| range("an i16"))?),
            Values::I32(values) => values.push(value.try_into().map_err(|_| range("an i32"))?),
            Values::U16(values) => values.push(value.try_into().map_err(|_| range("a char"))?),
            Values::I64(values) => values.push(value),
            Values::F32(values) => values.push(value as f32),
            Values::F64(values) => values.push(value as f64),
            _ => self.wrong("an integer"),
        }
        self.valid.append_non_null();
        Ok(())
    }

    /// The items of a list column; after they were pushed, [`ColumnBuilder::end_list`] ends the list.
    pub(crate) fn items(&mut self) -> &mut ColumnBuilder {
        match &mut self.values {
            Values::List(_, items) => items,
            _ => panic!("only a list has items"),
        }
    }

    pub(crate) fn end_list(&mut self) -> Result<(), Reason> {
        let Values::List(offsets, items) = &mut self.values else { self.wrong("a list") };
        let end = i32::try_from(items.len());
        offsets.push(end.map_err(|_| Reason::from("more than 2³¹ list items in one batch"))?);
        self.valid.append_non_null();
        Ok(())
    }

    /// Takes back all but the first `len` values.
    pub(crate) fn truncate(&mut self, len: usize) {
        match &mut self.values {
            Values::Bool(values) => values.truncate(len),
            Values::I8(values) => values.truncate(len),
            Values::I16(values) => values.truncate(len),
            Values::I32(values) => values.truncate(len),
            Values::I64(values) => values.truncate(len),
            Values::U16(values) => values.truncate(len),
            Values::F32(values) => values.truncate(len),
            Values::F64(values) => values.truncate(len),
            Values::Decimal(values) => values.truncate(len),
            Values::WideDecimal(values) => values.truncate(len),
            Values::Text(views) | Values::Bytes(views) => views.truncate(len),
            Values::List(offsets, items) => {
                offsets.truncate(len + 1);
                items.truncate(offsets[offsets.len() - 1] as usize);
            }
        }
        if len < self.valid.len() {
            self.valid.truncate(len);
        }
    }

    /// The values so far as an array; the builder is empty afterwards.
    pub(crate) fn finish(&mut self) -> ArrayRef {
        let nulls = self.valid.finish();
        let data_type = self.data_type.clone();
        match &mut self.values {
            Values::Bool(values) => {
                let bits = pack(&std::mem::take(values));
                Arc::new(BooleanArray::new(bits, nulls))
            }
            Values::I8(values) => primitive::<Int8Type>(values, nulls, data_type),
            Values::I16(values) => primitive::<Int16Type>(values, nulls, data_type),
            Values::U16(values) => primitive::<UInt16Type>(values, nulls, data_type),
            Values::F32(values) => primitive::<Float32Type>(values, nulls, data_type),
            Values::F64(values) => primitive::<Float64Type>(values, nulls, data_type),
            Values::Decimal(values) => primitive::<Decimal128Type>(values, nulls, data_type),
            Values::WideDecimal(values) => primitive::<Decimal256Type>(values, nulls, data_type),
            Values::I32(values) => match &data_type {
                DataType::Date32 => primitive::<Date32Type>(values, nulls, data_type),
                _ => primitive::<Int32Type>(values, nulls, data_type),
            },
            Values::I64(values) => match &data_type {
                DataType::Timestamp(..) => primitive::<TimestampNanosecondType>(values, nulls, data_type),
                DataType::Time64(_) => primitive::<Time64NanosecondType>(values, nulls, data_type),
                DataType::Duration(_) => primitive::<DurationNanosecondType>(values, nulls, data_type),
                _ => primitive::<Int64Type>(values, nulls, data_type),
            },
            Values::Text(views) => {
                let (views, long) = views.take();
                Arc::new(text_views(views, long, nulls))
            }
            Values::Bytes(views) => {
                let (views, long) = views.take();
                Arc::new(BinaryViewArray::try_new(views, long, nulls).expect("views lie in the buffers"))
            }
            Values::List(offsets, items) => {
                let offsets = std::mem::replace(offsets, vec![0]);
                let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
                Arc::new(ListArray::new(item_field(&data_type), offsets, items.finish(), nulls))
            }
        }
    }

    fn wrong(&self, what: &str) -> ! {
        panic!("{what} was decoded for a column of {:?}", self.data_type)
    }
}

impl Views {
    fn push(&mut self, bytes: &[u8]) {
        assert!(bytes.len() <= i32::MAX as usize, "a text of two gigabytes");
        if bytes.len() > 12 && !self.long.is_empty() && self.long.len() + bytes.len() > LONGEST {
            self.sealed.push(std::mem::take(&mut self.long));
        }
        let (block, offset) = (self.sealed.len() as u32, self.long.len() as u32);
        let view = arrow_array::builder::make_view(bytes, block, offset);
        if bytes.len() > 12 {
            self.long.extend_from_slice(bytes);
        }
        self.views.push(view);
    }

    /// Takes back all but the first `len`, and their bytes.
    fn truncate(&mut self, len: usize) {
        let gone = self.views.get(len..).unwrap_or_default();
        // A view's lowest 32 bits are its length; the number of the buffer and the place in it are above bit 64.
        if let Some(first) = gone.iter().find(|view| **view as u32 > 12) {
            let (block, offset) = ((first >> 64) as u32 as usize, (first >> 96) as usize);
            if block < self.sealed.len() {
                self.long = self.sealed.swap_remove(block);
                self.sealed.truncate(block);
            }
            self.long.truncate(offset);
        }
        self.views.truncate(len);
    }

    fn take(&mut self) -> (ScalarBuffer<u128>, Vec<Buffer>) {
        let open = Some(std::mem::take(&mut self.long)).filter(|open| !open.is_empty());
        let buffers = self.sealed.drain(..).chain(open).map(Buffer::from_vec).collect();
        (ScalarBuffer::from(std::mem::take(&mut self.views)), buffers)
    }
}

fn primitive<T: ArrowPrimitiveType>(
    values: &mut Vec<T::Native>,
    nulls: Option<arrow_buffer::NullBuffer>,
    data_type: DataType,
) -> ArrayRef {
    let values = ScalarBuffer::from(std::mem::take(values));
    Arc::new(PrimitiveArray::<T>::new(values, nulls).with_data_type(data_type))
}

fn pack(values: &[bool]) -> BooleanBuffer {
    let mut bits = vec![0u8; bit_util::ceil(values.len(), 8)];
    for (index, _) in values.iter().enumerate().filter(|(_, value)| **value) {
        bit_util::set_bit(&mut bits, index);
    }
    BooleanBuffer::new(Buffer::from_vec(bits), 0, values.len())
}

fn item_field(data_type: &DataType) -> FieldRef {
    match data_type {
        DataType::List(item) => item.clone(),
        other => panic!("{other:?} is not a list"),
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::cast::AsArray;

    use super::*;

    #[test]
    fn texts_lie_in_several_buffers_and_refused_ones_in_none() {
        let mut column = ColumnBuilder::new(&DataType::Utf8View).unwrap();
        let text = |number: usize| format!("{number}: {}", "x".repeat(number % 40));
        let mut kept = Vec::new();
        for number in 0..1_000 {
            column.push_text(&text(number));
            if number % 7 == 0 {
                column.push_text(&text(number + 1));
                column.push_text("short");
                column.push_text(&"refused, and longer than a buffer".repeat(20));
                column.truncate(kept.len());
            } else {
                kept.push(text(number));
            }
        }
        let texts = column.finish();
        let texts = texts.as_string_view();
        assert!(texts.iter().flatten().eq(kept.iter().map(String::as_str)));
        assert!(texts.data_buffers().len() > 100);
        let held: usize = texts.data_buffers().iter().map(Buffer::len).sum();
        assert_eq!(held, kept.iter().map(String::len).filter(|length| *length > 12).sum::<usize>());
    }
}
