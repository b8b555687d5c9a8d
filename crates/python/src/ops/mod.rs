//! The operations of tables, as functions of native tables: one line each, into the façade.

mod aggregations;
mod calendars;
mod choose;
mod groups;
mod hierarchies;
mod joins;
mod make;
mod marks;
mod partitioned;
mod rolling;
mod rows;
mod sql;
mod zones;

pub use aggregations::*;
pub use calendars::*;
pub use choose::*;
pub use groups::*;
pub use hierarchies::*;
pub use joins::*;
pub use make::*;
pub use marks::*;
pub use partitioned::*;
pub use rolling::*;
pub use rows::*;
pub use sql::*;
pub use zones::*;
