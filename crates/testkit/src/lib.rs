//! Table text, update scripts, the oracle and the simulated clock: what the tests of everything above the engine use.
//!
//! ```text
//!  Profile ─seed─▶ Script ─▶ ScriptedTable ─▶ operator under test ─▶ result
//!                    ▲ shrink                                          │
//!                    └───────────── oracle: five checks a cycle ◀──────┘
//! ```
//!
//! A test of an operator has two halves. Short cases are told in *table text* ([`text`], [`ScriptedTable`]) with
//! `expect-test`; the general case is one call of the [`mod@oracle`].
//!
//! ```
//! use kinetable_testkit::{Profile, oracle};
//!
//! oracle("pass on")
//!     .input(Profile::full())
//!     .seeds(0..3)
//!     .check(|inputs| inputs[0].with_definition(inputs[0].definition().clone()));
//! ```

mod cell;

pub mod text;

pub mod compare;

mod clock;

mod script;

mod model;

mod scripted;

mod profile;

mod shrink;

pub mod oracle;

pub use cell::{Cell, Row};
pub use clock::{Clock, Driver, Recorder, record};
pub use compare::{first_difference, table_difference};
pub use oracle::{Chain, Compared, Oracle, oracle};
pub use profile::Profile;
pub use script::{Script, Step};
pub use scripted::ScriptedTable;
pub use text::{change_text, fixed, table_text, version_text};
