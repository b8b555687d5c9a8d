//! The operations of tables, as functions of native tables: one line each, into the façade.

mod aggregations;
mod choose;
mod groups;
mod make;
mod rows;

pub use aggregations::*;
pub use choose::*;
pub use groups::*;
pub use make::*;
pub use rows::*;
