//! Functions over chunks that rollups are put together with.

use std::sync::Arc;

use arrow_array::builder::BinaryViewBuilder;
use arrow_array::{ArrayRef, BooleanArray, new_null_array};
use arrow_row::{RowConverter, SortField};
use arrow_schema::DataType;
use kinetable_engine::Result;
use kinetable_engine::column::{FunctionInput, RowFunction};

use crate::join::plain;

/// The id of a group: how many key columns it has, and their values, as bytes.
#[derive(Debug)]
pub(super) struct GroupId {
    converter: Option<RowConverter>,
    inputs: Vec<FunctionInput>,
}

impl GroupId {
    /// Of the key columns given as index and type, in order.
    pub(super) fn new(keys: &[(usize, DataType)]) -> Result<Arc<GroupId>> {
        let fields = keys.iter().map(|(_, data_type)| SortField::new(data_type.clone()));
        let converter = match keys {
            [] => None,
            _ => Some(RowConverter::new(fields.collect())?),
        };
        let inputs = keys.iter().map(|(index, _)| FunctionInput::Column(*index)).collect();
        Ok(Arc::new(GroupId { converter, inputs }))
    }
}

impl RowFunction for GroupId {
    fn data_type(&self) -> &DataType {
        &DataType::BinaryView
    }

    fn inputs(&self) -> &[FunctionInput] {
        &self.inputs
    }

    fn eval(&self, inputs: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
        let mut builder = BinaryViewBuilder::with_capacity(rows);
        let level = u32::to_be_bytes(inputs.len() as u32);
        let Some(converter) = &self.converter else {
            (0..rows).for_each(|_| builder.append_value(level));
            return Ok(Arc::new(builder.finish()));
        };
        let keys = converter.convert_columns(&inputs.iter().cloned().map(plain).collect::<Vec<_>>())?;
        for key in &keys {
            builder.append_value([&level, key.data()].concat());
        }
        Ok(Arc::new(builder.finish()))
    }
}

/// Null in each row.
#[derive(Debug)]
pub(super) struct Null(pub(super) DataType);

impl RowFunction for Null {
    fn data_type(&self) -> &DataType {
        &self.0
    }

    fn inputs(&self) -> &[FunctionInput] {
        &[]
    }

    fn eval(&self, _: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
        Ok(new_null_array(&self.0, rows))
    }
}

/// The same in each row.
#[derive(Debug)]
pub(super) struct Always(pub(super) bool);

impl RowFunction for Always {
    fn data_type(&self) -> &DataType {
        &DataType::Boolean
    }

    fn inputs(&self) -> &[FunctionInput] {
        &[]
    }

    fn eval(&self, _: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
        Ok(Arc::new(BooleanArray::from(vec![self.0; rows])))
    }
}
