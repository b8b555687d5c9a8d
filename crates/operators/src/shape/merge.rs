//! `merge`: tables one after another.
//!
//! Each input has a span of the result's keys to itself, in input order, so that its rows stay before those of the next as
//! all of them change.
//!
//! ```text
//!  keys:  │ input 0 ......room │ input 1 ...room │ input 2 ............room │
//! ```
//!
//! **State**: the spans. **Update rule**: each input's update, moved to its span. When an input outgrows its span it
//! gets one of twice what it needs, and the spans after it move up: their rows shift. An input whose rows are all new (a
//! blink table's) starts its span anew, and a ring's span slides with its rows.
//!
//! **Cost**: the changed rows, and one run of shifts an input when a span is outgrown: spans double, so that is amortised
//! over the rows that came.
//!
//! **Invariants**: 1. spans ascend and do not overlap; 2. every row of an input has a place in its span.

use std::sync::Arc;

use kinetable_engine::{
    Column, Definition, Error, ErrorKind, Initial, Input, Operator, Output, Properties, Result, RowSet,
    ShiftsBuilder, StepCtx, Table, Update, Version,
};

use super::spliced::{Span, Spliced};
use crate::support::shifts::{pieces, push_narrow};

/// Spans start and end at multiples of this, so that moved row sets share their payloads.
const ALIGN: u64 = 1 << 16;

/// Keys that all spans together may take.
const KEYS: u64 = 1 << 63;

/// All rows of the first table, then all of the second, and so on, also as they change. Columns are matched by name;
/// their order is that of the first table.
///
/// # Errors
/// If there is no table, or they differ in the names or types of their columns.
pub fn merge(tables: &[Table]) -> Result<Table> {
    let Some(first) = tables.first() else {
        return Err(Error::invalid("merge of no tables"));
    };
    let columns = tables
        .iter()
        .enumerate()
        .map(|(place, table)| matching(first, table, place))
        .collect::<Result<Vec<_>>>()?;
    Table::derive(tables, |inputs| {
        let live: Vec<bool> = tables.iter().map(Table::is_live).collect();
        let mut merge = Merge {
            spans: vec![Span { low: 0, start: 0, room: 0 }; tables.len()],
            columns,
            packed: !live.contains(&true),
            live,
        };
        let rows: Vec<&RowSet> = inputs.iter().map(Version::rows).collect();
        merge.lay_out(&rows, |_| true)?;
        Ok(Initial {
            definition: definition(tables),
            rows: merge.rows(&rows),
            columns: merge.spliced(&inputs.iter().collect::<Vec<_>>()),
            operator: Box::new(merge),
        })
    })
}

fn definition(tables: &[Table]) -> Definition {
    let all_blink = tables.iter().all(|table| table.definition().properties.blink);
    let (last, before) = tables.split_last().expect("there is a table");
    // Rows that come to the last table come behind all others, and nothing lies behind them that would have to move.
    let grows_at_its_end =
        before.iter().all(|table| !table.is_live()) && last.definition().properties.append_only;
    let properties = match (all_blink, grows_at_its_end) {
        (true, _) => Properties::BLINK,
        (false, true) => Properties::APPEND,
        (false, false) => Properties::ANY,
    };
    Definition::new(tables[0].schema().clone(), properties)
}

/// For each column of the first table, the column of another.
fn matching(first: &Table, other: &Table, place: usize) -> Result<Vec<usize>> {
    let (wanted, found) = (first.schema().fields(), other.schema().fields());
    let problem = |message: String| {
        Err(Error::invalid(format!("merge: table {place} {message}"))
            .with_hint("merge needs the same columns in every table, in any order"))
    };
    let mut columns = Vec::with_capacity(wanted.len());
    for field in wanted {
        let name = field.name();
        let Ok(index) = other.schema().index_of(name) else {
            return problem(format!("has no column \"{name}\""));
        };
        let (kind, other) = (field.data_type(), found[index].data_type());
        if kind != other {
            return problem(format!("has column \"{name}\" of {other}, but table 0 has it of {kind}"));
        }
        columns.push(index);
    }
    match found.iter().find(|field| first.schema().index_of(field.name()).is_err()) {
        Some(field) => problem(format!("has a column \"{}\" that table 0 has not", field.name())),
        None => Ok(columns),
    }
}

struct Merge {
    spans: Vec<Span>,
    /// Of each input: its column for each of the result's.
    columns: Vec<Vec<usize>>,
    live: Vec<bool>,
    /// All inputs are static: no room is left.
    packed: bool,
}

