//! Queries to operations.
//!
//! | module | what |
//! |---|---|
//! | `query` | `WITH`, set operations, `VALUES`, `LIMIT` |
//! | `select` | one `SELECT`: from its tables to its columns |
//! | `from` | tables, and how they are joined |
//! | `join` | joins by any condition |
//! | `group` | `GROUP BY` and aggregates |
//! | `prune` | files that are not read |
//! | `inner` | queries within expressions |
//! | `order` | `ORDER BY` |
//! | `output` | names of the result |

mod from;
mod group;
mod inner;
mod join;
mod order;
mod output;
mod planner;
mod prune;
mod query;
mod select;

pub(crate) use planner::{Planner, place_of, probe};
