//! Trees and rollups as flat tables in view order.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_schema::DataType;
use kinetable::{Expansion, Levels, Order, Table};
use kinetable_server::operations::hierarchy::{Hierarchy, Remake, Rollup, Tree};
use pyo3::prelude::*;
use pyo3::types::PyList;

use crate::errors::{engine, invalid};
use crate::gate;
use crate::table::PyTable;
use crate::values::from_sequence;

/// Which rows are expanded: all (`None`), those above a depth, or by number of key columns the columns of their keys.
#[derive(FromPyObject)]
pub enum Expanded<'py> {
    Below(u32),
    Keys(Vec<Vec<Bound<'py, PyList>>>),
}

fn expansion(expanded: Option<Expanded<'_>>, types: &[DataType]) -> PyResult<Expansion> {
    let keys = match expanded {
        None => return Ok(Expansion::All),
        Some(Expanded::Below(depth)) => return Ok(Expansion::Below(depth)),
        Some(Expanded::Keys(keys)) => keys,
    };
    let group = |columns: Vec<Bound<'_, PyList>>| -> PyResult<Vec<ArrayRef>> {
        let arrays = columns.iter().zip(types).map(|(values, kind)| from_sequence(values.as_any(), kind));
        arrays.collect()
    };
    Ok(Expansion::Keys(keys.into_iter().map(group).collect::<PyResult<_>>()?))
}

fn type_of(py: Python<'_>, table: &Table, column: &str) -> PyResult<DataType> {
    let field = table.schema().field_with_name(column);
    let field = field.map_err(|_| invalid(py, &format!("no column \"{column}\""), None))?;
    Ok(field.data_type().clone())
}

fn orders(keys: Vec<(String, bool)>) -> Vec<(String, Order)> {
    let order = |descending| if descending { Order::Descending } else { Order::Ascending };
    keys.into_iter().map(|(name, descending)| (name, order(descending))).collect()
}

/// A tree in view order.
#[pyfunction]
#[pyo3(signature = (table, id, parent, order, expanded))]
pub fn tree_view(
    py: Python<'_>,
    table: &PyTable,
    id: &str,
    parent: &str,
    order: Vec<(String, bool)>,
    expanded: Option<Expanded<'_>>,
) -> PyResult<PyTable> {
    let open = expansion(expanded, &[type_of(py, table.inner(), id)?])?;
    let order = orders(order);
    engine(py, || table.inner().tree_view(id, parent, &order, &open)).map(PyTable::new)
}

/// The same rows, of which those whose parent is not there have no parent.
#[pyfunction]
pub fn promote_orphans(py: Python<'_>, table: &PyTable, id: &str, parent: &str) -> PyResult<PyTable> {
    engine(py, || table.inner().promote_orphans(id, parent)).map(PyTable::new)
}

/// Some rows of a tree, and all rows above them.
#[pyfunction]
pub fn with_ancestors(
    py: Python<'_>,
    table: &PyTable,
    chosen: &PyTable,
    id: &str,
    parent: &str,
) -> PyResult<PyTable> {
    engine(py, || table.inner().with_ancestors(chosen.inner(), id, parent)).map(PyTable::new)
}

/// The columns of another table; those that a table does not have are null.
#[pyfunction]
pub fn with_columns_of(py: Python<'_>, table: &PyTable, other: &PyTable) -> PyResult<PyTable> {
    engine(py, || table.inner().with_columns_of(other.inner())).map(PyTable::new)
}

/// A rollup in view order.
#[pyfunction]
#[pyo3(signature = (levels, rows, by, group_order, row_order, expanded))]
pub fn rollup_view(
    py: Python<'_>,
    levels: Vec<PyRef<'_, PyTable>>,
    rows: Option<&PyTable>,
    by: Vec<String>,
    group_order: Vec<(String, bool)>,
    row_order: Vec<(String, bool)>,
    expanded: Option<Expanded<'_>>,
) -> PyResult<PyTable> {
    let levels: Vec<Table> = levels.iter().map(|level| level.inner().clone()).collect();
    let deepest = levels.last().ok_or_else(|| invalid(py, "a rollup without levels", None))?;
    let types = by.iter().map(|name| type_of(py, deepest, name)).collect::<PyResult<Vec<_>>>()?;
    let open = expansion(expanded, &types)?;
    let rollup = Levels {
        levels,
        rows: rows.map(|rows| rows.inner().clone()),
        by,
        group_order: orders(group_order),
        row_order: orders(row_order),
    };
    engine(py, || rollup.view(&open)).map(PyTable::new)
}

/// The parts of a tree, as the side in Python hands them over.
#[derive(FromPyObject)]
struct ServedTree(Py<PyTable>, String, String, Vec<(String, bool)>);

/// The levels of a rollup and its rows.
type Parts = (Vec<Py<PyTable>>, Option<Py<PyTable>>);

/// The same of a rollup: its rows, its levels, the rows that are shown, keys, what groups and rows are sorted by,
/// which column each result is of, and what makes levels anew.
#[derive(FromPyObject)]
struct ServedRollup(
    Py<PyTable>,
    Vec<Py<PyTable>>,
    Option<Py<PyTable>>,
    Vec<String>,
    Vec<(String, bool)>,
    Vec<(String, bool)>,
    HashMap<String, String>,
    Py<PyAny>,
);

/// A tree or a rollup as a server shows it.
///
/// # Errors
/// If it is neither.
pub fn served(value: &Bound<'_, PyAny>) -> PyResult<Hierarchy> {
    if let Ok(ServedTree(source, id, parent, order)) = value.extract() {
        let source = source.get().inner().clone();
        return Ok(Hierarchy::Tree(Tree { source, id, parent, order: orders(order) }));
    }
    let ServedRollup(source, levels, rows, by, group_order, row_order, inputs, remake) = value.extract()?;
    let (group_order, row_order) = (orders(group_order), orders(row_order));
    let made = move |(levels, rows): Parts| Levels {
        levels: levels.iter().map(|level| level.get().inner().clone()).collect(),
        rows: rows.map(|rows| rows.get().inner().clone()),
        by: by.clone(),
        group_order: group_order.clone(),
        row_order: row_order.clone(),
    };
    let shown = made((levels, rows));
    let remake: Remake = Arc::new(move |source| {
        let source = source.clone();
        let parts = gate::enter(|py| {
            let parts = Py::new(py, PyTable::new(source)).and_then(|source| remake.bind(py).call1((source,)));
            let parts = parts.and_then(|parts| parts.extract::<Parts>());
            parts.map_err(|error| kinetable::Error::invalid(error.to_string()))
        });
        let parts = parts.ok_or_else(|| kinetable::Error::invalid("the interpreter has ended"))??;
        Ok(made(parts))
    });
    let source = source.get().inner().clone();
    Ok(Hierarchy::Rollup(Rollup { source, levels: shown, inputs, remake }))
}
