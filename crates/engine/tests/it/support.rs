//! A graph to test with, and short ways to make and read arrays.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{ArrayRef, Int64Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use kinetable_engine::{Graph, Initial, Input, Operator, Output, Result, StepCtx, Table, Version};

pub fn graph() -> Graph {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("a pool of two threads");
    Graph::new(Arc::new(pool), true)
}

pub fn longs(values: impl IntoIterator<Item = i64>) -> ArrayRef {
    Arc::new(values.into_iter().collect::<Int64Array>())
}

pub fn schema() -> SchemaRef {
    Arc::new(Schema::new(vec![Field::new("X", DataType::Int64, true)]))
}

pub fn batch(values: impl IntoIterator<Item = i64>) -> RecordBatch {
    RecordBatch::try_new(schema(), vec![longs(values)]).expect("one column of longs")
}

pub fn values(version: &Version) -> Vec<i64> {
    let array = version.read(0, version.rows()).expect("a readable column");
    array.as_primitive::<Int64Type>().values().to_vec()
}

/// Passes its input on, and can be told to fail or panic at a value.
pub struct Picky;

impl Operator for Picky {
    fn apply(&mut self, inputs: &[Input<'_>], _: &Version, _: &StepCtx) -> Result<Option<Output>> {
        let now = inputs[0].now;
        for value in values(now) {
            assert_ne!(value, 666, "a bug at 666");
            if value == 13 {
                return Err(kinetable_engine::Error::source("unlucky"));
            }
        }
        let update = inputs[0].update.cloned().unwrap_or_default();
        Ok(Some(Output { rows: now.rows().clone(), columns: now.columns().to_vec(), update }))
    }
}

pub fn picky(parent: &Table) -> Result<Table> {
    Table::derive(std::slice::from_ref(parent), |inputs| {
        Ok(Initial {
            definition: parent.definition().clone(),
            rows: inputs[0].rows().clone(),
            columns: inputs[0].columns().to_vec(),
            operator: Box::new(Picky),
        })
    })
}
