//! `merge` of constituents: the rows of the first, then those of the second, and so on, as they change, come and go.
//!
//! ```text
//!  keys table:   row 0      row 1      row 3      …
//!  result:      │ 0 · width │ 1 · width │          │ 3 · width …
//! ```
//!
//! **State**: for each part its row in the keys table and its rows. **Update rule**: a part's change is moved to its run of keys; a part that comes
//! adds its rows, one that goes removes them; when rows of the keys table shift, so do the rows of their parts. When a part outgrows
//! the width, the width becomes twice what it needs and all parts move.
//!
//! **Cost**: the changed rows and parts, and 1/64 of the number of parts, a pointer each. The width doubles, so moving all
//! parts is amortised.
//!
//! **Invariants**: 1. the keys of a part are below the width; 2. `by_row` and `parts` are inverse to each other.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use arrow_schema::SchemaRef;
use kinetable_engine::{
    Change, Column, ColumnSet, Definition, Error, ErrorKind, Followed, Graph, Initial, Input, Operator,
    Output, Parts, Properties, Result, RowSet, Shifts, ShiftsBuilder, StepCtx, Table, Update, Version,
};

use super::handle::find;
use super::part_map::{PartColumn, PartMap};
use crate::support::shifts::pieces;

/// The least width: parts do not share payloads of row sets.
const WIDTH_MIN: u64 = 1 << 20;

/// Keys that all parts together may take.
const KEYS: u64 = 1 << 62;

/// The rows of all constituents in the order of the keys table, which has their handles in column `part`; `schema` names
/// their columns. `graph` is that of live constituents.
///
/// # Errors
/// If a constituent has other columns, or has failed.
pub fn merge(graph: Option<&Graph>, keys: &Table, part: usize, schema: &SchemaRef) -> Result<Table> {
    let parts = Parts::default();
    Table::gather(graph, std::slice::from_ref(keys), &parts, |inputs| {
        let now = &inputs[0];
        let none = Version::new(0, RowSet::empty(), now.columns().clone());
        let mut operator = Merge {
            part,
            schema: schema.clone(),
            width: WIDTH_MIN,
            parts: HashMap::new(),
            by_row: BTreeMap::new(),
            next: 0,
            map: PartMap::default(),
            letters: parts.clone(),
        };
        let update = Update::adding(now.rows().clone());
        let input = Input { before: &none, now, update: Some(&update) };
        let output = operator.follow(input, Vec::new(), &RowSet::empty())?;
        Ok(Initial {
            definition: Definition::new(schema.clone(), Properties::ANY),
            rows: output.rows,
            columns: output.columns,
            operator: Box::new(operator),
        })
    })
}

fn no_room() -> Error {
    let message = "the row keys of the constituents do not fit side by side";
    Error::new(ErrorKind::Limit, message).with_hint("flatten() the constituents first")
}

struct Merge {
    part: usize,
    schema: SchemaRef,
    width: u64,
    parts: HashMap<u64, Part>,
    by_row: BTreeMap<u64, u64>,
    next: u64,
    map: PartMap,
    letters: Parts,
}

struct Part {
    row: u64,
    rows: RowSet,
    /// Its column for each of the result's, where they are in another order.
    order: Option<Vec<usize>>,
    _followed: Followed,
    _table: Table,
}

impl Part {
    fn columns(&self, version: &Version) -> Arc<[Column]> {
        match &self.order {
            None => version.columns().clone(),
            Some(order) => order.iter().map(|index| version.column(*index).clone()).collect(),
        }
    }

    fn place(&self, column: usize) -> usize {
        let order = self.order.as_ref();
        order.and_then(|order| order.iter().position(|index| *index == column)).unwrap_or(column)
    }
}

/// What a cycle does to the parts: rows by row of the keys table, before or now, and by part.
#[derive(Default)]
struct Edit {
    removed: Vec<(u64, RowSet)>,
    added: Vec<(u64, RowSet)>,
    modified: Vec<(u64, RowSet)>,
    columns: ColumnSet,
    /// Parts whose rows shift: the row before, the rows that stay, and how they shift among themselves.
    shifted: BTreeMap<u64, (u64, RowSet, Shifts)>,
    /// Parts that move with their rows of the keys table: the row before.
    moved: HashMap<u64, u64>,
    map: BTreeMap<u64, Option<Arc<[Column]>>>,
}

