//! The update rule of an aggregation.

use arrow_schema::DataType;
use kinetable_engine::column::Blocks;
use kinetable_engine::{Column, Error, Input, Operator, Output, Result, RowSet, StepCtx, Update, Version};

use super::groups::{Groups, Visit};
use super::intake::{Intake, Way};
use super::plan::{Flow, Unit};
use super::publish::{Columns, publish};

/// Keeps an aggregation up to date.
pub(super) struct Aggregate {
    flow: Flow,
    keep_empty: bool,
    intake: Intake,
    columns: Columns,
    /// By unit: whether results may have changed in this cycle.
    stale: Vec<bool>,
}

impl Aggregate {
    pub(super) fn new(
        by: Vec<usize>,
        key_types: Vec<DataType>,
        result_types: Vec<DataType>,
        units: Vec<Unit>,
        flow: Flow,
        keep_empty: bool,
    ) -> Result<Aggregate> {
        Ok(Aggregate {
            flow,
            keep_empty,
            stale: vec![false; units.len()],
            intake: Intake::new(by, Groups::new(&key_types)?, units),
            columns: Columns { keys: Blocks::new(key_types), results: Blocks::new(result_types) },
        })
    }

    /// The groups, for seeding them before the first rows.
    pub(super) fn groups(&mut self) -> &mut Groups {
        &mut self.intake.groups
    }

    /// Takes in the rows there are; gives the first rows and columns of the result.
    pub(super) fn start(&mut self, input: &Version) -> Result<(RowSet, Vec<Column>)> {
        if self.keep_empty {
            self.intake.groups.seed_single();
        }
        self.join(input, input.rows())?;
        let output = self.finish(input, &RowSet::empty())?;
        Ok((output.rows, output.columns))
    }

    fn begin(&mut self) {
        self.intake.groups.begin();
        self.stale.fill(false);
        for unit in &mut self.intake.units {
            unit.accumulator.begin();
        }
    }

    /// What was in and is no longer: removed rows, changed rows as they were, moved rows under their old keys.
    fn take_out(&mut self, input: &Input<'_>, change: &Changed) -> Result<()> {
        let before = input.before;
        self.feed(before, &change.left, Visit::Leave, Way::Out, |_| true)?;
        self.feed_partial(before, change, Way::Out)
    }

    /// What is in and was not: added rows, changed rows as they are, moved rows under their new keys.
    fn take_in(&mut self, input: &Input<'_>, change: &Changed) -> Result<()> {
        let now = input.now;
        self.join(now, &change.joined)?;
        self.feed_partial(now, change, Way::In)
    }

    fn feed_partial(&mut self, version: &Version, change: &Changed, way: Way) -> Result<()> {
        for (rows, visit, concern) in change.partial(way) {
            let concerned = |unit: &Unit| concern == Concern::of(unit, change);
            if self.intake.units.iter().any(concerned) {
                self.feed(version, &rows, visit, way, concerned)?;
            }
        }
        Ok(())
    }

    fn join(&mut self, version: &Version, rows: &RowSet) -> Result<()> {
        if !rows.is_empty() {
            self.stale.fill(true);
            self.intake.join(version, rows)?;
        }
        Ok(())
    }

    fn feed(
        &mut self,
        version: &Version,
        rows: &RowSet,
        visit: Visit,
        way: Way,
        concerned: impl Fn(&Unit) -> bool,
    ) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        for (stale, unit) in self.stale.iter_mut().zip(&self.intake.units) {
            *stale |= concerned(unit);
        }
        self.intake.feed(version, rows, visit, way, concerned)
    }

    fn finish(&mut self, now: &Version, previous: &RowSet) -> Result<Output> {
        let settled = self.intake.groups.settle(self.keep_empty);
        self.intake.grow();
        let Intake { groups, units, .. } = &mut self.intake;
        let (rows, update) = publish(&mut self.columns, groups, units, &self.stale, &settled, now, previous)?;
        for slot in settled.gone {
            units.iter_mut().for_each(|unit| unit.accumulator.clear(slot));
            groups.forget(slot);
        }
        Ok(Output { rows, columns: self.columns.all(), update })
    }
}

