//! The visible rows of a table, under its keys, with how they are shown; a sort by path makes the view of them.
//!
//! **Update rule**: rows that come, go, or get another id or parent are linked anew; they, the rows below them and the row they lie below are
//! looked at again. A row whose sort key or row key is another gets another path, and so do the visible rows below it.
//! **Cost**: the changed rows, and the visible rows below them; a shift costs the rows it moves.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arrow_array::builder::BinaryViewBuilder;
use arrow_array::{ArrayRef, BooleanArray, Int32Array};
use arrow_buffer::BooleanBuffer;
use arrow_ord::cmp::distinct;
use arrow_schema::{DataType, Field, Schema};
use arrow_select::filter::filter;
use kinetable_engine::column::Blocks;
use kinetable_engine::{
    Column, ColumnSet, Definition, Initial, Input, Operator, Output, Properties, Result, RowSet, StepCtx,
    Table, Update, Version,
};

use super::forest::{Expanded, Forest, Link, Mark, Open, Outcome, Shown};
use super::ids::Encoder;
use super::{DEPTH, EXPANDED, HAS_CHILDREN};
use crate::sort::{Direction, Order};
use crate::support::chunks::read_all;
use crate::support::shifts::narrow;

/// The column of paths.
pub(super) const PATH: &str = "__PATH__";

/// Columns before those of the table.
const OWN: usize = 4;

/// Which columns make a hierarchy of a table.
pub(super) struct Shape<'a> {
    pub(super) id: usize,
    pub(super) parent: usize,
    /// What the rows below one row are sorted by, before their row keys.
    pub(super) order: &'a [(usize, Direction)],
    /// A column that says whether a row is to be shown as one with rows below, where that is not counted.
    pub(super) inner: Option<usize>,
}

/// The visible rows, with columns for depth, expanded, has children and path before their own.
pub(super) fn visible(table: &Table, shape: &Shape<'_>, expanded: &Expanded) -> Result<Table> {
    let schema = table.schema();
    let encoder = Encoder::new(schema.field(shape.id).data_type())?;
    let open = opened(expanded, &encoder)?;
    let order = match shape.order {
        [] => None,
        keys => Some(Order::new(schema, keys)?),
    };
    let own = [
        Field::new(DEPTH, DataType::Int32, true),
        Field::new(EXPANDED, DataType::Boolean, true),
        Field::new(HAS_CHILDREN, DataType::Boolean, true),
        Field::new(PATH, DataType::BinaryView, true),
    ];
    let types: Vec<DataType> = own.iter().map(|field| field.data_type().clone()).collect();
    let fields = own.into_iter().map(Arc::new).chain(schema.fields().iter().cloned());
    let definition = Definition::new(Arc::new(Schema::new(fields.collect::<Vec<_>>())), Properties::ANY);
    let mut operator = Visible {
        id: shape.id,
        parent: shape.parent,
        inner: shape.inner,
        encoder,
        order,
        forest: Forest::new(open),
        shown: Blocks::new(types),
    };
    Table::derive(std::slice::from_ref(table), |inputs| {
        let now = &inputs[0];
        let none = Version::new(0, RowSet::empty(), now.columns().clone());
        let update = Update::adding(now.rows().clone());
        let input = Input { before: &none, now, update: None };
        let output = operator.follow(input, &update, &RowSet::empty())?;
        Ok(Initial { definition, rows: output.rows, columns: output.columns, operator: Box::new(operator) })
    })
}

fn opened(expanded: &Expanded, encoder: &Encoder) -> Result<Open> {
    let (levels, marks) = match expanded {
        Expanded::Ids(ids) => {
            let ids = encoder.encode(ids.clone())?;
            (0, ids.into_iter().flatten().map(|id| (id, Mark::Open)).collect())
        }
        Expanded::Below(depth) => (*depth, HashMap::default()),
        Expanded::All => (u32::MAX, HashMap::default()),
        Expanded::Marked(depth, ids, marks) => {
            let ids = encoder.encode(ids.clone())?.into_iter();
            (*depth, ids.zip(marks).filter_map(|(id, mark)| Some((id?, *mark))).collect())
        }
    };
    Ok(Open { levels, marks })
}

struct Visible {
    id: usize,
    parent: usize,
    inner: Option<usize>,
    encoder: Encoder,
    order: Option<Order>,
    forest: Forest,
    shown: Blocks,
}

impl Operator for Visible {
    fn kind(&self) -> &'static str {
        "tree_view"
    }

    fn apply(&mut self, inputs: &[Input<'_>], previous: &Version, _: &StepCtx) -> Result<Option<Output>> {
        let input = inputs[0];
        match input.update {
            Some(update) => Ok(Some(self.follow(input, update, previous.rows())?)),
            None => {
                let columns = self.columns(input.now);
                Ok(Some(Output { rows: previous.rows().clone(), columns, update: Update::default() }))
            }
        }
    }

    fn bytes(&self) -> usize {
        self.forest.bytes()
    }
}

impl Visible {
    fn follow(&mut self, input: Input<'_>, update: &Update, before: &RowSet) -> Result<Output> {
        self.change(input, update)?;
        let (order, now) = (&self.order, input.now);
        let outcomes = self.forest.settle(|rows| segments(order.as_ref(), now, rows))?;
        let update = self.publish(input, update, before, outcomes)?;
        Ok(Output { rows: update.apply_to(before), columns: self.columns(now), update })
    }

