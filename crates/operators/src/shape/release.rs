//! `release`: the rows of a table, let out a few a cycle.
//!
//! **State**: the rows that are out. **Update rule**: each cycle lets out so many more of the rows that are not out yet, the first
//! first; while there are any, an alarm asks for the next cycle. **Cost**: the rows let out.
//!
//! **Invariants**: 1. the rows that are out are rows of the table; 2. none goes back in.

use kinetable_engine::{
    Error, Graph, Initial, Input, Operator, Output, Properties, Result, RowSet, StepCtx, Table, Update,
    Version,
};

use crate::support::alarm::Alarm;

/// The first `initial` rows now, and `increment` more in each cycle, as fast as cycles go.
///
/// # Errors
/// If rows of the table can go or change, or `increment` is 0.
pub fn release(graph: &Graph, table: &Table, initial: u64, increment: u64) -> Result<Table> {
    if increment == 0 {
        return Err(Error::invalid("a release of 0 rows a cycle never ends"));
    }
    if table.is_live() && !table.definition().properties.add_only {
        let message = "only a table whose rows are never removed or changed can be released row by row";
        return Err(Error::invalid(message).with_hint("use it on an append-only or add-only table"));
    }
    let mut definition = table.definition().clone();
    // A row that is added before those that are out comes out after them.
    let appends = !table.is_live() || definition.properties.append_only;
    definition.properties = Properties { append_only: appends, ..Properties::APPEND };
    let (alarm, bell) = Alarm::new(graph)?;
    let result = Table::derive(&[table.clone(), bell], |inputs| {
        let rows = inputs[0].rows().slice(0..initial);
        let operator = Release { alarm, increment };
        operator.ask(inputs[0].rows(), &rows);
        Ok(Initial { definition, rows, columns: inputs[0].columns().to_vec(), operator: Box::new(operator) })
    });
    // Whoever runs the cycles may be waiting without end, and has to learn of the alarm.
    graph.notify();
    result
}

struct Release {
    alarm: Alarm,
    increment: u64,
}

impl Release {
    /// Asks for a cycle, at once, if rows are left.
    fn ask(&self, all: &RowSet, out: &RowSet) {
        self.alarm.set((out.len() < all.len()).then_some(0));
    }
}

impl Operator for Release {
    fn kind(&self) -> &'static str {
        "release"
    }

    fn apply(&mut self, inputs: &[Input<'_>], previous: &Version, _: &StepCtx) -> Result<Option<Output>> {
        let all = inputs[0].now.rows();
        let added = all.difference(previous.rows()).slice(0..self.increment);
        let rows = previous.rows().union(&added);
        self.ask(all, &rows);
        let columns = inputs[0].now.columns().to_vec();
        Ok(Some(Output { rows, columns, update: Update::adding(added) }))
    }
}
