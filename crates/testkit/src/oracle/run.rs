//! One run of an oracle: the scripts of one seed, cycle by cycle.

use super::checks::{check_held, check_update};
use super::report::{Check, Failure, Report};
use super::suite::{Operation, Rules};
use crate::clock::{Driver, Recorder, record};
use crate::compare::{bag_difference, batch, batch_difference};
use crate::script::Script;
use crate::scripted::ScriptedTable;
use crate::text::static_table;
use arrow_array::RecordBatch;
use arrow_select::concat::concat_batches;
use kinetable_engine::column::Packed;
use kinetable_engine::{
    Definition, Error, ListenerHandle, Properties, Result, RowSet, Table, Update, Version,
};
use std::sync::Arc;

/// Versions are held until the end every so many cycles.
const HELD_EVERY: usize = 6;

pub(super) struct Run<'a> {
    scripts: &'a [Script],
    rules: &'a Rules,
    reference: Operation<'a>,
    driver: Driver,
    inputs: Vec<Side>,
    result: Table,
    told: Arc<Recorder>,
    _listener: ListenerHandle,
    /// Versions held, with what they read when they were taken; the last is the previous one.
    held: Vec<(Version, RecordBatch)>,
    cycle: usize,
    report: Report,
}

/// One input.
enum Side {
    Fixed(Table),
    Live { source: ScriptedTable, told: Arc<Recorder>, _listener: ListenerHandle, history: Vec<RecordBatch> },
}

impl<'a> Run<'a> {
    /// Makes the inputs and the result, and checks the result before the first cycle.
    pub(super) fn start(
        scripts: &'a [Script],
        operation: Operation<'a>,
        reference: Operation<'a>,
        rules: &'a Rules,
    ) -> std::result::Result<Run<'a>, Failure> {
        let failed = |error: Error| Failure { check: Check::Error, cycle: 0, message: error.to_string() };
        let driver = Driver::without_checks();
        let inputs: Result<Vec<Side>> = scripts.iter().map(|s| Side::open(&driver, s)).collect();
        let inputs = inputs.map_err(failed)?;
        let tables: Vec<Table> = inputs.iter().map(|side| side.table().clone()).collect();
        let result = operation(&tables).map_err(failed)?;
        let (told, listener) = record(&result);
        let first = (result.version(), batch(&result).map_err(failed)?);
        let mut run = Run {
            scripts,
            rules,
            reference,
            driver,
            inputs,
            result,
            told,
            _listener: listener,
            held: vec![first],
            cycle: 0,
            report: Report::default(),
        };
        run.check_recomputed()?;
        Ok(run)
    }

    /// Runs all cycles; gives what was measured.
    pub(super) fn finish(mut self) -> std::result::Result<Report, Failure> {
        let cycles = self.scripts.iter().map(|script| script.steps.len()).max().unwrap_or(0);
        for index in 0..cycles {
            self.cycle = index + 1;
            for (side, script) in self.inputs.iter().zip(self.scripts) {
                if let (Side::Live { source, .. }, Some(step)) = (side, script.steps.get(index)) {
                    source.step(step.clone());
                }
            }
            self.run_cycle()?;
        }
        Ok(self.report)
    }

    fn run_cycle(&mut self) -> std::result::Result<(), Failure> {
        for side in &self.inputs {
            side.take_rows_read();
        }
        self.driver.cycle();
        let read = self.inputs.iter().map(Side::take_rows_read).sum();
        let changed: Result<u64> = self.inputs.iter_mut().map(Side::after_cycle).sum();
        let changed = changed.map_err(|error| self.error_at(&error))?;
        self.report.cycles += 1;
        self.report.rows_read += read;
        self.report.input_rows_changed += changed;
        if let Some(error) = self.result.failure() {
            return Err(self.error_at(&error));
        }
        let now = batch(&self.result).map_err(|error| self.error_at(&error))?;
        self.held.push((self.result.version(), now));
        self.check_recomputed()?;
        self.check_step()?;
        self.check_work(read, changed)?;
        // The version before the previous one goes, but for one every few cycles.
        let previous = self.held.len() - 2;
        if !self.cycle.is_multiple_of(HELD_EVERY) && previous > 0 {
            self.held.remove(previous);
        }
        Ok(())
    }

    /// (a).
    fn check_recomputed(&mut self) -> std::result::Result<(), Failure> {
        let expected = self.recomputed().map_err(|error| self.error_at(&error))?;
        let (_, found) = self.held.last().expect("the current version is held");
        let difference = if self.rules.unordered {
            bag_difference(&expected, found)
        } else {
            batch_difference(&expected, found)
        };
        self.none(Check::Recomputed, difference)
    }

    fn recomputed(&self) -> Result<RecordBatch> {
        let copies = self.inputs.iter().map(|side| side.copy(self.rules.over_history));
        let copies = copies.collect::<Result<Vec<_>>>()?;
        batch(&(self.reference)(&copies)?)
    }

    /// (b), (c) and (d).
    fn check_step(&mut self) -> std::result::Result<(), Failure> {
        let changes = self.told.take();
        if changes.len() > 1 {
            let message = format!("listeners were told {} changes in one cycle", changes.len());
            return self.none(Check::Update, Some(message));
        }
        let update = changes.first().map_or_else(Update::default, |change| change.update.clone());
        let [.., before, after] = &self.held[..] else {
            unreachable!("the previous and the current version are held");
        };
        let overlisted = match check_update(&update, before, after) {
            Ok(overlisted) => overlisted,
            Err(message) => return self.none(Check::Update, Some(message)),
        };
        self.report.rows_changed += update.size();
        self.report.modified += update.modified.len();
        self.report.overlisted += overlisted.len();
        if self.rules.overlisted_max == Some(0.0) && !overlisted.is_empty() {
            let message = format!(
                "rows {overlisted:?} are listed as modified in columns {:?} and have the values they had",
                update.modified_columns.iter().collect::<Vec<_>>()
            );
            return self.none(Check::Honest, Some(message));
        }
        self.none(Check::Previous, check_held(&self.held, self.result.schema()))
    }

    /// (e).
    fn check_work(&self, read: u64, changed: u64) -> std::result::Result<(), Failure> {
        let Some(cost) = &self.rules.cost else { return Ok(()) };
        let allowed = cost(changed);
        let message = || {
            let sizes: Vec<u64> = self.inputs.iter().map(|side| side.table().size()).collect();
            format!(
                "{read} rows read for {changed} rows changed, {allowed} allowed; the inputs have {sizes:?} rows"
            )
        };
        self.none(Check::Work, (read > allowed).then(message))
    }

    fn none(&self, check: Check, message: Option<String>) -> std::result::Result<(), Failure> {
        match message {
            None => Ok(()),
            Some(message) => Err(Failure { check, cycle: self.cycle, message }),
        }
    }

    fn error_at(&self, error: &Error) -> Failure {
        Failure { check: Check::Error, cycle: self.cycle, message: error.to_string() }
    }
}

