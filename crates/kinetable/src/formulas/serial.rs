//! Functions whose chunks are computed one after the other, in the order of the rows.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_schema::DataType;
use kinetable_engine::column::{FunctionInput, RowFunction};
use kinetable_engine::{Result, RowSet};

/// A function that calls what keeps something between calls.
#[derive(Debug)]
struct Serial(Arc<dyn RowFunction>);

/// The same function, computed row after row.
pub(super) fn serial(function: Arc<dyn RowFunction>) -> Arc<dyn RowFunction> {
    Arc::new(Serial(function))
}

impl RowFunction for Serial {
    fn data_type(&self) -> &DataType {
        self.0.data_type()
    }

    fn inputs(&self) -> &[FunctionInput] {
        self.0.inputs()
    }

    fn eval(&self, inputs: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
        self.0.eval(inputs, rows)
    }

    fn eval_at(&self, inputs: &[ArrayRef], rows: &RowSet) -> Result<ArrayRef> {
        self.0.eval_at(inputs, rows)
    }

    fn is_serial(&self) -> bool {
        true
    }
}
