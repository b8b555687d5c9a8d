//! A message's bytes run through the scopes of its layout, straight into the columns.
//!
//! **State** of a worker: which messages, oneofs and texts of the record at hand were met; reused from record to record.
//! **Cost**: one pass over the bytes, then one over the columns, for those the record does not fill.
//! **Invariant**: after a record that succeeds each column has one cell more.

use std::ops::Range;

use super::layout::{Action, Layout, Scope, Step};
use super::scalar::{Scalar, expect};
use super::text::write_field;
use super::wire::{BYTES, Cursor, DEPTH_MAX, END_GROUP, START_GROUP, put_key};
use crate::decode::{ColumnBuilder, Reason};

/// What is known of the record at hand.
#[derive(Default)]
pub(crate) struct State {
    met: Vec<bool>,
    /// Which step of its scope was last written, plus one.
    oneofs: Vec<usize>,
    /// What was written of fields that are shown as text, key and value.
    texts: Vec<Vec<u8>>,
    is_dirty: bool,
}

/// Where cells of a scope go: to rows, or to items of the lists of a row.
#[derive(Clone, Copy)]
struct Level {
    is_item: bool,
    /// The length of the columns before this row, or of their items before this item.
    base: usize,
}

/// Cells that lists of messages may become in a record of so many bytes: an item may be two bytes and have a hundred columns.
pub(crate) fn cells_max(bytes: usize) -> usize {
    (1 << 20) + 8 * bytes
}

impl Level {
    fn column<'a>(&self, columns: &'a mut [ColumnBuilder], column: usize) -> &'a mut ColumnBuilder {
        let column = &mut columns[column];
        if self.is_item { column.items() } else { column }
    }
}

impl State {
    pub(super) fn of(layout: &Layout) -> State {
        State {
            met: vec![false; layout.messages],
            oneofs: vec![0; layout.oneofs],
            texts: vec![Vec::new(); layout.texts],
            is_dirty: false,
        }
    }

    fn reset(&mut self) {
        self.met.fill(false);
        self.oneofs.fill(0);
        self.texts.iter_mut().for_each(Vec::clear);
    }
}

impl Layout {
    /// Decodes one message. What is pushed of a refused one is left to the caller to take back.
    pub(super) fn run(
        &self,
        bytes: &[u8],
        columns: &mut [ColumnBuilder],
        state: &mut State,
    ) -> Result<(), Reason> {
        if state.is_dirty {
            state.reset();
        }
        state.is_dirty = true;
        let level = Level { is_item: false, base: columns[0].len() };
        let mut run = Run { columns, state, cells_left: cells_max(bytes.len()) };
        run.message(&self.top, &mut Cursor(bytes), level, None, 0)?;
        run.finish(&self.top, level)?;
        state.is_dirty = false;
        Ok(())
    }
}

struct Run<'a> {
    columns: &'a mut [ColumnBuilder],
    state: &'a mut State,
    cells_left: usize,
}

