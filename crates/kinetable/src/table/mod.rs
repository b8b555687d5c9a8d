//! The query API: a table, and the operations on it with formulas as text.

mod handle;

mod choose;
mod group_formulas;
mod group_rows;
mod groups;
mod join_texts;
mod joins;
mod marks;
mod order;
mod pattern;
mod preview;
mod rolling;
mod rows;
mod snapshots;
mod style;

mod read;

pub use group_formulas::GroupFormulas;
pub use group_rows::GroupResult;
use handle::State;
pub use handle::Table;
pub use order::SortKey;
pub use rolling::UpdateBy;
pub use snapshots::together;
