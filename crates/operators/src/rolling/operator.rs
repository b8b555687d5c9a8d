//! The update rule of `update_by`.

use arrow_array::{ArrayRef, BooleanArray, UInt32Array, UInt64Array};
use arrow_select::{filter::filter, take::take};
use kinetable_engine::column::Packed;
use kinetable_engine::{
    Column, ColumnSet, Input, Operator, Output, Result, RowSet, StepCtx, Update, Version,
};

use super::affected::{Affected, Reads};
use super::lane::Values;
use super::layout::Excerpt;
use super::members::{Members, Touched};
use super::plan::{Origin, Pass, Plan, Unit};
use super::stamps::checked;
use super::task::{Reach, Task};
use crate::support::chunks::read_all;
use crate::support::differing::differing;

/// What becomes of rows between cycles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stay {
    /// They stay, and may change.
    Kept,
    /// They stay as they are, and others come after them.
    Appended,
    /// None stays: each version is computed from its own rows.
    Gone,
}

/// Keeps the results of `update_by` up to date.
pub(super) struct UpdateBy {
    pub(super) plan: Plan,
    pub(super) members: Members,
    pub(super) stay: Stay,
}

impl UpdateBy {
    /// Computes all rows.
    pub(super) fn fill(&mut self, now: &Version) -> Result<Vec<Column>> {
        let rows = now.rows();
        let layout = self.members.layout(now)?;
        let sources = self.plan.sources.iter().map(|source| {
            let array = read_all(&source.column(now), rows)?;
            Ok(Values::new(array, layout.order.as_deref()))
        });
        let sources = sources.collect::<Result<Vec<_>>>()?;
        let mut columns: Vec<Option<Column>> = vec![None; self.plan.outputs.len()];
        for pass in &mut self.plan.passes {
            let stamps = match &pass.stamp {
                None => None,
                Some(stamp) => Some(checked(&sources[stamp.source], &layout.runs, &stamp.name)?),
            };
            for unit in &mut pass.units {
                let task = Task {
                    runs: &layout.runs,
                    reach: pass.reach,
                    inputs: unit.inputs.iter().map(|source| &sources[*source]).collect(),
                    stamps,
                    seeds: None,
                    keeps_state: self.stay != Stay::Gone,
                };
                let results = unit.compute(&task, layout.places.as_deref())?;
                columns[unit.output] = Some(match self.stay {
                    Stay::Kept | Stay::Appended => {
                        unit.store = unit.store.write_all(rows, results)?;
                        unit.store.column(0)
                    }
                    Stay::Gone => Packed::column(rows.clone(), results[0].clone())?,
                });
            }
            if self.stay == Stay::Appended {
                pass.begin(rows, &layout, stamps, &sources);
            }
        }
        drop(sources);
        if self.stay == Stay::Kept {
            self.members.keep(rows, &layout);
        }
        let column = |(output, column): (usize, Option<Column>)| match self.plan.outputs[output] {
            Origin::Input(index) => now.column(index).clone(),
            Origin::Result { .. } => column.expect("a column for every unit"),
        };
        Ok(columns.into_iter().enumerate().map(column).collect())
    }

    /// Computes again what an update may have changed.
    fn follow(&mut self, input: &Input<'_>, update: &Update) -> Result<(Vec<Column>, Update)> {
        let changed = &update.modified_columns;
        let looks = self.plan.passes.iter().any(|pass| pass.reads.intersects(changed.iter()));
        let touched = self.members.follow(input, update, looks)?;
        let kept = input.before.rows().difference(&update.removed);
        let mut follower = Follower {
            input,
            update,
            touched: &touched,
            regrouped: self.members.regroups(update),
            modified: RowSet::empty(),
            columns: ColumnSet::none(),
        };
        for pass in &mut self.plan.passes {
            for unit in &mut pass.units {
                unit.store = unit.store.remove(&update.removed)?.shift(&update.shifted, &kept)?;
            }
            follower.pass(pass, |source| self.plan.sources[source].column(input.now))?;
        }
        let (mut modified, mut columns) = (follower.modified, follower.columns);
        let passed = (0..self.plan.outputs.len()).filter(|output| match self.plan.outputs[*output] {
            Origin::Input(index) => changed.contains(index),
            Origin::Result { .. } => false,
        });
        let passed: Vec<usize> = passed.collect();
        if !passed.is_empty() {
            modified = modified.union(&update.modified);
            passed.into_iter().for_each(|column| columns.insert(column));
        }
        let update = Update { modified, modified_columns: columns, ..update.clone() };
        Ok((self.columns(input.now), update))
    }

