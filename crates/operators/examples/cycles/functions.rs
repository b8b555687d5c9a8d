//! Functions over chunks, as formulas would be.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{ArrayRef, BooleanArray, Float64Array};
use arrow_schema::DataType;
use kinetable_engine::Result;
use kinetable_engine::column::{FunctionInput, RowFunction};

/// A function of a column of doubles and a constant.
#[derive(Debug)]
struct OfValue {
    kind: DataType,
    inputs: [FunctionInput; 1],
    eval: fn(&Float64Array, f64) -> ArrayRef,
    constant: f64,
}

impl RowFunction for OfValue {
    fn data_type(&self) -> &DataType {
        &self.kind
    }

    fn inputs(&self) -> &[FunctionInput] {
        &self.inputs
    }

    fn eval(&self, inputs: &[ArrayRef], _: usize) -> Result<ArrayRef> {
        Ok((self.eval)(inputs[0].as_primitive::<Float64Type>(), self.constant))
    }
}

/// Whether a column is above a bound.
pub fn above(column: usize, bound: f64) -> Arc<dyn RowFunction> {
    Arc::new(OfValue {
        kind: DataType::Boolean,
        inputs: [FunctionInput::Column(column)],
        eval: |values, bound| Arc::new(BooleanArray::from_unary(values, |value| value > bound)),
        constant: bound,
    })
}

/// A column times a factor.
pub fn times(column: usize, factor: f64) -> Arc<dyn RowFunction> {
    Arc::new(OfValue {
        kind: DataType::Float64,
        inputs: [FunctionInput::Column(column)],
        eval: |values, factor| Arc::new(values.unary::<_, Float64Type>(|value| value * factor)),
        constant: factor,
    })
}
