//! The oracle: five checks of any operator, after every cycle of seeded random scripts.
//!
//! | check | says |
//! |---|---|
//! | (a) | the result equals the operation recomputed on static copies of the inputs' current versions |
//! | (b) | previous version + update = current version: rows, shifts, and every cell that is not listed |
//! | (c) | the update is honest: how many rows it lists as modified that have the values they had |
//! | (d) | versions held since before still read as they did |
//! | (e) | the rows read of the inputs in a cycle are within the stated cost of the rows changed |
//!
//! Values are compared in order and to the bit, but that every NaN equals every NaN; keys are the operator's own.
//! A failure is made small and told as table text: the seed, the cycle, the check, the scripts of the inputs.
//!
//! ```
//! # use kinetable_testkit::{oracle, Profile};
//! # use kinetable_engine::{Table, Result};
//! # fn renamed(table: &Table) -> Result<Table> { table.with_definition(table.definition().clone()) }
//! let report = oracle("rename").input(Profile::full()).honest().check(|inputs| renamed(&inputs[0]));
//! assert_eq!(report.overlisted, 0);
//! ```

mod suite;

mod run;

mod chain;

mod checks;

mod report;

pub use chain::{Chain, Compared};
pub use report::Report;
pub use suite::{Oracle, oracle};
