//! `together`: what several tables do in one cycle, told at once.
//!
//! **State**: the changes of the cycle under way. **Update rule**: in a cycle in which any of the tables changes, the one row of
//! the result is modified, and the changes of all of them can be taken. **Cost**: none that grows with the tables: versions and
//! updates are values.

use std::sync::Arc;

use arrow_array::UInt64Array;
use arrow_schema::{DataType, Field, Schema};
use kinetable_engine::column::Packed;
use kinetable_engine::{
    Change, Column, ColumnSet, Definition, Initial, Input, Operator, Output, Properties, Result, RowSet,
    StepCtx, Table, Update, Version,
};
use parking_lot::Mutex;

/// A table that changes when any of some tables does, and their changes.
pub struct Together {
    /// One row, modified in each cycle in which one of the tables changes: listen to it.
    pub bell: Table,
    /// The versions from which the changes go on.
    pub first: Vec<Version>,
    changes: Arc<Mutex<Vec<Changes>>>,
}

/// The changes of one cycle, one for each table; `None` where it did not change.
type Changes = Vec<Option<Arc<Change>>>;

impl Together {
    /// The changes since this was asked last, by cycle.
    pub fn take(&self) -> Vec<Changes> {
        std::mem::take(&mut *self.changes.lock())
    }
}

/// Brings the changes of several tables together. Take them in the bell's listener: else they pile up.
///
/// # Errors
/// If a table has failed.
pub fn together(tables: &[Table]) -> Result<Together> {
    let changes: Arc<Mutex<Vec<Changes>>> = Arc::default();
    let mut first = Vec::new();
    let bell = Table::derive(tables, |inputs| {
        first = inputs.to_vec();
        let operator = Watch { changes: changes.clone(), cycles: 0 };
        let schema = Schema::new(vec![Field::new("Cycles", DataType::UInt64, true)]);
        Ok(Initial {
            definition: Definition::new(Arc::new(schema), Properties::ANY),
            rows: RowSet::flat(1),
            columns: operator.columns()?,
            operator: Box::new(operator),
        })
    })?;
    Ok(Together { bell, first, changes })
}

struct Watch {
    changes: Arc<Mutex<Vec<Changes>>>,
    cycles: u64,
}

impl Watch {
    fn columns(&self) -> Result<Vec<Column>> {
        let count = Arc::new(UInt64Array::from(vec![self.cycles]));
        Ok(vec![Packed::column(RowSet::flat(1), count)?])
    }
}

impl Operator for Watch {
    fn kind(&self) -> &'static str {
        "together"
    }

    fn apply(&mut self, inputs: &[Input<'_>], _: &Version, _: &StepCtx) -> Result<Option<Output>> {
        let change = |input: &Input<'_>| {
            let update = input.update?.clone();
            Some(Arc::new(Change { before: input.before.clone(), after: input.now.clone(), update }))
        };
        let changes: Changes = inputs.iter().map(change).collect();
        if changes.iter().all(Option::is_none) {
            return Ok(None);
        }
        self.changes.lock().push(changes);
        self.cycles += 1;
        let rows = RowSet::flat(1);
        let update =
            Update { modified: rows.clone(), modified_columns: ColumnSet::all(1), ..Update::default() };
        Ok(Some(Output { rows, columns: self.columns()?, update }))
    }
}
