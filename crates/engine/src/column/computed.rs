//! A column computed from others when it is read.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, Int32Array, Int64Array, UInt64Array};
use arrow_schema::DataType;
use kinetable_rowset::RowSet;

use super::{Column, ColumnSource};
use crate::{Error, Result};

/// What a row function reads of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FunctionInput {
    /// The value of a column.
    Column(usize),
    /// The value of a column so many positions further on; null past either end.
    Neighbour(usize, i64),
    /// All values of a column, once a chunk: an array as long as the table.
    Whole(usize),
    /// The row's position, `Int32`.
    PositionInt,
    /// The row's position, `Int64`.
    Position,
    /// The row key, `Int64`.
    Key,
}

impl FunctionInput {
    /// The column it reads, if any.
    pub fn column(&self) -> Option<usize> {
        match self {
            FunctionInput::Column(index)
            | FunctionInput::Neighbour(index, _)
            | FunctionInput::Whole(index) => Some(*index),
            _ => None,
        }
    }

    /// Whether its value depends on the row's own cells alone.
    pub fn is_local(&self) -> bool {
        matches!(self, FunctionInput::Column(_))
    }
}

/// A function over chunks: from arrays of `rows` values each to one array of as many.
pub trait RowFunction: Send + Sync + std::fmt::Debug {
    /// The type of its results.
    fn data_type(&self) -> &DataType;
    /// What it reads, in the order in which it wants it.
    fn inputs(&self) -> &[FunctionInput];
    /// Computes one chunk.
    fn eval(&self, inputs: &[ArrayRef], rows: usize) -> Result<ArrayRef>;

    /// Computes one chunk, told which rows of the table it is: for functions that report rows on which they fail.
    fn eval_at(&self, inputs: &[ArrayRef], rows: &RowSet) -> Result<ArrayRef> {
        self.eval(inputs, rows.len() as usize)
    }

    /// Whether who stores its results computes the chunks one after the other, in the order of the rows.
    fn is_serial(&self) -> bool {
        false
    }
}

/// A function applied to columns, evaluated at each read.
#[derive(Debug, Clone)]
pub struct Computed {
    function: Arc<dyn RowFunction>,
    columns: Arc<[Column]>,
    rows: RowSet,
}

impl Computed {
    /// A column over these rows; the function's inputs count in `columns`.
    pub fn new(function: Arc<dyn RowFunction>, columns: Arc<[Column]>, rows: RowSet) -> Computed {
        Computed { function, columns, rows }
    }

    fn input(&self, input: FunctionInput, rows: &RowSet) -> Result<ArrayRef> {
        let positions = || self.rows.positions_of(rows);
        Ok(match input {
            FunctionInput::Column(index) => self.columns[index].read(rows)?,
            FunctionInput::Neighbour(index, offset) => {
                self.columns[index].gather(&self.neighbours(&positions(), offset))?
            }
            FunctionInput::Whole(index) => self.columns[index].read(&self.rows)?,
            FunctionInput::PositionInt => {
                Arc::new(positions().iter().map(|position| position as i32).collect::<Int32Array>())
            }
            FunctionInput::Position => {
                Arc::new(positions().iter().map(|position| position as i64).collect::<Int64Array>())
            }
            FunctionInput::Key => Arc::new(rows.iter().map(|key| key as i64).collect::<Int64Array>()),
        })
    }

    fn neighbours(&self, positions: &RowSet, offset: i64) -> UInt64Array {
        let key = |position: u64| self.rows.select(position.checked_add_signed(offset)?);
        positions.iter().map(key).collect()
    }
}

impl ColumnSource for Computed {
    fn data_type(&self) -> &DataType {
        self.function.data_type()
    }

    fn read(&self, rows: &RowSet) -> Result<ArrayRef> {
        let inputs = self.function.inputs().iter().map(|input| self.input(*input, rows));
        let count = rows.len() as usize;
        let values = self.function.eval_at(&inputs.collect::<Result<Vec<_>>>()?, rows)?;
        if values.len() != count || values.data_type() != self.data_type() {
            let (found, wanted) = (values.data_type(), self.data_type());
            let message =
                format!("a function gave {} values of {found} for {count} rows of {wanted}", values.len());
            return Err(Error::internal(message));
        }
        Ok(values)
    }

    /// Nothing is stored.
    fn bytes(&self) -> usize {
        0
    }
}
