//! SQL over tables.

use std::collections::HashMap;

use kinetable::{Result, Session, Table};
use kinetable_sql::Tables;
use pyo3::prelude::*;

use crate::errors::engine;
use crate::table::PyTable;

/// The tables of a script, by name.
struct Named(HashMap<String, Table>);

impl Tables for Named {
    fn table(&self, name: &str) -> Result<Option<Table>> {
        Ok(self.0.get(name).cloned())
    }

    fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }
}

/// The result of a query; with `dry_run` a table without rows that has its columns.
#[pyfunction]
pub fn sql_query(
    py: Python<'_>,
    statement: &str,
    tables: HashMap<String, PyRef<'_, PyTable>>,
    dry_run: bool,
) -> PyResult<PyTable> {
    let tables = tables.into_iter().map(|(name, table)| (name, table.inner().clone()));
    let tables = Named(tables.collect());
    let made = move || {
        let session = Session::global();
        match dry_run {
            true => kinetable_sql::check(&session, statement, &tables),
            false => kinetable_sql::evaluate(&session, statement, &tables),
        }
    };
    engine(py, made).map(PyTable::new)
}