    pub(super) fn columns(&self, now: &Version) -> Vec<Column> {
        let column = |origin: &Origin| match *origin {
            Origin::Input(index) => now.column(index).clone(),
            Origin::Result { pass, unit } => self.plan.passes[pass].units[unit].store.column(0),
        };
        self.plan.outputs.iter().map(column).collect()
    }
}

impl Operator for UpdateBy {
    fn kind(&self) -> &'static str {
        "update_by"
    }

    fn apply(&mut self, inputs: &[Input<'_>], _: &Version, _: &StepCtx) -> Result<Option<Output>> {
        let input = &inputs[0];
        let Some(update) = input.update else {
            return Ok(None);
        };
        let rows = input.now.rows().clone();
        let (columns, update) = match self.stay {
            Stay::Kept => self.follow(input, update)?,
            Stay::Appended => self.append(input, update)?,
            Stay::Gone => (self.fill(input.now)?, update.clone()),
        };
        Ok(Some(Output { rows, columns, update }))
    }

    fn bytes(&self) -> usize {
        self.members.bytes() + self.plan.passes.iter().map(Pass::bytes).sum::<usize>()
    }
}

impl Pass {
    /// The sources that some of the units read, and the timestamps.
    pub(super) fn needs(&self, which: impl Fn(&Unit) -> bool) -> Vec<usize> {
        let units = self.units.iter().filter(|unit| which(unit));
        let sources = units.flat_map(|unit| unit.inputs.iter().copied());
        let mut needed: Vec<usize> = sources.chain(self.stamp.as_ref().map(|stamp| stamp.source)).collect();
        needed.sort_unstable();
        needed.dedup();
        needed
    }

    /// What a unit makes of the wanted rows of an excerpt, in row order.
    pub(super) fn compute(
        &self,
        unit: usize,
        excerpt: &Excerpt,
        sources: &Gathered,
        order: &[u32],
    ) -> Result<Vec<ArrayRef>> {
        let unit = &self.units[unit];
        let stamps = match &self.stamp {
            None => None,
            Some(stamp) => Some(checked(sources.get(stamp.source), &excerpt.runs, &stamp.name)?),
        };
        let seeds = match self.reach {
            Reach::Onward => Some(unit.seeds(excerpt)?),
            _ => None,
        };
        let task = Task {
            runs: &excerpt.runs,
            reach: self.reach,
            inputs: unit.inputs.iter().map(|source| sources.get(*source)).collect(),
            stamps,
            seeds: seeds.as_deref(),
            keeps_state: true,
        };
        unit.compute(&task, Some(order))
    }
}

/// Sources read at some rows.
pub(super) struct Gathered {
    needed: Vec<usize>,
    values: Vec<Values<'static>>,
}

impl Gathered {
    /// Reads sources, given in order, at rows.
    pub(super) fn new(
        needed: Vec<usize>,
        keys: &[u64],
        column: impl Fn(usize) -> Column,
    ) -> Result<Gathered> {
        let keys = UInt64Array::from(keys.to_vec());
        let read = |source: &usize| Ok(Values::new(column(*source).gather(&keys)?, None));
        let values = needed.iter().map(read).collect::<Result<Vec<_>>>()?;
        Ok(Gathered { needed, values })
    }

    /// The values of a source that was read.
    pub(super) fn get(&self, source: usize) -> &Values<'static> {
        &self.values[self.needed.binary_search(&source).expect("a source that was read")]
    }
}

