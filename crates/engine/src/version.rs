//! The immutable state of a table at one step: a row set and column sources. Cheap to clone, safe to keep.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::SchemaRef;
use kinetable_rowset::RowSet;

use crate::{Column, Result};

/// The state of a table at one step.
#[derive(Debug, Clone)]
pub struct Version {
    step: u64,
    rows: RowSet,
    columns: Arc<[Column]>,
}

impl Version {
    /// A version made at a step of the graph (0: never in a graph).
    pub fn new(step: u64, rows: RowSet, columns: impl Into<Arc<[Column]>>) -> Version {
        Version { step, rows, columns: columns.into() }
    }

    /// The step at which the table last changed.
    pub fn step(&self) -> u64 {
        self.step
    }

    /// The rows.
    pub fn rows(&self) -> &RowSet {
        &self.rows
    }

    /// The columns, in the order of the table's schema.
    pub fn columns(&self) -> &Arc<[Column]> {
        &self.columns
    }

    /// A column by index.
    pub fn column(&self, index: usize) -> &Column {
        &self.columns[index]
    }

    /// The values of a column at some of the rows, in row order.
    pub fn read(&self, column: usize, rows: &RowSet) -> Result<ArrayRef> {
        self.columns[column].read(rows)
    }

    /// Some rows of all columns as one Arrow batch.
    pub fn batch(&self, schema: &SchemaRef, rows: &RowSet) -> Result<RecordBatch> {
        let arrays = self.columns.iter().map(|column| column.read(rows)).collect::<Result<Vec<_>>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(rows.len() as usize));
        Ok(RecordBatch::try_new_with_options(schema.clone(), arrays, &options)?)
    }
}
