//! The query API: a table, and the operations on it with formulas as text.

mod handle;

mod choose;
mod groups;
mod joins;
mod rows;
mod style;

mod read;

use handle::State;
pub use handle::Table;