    /// Tells the forest what changed.
    fn change(&mut self, input: Input<'_>, update: &Update) -> Result<()> {
        update.removed.iter().for_each(|row| self.forest.remove(row));
        if !update.shifted.is_empty() {
            let moved = update.shifted.moved_keys(&input.before.rows().difference(&update.removed));
            let moves: Vec<(u64, u64)> =
                moved.iter().map(|row| (row, update.shifted.shift_key(row))).collect();
            self.forest.rekey(&moves);
        }
        let columns = &update.modified_columns;
        if columns.intersects([self.id, self.parent]) {
            for (row, link) in update.modified.iter().zip(self.links(input.now, &update.modified)?) {
                self.forest.relink(row, &link);
            }
        } else if self.order.as_ref().is_some_and(|order| columns.intersects(order.columns()))
            || self.inner.is_some_and(|inner| columns.contains(inner))
        {
            update.modified.iter().for_each(|row| self.forest.mark(row));
        }
        for (row, link) in update.added.iter().zip(self.links(input.now, &update.added)?) {
            self.forest.add(row, &link);
        }
        Ok(())
    }

    fn links(&self, version: &Version, rows: &RowSet) -> Result<Vec<Link>> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let ids = self.encoder.encode(read_all(version.column(self.id), rows)?)?;
        let parents = self.encoder.encode(read_all(version.column(self.parent), rows)?)?;
        Ok(ids.into_iter().zip(parents).collect())
    }

    /// Writes how rows are shown now; gives the update of the visible rows.
    fn publish(
        &mut self,
        input: Input<'_>,
        update: &Update,
        before: &RowSet,
        outcomes: BTreeMap<u64, Outcome>,
    ) -> Result<Update> {
        let keys = |wanted: fn(&Outcome) -> bool| {
            RowSet::from_sorted(outcomes.iter().filter(|(_, outcome)| wanted(outcome)).map(|(row, _)| *row))
        };
        let added = keys(|(before, now)| !before && now.is_some());
        let hidden = keys(|(before, now)| *before && now.is_none());
        let stay = keys(|(before, now)| *before && now.is_some());
        let removed = before.intersect(&update.removed).union(&update.shifted.unapply(&hidden));
        let kept = before.difference(&removed);
        self.shown = self.shown.remove(&removed)?.shift(&update.shifted, &kept)?;
        let (reshown, own_columns) = self.reshow(&stay, self.arrays(input.now, &stay, &outcomes)?)?;
        if !added.is_empty() {
            self.shown = self.shown.write_all(&added, self.arrays(input.now, &added, &outcomes)?)?;
        }
        let changed = update.modified.intersect(&update.shifted.apply(&kept));
        let mut modified_columns: ColumnSet = own_columns.iter().collect();
        if !changed.is_empty() {
            update.modified_columns.iter().for_each(|column| modified_columns.insert(OWN + column));
        }
        let shifted = narrow(&update.shifted, before, &removed);
        Ok(Update { added, removed, modified: changed.union(&reshown), modified_columns, shifted })
    }

    /// Writes what is another than it was of rows that were shown; gives these rows and columns.
    fn reshow(&mut self, rows: &RowSet, new: Vec<ArrayRef>) -> Result<(RowSet, ColumnSet)> {
        let mut columns = ColumnSet::none();
        if rows.is_empty() {
            return Ok((RowSet::empty(), columns));
        }
        let mut changed = BooleanBuffer::new_unset(rows.len() as usize);
        for (index, values) in new.iter().enumerate() {
            let old = self.shown.column(index).read(rows)?;
            let differs = distinct(&old, values)?;
            if differs.true_count() > 0 {
                changed = &changed | differs.values();
                columns.insert(index);
            }
        }
        let mask = BooleanArray::new(changed, None);
        let picked = rows.iter().zip(mask.values().iter()).filter(|(_, changed)| *changed);
        let picked = RowSet::from_sorted(picked.map(|(row, _)| row));
        if !picked.is_empty() {
            let new = new.iter().map(|values| Ok(filter(values, &mask)?)).collect::<Result<Vec<_>>>()?;
            self.shown = self.shown.write_all(&picked, new)?;
        }
        Ok((picked, columns))
    }

    /// How rows are shown, as columns.
    fn arrays(
        &self,
        now: &Version,
        rows: &RowSet,
        outcomes: &BTreeMap<u64, Outcome>,
    ) -> Result<Vec<ArrayRef>> {
        let shown = |row: u64| outcomes[&row].1.as_ref().expect("a row that is written is shown");
        let shown: Vec<&Shown> = rows.iter().map(shown).collect();
        let depths: Int32Array = shown.iter().map(|shown| Some(shown.depth as i32)).collect();
        let expanded: BooleanArray = shown.iter().map(|shown| Some(shown.expanded)).collect();
        let children: ArrayRef = match self.inner {
            Some(column) => now.read(column, rows)?,
            None => Arc::new(shown.iter().map(|shown| Some(shown.has_children)).collect::<BooleanArray>()),
        };
        let mut paths = BinaryViewBuilder::new();
        shown.iter().for_each(|shown| paths.append_value(&shown.path));
        Ok(vec![Arc::new(depths), Arc::new(expanded), children, Arc::new(paths.finish())])
    }

    fn columns(&self, now: &Version) -> Vec<Column> {
        let mut columns = self.shown.columns();
        columns.extend(now.columns().iter().cloned());
        columns
    }
}

/// The sort keys of rows, given in ascending order.
fn segments(order: Option<&Order>, now: &Version, rows: &[u64]) -> Result<Vec<Vec<u8>>> {
    let Some(order) = order.filter(|_| !rows.is_empty()) else {
        return Ok(vec![Vec::new(); rows.len()]);
    };
    let keys = order.read(now, &RowSet::from_sorted(rows.iter().copied()))?;
    Ok(keys.iter().map(|key| key.data().to_vec()).collect())
}
