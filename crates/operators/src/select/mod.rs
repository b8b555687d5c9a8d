//! Choosing and computing columns: `view`, `update_view`, `update`, `select`, `lazy_update`, and dropping, renaming
//! and moving columns.
//!
//! All take a list of [`Selection`]s. Functions count columns in a list that grows: first the columns of the table, in
//! the order of its schema, then one entry a selection. So the function of selection `j` of a table of `n` columns
//! may read columns `0..n + j`, and a name that an earlier selection defined is found at the latest entry of that name.
//!
//! ```text
//!  table: A B │ X = A + B │ A = X * 2 │ Y = A      (the list that grows)
//!  index: 0 1 │ 2 (0, 1)  │ 3 (2)     │ 4 (3)
//!  update_view gives A (entry 3), B, X, Y; view gives X, A, Y
//! ```
//!
//! A name that comes twice in the result stands where it stood first, with the value it got last.

mod columns;
mod lazy;
mod plan;
mod update;
mod view;

pub use columns::{drop_columns, move_columns, move_columns_down, move_columns_up, rename_columns};
pub use lazy::lazy_update;
pub use plan::{Selection, Source};
pub use update::{select, update};
pub use view::{update_view, view};
