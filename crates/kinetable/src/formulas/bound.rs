//! A compiled formula as a function over chunks.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow_array::ArrayRef;
use arrow_schema::DataType;
use kinetable_engine::column::{FunctionInput, RowFunction};
use kinetable_engine::{Result, RowSet};
use kinetable_formula::{self as formula, Chunk, Filter, Formula, Input, RowFailure};

use crate::error::of_formula;
use crate::session::wall_clock;
use crate::{CellError, CellErrors};

/// When a row that fails is null and recorded, rather than an error.
///
/// A mistake that is there when a table is made raises at once; once a live table stands, a bad row stays a bad row.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lenience {
    lenient: Arc<AtomicBool>,
    errors: CellErrors,
}

impl Lenience {
    /// From now on a failing row is null and recorded.
    pub(crate) fn begin(&self) {
        self.lenient.store(true, Ordering::Release);
    }

    /// Where failing rows are recorded.
    pub(crate) fn errors(&self) -> &CellErrors {
        &self.errors
    }
}

/// A formula or filter bound to the columns of a table.
struct Bound<F> {
    formula: F,
    inputs: Vec<FunctionInput>,
    lenience: Lenience,
}

/// Formulas and filters, which are evaluated alike.
trait Evaluate: Send + Sync + 'static {
    fn text(&self) -> &str;
    /// The column it makes; `None` for a filter.
    fn column(&self) -> Option<&str>;
    fn inputs(&self) -> &[Input];
    fn data_type(&self) -> &DataType;
    fn eval(&self, chunk: &Chunk<'_>) -> Result<ArrayRef, formula::Error>;
    fn eval_each(&self, chunk: &Chunk<'_>) -> Result<(ArrayRef, Vec<RowFailure>), formula::Error>;
}

impl Evaluate for Formula {
    fn text(&self) -> &str {
        self.text()
    }

    fn column(&self) -> Option<&str> {
        Some(self.name())
    }

    fn inputs(&self) -> &[Input] {
        self.inputs()
    }

    fn data_type(&self) -> &DataType {
        self.data_type()
    }

    fn eval(&self, chunk: &Chunk<'_>) -> Result<ArrayRef, formula::Error> {
        self.eval(chunk)
    }

    fn eval_each(&self, chunk: &Chunk<'_>) -> Result<(ArrayRef, Vec<RowFailure>), formula::Error> {
        self.eval_each(chunk)
    }
}

impl Evaluate for Filter {
    fn text(&self) -> &str {
        self.text()
    }

    fn column(&self) -> Option<&str> {
        None
    }

    fn inputs(&self) -> &[Input] {
        self.inputs()
    }

    fn data_type(&self) -> &DataType {
        &DataType::Boolean
    }

    fn eval(&self, chunk: &Chunk<'_>) -> Result<ArrayRef, formula::Error> {
        Ok(Arc::new(self.eval(chunk)?))
    }

    fn eval_each(&self, chunk: &Chunk<'_>) -> Result<(ArrayRef, Vec<RowFailure>), formula::Error> {
        let (kept, failures) = self.eval_each(chunk)?;
        Ok((Arc::new(kept), failures))
    }
}

/// Binds a formula; `index` gives the index of a column it names.
pub(super) fn formula_function(
    formula: Formula,
    lenience: &Lenience,
    index: impl Fn(&str) -> Result<usize>,
) -> Result<Arc<dyn RowFunction>> {
    bind(formula, lenience, index)
}

/// Binds a filter; `index` gives the index of a column it names.
pub(super) fn filter_function(
    filter: Filter,
    lenience: &Lenience,
    index: impl Fn(&str) -> Result<usize>,
) -> Result<Arc<dyn RowFunction>> {
    bind(filter, lenience, index)
}

fn bind<F: Evaluate>(
    formula: F,
    lenience: &Lenience,
    index: impl Fn(&str) -> Result<usize>,
) -> Result<Arc<dyn RowFunction>> {
    let inputs = formula.inputs().iter().map(|input| {
        Ok(match input {
            Input::Column(name) => FunctionInput::Column(index(name)?),
            Input::Neighbour { column, offset } => FunctionInput::Neighbour(index(column)?, *offset),
            Input::WholeColumn(name) => FunctionInput::Whole(index(name)?),
            Input::Position => FunctionInput::Position,
            Input::Key => FunctionInput::Key,
        })
    });
    let inputs = inputs.collect::<Result<Vec<_>>>()?;
    Ok(Arc::new(Bound { formula, inputs, lenience: lenience.clone() }))
}

impl<F: Evaluate> Bound<F> {
    fn record(&self, failures: Vec<RowFailure>, rows: Option<&RowSet>) {
        if failures.is_empty() {
            return;
        }
        let time = wall_clock();
        let error = |RowFailure { row, error }: RowFailure| CellError {
            time,
            column: self.formula.column().map(str::to_owned),
            formula: self.formula.text().to_owned(),
            row: rows.and_then(|rows| rows.select(row as u64)),
            message: error.to_string(),
        };
        self.lenience.errors.record(failures.into_iter().map(error));
    }

    fn compute(&self, inputs: &[ArrayRef], count: usize, rows: Option<&RowSet>) -> Result<ArrayRef> {
        let chunk = Chunk { rows: count, inputs, now: wall_clock() };
        if !self.lenience.lenient.load(Ordering::Acquire) {
            return self.formula.eval(&chunk).map_err(of_formula);
        }
        let (values, failures) = self.formula.eval_each(&chunk).map_err(of_formula)?;
        self.record(failures, rows);
        Ok(values)
    }
}

impl<F: Evaluate> RowFunction for Bound<F> {
    fn data_type(&self) -> &DataType {
        self.formula.data_type()
    }

    fn inputs(&self) -> &[FunctionInput] {
        &self.inputs
    }

    fn eval(&self, inputs: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
        self.compute(inputs, rows, None)
    }

    fn eval_at(&self, inputs: &[ArrayRef], rows: &RowSet) -> Result<ArrayRef> {
        self.compute(inputs, rows.len() as usize, Some(rows))
    }
}

impl<F: Evaluate> std::fmt::Debug for Bound<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "formula {:?}", self.formula.text())
    }
}
