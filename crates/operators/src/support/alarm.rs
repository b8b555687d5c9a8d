//! A clock that an operator sets: for results that change because time passes.
//!
//! The graph asks sources alone when they are due. So an operator that waits for a time takes an alarm as one more input: a
//! live table of one row, which changes in the first cycle at or after the time that was set.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use arrow_array::UInt64Array;
use arrow_schema::{DataType, Field, Schema};
use kinetable_engine::column::Packed;
use kinetable_engine::{
    Column, ColumnSet, Definition, Graph, Initial, Input, Operator, Output, Properties, Result, RowSet,
    StepCtx, Table, Update, Version,
};

/// Sets when the alarm's table changes next. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Alarm(Arc<AtomicI64>);

impl Alarm {
    const NEVER: i64 = i64::MAX;

    /// An alarm that is not set, and the table that changes when it goes off.
    pub(crate) fn new(graph: &Graph) -> Result<(Alarm, Table)> {
        let alarm = Alarm(Arc::new(AtomicI64::new(Alarm::NEVER)));
        let operator = Bell { at: alarm.clone(), rung: 0 };
        let schema = Schema::new(vec![Field::new("Rung", DataType::UInt64, true)]);
        let definition = Definition::new(Arc::new(schema), Properties::ANY);
        let (rows, columns) = (RowSet::flat(1), operator.columns()?);
        let table = Table::source(graph, Initial { definition, rows, columns, operator: Box::new(operator) });
        Ok((alarm, table))
    }

    /// Sets the time, ns since the epoch; `None`: no time. What was set before is forgotten. Set outside of a cycle, it wants a
    /// [`Graph::notify`] afterwards.
    pub(crate) fn set(&self, at: Option<i64>) {
        self.0.store(at.unwrap_or(Alarm::NEVER), Ordering::Release);
    }

    fn time(&self) -> i64 {
        self.0.load(Ordering::Acquire)
    }
}

struct Bell {
    at: Alarm,
    rung: u64,
}

impl Bell {
    fn columns(&self) -> Result<Vec<Column>> {
        let count = Arc::new(UInt64Array::from(vec![self.rung]));
        Ok(vec![Packed::column(RowSet::flat(1), count)?])
    }
}

impl Operator for Bell {
    fn kind(&self) -> &'static str {
        "alarm"
    }

    fn apply(&mut self, _: &[Input<'_>], _: &Version, ctx: &StepCtx) -> Result<Option<Output>> {
        if ctx.now < self.at.time() {
            return Ok(None);
        }
        self.at.set(None);
        self.rung += 1;
        let rows = RowSet::flat(1);
        let update =
            Update { modified: rows.clone(), modified_columns: ColumnSet::all(1), ..Update::default() };
        Ok(Some(Output { rows, columns: self.columns()?, update }))
    }

    fn due(&self) -> Option<i64> {
        Some(self.at.time()).filter(|time| *time != Alarm::NEVER)
    }
}