impl Unit {
    /// The results, and what is kept beside them, at `order` of the wanted rows.
    pub(super) fn compute(&self, task: &Task<'_>, order: Option<&[u32]>) -> Result<Vec<ArrayRef>> {
        let outcomes = self.kernel.compute(task)?;
        outcomes.into_iter().zip(&self.types).map(|(outcome, kind)| outcome.into_array(kind, order)).collect()
    }

    /// The results before the runs, and what was kept beside them.
    fn seeds(&self, excerpt: &Excerpt) -> Result<Vec<ArrayRef>> {
        let keys = UInt64Array::from(excerpt.before.clone());
        (0..self.types.len()).map(|column| self.store.column(column).gather(&keys)).collect()
    }

    /// Writes the results that are new or not what they were. Gives the rows that were there and have another result.
    pub(super) fn write(&mut self, rows: &RowSet, added: &RowSet, results: &[ArrayRef]) -> Result<RowSet> {
        let kept = rows.difference(added);
        if kept.is_empty() {
            self.store = self.store.write_all(rows, results.to_vec())?;
            return Ok(kept);
        }
        let places = UInt32Array::from_iter_values(rows.positions_of(&kept).iter().map(|at| at as u32));
        let mut changed = Vec::with_capacity(results.len());
        for (column, results) in results.iter().enumerate() {
            let old = self.store.column(column).read(&kept)?;
            changed.push(differing(&old, &take(results, &places, None)?)?);
        }
        let any = changed[1..].iter().fold(changed[0].clone(), |any, changed| &any | changed);
        let mut writes = vec![true; rows.len() as usize];
        places.values().iter().zip(&any).for_each(|(place, changed)| writes[*place as usize] = changed);
        let written = rows.iter().zip(&writes).filter(|(_, write)| **write).map(|(key, _)| key);
        let written = RowSet::from_sorted(written);
        if !written.is_empty() {
            let mask = BooleanArray::from(writes);
            let values =
                results.iter().map(|values| Ok(filter(values, &mask)?)).collect::<Result<Vec<_>>>()?;
            self.store = self.store.write_all(&written, values)?;
        }
        Ok(kept.keys_at(&RowSet::from_sorted(changed[0].set_indices().map(|at| at as u64))))
    }
}

/// Goes through the passes of one update.
struct Follower<'a, 'b> {
    input: &'a Input<'b>,
    update: &'a Update,
    touched: &'a [Touched],
    /// Whether modified rows left their groups and joined groups.
    regrouped: bool,
    /// The rows and columns of results that are not what they were.
    modified: RowSet,
    columns: ColumnSet,
}

impl Follower<'_, '_> {
    fn pass(&mut self, pass: &mut Pass, column: impl Fn(usize) -> Column) -> Result<()> {
        let affected = Affected {
            input: self.input,
            reach: pass.reach,
            stamp: pass.stamp.as_ref().map(|stamp| stamp.column),
            reads: self.reads(pass),
        };
        let excerpt = affected.excerpt(self.touched)?;
        if excerpt.runs.is_empty() {
            return Ok(());
        }
        let sources = Gathered::new(pass.needs(|_| true), &excerpt.keys, column)?;
        let (rows, order) = excerpt.wanted();
        for index in 0..pass.units.len() {
            let results = pass.compute(index, &excerpt, &sources, &order)?;
            let unit = &mut pass.units[index];
            let changed = unit.write(&rows, &self.update.added, &results)?;
            if !changed.is_empty() {
                self.modified = self.modified.union(&changed);
                self.columns.insert(unit.output);
            }
        }
        Ok(())
    }

    fn reads(&self, pass: &Pass) -> Reads {
        let columns = &self.update.modified_columns;
        match &pass.stamp {
            _ if self.regrouped => Reads::Nothing,
            Some(stamp) if columns.contains(stamp.column) => Reads::Stamps,
            _ if pass.reads.intersects(columns.iter()) => Reads::Values,
            _ => Reads::Nothing,
        }
    }
}
