//! What plans, and what the parts of a plan share.

use std::cell::RefCell;

use kinetable::Result;
use kinetable_engine::Table;
use sqlparser::ast::{Query, Spanned};
use sqlparser::tokenizer::Location;

use super::output;
use crate::Tables;
use crate::bind::{Asked, Binder, Queries};
use crate::context::Context;
use crate::place::at;
use crate::scope::{Column, Relation};

/// Rows that are computed when a result is made, so that a mistake shows at once.
const PROBED: u64 = 1_024;
/// How deep queries nest, and how long chains of set operations are.
const DEPTH_MAX: usize = 100;

/// Plans one query.
pub(crate) struct Planner<'a> {
    pub(super) tables: &'a dyn Tables,
    pub(super) context: &'a Context,
    /// What `WITH` names, the newest last.
    pub(super) named: RefCell<Vec<(String, Relation)>>,
    depth: std::cell::Cell<usize>,
}

impl<'a> Planner<'a> {
    /// Of a query that begins.
    pub(crate) fn new(tables: &'a dyn Tables, context: &'a Context) -> Planner<'a> {
        Planner { tables, context, named: RefCell::default(), depth: Default::default() }
    }

    /// The table of a query, with the names of its columns.
    ///
    /// # Errors
    /// If it is wrong, or not supported.
    pub(crate) fn result(&self, query: &Query) -> Result<Table> {
        let relation = self.query(query)?;
        output::named(self.context, &relation)
    }

    /// Counts how deep queries nest while one more is planned.
    pub(super) fn deeper<T>(&self, place: Location, plan: impl FnOnce() -> Result<T>) -> Result<T> {
        self.depth.set(self.depth.get() + 1);
        if self.depth.get() > DEPTH_MAX {
            return Err(at(place, "queries nest too deep").with_hint("make tables of parts of it first"));
        }
        let planned = plan();
        self.depth.set(self.depth.get() - 1);
        planned
    }

    /// A binder of a clause over some columns.
    pub(super) fn binder<'b>(&'b self, columns: &'b [Column], clause: &'static str) -> Binder<'b> {
        Binder::new(self.context, self, columns, clause)
    }
}

impl Queries for Planner<'_> {
    fn plan(&self, query: &Query, outer: &[Column]) -> Result<Asked> {
        self.asked(query, outer)
    }
}

/// Where a query begins.
pub(crate) fn place_of(query: &Query) -> Location {
    query.span().start
}

/// Computes the first rows.
///
/// # Errors
/// If one fails.
pub(crate) fn probe(table: &Table) -> Result<()> {
    let version = table.version();
    version.batch(table.schema(), &version.rows().slice(0..PROBED))?;
    Ok(())
}