impl Merge {
    /// Finds a place for all rows; `is_free` says of which inputs no row was there before.
    fn lay_out(&mut self, rows: &[&RowSet], is_free: impl Fn(usize) -> bool) -> Result<()> {
        let mut start: u64 = 0;
        for (input, rows) in rows.iter().enumerate() {
            let span = &mut self.spans[input];
            let low = rows.first().unwrap_or(0);
            let low = if self.packed { low } else { low - low % ALIGN };
            if is_free(input) && !rows.is_empty() {
                span.low = low;
            }
            if !span.holds(rows) || span.room == 0 {
                let needed = rows.end().saturating_sub(low);
                span.low = low;
                span.room = match (self.packed, self.live[input]) {
                    (true, _) => needed,
                    (false, false) => needed.next_multiple_of(ALIGN),
                    (false, true) => span.room.max(needed.max(ALIGN).next_power_of_two() * 2),
                };
            }
            span.start = start;
            start = start.checked_add(span.room).filter(|end| *end <= KEYS).ok_or_else(|| {
                let message = "the row keys of the merged tables do not fit side by side";
                Error::new(ErrorKind::Limit, message).with_hint("flatten() the inputs first")
            })?;
        }
        Ok(())
    }

    fn rows(&self, rows: &[&RowSet]) -> RowSet {
        let placed = self.spans.iter().zip(rows);
        placed.fold(RowSet::empty(), |all, (span, rows)| all.union(&span.place(rows)))
    }

    fn spliced(&self, versions: &[&Version]) -> Vec<Column> {
        let width = self.columns[0].len();
        let column = |output: usize| {
            let inputs = self.spans.iter().zip(versions).zip(&self.columns);
            let parts =
                inputs.map(|((span, version), columns)| (*span, version.column(columns[output]).clone()));
            Arc::new(Spliced::new(parts.collect())) as Column
        };
        (0..width).map(column).collect()
    }

    /// The update of the result, from the spans before to those now.
    fn update(&self, inputs: &[Input<'_>], old: &[Span]) -> Update {
        let mut merged = Update::default();
        let mut shifts = ShiftsBuilder::new();
        let none = Update::default();
        for (index, input) in inputs.iter().enumerate() {
            let update = input.update.unwrap_or(&none);
            let (from, to) = (old[index], self.spans[index]);
            merged.removed = merged.removed.union(&from.place(&update.removed));
            merged.added = merged.added.union(&to.place(&update.added));
            merged.modified = merged.modified.union(&to.place(&update.modified));
            if !update.modified.is_empty() {
                let outputs = self.columns[index].iter().enumerate();
                outputs
                    .filter(|(_, column)| update.modified_columns.contains(**column))
                    .for_each(|(output, _)| merged.modified_columns.insert(output));
            }
            if from == to && update.shifted.is_empty() {
                continue;
            }
            let kept = from.place(&input.before.rows().difference(&update.removed));
            for (run, delta) in pieces(&update.shifted) {
                let run = placed_run(run, from);
                push_narrow(&mut shifts, &kept, run, delta + to.delta() - from.delta());
            }
        }
        merged.shifted = shifts.finish();
        if merged.modified_columns.is_empty() {
            merged.modified = RowSet::empty();
        }
        merged
    }
}

/// The part of a run of an input's keys that has a place, in the result's keys.
fn placed_run(run: std::ops::Range<u64>, span: Span) -> std::ops::Range<u64> {
    let high = span.low + span.room;
    let place = |key: u64| key.clamp(span.low, high) - span.low + span.start;
    place(run.start)..place(run.end)
}

impl Operator for Merge {
    fn kind(&self) -> &'static str {
        "merge"
    }

    fn apply(&mut self, inputs: &[Input<'_>], _: &Version, _: &StepCtx) -> Result<Option<Output>> {
        let rows: Vec<&RowSet> = inputs.iter().map(|input| input.now.rows()).collect();
        let old = self.spans.clone();
        self.lay_out(&rows, |input| {
            let input = &inputs[input];
            input.update.is_some_and(|update| update.removed.len() == input.before.rows().len())
        })?;
        let versions: Vec<&Version> = inputs.iter().map(|input| input.now).collect();
        Ok(Some(Output {
            rows: self.rows(&rows),
            columns: self.spliced(&versions),
            update: self.update(inputs, &old),
        }))
    }
}
