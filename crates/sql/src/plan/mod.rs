//! Queries to operations.
//!
//! | module | what |
//! |---|---|
//! | `query` | `WITH`, set operations, `VALUES`, `LIMIT` |
//! | `select`, `items` | one `SELECT`: from its tables to its columns |
//! | `from` | tables, and how they are joined |
//! | `join` | joins by any condition |
//! | `group` | `GROUP BY` and aggregates |
//! | `prune` | files that are not read |
//! | `inner`, `asked` | queries within expressions, and those that name columns around them |
//! | `windows` | `OVER` |
//! | `order` | `ORDER BY` |
//! | `output` | names of the result |

mod asked;
mod from;
mod group;
mod inner;
mod items;
mod join;
mod order;
mod output;
mod planner;
mod prune;
mod query;
mod select;
mod windows;

pub(crate) use order::Key;
pub(crate) use planner::{Planner, place_of, probe};