impl Operator for Aggregate {
    fn kind(&self) -> &'static str {
        "agg_by"
    }

    fn apply(&mut self, inputs: &[Input<'_>], previous: &Version, _: &StepCtx) -> Result<Option<Output>> {
        let input = &inputs[0];
        let Some(update) = input.update else {
            return Ok(None);
        };
        self.begin();
        if self.flow.only_grows() {
            self.check_grows(update)?;
            self.join(input.now, &update.added)?;
        } else {
            let change = Changed::of(input, update, self.intake.by());
            self.take_out(input, &change)?;
            self.take_in(input, &change)?;
            self.look_again(update, &change, input)?;
        }
        Ok(Some(self.finish(input.now, previous.rows())?))
    }

    fn bytes(&self) -> usize {
        self.intake.bytes()
    }
}

impl Aggregate {
    fn check_grows(&self, update: &Update) -> Result<()> {
        let removes = !update.removed.is_empty() && self.flow != Flow::Blink;
        if removes || !update.modified.is_empty() || !update.shifted.is_empty() {
            let kind = if self.flow == Flow::Blink { "blink" } else { "add-only" };
            return Err(Error::internal(format!(
                "a table that is said to be {kind} removed, changed or moved rows: {update:?}"
            )));
        }
        Ok(())
    }

    /// Changed rows of groups that stay as they are, for units that read a changed column only for their results.
    fn look_again(&mut self, update: &Update, change: &Changed, input: &Input<'_>) -> Result<()> {
        if change.keys_changed || update.modified.is_empty() {
            return Ok(());
        }
        let columns = &update.modified_columns;
        let mut any = false;
        for (unit, stale) in self.intake.units.iter().zip(&mut self.stale) {
            let looks = unit.looks.intersects(columns.iter());
            *stale |= looks;
            any |= looks;
        }
        match any {
            true => self.feed(input.now, &update.modified, Visit::Touch, Way::In, |_| false),
            false => Ok(()),
        }
    }
}

/// Why a unit must take rows out and in that stay in their groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Concern {
    None,
    Values,
    Keys,
    Both,
}

impl Concern {
    fn of(unit: &Unit, change: &Changed) -> Concern {
        let values = unit.reads.intersects(change.columns.iter().copied());
        match (values, unit.keeps_keys) {
            (true, true) => Concern::Both,
            (true, false) => Concern::Values,
            (false, true) => Concern::Keys,
            (false, false) => Concern::None,
        }
    }
}

/// The rows of an update by what they mean to the states.
struct Changed {
    /// Rows that leave a group, by old key, and that join one, by new key.
    left: RowSet,
    joined: RowSet,
    /// Rows that stay in their group with other values, by old and new key.
    values: (RowSet, RowSet),
    /// Rows that stay in their group under another key, by old and new key.
    moved: (RowSet, RowSet),
    keys_changed: bool,
    /// The columns in which `values` rows differ.
    columns: Vec<usize>,
}

impl Changed {
    fn of(input: &Input<'_>, update: &Update, by: &[usize]) -> Changed {
        let keys_changed = update.modified_columns.intersects(by.iter().copied());
        let modified = (update.modified_before(), update.modified.clone());
        let none = || (RowSet::empty(), RowSet::empty());
        let (regrouped, values) = match keys_changed {
            true => (modified, none()),
            false => (none(), modified),
        };
        let left = update.removed.union(&regrouped.0);
        let stayed = || input.before.rows().difference(&left);
        let moved = match update.shifted.is_empty() {
            true => none(),
            false => {
                let old = update.shifted.moved_keys(&stayed());
                let new = update.shifted.apply(&old);
                (old, new)
            }
        };
        Changed {
            joined: update.added.union(&regrouped.1),
            left,
            values,
            moved,
            keys_changed,
            columns: match keys_changed {
                true => Vec::new(),
                false => update.modified_columns.iter().collect(),
            },
        }
    }

    /// The rows that stay in their groups and yet must go out of some states and come in again, with those states.
    fn partial(&self, way: Way) -> [(RowSet, Visit, Concern); 3] {
        let pick = |rows: &(RowSet, RowSet)| match way {
            Way::Out => rows.0.clone(),
            Way::In => rows.1.clone(),
        };
        let (values, moved) = (pick(&self.values), pick(&self.moved));
        let both = values.union(&moved);
        [
            (values, Visit::Touch, Concern::Values),
            (moved, Visit::Look, Concern::Keys),
            (both, Visit::Touch, Concern::Both),
        ]
    }
}
