//! The update rule on an append-only table: what later rows need is kept at the end of each group.

use kinetable_engine::{Column, ColumnSet, Error, Input, Result, RowSet, Update};

use super::lane::Values;
use super::layout::{Layout, in_row_order};
use super::operator::{Gathered, UpdateBy};
use super::plan::{Pass, Unit};
use super::stamps::checked;
use super::tails::{Anew, Appended, Coming, Tails};
use super::task::Run;

impl UpdateBy {
    /// Computes appended rows, and those before them whose windows reach ahead to them.
    pub(super) fn append(&mut self, input: &Input<'_>, update: &Update) -> Result<(Vec<Column>, Update)> {
        let only_appends =
            update.removed.is_empty() && update.modified.is_empty() && update.shifted.is_empty();
        if !only_appends || update.added.first().is_some_and(|first| first < input.before.rows().end()) {
            let message = "a table that is said to be append-only removed, changed, moved or inserted rows";
            return Err(Error::internal(format!("{message}: {update:?}")));
        }
        let coming = Fresh::new(self.members.join(input.now, &update.added)?);
        let (mut modified, mut columns) = (RowSet::empty(), ColumnSet::none());
        for pass in &mut self.plan.passes {
            let column = |source: usize| self.plan.sources[source].column(input.now);
            let changed = pass.append(&coming, column, &update.added)?;
            for (output, rows) in changed {
                modified = modified.union(&rows);
                columns.insert(output);
            }
        }
        let update = Update { modified, modified_columns: columns, ..update.clone() };
        Ok((self.columns(input.now), update))
    }
}

/// Rows that come, group by group.
struct Fresh {
    slots: Vec<u32>,
    runs: Vec<Run>,
    keys: Vec<u64>,
}

impl Fresh {
    fn new(groups: Vec<(u32, RowSet)>) -> Fresh {
        let mut fresh = Fresh { slots: Vec::new(), runs: Vec::new(), keys: Vec::new() };
        for (slot, rows) in groups {
            let (start, len) = (fresh.keys.len(), rows.len() as usize);
            rows.extend_into(&mut fresh.keys);
            fresh.slots.push(slot);
            fresh.runs.push(Run { start, len, wanted: 0..len });
        }
        fresh
    }
}

impl Pass {
    /// Keeps the ends of the groups of a table that was computed as a whole.
    pub(super) fn begin(
        &mut self,
        rows: &RowSet,
        layout: &Layout,
        stamps: Option<&[i64]>,
        sources: &[Values<'_>],
    ) {
        let tails = Tails::new(self.reach, rows, layout, stamps);
        for unit in &mut self.units {
            unit.roller = unit.kernel.roller();
            let Some(roller) = &mut unit.roller else {
                continue;
            };
            let inputs: Vec<&Values<'_>> = unit.inputs.iter().map(|source| &sources[*source]).collect();
            for (slot, run) in layout.runs.iter().enumerate() {
                let (position, _) = tails.kept(slot);
                let places = run.start + position as usize..run.start + run.len;
                roller.begin(slot, position, &inputs, places);
            }
        }
        self.tails = Some(tails);
    }

    /// Computes what rows that come change; gives the results that changed of rows that were there.
    fn append(
        &mut self,
        fresh: &Fresh,
        column: impl Fn(usize) -> Column,
        added: &RowSet,
    ) -> Result<Vec<(usize, RowSet)>> {
        if fresh.runs.is_empty() {
            return Ok(Vec::new());
        }
        let sources = Gathered::new(self.needs(Unit::rolls), &fresh.keys, &column)?;
        let appended = self.take_in(fresh, &sources)?;
        let (rows, order) = in_row_order(&appended.wanted);
        let context = match self.units.iter().all(Unit::rolls) {
            true => None,
            false => Some(Gathered::new(self.needs(|unit| !unit.rolls()), &appended.context.keys, &column)?),
        };
        let mut changed = Vec::new();
        for index in 0..self.units.len() {
            let unit = &mut self.units[index];
            let results = match (&mut unit.roller, &context) {
                (Some(roller), _) => {
                    let inputs: Vec<&Values<'_>> = unit.inputs.iter().map(|s| sources.get(*s)).collect();
                    let results = roller.append(&appended.steps, &inputs);
                    vec![results.into_array(&unit.types[0], Some(&order))?]
                }
                (None, Some(context)) => self.compute(index, &appended.context, context, &order)?,
                (None, None) => unreachable!("what is read anew has been read"),
            };
            let unit = &mut self.units[index];
            let rows = unit.write(&rows, added, &results)?;
            if !rows.is_empty() {
                changed.push((unit.output, rows));
            }
        }
        Ok(changed)
    }

    fn take_in(&mut self, fresh: &Fresh, sources: &Gathered) -> Result<Appended> {
        let (name, stamps) = match &self.stamp {
            None => ("", None),
            Some(stamp) => {
                let stamps = checked(sources.get(stamp.source), &fresh.runs, &stamp.name)?;
                (stamp.name.as_str(), Some(stamps))
            }
        };
        let coming = |(slot, run): (&u32, &Run)| Coming {
            slot: *slot,
            keys: &fresh.keys[run.places()],
            stamps: stamps.map_or(&[], |stamps| &stamps[run.places()]),
            start: run.start,
        };
        let coming: Vec<Coming<'_>> = fresh.slots.iter().zip(&fresh.runs).map(coming).collect();
        let anew = if self.units.iter().all(Unit::rolls) { Anew::None } else { Anew::Some };
        let tails = self.tails.as_mut().expect("the ends of groups are kept from the start");
        tails.append(&coming, name, anew)
    }

    /// Bytes held beside results.
    pub(super) fn bytes(&self) -> usize {
        let rollers = self.units.iter().filter_map(|unit| unit.roller.as_ref());
        rollers.map(|roller| roller.bytes()).sum::<usize>() + self.tails.as_ref().map_or(0, Tails::bytes)
    }
}

impl Unit {
    /// Whether its windows are kept where they stand.
    fn rolls(&self) -> bool {
        self.roller.is_some()
    }
}
