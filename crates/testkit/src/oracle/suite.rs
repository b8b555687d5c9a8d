//! The oracle of one operator: its settings, and the seeds it goes through.

use super::report::{Check, Failure, Report};
use super::run::Run;
use crate::profile::Profile;
use crate::script::Script;
use crate::shrink::shrink;
use kinetable_engine::{Result, Table};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How often a failing script is tried to be made smaller.
const SHRINK_BUDGET: usize = 400;

/// An operator as the oracle sees it.
pub(super) type Operation<'a> = &'a dyn Fn(&[Table]) -> Result<Table>;

/// A plain way to the same result, on static tables.
type Reference = dyn Fn(&[Table]) -> Result<Table>;

/// The five checks for one operator, with the inputs they are made on.
pub struct Oracle {
    name: String,
    profiles: Vec<Profile>,
    cycles: usize,
    seeds: Range<u64>,
    rules: Rules,
    against: Option<Box<Reference>>,
}

/// What is asked of the result.
#[derive(Default)]
pub(super) struct Rules {
    /// Compare as a bag of rows.
    pub(super) unordered: bool,
    /// Recompute on all rows that blink inputs ever had.
    pub(super) over_history: bool,
    /// The greatest share of rows listed as modified that may have the values they had.
    pub(super) overlisted_max: Option<f64>,
    /// The most rows that may be read, for so many rows changed.
    pub(super) cost: Option<Box<dyn Fn(u64) -> u64>>,
}

/// Begins an oracle for an operator.
pub fn oracle(name: &str) -> Oracle {
    Oracle {
        name: name.into(),
        profiles: Vec::new(),
        cycles: 20,
        seeds: 0..40,
        rules: Rules::default(),
        against: None,
    }
}

impl Oracle {
    /// Adds an input.
    pub fn input(mut self, profile: Profile) -> Oracle {
        self.profiles.push(profile);
        self
    }

    /// Adds inputs.
    pub fn inputs(mut self, profiles: impl IntoIterator<Item = Profile>) -> Oracle {
        self.profiles.extend(profiles);
        self
    }

    /// The cycles of each script, where else they are 20.
    pub fn cycles(mut self, cycles: usize) -> Oracle {
        self.cycles = cycles;
        self
    }

    /// The seeds, where else they are `0..40`.
    pub fn seeds(mut self, seeds: Range<u64>) -> Oracle {
        self.seeds = seeds;
        self
    }

    /// The order of the result is not promised: (a) compares bags of rows.
    pub fn unordered(mut self) -> Oracle {
        self.rules.unordered = true;
        self
    }

    /// The operator accumulates blink inputs: (a) recomputes on all rows they ever had.
    pub fn over_history(mut self) -> Oracle {
        self.rules.over_history = true;
        self
    }

    /// (c) fails when any row is listed as modified that has the values it had.
    pub fn honest(self) -> Oracle {
        self.overlisted_max(0.0)
    }

    /// (c) fails when more than this share of the rows listed as modified, over all seeds, have the values they had.
    pub fn overlisted_max(mut self, share: f64) -> Oracle {
        self.rules.overlisted_max = Some(share);
        self
    }

    /// (e) fails when a cycle reads more rows of the inputs than this, for so many rows changed (added, removed and
    /// modified, of all inputs). Rows read are counted per input as the most of any column. To mean something, the inputs must be
    /// larger than their changes: `Profile::full().initial(2000)`.
    pub fn work(mut self, cost: impl Fn(u64) -> u64 + 'static) -> Oracle {
        self.rules.cost = Some(Box::new(cost));
        self
    }

    /// (a) recomputes with another function, which gets static tables: a plain way to the same result.
    pub fn against(mut self, reference: impl Fn(&[Table]) -> Result<Table> + 'static) -> Oracle {
        self.against = Some(Box::new(reference));
        self
    }

    /// Runs the checks; gives what was measured.
    ///
    /// # Panics
    /// When a check fails, with the smallest scripts found that make it fail.
    pub fn check(self, operation: impl Fn(&[Table]) -> Result<Table>) -> Report {
        assert!(!self.profiles.is_empty(), "the oracle \"{}\" has no input", self.name);
        let mut report = Report::default();
        for seed in self.seeds.clone() {
            let scripts = self.scripts(seed);
            match self.run(&scripts, &operation) {
                Ok(measured) => report.add(&measured),
                Err(failure) => {
                    let scripts = self.shrink(scripts, &failure, &operation);
                    let failure = self.run(&scripts, &operation).err().unwrap_or(failure);
                    panic!("{}", self.tell(seed, &failure, &scripts));
                }
            }
        }
        if let Some(max) = self.rules.overlisted_max.filter(|max| report.overlisted_share() > *max) {
            let share = report.overlisted_share();
            panic!(
                "oracle \"{}\": check (c): {share:.3} of modified rows had not changed, at most {max:.3} may",
                self.name
            );
        }
        report
    }

    /// Runs the checks on given scripts, to keep a failure that was found as a test.
    ///
    /// # Panics
    /// When a check fails.
    pub fn replay(self, scripts: &[Script], operation: impl Fn(&[Table]) -> Result<Table>) -> Report {
        match self.run(scripts, &operation) {
            Ok(report) => report,
            Err(failure) => panic!("{}", self.tell(0, &failure, scripts)),
        }
    }

    fn scripts(&self, seed: u64) -> Vec<Script> {
        let profiles = self.profiles.iter().zip(0..);
        // Other inputs get other seeds, of the same parity, on which depends whether they begin empty.
        profiles.map(|(profile, at)| profile.script(seed + at * 1_000_003, self.cycles)).collect()
    }

    fn run(&self, scripts: &[Script], operation: Operation) -> std::result::Result<Report, Failure> {
        let reference = self.against.as_deref().unwrap_or(operation);
        let run = || Run::start(scripts, operation, reference, &self.rules)?.finish();
        catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| text.to_string()));
            let message = text.unwrap_or_else(|| "no message".into());
            Err(Failure { check: Check::Panic, cycle: 0, message })
        })
    }

    fn shrink(&self, scripts: Vec<Script>, failure: &Failure, operation: Operation) -> Vec<Script> {
        shrink(scripts, SHRINK_BUDGET, |candidate| {
            self.run(candidate, operation).is_err_and(|other| other.check == failure.check)
        })
    }

    fn tell(&self, seed: u64, failure: &Failure, scripts: &[Script]) -> String {
        let mut text = format!("oracle \"{}\", seed {seed}: {failure}\n", self.name);
        for (at, script) in scripts.iter().enumerate() {
            text += &format!("\ninput {at} ({:?}):\n{script}", script.properties);
        }
        text
    }
}