impl Side {
    fn open(driver: &Driver, script: &Script) -> Result<Side> {
        let definition = Definition::new(script.schema.clone(), script.properties);
        if script.is_fixed {
            let mut rows = script.start.clone();
            rows.sort_by_key(|(key, _)| *key);
            return Ok(Side::Fixed(static_table(&definition, &rows)?));
        }
        let source = ScriptedTable::of_script(driver.graph(), script);
        let (told, listener) = record(source.table());
        let history = vec![batch(source.table())?];
        Ok(Side::Live { source, told, _listener: listener, history })
    }

    fn table(&self) -> &Table {
        match self {
            Side::Fixed(table) => table,
            Side::Live { source, .. } => source.table(),
        }
    }

    fn take_rows_read(&self) -> u64 {
        match self {
            Side::Fixed(_) => 0,
            Side::Live { source, .. } => source.take_rows_read(),
        }
    }

    /// Keeps the rows a blink table got; gives the number of rows changed.
    fn after_cycle(&mut self) -> Result<u64> {
        let Side::Live { source, told, history, .. } = self else { return Ok(0) };
        if let Some(failure) = source.table().failure() {
            return Err(failure.in_context("a scripted input failed"));
        }
        let mut changed = 0;
        for change in told.take() {
            change.update.check(change.before.rows(), change.after.rows())?;
            changed += change.update.size();
            if source.table().definition().properties.blink {
                history.push(change.after.batch(source.table().schema(), &change.update.added)?);
            }
        }
        Ok(changed)
    }

    /// A static copy of what the table has, or ever had.
    fn copy(&self, over_history: bool) -> Result<Table> {
        let Side::Live { source, history, .. } = self else { return Ok(self.table().clone()) };
        let table = source.table();
        let mut definition = table.definition().clone();
        let (rows, values) = if over_history && definition.properties.blink {
            definition.properties = Properties::APPEND;
            let all = concat_batches(table.schema(), history)?;
            (RowSet::flat(all.num_rows() as u64), all)
        } else {
            (table.version().rows().clone(), batch(table)?)
        };
        let columns = values.columns().iter().map(|v| Packed::column(rows.clone(), v.clone()));
        let columns = columns.collect::<Result<Vec<_>>>()?;
        Ok(Table::fixed(definition, rows, columns))
    }
}
