//! Functions over chunks, as formulas would give them.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type};
use arrow_array::{ArrayRef, BooleanArray, Int64Array};
use arrow_schema::DataType;
use kinetable_engine::Result;
use kinetable_engine::column::{FunctionInput, RowFunction};

type Evaluate = Box<dyn Fn(&[ArrayRef], usize) -> ArrayRef + Send + Sync>;

/// A function made of a closure.
pub struct Function {
    data_type: DataType,
    inputs: Vec<FunctionInput>,
    evaluate: Evaluate,
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "function of {:?}", self.inputs)
    }
}

impl RowFunction for Function {
    fn data_type(&self) -> &DataType {
        &self.data_type
    }

    fn inputs(&self) -> &[FunctionInput] {
        &self.inputs
    }

    fn eval(&self, inputs: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
        Ok((self.evaluate)(inputs, rows))
    }
}

/// A function of inputs.
pub fn function(
    data_type: DataType,
    inputs: &[FunctionInput],
    evaluate: impl Fn(&[ArrayRef], usize) -> ArrayRef + Send + Sync + 'static,
) -> Arc<dyn RowFunction> {
    Arc::new(Function { data_type, inputs: inputs.to_vec(), evaluate: Box::new(evaluate) })
}

/// The sum of columns of integers, null if one of them is null.
pub fn sum(columns: &[usize]) -> Arc<dyn RowFunction> {
    let inputs: Vec<_> = columns.iter().map(|c| FunctionInput::Column(*c)).collect();
    sum_of(&inputs)
}

/// The sum of inputs of integers, null if one of them is null.
pub fn sum_of(inputs: &[FunctionInput]) -> Arc<dyn RowFunction> {
    function(DataType::Int64, inputs, |inputs, rows| {
        let columns: Vec<Vec<Option<i64>>> = inputs.iter().map(integers).collect();
        let row = |row: usize| {
            let mut values = columns.iter().map(|column| column[row]);
            values.try_fold(0i64, |sum, value| Some(sum.wrapping_add(value?)))
        };
        Arc::new((0..rows).map(row).collect::<Int64Array>())
    })
}

/// Whether a column of integers or floats is above a bound; null where it is null.
pub fn above(column: usize, bound: f64) -> Arc<dyn RowFunction> {
    input_above(FunctionInput::Column(column), bound)
}

/// Whether an input of integers or floats is above a bound; null where it is null.
pub fn input_above(input: FunctionInput, bound: f64) -> Arc<dyn RowFunction> {
    function(DataType::Boolean, &[input], move |inputs, _| {
        let values: Vec<Option<f64>> = match inputs[0].data_type() {
            DataType::Float64 => inputs[0].as_primitive::<Float64Type>().iter().collect(),
            _ => {
                let whole = integers(&inputs[0]).into_iter();
                whole.map(|value| Some(value? as f64)).collect()
            }
        };
        let tested = values.into_iter().map(|value| Some(value? > bound));
        Arc::new(tested.collect::<BooleanArray>())
    })
}

fn integers(array: &ArrayRef) -> Vec<Option<i64>> {
    match array.data_type() {
        DataType::Int64 => array.as_primitive::<Int64Type>().iter().collect(),
        DataType::Int32 => {
            let narrow = array.as_primitive::<Int32Type>().iter();
            narrow.map(|value| value.map(i64::from)).collect()
        }
        other => panic!("a test function reads integers, not {other}"),
    }
}
