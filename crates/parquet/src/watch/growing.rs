//! The operator of a watched directory: adds the rows of files that are shown.
//!
//! **State**: how many files have been taken. **Update rule**: the rows of files shown since the last cycle that may meet
//! the conditions are added. **Cost**: those files; what conditions need is read of them in the cycle.

use std::sync::Arc;

use kinetable_engine::{
    Column, Definition, Graph, Initial, Input, Operator, Output, Result, RowSet, StepCtx, Table, Update,
    Version,
};

use super::Watch;
use crate::table::{Conditions, rows_of};

/// A table that grows with a directory.
pub(crate) struct Growing {
    watch: Arc<Watch>,
    conditions: Conditions,
    columns: Vec<Column>,
    taken: usize,
}

impl Growing {
    pub(crate) fn new(watch: Arc<Watch>, conditions: Conditions, columns: Vec<Column>) -> Growing {
        Growing { watch, conditions, columns, taken: 0 }
    }

    /// The live table.
    pub(crate) fn table(mut self, graph: &Graph, definition: Definition) -> Result<Table> {
        // What is there is read while cycles go on; what a cycle shows meanwhile, when none runs.
        let before = self.take()?;
        graph.between_cycles(|_| {
            self.watch.show_in(graph);
            let rows = before.union(&self.take()?);
            let columns = self.columns.clone();
            Ok(Table::source(graph, Initial { definition, rows, columns, operator: Box::new(self) }))
        })
    }

    /// The rows of the files that are shown and have not been taken.
    fn take(&mut self) -> Result<RowSet> {
        if let Some(failure) = self.watch.failure() {
            return Err(failure);
        }
        let shown = self.watch.shown();
        let dataset = &self.watch.dataset;
        let files = dataset.files();
        let new = (self.taken..shown).filter(|number| self.conditions.take(&files, *number));
        let new: Vec<u32> = new.map(|number| number as u32).collect();
        let rows = rows_of(dataset, &new, &self.conditions.columns)?;
        self.taken = shown;
        Ok(rows)
    }
}

impl Operator for Growing {
    fn kind(&self) -> &'static str {
        "parquet files"
    }

    fn apply(&mut self, _: &[Input<'_>], previous: &Version, _: &StepCtx) -> Result<Option<Output>> {
        let added = self.take()?;
        if added.is_empty() {
            return Ok(None);
        }
        let rows = previous.rows().union(&added);
        Ok(Some(Output { rows, columns: self.columns.clone(), update: Update::adding(added) }))
    }
}
