//! The console of a page: code that it runs, completion, and the log.

mod held;
mod log;
mod runs;

pub(in crate::web) use runs::Console;
