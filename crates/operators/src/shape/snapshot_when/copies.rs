//! Copies that take the place of the one before: full and incremental.

use arrow_array::ArrayRef;
use kinetable_engine::column::Blocks;
use kinetable_engine::{
    Column, ColumnSet, Input, Operator, Output, Result, RowSet, StepCtx, Update, Version,
};

use super::stamp::{Same, Stamps, repeated, ticks};
use crate::support::differing::differing;

/// What was noted of the source since the last copy.
pub(super) struct Copies {
    stamps: Stamps,
    /// Keys at which the source may have another row, or none, or one more, than the last copy.
    touched: RowSet,
    /// The source's columns in which a row that stayed may differ from the last copy.
    touched_columns: ColumnSet,
    /// How many columns the source has.
    width: usize,
    stamped: Stamped,
}

/// Which stamps there are.
enum Stamped {
    /// One for all rows; `None` before the first copy.
    All(Option<Vec<ArrayRef>>),
    /// One for each row, and the rows that are to get a new one.
    Each { stamps: Blocks, fresh: RowSet },
}

impl Copies {
    pub(super) fn full(stamps: Stamps, source: &Version) -> Copies {
        Copies::of(stamps, source, Stamped::All(None))
    }

    pub(super) fn incremental(stamps: Stamps, source: &Version) -> Copies {
        let store = Blocks::new(stamps.types());
        Copies::of(stamps, source, Stamped::Each { stamps: store, fresh: source.rows().clone() })
    }

    fn of(stamps: Stamps, source: &Version, stamped: Stamped) -> Copies {
        Copies {
            stamps,
            touched: source.rows().clone(),
            touched_columns: ColumnSet::none(),
            width: source.columns().len(),
            stamped,
        }
    }

    /// The first rows and columns: a copy, or none.
    pub(super) fn begin(
        &mut self,
        source: &Version,
        trigger: &Version,
        initial: bool,
    ) -> Result<(RowSet, Vec<Column>)> {
        if !initial {
            let mut columns = source.columns().to_vec();
            let none = self.stamps.types();
            let none: Vec<ArrayRef> = none.iter().map(|kind| arrow_array::new_null_array(kind, 1)).collect();
            columns.extend(Same::columns(&none));
            return Ok((RowSet::empty(), columns));
        }
        let (columns, _) = self.stamp(source, trigger)?;
        self.touched = RowSet::empty();
        Ok((source.rows().clone(), columns))
    }

    /// Takes a change of the source in.
    fn note(&mut self, update: &Update, before: &RowSet) -> Result<()> {
        let kept = before.difference(&update.removed);
        let moved = update.shifted.moved_keys(&kept);
        let arrived = update.shifted.apply(&moved);
        for keys in [&update.removed, &update.added, &update.modified, &moved, &arrived] {
            self.touched = self.touched.union(keys);
        }
        if !moved.is_empty() || !update.added.is_empty() {
            // A key may have been given to another row, now or over several cycles.
            self.touched_columns = ColumnSet::all(self.width);
        }
        update.modified_columns.iter().for_each(|column| self.touched_columns.insert(column));
        if let Stamped::Each { stamps, fresh } = &mut self.stamped {
            let stale = fresh.clone();
            let unstamped = stale.intersect(&kept);
            *fresh = update.shifted.apply(&unstamped).union(&update.added).union(&update.modified);
            let has_stamp = before.difference(&stale);
            *stamps = stamps.remove(&update.removed.intersect(&has_stamp))?;
            *stamps = stamps.shift(&update.shifted, &has_stamp.difference(&update.removed))?;
            // A modified row gets a new stamp: the old one goes, so that the store holds the rows that are not fresh.
            *stamps = stamps.remove(&update.modified.difference(&update.shifted.apply(&unstamped)))?;
        }
        Ok(())
    }

    /// Stamps the rows; gives the columns, and which stamp columns changed in rows that were not touched.
    fn stamp(&mut self, source: &Version, trigger: &Version) -> Result<(Vec<Column>, ColumnSet)> {
        let last = self.stamps.last(trigger)?;
        let mut changed = ColumnSet::none();
        let mut columns = source.columns().to_vec();
        match &mut self.stamped {
            Stamped::All(before) => {
                for (index, stamp) in last.iter().enumerate() {
                    let same = match before {
                        Some(before) => !differing(&before[index], stamp)?.value(0),
                        None => false,
                    };
                    if !same {
                        changed.insert(self.width + index);
                    }
                }
                columns.extend(Same::columns(&last));
                *before = Some(last);
            }
            Stamped::Each { stamps, fresh } => {
                let values = last.iter().map(|stamp| repeated(stamp, fresh.len()));
                *stamps = stamps.write_all(fresh, values.collect::<Result<Vec<_>>>()?)?;
                *fresh = RowSet::empty();
                columns.extend(stamps.columns());
            }
        }
        Ok((columns, changed))
    }

    /// Takes a copy.
    fn copy(&mut self, source: &Version, trigger: &Version, previous: &RowSet) -> Result<Output> {
        let (columns, restamped) = self.stamp(source, trigger)?;
        let now = source.rows();
        let both = now.intersect(previous);
        let mut update = Update {
            removed: previous.difference(now),
            modified: both.intersect(&self.touched),
            ..Update::adding(now.difference(previous))
        };
        if !update.modified.is_empty() {
            update.modified_columns = self.touched_columns.clone();
            if matches!(self.stamped, Stamped::Each { .. }) {
                (0..self.stamps.columns.len()).for_each(|at| update.modified_columns.insert(self.width + at));
            }
        }
        if !restamped.is_empty() && !both.is_empty() {
            update.modified = both;
            restamped.iter().for_each(|column| update.modified_columns.insert(column));
        }
        if update.modified_columns.is_empty() {
            update.modified = RowSet::empty();
        }
        self.touched = RowSet::empty();
        self.touched_columns = ColumnSet::none();
        Ok(Output { rows: now.clone(), columns, update })
    }
}

impl Operator for Copies {
    fn kind(&self) -> &'static str {
        "snapshot_when"
    }

    fn apply(&mut self, inputs: &[Input<'_>], previous: &Version, _: &StepCtx) -> Result<Option<Output>> {
        let [source, trigger] = inputs else { unreachable!("a snapshot has two inputs") };
        if let Some(update) = source.update {
            self.note(update, source.before.rows())?;
        }
        if !ticks(trigger.update) {
            return Ok(None);
        }
        self.copy(source.now, trigger.now, previous.rows()).map(Some)
    }
}
