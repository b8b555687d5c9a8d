//! Rows that were added, kept: `blink_to_append_only`, `ring_table`, and `head` and `tail` of a blink table.
//!
//! **State**: the rows kept, in logs of 65,536-row blocks. **Update rule**: added rows are appended, all of them, only the
//! first n ever, or so that the newest n stay (older ones are removed); what is removed above is not removed here.
//! **Cost**: the rows added. **Memory**: the rows kept.
//!
//! **Invariants**: 1. row keys count the rows that ever came, from 0; 2. a row that was kept never changes.

use std::sync::Arc;

use kinetable_engine::column::Log;
use kinetable_engine::{
    Column, Definition, Error, Initial, Input, Operator, Output, Properties, Result, RowSet, StepCtx, Table,
    Update, Version,
};

use crate::support::chunks::read_all;

/// What a ring table starts with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RingStart {
    /// The newest rows of its parent.
    Filled,
    /// Nothing.
    Empty,
}

/// Which of the rows that come are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    /// All.
    None,
    /// The first ever, so many.
    First(u64),
    /// The newest, so many.
    Last(u64),
}

/// All rows that a blink table ever had since this was called, as an append-only table.
///
/// # Errors
/// If the table is not blink.
pub fn blink_to_append_only(table: &Table) -> Result<Table> {
    if !table.definition().properties.blink {
        let message = "the table is not blink, so its rows stay anyway";
        return Err(Error::invalid(message).with_hint("use the table itself"));
    }
    keep(table, Limit::None, RingStart::Filled)
}

/// The newest rows added to a table, so many; rows removed from it stay.
///
/// # Errors
/// If the capacity is 0. A parent that modifies or shifts rows fails the ring.
pub fn ring_table(parent: &Table, capacity: u64, start: RingStart) -> Result<Table> {
    if capacity == 0 {
        return Err(Error::invalid("a ring table of capacity 0 keeps nothing"));
    }
    keep(parent, Limit::Last(capacity), start)
}

pub(super) fn keep(table: &Table, limit: Limit, start: RingStart) -> Result<Table> {
    Table::derive(std::slice::from_ref(table), |inputs| {
        let now = &inputs[0];
        let types = now.columns().iter().map(|column| column.data_type());
        let mut operator =
            Keep { logs: types.map(|kind| Log::new(kind.clone(), 0)).collect(), end: 0, limit };
        let first = match start {
            RingStart::Filled => operator.take(now, now.rows(), &RowSet::empty())?,
            RingStart::Empty => Update::default(),
        };
        let properties = match limit {
            Limit::Last(_) => Properties::ANY,
            Limit::None | Limit::First(_) => Properties::APPEND,
        };
        Ok(Initial {
            definition: Definition { properties, ..table.definition().clone() },
            rows: first.added,
            columns: operator.columns(),
            operator: Box::new(operator),
        })
    })
}

struct Keep {
    logs: Vec<Log>,
    /// Rows that ever came.
    end: u64,
    limit: Limit,
}

impl Keep {
    /// Takes rows of a version in; `before` are those kept so far.
    fn take(&mut self, from: &Version, rows: &RowSet, before: &RowSet) -> Result<Update> {
        let rows = match self.limit {
            Limit::First(count) => rows.slice(0..count - count.min(self.end)),
            // Rows that would go at once still count, so that keys do not depend on how rows fall into cycles.
            Limit::None | Limit::Last(_) => rows.clone(),
        };
        let first = self.end;
        self.end += rows.len();
        for (log, column) in self.logs.iter_mut().zip(from.columns().iter()) {
            *log = log.append(read_all(column, &rows)?)?;
        }
        let start = match self.limit {
            Limit::Last(count) => self.end.saturating_sub(count),
            Limit::None | Limit::First(_) => 0,
        };
        if start > 0 {
            let forget = |log: &mut Log| *log = log.forget_before(start);
            self.logs.iter_mut().for_each(forget);
        }
        Ok(Update {
            removed: before.restrict(0..start),
            ..Update::adding(RowSet::from_range(first.max(start)..self.end))
        })
    }

    fn columns(&self) -> Vec<Column> {
        let column = |log: &Log| Arc::new(log.clone()) as Column;
        self.logs.iter().map(column).collect()
    }
}

impl Operator for Keep {
    fn kind(&self) -> &'static str {
        match self.limit {
            Limit::None => "blink_to_append_only",
            Limit::First(_) => "head",
            Limit::Last(_) => "ring_table",
        }
    }

    fn apply(&mut self, inputs: &[Input<'_>], previous: &Version, _: &StepCtx) -> Result<Option<Output>> {
        let Some(update) = inputs[0].update else {
            return Ok(None);
        };
        if !update.modified.is_empty() || !update.shifted.is_empty() {
            let message = "a ring table's parent modified or shifted rows";
            return Err(Error::invalid(message).with_hint("use a parent that only adds rows, or tail()"));
        }
        if update.added.is_empty() {
            return Ok(None);
        }
        let update = self.take(inputs[0].now, &update.added, previous.rows())?;
        Ok(Some(Output { rows: update.apply_to(previous.rows()), columns: self.columns(), update }))
    }
}