impl Operator for Merge {
    fn kind(&self) -> &'static str {
        "merge"
    }

    fn apply(&mut self, inputs: &[Input<'_>], previous: &Version, _: &StepCtx) -> Result<Option<Output>> {
        let letters = self.letters.take()?;
        Ok(Some(self.follow(inputs[0], letters, previous.rows())?))
    }

    fn bytes(&self) -> usize {
        self.parts.len() * (size_of::<Part>() + 64)
    }
}

impl Merge {
    fn follow(
        &mut self,
        keys: Input<'_>,
        letters: Vec<(u64, Arc<Change>)>,
        before: &RowSet,
    ) -> Result<Output> {
        let mut edit = Edit::default();
        let none = Update::default();
        let update = keys.update.unwrap_or(&none);
        let rehandled = match update.modified_columns.contains(self.part) {
            true => update.modified.clone(),
            false => RowSet::empty(),
        };
        let going = update.removed.union(&update.shifted.unapply(&rehandled));
        going.iter().for_each(|row| self.go(row, &mut edit));
        self.move_parts(keys.before, update, &going, &mut edit);
        let changed: BTreeMap<u64, Arc<Change>> = letters.into_iter().collect();
        changed.iter().for_each(|(number, change)| self.change(*number, change, &mut edit));
        self.come(keys.now, &update.added.union(&rehandled), &mut edit)?;
        let old_width = self.width;
        self.widen(&changed, &mut edit)?;
        self.map = self.map.changed(std::mem::take(&mut edit.map));
        let update = self.update(edit, old_width);
        Ok(Output { rows: update.apply_to(before), columns: self.columns(), update })
    }

    /// A part goes, with the rows it had.
    fn go(&mut self, row: u64, edit: &mut Edit) {
        let Some(number) = self.by_row.remove(&row) else { return };
        let part = self.parts.remove(&number).expect("a part for every row");
        edit.removed.push((row, part.rows));
        edit.map.insert(row, None);
    }

    /// Parts move with their rows of the keys table.
    fn move_parts(&mut self, before: &Version, update: &Update, going: &RowSet, edit: &mut Edit) {
        if update.shifted.is_empty() {
            return;
        }
        let moving = update.shifted.moved_keys(&before.rows().difference(going));
        let rows = moving.iter().filter_map(|row| Some((row, self.by_row.remove(&row)?)));
        let moving: Vec<(u64, u64)> = rows.collect();
        let mut columns = Vec::with_capacity(moving.len());
        for (row, number) in &moving {
            columns.push(self.map.get(*row));
            edit.map.insert(*row, None);
            let part = self.parts.get_mut(number).expect("a part for every row");
            part.row = update.shifted.shift_key(*row);
            edit.shifted.insert(*row, (*number, part.rows.clone(), Shifts::empty()));
            edit.moved.insert(*number, *row);
        }
        for ((row, number), columns) in moving.into_iter().zip(columns) {
            let now = update.shifted.shift_key(row);
            self.by_row.insert(now, number);
            edit.map.insert(now, columns);
        }
    }

    /// A part changes.
    fn change(&mut self, number: u64, change: &Change, edit: &mut Edit) {
        let Some(part) = self.parts.get_mut(&number) else { return };
        let update = &change.update;
        let old_row = edit.moved.get(&number).copied().unwrap_or(part.row);
        if !update.removed.is_empty() {
            edit.removed.push((old_row, update.removed.clone()));
        }
        if !update.added.is_empty() {
            edit.added.push((part.row, update.added.clone()));
        }
        if !update.modified.is_empty() {
            edit.modified.push((part.row, update.modified.clone()));
            update.modified_columns.iter().for_each(|column| edit.columns.insert(part.place(column)));
        }
        if !update.shifted.is_empty() || old_row != part.row {
            let stay = part.rows.difference(&update.removed);
            edit.shifted.insert(old_row, (number, stay, update.shifted.clone()));
        }
        part.rows = change.after.rows().clone();
        edit.map.insert(part.row, Some(part.columns(&change.after)));
    }

