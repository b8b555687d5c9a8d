//! The update rule of `ungroup`.

use std::ops::Range;
use std::sync::Arc;

use arrow_buffer::BooleanBuffer;
use arrow_schema::DataType;
use kinetable_engine::{
    Column, ColumnSet, Input, Operator, Output, Result, RowSet, StepCtx, Update, Version,
};

use super::columns::{Elements, Repeated};
use super::layout::Layout;
use super::lists::{Unequal, differing_elements, lengths};
use crate::support::differing::differing;

/// Keeps the elements of lists up to date.
pub(super) struct Ungroup {
    /// The columns of lists that become elements.
    lists: Vec<usize>,
    unequal: Unequal,
    layout: Layout,
}

impl Ungroup {
    /// The operator and the first rows.
    pub(super) fn start(
        input: &Version,
        lists: Vec<usize>,
        unequal: Unequal,
        live: bool,
    ) -> Result<(Ungroup, RowSet)> {
        let counts = lengths(input, input.rows(), &lists, unequal)?;
        let layout = Layout::new(input.rows(), counts.iter().copied().max().unwrap_or(0), live)?;
        let rows = RowSet::from_ranges(runs(layout, input.rows(), counts.iter().map(|count| 0..*count)));
        Ok((Ungroup { lists, unequal, layout }, rows))
    }

    /// The columns over a version of the input.
    pub(super) fn columns(&self, input: &Version) -> Vec<Column> {
        let layout = self.layout;
        let column = |(index, inner): (usize, &Column)| -> Column {
            let inner = inner.clone();
            match inner.data_type() {
                DataType::List(item) if self.lists.contains(&index) => {
                    Arc::new(Elements { item: item.data_type().clone(), lists: inner, layout })
                }
                _ => Arc::new(Repeated { inner, layout }),
            }
        };
        input.columns().iter().enumerate().map(column).collect()
    }

    fn follow(&mut self, input: &Input<'_>, update: &Update, before: &RowSet) -> Result<Update> {
        let resized = update.modified_columns.intersects(self.lists.iter().copied());
        let modified = if resized { update.modified.clone() } else { RowSet::empty() };
        let added = lengths(input.now, &update.added, &self.lists, self.unequal)?;
        let now = lengths(input.now, &modified, &self.lists, self.unequal)?;
        let modified_before = update.shifted.unapply(&modified);
        let was = self.lengths_before(before, &modified_before);

        let old = self.layout;
        let longest = added.iter().chain(&now).copied().max().unwrap_or(0);
        let fresh = update.removed.len() == input.before.rows().len();
        self.layout = old.follow(input.now.rows(), longest, fresh)?;

        let gone = update
            .removed
            .ranges()
            .flat_map(|run| before.restrict(old.keys(run)).ranges().collect::<Vec<_>>());
        let pairs = || was.iter().zip(&now);
        let shorter = pairs().map(|(was, now)| *now.min(was)..*was);
        let longer = pairs().map(|(was, now)| *was.min(now)..*now);
        let removed =
            RowSet::from_ranges(gone).union(&RowSet::from_ranges(runs(old, &modified_before, shorter)));
        let kept = before.difference(&removed);
        let parents = input.before.rows().difference(&update.removed);
        let mut result = Update {
            added: RowSet::from_ranges(runs(self.layout, &update.added, added.iter().map(|count| 0..*count)))
                .union(&RowSet::from_ranges(runs(self.layout, &modified, longer))),
            shifted: old.shifts_to(self.layout, &update.shifted, &kept, &parents),
            removed,
            ..Update::default()
        };
        let common: Vec<u64> = pairs().map(|(was, now)| *was.min(now)).collect();
        let rows = result.shifted.apply(&kept);
        self.modify(input, update, &rows, &common, &mut result)?;
        Ok(result)
    }

    /// How many elements input rows had, by their old keys.
    fn lengths_before(&self, before: &RowSet, rows: &RowSet) -> Vec<u64> {
        let count = |row: u64| {
            let keys = self.layout.keys(row..row + 1);
            before.rank(keys.end) - before.rank(keys.start)
        };
        rows.iter().map(count).collect()
    }

    /// Lists the elements that stay with other values; `common` says how many, by modified row, if lists changed.
    fn modify(
        &self,
        input: &Input<'_>,
        update: &Update,
        rows: &RowSet,
        common: &[u64],
        result: &mut Update,
    ) -> Result<()> {
        if update.modified.is_empty() {
            return Ok(());
        }
        let (was, now) = (update.modified_before(), &update.modified);
        let mut columns = ColumnSet::none();
        let mut whole = BooleanBuffer::new_unset(now.len() as usize);
        let mut single: Option<BooleanBuffer> = None;
        for column in update.modified_columns.iter() {
            let (old, new) = (input.before.read(column, &was)?, input.now.read(column, now)?);
            let differs = if self.lists.contains(&column) {
                differing_elements(&old, &new, common)?
            } else {
                differing(&old, &new)?
            };
            if differs.count_set_bits() == 0 {
                continue;
            }
            columns.insert(column);
            if self.lists.contains(&column) {
                single = Some(single.map_or_else(|| differs.clone(), |single| &single | &differs));
            } else {
                whole = &whole | &differs;
            }
        }
        let row = |index: usize| now.select(index as u64).expect("a modified row");
        let all = whole.set_indices().flat_map(|index| {
            let start = row(index);
            rows.restrict(self.layout.keys(start..start + 1)).ranges().collect::<Vec<_>>()
        });
        let mut modified = RowSet::from_ranges(all);
        if let Some(single) = single {
            let keys = runs(self.layout, now, common.iter().map(|count| 0..*count)).flatten();
            let differing = keys.enumerate().filter(|(index, _)| single.value(*index));
            modified = modified.union(&RowSet::from_sorted(differing.map(|(_, key)| key)));
        }
        if !modified.is_empty() {
            result.modified = modified;
            result.modified_columns = columns;
        }
        Ok(())
    }
}

/// The keys of some elements of each row; rows and elements correspond.
fn runs<'a>(
    layout: Layout,
    rows: &'a RowSet,
    elements: impl Iterator<Item = Range<u64>> + 'a,
) -> impl Iterator<Item = Range<u64>> + 'a {
    let runs = rows.iter().zip(elements).filter(|(_, elements)| !elements.is_empty());
    runs.map(move |(row, elements)| {
        let start = layout.start(row);
        start + elements.start..start + elements.end
    })
}

impl Operator for Ungroup {
    fn kind(&self) -> &'static str {
        "ungroup"
    }

    fn apply(&mut self, inputs: &[Input<'_>], previous: &Version, _: &StepCtx) -> Result<Option<Output>> {
        let input = &inputs[0];
        let update = match input.update {
            Some(update) => self.follow(input, update, previous.rows())?,
            None => Update::default(),
        };
        Ok(Some(Output { rows: update.apply_to(previous.rows()), columns: self.columns(input.now), update }))
    }
}
