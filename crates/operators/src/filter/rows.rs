//! `where`: the rows that pass filters.
//!
//! **State**: none but the rows of the last version; columns are the table's own, shared.
//!
//! **Update rule**: added rows are tested; removed rows go; modified rows are tested again if a filter reads a modified
//! column: those that pass anew are added, those that no longer pass are removed, those that still pass are modified;
//! shifts are handed on for the rows that are there. Rows that see another neighbour, or a modified one, are tested
//! again if a filter looks at neighbours.
//!
//! **Cost**: the rows tested, and the algebra of row sets.
//!
//! **Invariants**: 1. the result's rows are a subset of the table's, under the same keys.

use kinetable_engine::{
    ColumnSet, Initial, Input, Operator, Output, Properties, Result, RowSet, StepCtx, Table, Update, Version,
};

use super::Filter;
use super::test::{Passing, Test};
use crate::support::shifts::narrow;

/// The rows that pass all filters; all rows if there is none.
///
/// # Errors
/// If a filter is not `Boolean`, reads what is not kept right on this live table, or fails on the rows that are there.
pub fn where_(table: &Table, filters: &[Filter]) -> Result<Table> {
    derive(table, Test::new(table, filters, Passing::All)?)
}

/// The rows that pass at least one filter; all rows if there is none.
///
/// # Errors
/// As [`where_`].
pub fn where_one_of(table: &Table, filters: &[Filter]) -> Result<Table> {
    derive(table, Test::new(table, filters, Passing::Any)?)
}

fn derive(table: &Table, test: Test) -> Result<Table> {
    Table::derive(std::slice::from_ref(table), |inputs| {
        let now = &inputs[0];
        let mut definition = table.definition().clone();
        let properties = &mut definition.properties;
        if test.window().is_moved_by_additions(properties.append_only) && table.is_live() && !properties.blink
        {
            *properties = Properties::ANY;
        }
        Ok(Initial {
            definition,
            rows: test.pass(now, now.rows())?,
            columns: now.columns().to_vec(),
            operator: Box::new(Where { test, blink: table.definition().properties.blink }),
        })
    })
}

struct Where {
    test: Test,
    blink: bool,
}

impl Operator for Where {
    fn kind(&self) -> &'static str {
        "where"
    }

    fn apply(&mut self, inputs: &[Input<'_>], previous: &Version, _: &StepCtx) -> Result<Option<Output>> {
        let input = inputs[0];
        let before = previous.rows();
        let (rows, update) = match input.update {
            Some(update) => self.follow(input, update, before)?,
            None => (before.clone(), Update::default()),
        };
        Ok(Some(Output { rows, columns: input.now.columns().to_vec(), update }))
    }
}

impl Where {
    fn follow(&self, input: Input<'_>, update: &Update, before: &RowSet) -> Result<(RowSet, Update)> {
        let mut removed = before.intersect(&update.removed);
        let left = before.difference(&removed);
        let kept = update.shifted.apply(&left);
        let (mut added, mut dropped) = (self.test.pass(input.now, &update.added)?, RowSet::empty());
        let again = self.tested_again(input, update);
        if !again.is_empty() {
            let passed = self.test.pass(input.now, &again)?;
            added = added.union(&passed.difference(&kept));
            dropped = again.intersect(&kept).difference(&passed);
            removed = removed.union(&update.shifted.unapply(&dropped));
        }
        let modified = update.modified.intersect(&kept).difference(&dropped);
        let modified_columns =
            if modified.is_empty() { ColumnSet::none() } else { update.modified_columns.clone() };
        let update = Update {
            shifted: narrow(&update.shifted, before, &removed),
            modified,
            modified_columns,
            removed,
            added,
        };
        // What goes is in, and what comes is not: one pass over the large set does both.
        let rows = kept.symmetric_difference(&dropped.union(&update.added));
        Ok((rows, update))
    }

    /// Rows that were there, and may pass or fail anew.
    fn tested_again(&self, input: Input<'_>, update: &Update) -> RowSet {
        let mut rows = RowSet::empty();
        if self.test.concerns(update) {
            rows = update.modified.clone();
        }
        let window = self.test.window();
        if !window.is_empty() && !self.blink {
            let modified = self.test.concerns(update);
            rows = rows.union(&window.touched(update, input.before.rows(), input.now.rows(), modified));
        }
        rows
    }
}