impl Run<'_> {
    /// Reads the fields of a message up to the end of its bytes, or of its group.
    fn message(
        &mut self,
        scope: &Scope,
        cursor: &mut Cursor<'_>,
        level: Level,
        group: Option<u32>,
        depth: usize,
    ) -> Result<(), Reason> {
        if depth > DEPTH_MAX {
            return Err("the record is nested too deep".into());
        }
        let mut at = 0;
        while !cursor.0.is_empty() {
            let (number, wire) = cursor.key()?;
            if wire == END_GROUP {
                let is_ours = group == Some(number);
                return if is_ours { Ok(()) } else { Err("a group ends that was not begun".into()) };
            }
            match find(&scope.steps, at, number) {
                Some(found) => {
                    at = found;
                    self.field(scope, at, wire, cursor, level, depth)?;
                }
                None => cursor.skip(number, wire, depth)?,
            }
        }
        if group.is_some() { Err("the record ends in the middle of a group".into()) } else { Ok(()) }
    }

    #[inline]
    fn field(
        &mut self,
        scope: &Scope,
        at: usize,
        wire: u8,
        cursor: &mut Cursor<'_>,
        level: Level,
        depth: usize,
    ) -> Result<(), Reason> {
        let step = &scope.steps[at];
        if let Some(oneof) = step.oneof {
            let before = std::mem::replace(&mut self.state.oneofs[oneof], at + 1);
            if before != 0 && before != at + 1 {
                self.clear(&scope.steps[before - 1], level);
            }
        }
        match &step.action {
            Action::Cell { column, scalar, .. } => {
                expect(wire, scalar.wire(), &step.name)?;
                let column = level.column(self.columns, *column);
                if column.len() > level.base {
                    scalar.read_again(cursor, column, level.base)
                } else {
                    scalar.read(cursor, column)
                }
                .map_err(|reason| named(step, &reason))
            }
            Action::List { column, scalar } => {
                list(wire, scalar, cursor, self.columns[*column].items(), step)
            }
            Action::Message { place, scope, is_group } => {
                self.state.met[*place] = true;
                self.inner(step, scope, *is_group, wire, cursor, level, depth)
            }
            Action::Items { scope, is_group } => {
                let cells = scope.columns.len();
                let left = self.cells_left.checked_sub(cells);
                self.cells_left = left.ok_or("the record's lists of messages are too long")?;
                let base = self.columns[scope.columns[0]].items().len();
                let level = Level { is_item: true, base };
                self.inner(step, scope, *is_group, wire, cursor, level, depth)?;
                self.finish(scope, level)
            }
            Action::Text { place, .. } => {
                let before = cursor.0;
                cursor.skip(step.number, wire, depth)?;
                let text = &mut self.state.texts[*place];
                put_key(text, step.number, wire);
                text.extend_from_slice(&before[..before.len() - cursor.0.len()]);
                Ok(())
            }
            Action::Nothing => cursor.skip(step.number, wire, depth),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "where it is, and what is there")]
    fn inner(
        &mut self,
        step: &Step,
        scope: &Scope,
        is_group: bool,
        wire: u8,
        cursor: &mut Cursor<'_>,
        level: Level,
        depth: usize,
    ) -> Result<(), Reason> {
        if is_group {
            expect(wire, START_GROUP, &step.name)?;
            return self.message(scope, cursor, level, Some(step.number), depth + 1);
        }
        expect(wire, BYTES, &step.name)?;
        let mut body = Cursor(cursor.bytes()?);
        self.message(scope, &mut body, level, None, depth + 1)
    }

    /// Takes back what a field has written.
    fn clear(&mut self, step: &Step, level: Level) {
        match &step.action {
            Action::Cell { column, .. } => level.column(self.columns, *column).truncate(level.base),
            Action::List { column, .. } => self.columns[*column].truncate(level.base),
            Action::Message { place, scope, .. } => {
                self.state.met[*place] = false;
                self.forget_oneofs(scope.oneofs.clone());
                scope.steps.iter().for_each(|step| self.clear(step, level));
            }
            Action::Items { scope, .. } => {
                scope.columns.iter().for_each(|column| self.columns[*column].truncate(level.base));
            }
            Action::Text { place, .. } => self.state.texts[*place].clear(),
            Action::Nothing => {}
        }
    }

    /// Fills the columns of a message with what was not written.
    fn finish(&mut self, scope: &Scope, level: Level) -> Result<(), Reason> {
        self.forget_oneofs(scope.oneofs.clone());
        for step in &scope.steps {
            match &step.action {
                Action::Cell { column, scalar, has_presence } => {
                    let column = level.column(self.columns, *column);
                    match column.len() > level.base {
                        true => {}
                        false if *has_presence => column.push_null(),
                        false => scalar.push_default(column),
                    }
                }
                Action::List { column, .. } => self.columns[*column].end_list()?,
                Action::Message { place, scope, .. } => {
                    if std::mem::take(&mut self.state.met[*place]) {
                        self.finish(scope, level)?;
                    } else {
                        let columns = scope.columns.iter();
                        columns.for_each(|column| level.column(self.columns, *column).push_null());
                    }
                }
                Action::Items { scope, .. } => {
                    scope.columns.iter().try_for_each(|column| self.columns[*column].end_list())?;
                }
                Action::Text { column, place, field } => {
                    let bytes = &mut self.state.texts[*place];
                    let column = level.column(self.columns, *column);
                    write_field(field, bytes, column).map_err(|reason| named(step, &reason))?;
                    bytes.clear();
                }
                Action::Nothing => {}
            }
        }
        Ok(())
    }

    fn forget_oneofs(&mut self, oneofs: Range<usize>) {
        self.state.oneofs[oneofs].fill(0);
    }
}

/// The step of a field, looked for first where it is expected: fields mostly come in the order of their numbers.
#[inline]
fn find(steps: &[Step], at: usize, number: u32) -> Option<usize> {
    for expected in [at, at + 1] {
        if steps.get(expected).is_some_and(|step| step.number == number) {
            return Some(expected);
        }
    }
    steps.binary_search_by_key(&number, |step| step.number).ok()
}

fn list(
    wire: u8,
    scalar: &Scalar,
    cursor: &mut Cursor<'_>,
    items: &mut ColumnBuilder,
    step: &Step,
) -> Result<(), Reason> {
    if wire == BYTES && scalar.wire() != BYTES {
        let mut packed = Cursor(cursor.bytes()?);
        while !packed.0.is_empty() {
            scalar.read(&mut packed, items).map_err(|reason| named(step, &reason))?;
        }
        return Ok(());
    }
    expect(wire, scalar.wire(), &step.name)?;
    scalar.read(cursor, items).map_err(|reason| named(step, &reason))
}

fn named(step: &Step, reason: &str) -> Reason {
    format!("field \"{}\": {reason}", step.name).into()
}
