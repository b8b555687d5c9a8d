//! Rows by position: `head`, `tail`, `slice`, and by fraction `head_pct`, `tail_pct`, `slice_pct`.
//!
//! **State**: none but the rows of the last version; columns are the table's own, shared.
//!
//! **Update rule**: the window is found anew in the table's rows; rows that it leaves are removed, rows that it reaches are
//! added, whether they are new to the table or not; what stays is modified and shifted as above. On a blink table,
//! `head` keeps the first rows ever as an append-only table, `tail` the newest as a ring; the others have no meaning.
//!
//! **Cost**: the changed rows, and as many as pass the window's borders.
//!
//! **Invariants**: 1. the result's rows are those of the table at the window's positions, under the same keys.

use std::ops::Range;

use kinetable_engine::{
    ColumnSet, Error, Initial, Input, Operator, Output, Properties, Result, RowSet, StepCtx, Table, Update,
    Version,
};

use super::keep::{Limit, RingStart, keep};
use crate::support::blink::refuse_blink;
use crate::support::shifts::narrow;

/// The first rows, so many. Of a blink table: the first ever, append-only.
///
/// # Errors
/// If the table has failed.
pub fn head(table: &Table, count: u64) -> Result<Table> {
    if table.definition().properties.blink {
        return keep(table, Limit::First(count), RingStart::Filled);
    }
    derive(table, Window::Slice(0, count))
}

/// The last rows, so many. Of a blink table: the newest, as a ring.
///
/// # Errors
/// If the table has failed.
pub fn tail(table: &Table, count: u64) -> Result<Table> {
    if table.definition().properties.blink {
        return keep(table, Limit::Last(count), RingStart::Filled);
    }
    derive(table, Window::Tail(count))
}

/// The rows at positions from `start` to before `stop`; a negative position counts from the end.
///
/// # Errors
/// If the table is blink, or no number of rows can make the positions ascend.
pub fn slice(table: &Table, start: i64, stop: i64) -> Result<Table> {
    refuse_blink(table, "slice")?;
    if (start < 0) == (stop < 0) && start > stop {
        let message = format!("a slice from {start} to {stop} ends before it starts");
        return Err(Error::invalid(message));
    }
    derive(table, Window::Signed(start, stop))
}

/// The first rows, as a fraction of all.
///
/// # Errors
/// If the table is blink, or the fraction is not between 0 and 1.
pub fn head_pct(table: &Table, fraction: f64) -> Result<Table> {
    refuse_blink(table, "head_pct")?;
    check_fraction(fraction)?;
    derive(table, Window::HeadPart(fraction))
}

/// The last rows, as a fraction of all.
///
/// # Errors
/// As [`head_pct`].
pub fn tail_pct(table: &Table, fraction: f64) -> Result<Table> {
    refuse_blink(table, "tail_pct")?;
    check_fraction(fraction)?;
    derive(table, Window::TailPart(fraction))
}

/// The rows between two fractions of all.
///
/// # Errors
/// As [`head_pct`], and if the fractions do not ascend.
pub fn slice_pct(table: &Table, start: f64, stop: f64) -> Result<Table> {
    refuse_blink(table, "slice_pct")?;
    check_fraction(start)?;
    check_fraction(stop)?;
    if start > stop {
        let message = format!("a slice from {start} to {stop} ends before it starts");
        return Err(Error::invalid(message));
    }
    derive(table, Window::Part(start, stop))
}

fn check_fraction(fraction: f64) -> Result<()> {
    if (0.0..=1.0).contains(&fraction) {
        return Ok(());
    }
    let message = format!("the fraction {fraction} is not between 0 and 1");
    Err(Error::invalid(message))
}

/// Positions, given how many rows there are.
#[derive(Debug, Clone, Copy)]
enum Window {
    Slice(u64, u64),
    Tail(u64),
    Signed(i64, i64),
    HeadPart(f64),
    TailPart(f64),
    Part(f64, f64),
}

impl Window {
    fn positions(self, size: u64) -> Range<u64> {
        let signed = |position: i64| match position {
            0.. => position as u64,
            _ => size.saturating_sub(position.unsigned_abs()),
        };
        let part = |fraction: f64| size as f64 * fraction;
        match self {
            Window::Slice(start, stop) => start..stop,
            Window::Tail(count) => size.saturating_sub(count)..size,
            Window::Signed(start, stop) => signed(start)..signed(stop),
            Window::HeadPart(fraction) => 0..part(fraction).ceil() as u64,
            Window::TailPart(fraction) => size - (part(fraction).ceil() as u64).min(size)..size,
            Window::Part(start, stop) => part(start).floor() as u64..part(stop).floor() as u64,
        }
    }

    fn rows(self, all: &RowSet) -> RowSet {
        let positions = self.positions(all.len());
        all.slice(positions.start..positions.end.max(positions.start))
    }

    /// Rows stay in the window while rows are appended after them.
    fn keeps_appends(self) -> bool {
        match self {
            Window::Slice(..) => true,
            Window::Signed(start, stop) => start >= 0 && stop >= 0,
            Window::Tail(_) | Window::HeadPart(_) | Window::TailPart(_) | Window::Part(..) => false,
        }
    }
}

fn derive(table: &Table, window: Window) -> Result<Table> {
    Table::derive(std::slice::from_ref(table), |inputs| {
        let now = &inputs[0];
        let mut definition = table.definition().clone();
        if !(definition.properties.append_only && window.keeps_appends()) {
            definition.properties = Properties::ANY;
        }
        Ok(Initial {
            definition,
            rows: window.rows(now.rows()),
            columns: now.columns().to_vec(),
            operator: Box::new(Positions(window)),
        })
    })
}

struct Positions(Window);

impl Operator for Positions {
    fn kind(&self) -> &'static str {
        match self.0 {
            Window::Slice(0, _) => "head",
            Window::Slice(..) | Window::Signed(..) => "slice",
            Window::Tail(_) => "tail",
            Window::HeadPart(_) => "head_pct",
            Window::TailPart(_) => "tail_pct",
            Window::Part(..) => "slice_pct",
        }
    }

    fn apply(&mut self, inputs: &[Input<'_>], previous: &Version, _: &StepCtx) -> Result<Option<Output>> {
        let input = inputs[0];
        let rows = self.0.rows(input.now.rows());
        let update = input.update.map(|update| follow(update, previous.rows(), &rows));
        Ok(Some(Output { rows, columns: input.now.columns().to_vec(), update: update.unwrap_or_default() }))
    }
}

/// The update that leads from one window to the next.
fn follow(update: &Update, before: &RowSet, now: &RowSet) -> Update {
    let gone = before.intersect(&update.removed);
    let kept = update.shifted.apply(&before.difference(&gone));
    let left_behind = update.shifted.unapply(&kept.difference(now));
    let removed = gone.union(&left_behind);
    // What was there before and is in the window now; a row that was added above under the key of one that
    // went is not among them.
    let stay = kept.intersect(now);
    let modified = update.modified.intersect(&stay);
    let modified_columns =
        if modified.is_empty() { ColumnSet::none() } else { update.modified_columns.clone() };
    Update {
        added: now.difference(&stay),
        shifted: narrow(&update.shifted, before, &removed),
        removed,
        modified,
        modified_columns,
    }
}
