//! What the parts of one query share: fresh columns, the clock, and what becomes of rows that fail.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, BooleanArray};
use arrow_schema::{ArrowError, DataType};
use kinetable::{CellError, CellErrors, Error, Result};
use kinetable_engine::column::{FunctionInput, RowFunction};
use kinetable_engine::{RowSet, Table};
use kinetable_operators::filter::Filter;
use kinetable_operators::select::{self, Selection};

use crate::eval::{Frame, eval};
use crate::expr::{ColumnId, Expr, said};
use crate::functions::BYTES_AT_ONCE_MAX;
use crate::functions::operator::is_true;

/// Of a query that is being planned.
pub(crate) struct Context {
    next: Cell<u32>,
    /// The time at which the query began, ns since the epoch.
    pub(crate) now: i64,
    shared: Arc<Shared>,
}

/// What the expressions of a query share for as long as they are computed.
#[derive(Debug)]
struct Shared {
    statement: String,
    /// Whether a failing row is null and recorded, and not an error: once the query stands.
    lenient: AtomicBool,
    errors: CellErrors,
}

impl Context {
    /// Of a query that begins.
    pub(crate) fn new(statement: &str, now: i64) -> Context {
        let statement = statement.chars().take(200).collect();
        let shared = Shared { statement, lenient: AtomicBool::new(false), errors: CellErrors::default() };
        Context { next: Cell::new(0), now, shared: Arc::new(shared) }
    }

    /// A column that no table of the query has.
    pub(crate) fn fresh(&self) -> ColumnId {
        let id = self.next.get();
        self.next.set(id + 1);
        ColumnId(id)
    }

    /// From now on a failing row is null and recorded here.
    pub(crate) fn stands(&self) -> CellErrors {
        self.shared.lenient.store(true, Ordering::Release);
        self.shared.errors.clone()
    }

    /// Only these columns, under names of their own.
    pub(crate) fn view(&self, table: &Table, columns: &[(String, Expr)]) -> Result<Table> {
        select::view(table, &self.selections(table, columns)?)
    }

    /// All columns and these.
    pub(crate) fn with(&self, table: &Table, columns: &[(ColumnId, Expr)]) -> Result<Table> {
        if columns.is_empty() {
            return Ok(table.clone());
        }
        let columns: Vec<_> = columns.iter().map(|(id, expr)| (id.name(), expr.clone())).collect();
        select::update_view(table, &self.selections(table, &columns)?)
    }

    /// The rows for which a condition is true.
    pub(crate) fn filter(&self, condition: Expr, table: &Table) -> Result<Filter> {
        Ok(Filter::new(self.function(&is_true(condition), table)?))
    }

    /// An expression over the columns of a table.
    pub(crate) fn function(&self, expr: &Expr, table: &Table) -> Result<Arc<dyn RowFunction>> {
        let mut ids = Vec::new();
        expr.columns(&mut ids);
        let inputs =
            ids.iter().map(|id| Ok(FunctionInput::Column(table.definition().column_index(&id.name())?)));
        let inputs = inputs.collect::<Result<_>>()?;
        Ok(Arc::new(Computing { expr: expr.clone(), ids, inputs, shared: self.shared.clone() }))
    }

    fn selections(&self, table: &Table, columns: &[(String, Expr)]) -> Result<Vec<Selection>> {
        let selection = |(name, expr): &(String, Expr)| match expr.as_column() {
            Some(id) => Ok(Selection::column(name, table.definition().column_index(&id.name())?)),
            None => Ok(Selection::function(name, self.function(expr, table)?)),
        };
        columns.iter().map(selection).collect()
    }
}

/// An expression bound to the columns of a table.
struct Computing {
    expr: Expr,
    ids: Vec<ColumnId>,
    inputs: Vec<FunctionInput>,
    shared: Arc<Shared>,
}

impl Computing {
    fn compute(&self, inputs: &[ArrayRef], count: usize, rows: Option<&RowSet>) -> Result<ArrayRef> {
        let frame = Frame { ids: &self.ids, columns: inputs.to_vec(), rows: count };
        match eval(&self.expr, &frame).and_then(|value| value.expand(count)) {
            Ok(values) => Ok(values),
            Err(_) if self.shared.lenient.load(Ordering::Acquire) => {
                let mut made = Made::default();
                self.each(inputs, (0, count), rows, &mut made)?;
                let parts: Vec<&dyn Array> = made.parts.iter().map(|part| &**part).collect();
                Ok(arrow_select::concat::concat(&parts)?)
            }
            Err(error) => Err(Error::invalid(format!("SQL: {}", said(&error)))
                .with_hint("leave such rows out with WHERE, or say what they give: TRY_CAST, CASE, NULLIF")),
        }
    }

    /// Halves the rows until those that fail are alone.
    fn each(
        &self,
        inputs: &[ArrayRef],
        (start, count): (usize, usize),
        rows: Option<&RowSet>,
        made: &mut Made,
    ) -> Result<()> {
        let columns = inputs.iter().map(|input| input.slice(start, count)).collect();
        let frame = Frame { ids: &self.ids, columns, rows: count };
        let values = eval(&self.expr, &frame).and_then(|value| made.fitting(value.expand(count)?));
        match values {
            Ok(values) => made.parts.push(values),
            Err(error) if count == 1 => {
                self.shared.errors.record(std::iter::once(CellError {
                    time: kinetable::wall_clock(),
                    column: None,
                    formula: self.shared.statement.clone(),
                    row: rows.and_then(|rows| rows.select(start as u64)),
                    message: said(&error),
                }));
                made.parts.push(match self.expr.data_type {
                    DataType::Boolean => Arc::new(BooleanArray::from(vec![None::<bool>])),
                    ref other => arrow_array::new_null_array(other, 1),
                });
            }
            Err(_) => {
                let half = count / 2;
                self.each(inputs, (start, half), rows, made)?;
                self.each(inputs, (start + half, count - half), rows, made)?;
            }
        }
        Ok(())
    }
}

/// What was made of some rows, part by part.
#[derive(Default)]
struct Made {
    parts: Vec<ArrayRef>,
    bytes: usize,
}

impl Made {
    /// The values, if they are not too many bytes with those before.
    fn fitting(&mut self, values: ArrayRef) -> std::result::Result<ArrayRef, ArrowError> {
        let lengths = values.as_string_view_opt().map(|texts| texts.iter().flatten().map(str::len).sum());
        let bytes: usize = self.bytes.saturating_add(lengths.unwrap_or(0));
        if bytes > BYTES_AT_ONCE_MAX {
            return Err(ArrowError::ComputeError("the texts of these rows are too long together".to_owned()));
        }
        self.bytes = bytes;
        Ok(values)
    }
}

impl RowFunction for Computing {
    fn data_type(&self) -> &DataType {
        &self.expr.data_type
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

impl std::fmt::Debug for Computing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SQL {:?}", self.expr)
    }
}
