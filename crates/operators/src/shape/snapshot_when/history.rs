//! Copies one after the other.

use std::sync::Arc;

use arrow_array::{ArrayRef, UInt64Array};
use arrow_select::take::take;
use kinetable_engine::column::Log;
use kinetable_engine::{Column, Input, Operator, Output, Result, RowSet, StepCtx, Update, Version};

use super::stamp::{Stamps, repeated};
use crate::support::chunks::read_all;

/// All copies: stamps, then the source's columns.
pub(super) struct History {
    stamps: Stamps,
    logs: Vec<Log>,
    /// Rows so far.
    end: u64,
}

impl History {
    pub(super) fn new(stamps: Stamps, source: &Version) -> History {
        let mut types = stamps.types();
        types.extend(source.columns().iter().map(|column| column.data_type().clone()));
        History { stamps, logs: types.into_iter().map(|kind| Log::new(kind, 0)).collect(), end: 0 }
    }

    pub(super) fn columns(&self) -> Vec<Column> {
        self.logs.iter().map(|log| Arc::new(log.clone()) as Column).collect()
    }

    /// Appends a copy for each of these rows of the trigger; gives the rows that came.
    pub(super) fn append(&mut self, source: &Version, trigger: &Version, rows: &RowSet) -> Result<RowSet> {
        let (start, size) = (self.end, source.rows().len());
        if rows.is_empty() || size == 0 {
            return Ok(RowSet::empty());
        }
        let stamps = self.stamps.at(trigger, rows)?;
        let values = source.columns().iter().map(|column| read_all(column, source.rows()));
        let values = values.collect::<Result<Vec<ArrayRef>>>()?;
        for row in 0..rows.len() {
            let stamp = |array: &ArrayRef| repeated(&take(array, &UInt64Array::from(vec![row]), None)?, size);
            let stamped = stamps.iter().map(stamp).collect::<Result<Vec<_>>>()?;
            for (log, values) in self.logs.iter_mut().zip(stamped.into_iter().chain(values.iter().cloned())) {
                *log = log.append(values)?;
            }
        }
        self.end += rows.len() * size;
        Ok(RowSet::from_range(start..self.end))
    }
}

impl Operator for History {
    fn kind(&self) -> &'static str {
        "snapshot_when"
    }

    fn apply(&mut self, inputs: &[Input<'_>], previous: &Version, _: &StepCtx) -> Result<Option<Output>> {
        let [source, trigger] = inputs else { unreachable!("a snapshot has two inputs") };
        let Some(update) = trigger.update else {
            return Ok(None);
        };
        let added = self.append(source.now, trigger.now, &update.added)?;
        if added.is_empty() {
            return Ok(None);
        }
        let rows = previous.rows().union(&added);
        Ok(Some(Output { rows, columns: self.columns(), update: Update::adding(added) }))
    }
}