    /// Parts come.
    fn come(&mut self, keys: &Version, rows: &RowSet, edit: &mut Edit) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        for (row, table) in rows.iter().zip(find(&keys.read(self.part, rows)?)?) {
            let Some(table) = table else { continue };
            let order = order(&self.schema, &table)?;
            let number = self.next;
            self.next += 1;
            let (version, followed) = self.letters.follow(number, &table)?;
            let part = Part { row, rows: version.rows().clone(), order, _followed: followed, _table: table };
            edit.map.insert(row, Some(part.columns(&version)));
            edit.added.push((row, part.rows.clone()));
            self.by_row.insert(row, number);
            self.parts.insert(number, part);
        }
        Ok(())
    }

    /// Makes all parts wide enough; if they were not, all move.
    fn widen(&mut self, changed: &BTreeMap<u64, Arc<Change>>, edit: &mut Edit) -> Result<()> {
        let ends = edit.added.iter().map(|(_, rows)| rows.end());
        let shifted = changed.values().filter(|change| !change.update.shifted.is_empty());
        let needed = ends.chain(shifted.map(|change| change.after.rows().end())).max().unwrap_or(0);
        let last = self.by_row.last_key_value().map_or(0, |(row, _)| row + 1);
        let width = match needed {
            needed if needed <= self.width => self.width,
            needed if needed <= KEYS => (2 * needed).next_power_of_two(),
            _ => return Err(no_room()),
        };
        if last.checked_mul(width).is_none_or(|end| end > KEYS) {
            return Err(no_room());
        }
        if width != self.width {
            self.width = width;
            self.move_all(changed, edit);
        }
        Ok(())
    }

    /// All parts that were there move, as the width is another one.
    fn move_all(&self, changed: &BTreeMap<u64, Arc<Change>>, edit: &mut Edit) {
        let known: HashSet<u64> = edit.shifted.values().map(|(number, ..)| *number).collect();
        let new: HashSet<u64> = edit.added.iter().map(|(row, _)| *row).collect();
        for (number, part) in self.parts.iter().filter(|(number, _)| !known.contains(number)) {
            let stay = match changed.get(number) {
                Some(change) => change.before.rows().difference(&change.update.removed),
                None if new.contains(&part.row) => continue,
                None => part.rows.clone(),
            };
            edit.shifted.insert(part.row, (*number, stay, Shifts::empty()));
        }
    }

    fn update(&self, edit: Edit, old_width: u64) -> Update {
        let mut shifts = ShiftsBuilder::new();
        for (old_row, (number, stay, own)) in &edit.shifted {
            let start = old_row * old_width;
            let by = (self.parts[number].row * self.width).wrapping_sub(start) as i64;
            for (run, delta) in pieces(own) {
                let (first, end) = (stay.rank(run.start), stay.rank(run.end));
                if first < end {
                    let key = |position| start + stay.select(position).expect("a rank below the length");
                    shifts.push(key(first)..key(end - 1) + 1, by + delta);
                }
            }
        }
        let modified = placed(edit.modified, self.width);
        let modified_columns = if modified.is_empty() { ColumnSet::none() } else { edit.columns };
        Update {
            removed: placed(edit.removed, old_width),
            added: placed(edit.added, self.width),
            modified,
            modified_columns,
            shifted: shifts.finish(),
        }
    }

    fn columns(&self) -> Vec<Column> {
        let fields = self.schema.fields().iter().enumerate();
        let column = |(index, field): (usize, &Arc<arrow_schema::Field>)| {
            let (data_type, parts) = (field.data_type().clone(), self.map.clone());
            Arc::new(PartColumn { data_type, parts, width: self.width, index }) as Column
        };
        fields.map(column).collect()
    }
}

/// Rows of parts as rows of the result.
fn placed(mut parts: Vec<(u64, RowSet)>, width: u64) -> RowSet {
    parts.sort_unstable_by_key(|(row, _)| *row);
    let ranges = parts.iter().flat_map(|(row, rows)| {
        let start = row * width;
        rows.ranges().map(move |run| run.start + start..run.end + start)
    });
    RowSet::from_ranges(ranges)
}

/// Where a table has the columns of a schema: none if in the same order.
fn order(schema: &SchemaRef, table: &Table) -> Result<Option<Vec<usize>>> {
    let found = table.schema();
    let index = |field: &Arc<arrow_schema::Field>| {
        let index = found.index_of(field.name()).ok();
        index.filter(|index| found.field(*index).data_type() == field.data_type())
    };
    let indices: Option<Vec<usize>> = schema.fields().iter().map(index).collect();
    match indices {
        Some(indices) if found.fields().len() == indices.len() => {
            let same = indices.iter().enumerate().all(|(place, index)| place == *index);
            Ok((!same).then_some(indices))
        }
        _ => Err(Error::invalid(format!(
            "a constituent has the columns {found:?}, but others have {schema:?}"
        ))
        .with_hint("constituents need the same columns, in any order")),
    }
}
