//! The query API: a table, and the operations on it with formulas as text.

mod handle;

mod choose;
mod group_formulas;
mod groups;
mod join_texts;
mod joins;
mod marks;
mod rolling;
mod rows;
mod snapshots;
mod style;

mod read;

pub use group_formulas::GroupFormulas;
use handle::State;
pub use handle::Table;
pub use rolling::UpdateBy;
pub use snapshots::together;
