//! Keys: aggregations and joins.

use kinetable::{Aggregation, GroupOptions, NaturalJoinType, RingStart, Table};
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::errors::{engine, invalid, raise};
use crate::names::PyNames;
use crate::table::PyTable;

/// An aggregation as Python's side writes it: kind, columns, options.
pub type Spec<'py> = (String, Vec<String>, Bound<'py, PyDict>);

/// Aggregations for each key.
#[pyfunction]
pub fn agg_by(
    py: Python<'_>,
    table: &PyTable,
    specs: Vec<Spec<'_>>,
    by: Vec<String>,
    preserve_empty: bool,
    names: PyNames,
) -> PyResult<PyTable> {
    let table = table.inner();
    let aggregations =
        specs.iter().map(|spec| aggregation(py, table, spec, &names)).collect::<PyResult<Vec<_>>>()?;
    let options = GroupOptions { preserve_empty, ..GroupOptions::default() };
    engine(py, || table.agg_by(&aggregations, &by, &options)).map(PyTable::new)
}

/// One aggregation over all columns that are not keys.
#[pyfunction]
pub fn agg_all_by(
    py: Python<'_>,
    table: &PyTable,
    spec: Spec<'_>,
    by: Vec<String>,
    names: PyNames,
) -> PyResult<PyTable> {
    let table = table.inner();
    let aggregation = aggregation(py, table, &spec, &names)?;
    engine(py, || table.agg_all_by(aggregation, &by)).map(PyTable::new)
}

fn aggregation(py: Python<'_>, table: &Table, spec: &Spec<'_>, names: &PyNames) -> PyResult<Aggregation> {
    let (kind, columns, options) = spec;
    let option = |name: &str| -> PyResult<Bound<'_, PyAny>> {
        options.get_item(name)?.ok_or_else(|| PyKeyError::new_err(name.to_owned()))
    };
    let flag = |name: &str| -> PyResult<bool> { option(name)?.extract() };
    let text = |name: &str| -> PyResult<String> { option(name)?.extract() };
    Ok(match kind.as_str() {
        "count" => {
            Aggregation::count(columns.first().ok_or_else(|| invalid(py, "count needs a column", None))?)
        }
        "count_where" => {
            let (column, filters) = (text("column")?, option("filters")?.extract::<Vec<String>>()?);
            py.detach(|| table.counting_where(&column, &filters, names)).map_err(|error| raise(py, &error))?
        }
        "sum" => Aggregation::sum(columns),
        "abs_sum" => Aggregation::abs_sum(columns),
        "avg" => Aggregation::avg(columns),
        "std" => Aggregation::std(columns),
        "var" => Aggregation::var(columns),
        "min" => Aggregation::min(columns),
        "max" => Aggregation::max(columns),
        "first" => Aggregation::first(columns),
        "last" => Aggregation::last(columns),
        "sorted_first" => Aggregation::sorted_first(text("column")?, columns),
        "sorted_last" => Aggregation::sorted_last(text("column")?, columns),
        "pct" => {
            let share = option("percentile")?.extract::<f64>()?;
            if flag("average")? {
                Aggregation::percentile_averaged(share, columns)
            } else {
                Aggregation::percentile(share, columns)
            }
        }
        "count_distinct" if flag("nulls")? => Aggregation::count_distinct_and_null(columns),
        "count_distinct" => Aggregation::count_distinct(columns),
        "distinct" if flag("nulls")? => Aggregation::distinct_and_null(columns),
        "distinct" => Aggregation::distinct(columns),
        "unique" if flag("nulls")? => Aggregation::unique_or_null(columns, None),
        "unique" => Aggregation::unique(columns, None),
        "weighted_avg" => Aggregation::weighted_avg(text("column")?, columns),
        "weighted_sum" => Aggregation::weighted_sum(text("column")?, columns),
        "group" => Aggregation::group(columns),
        other => return Err(invalid(py, &format!("there is no aggregation \"{other}\""), None)),
    })
}

/// All rows with columns of the right row of the same key.
#[pyfunction]
pub fn natural_join(
    py: Python<'_>,
    table: &PyTable,
    right: &PyTable,
    on: Vec<String>,
    joins: Vec<String>,
    policy: &str,
) -> PyResult<PyTable> {
    let policy = match policy {
        "error_on_duplicate" => NaturalJoinType::ErrorOnDuplicate,
        "first_match" => NaturalJoinType::FirstMatch,
        "last_match" => NaturalJoinType::LastMatch,
        "exactly_one_match" => NaturalJoinType::ExactlyOne,
        other => return Err(invalid(py, &format!("there is no join type \"{other}\""), None)),
    };
    engine(py, || table.inner().natural_join(right.inner(), &on, &joins, policy)).map(PyTable::new)
}

/// The newest rows added to a table.
#[pyfunction]
pub fn ring_table(py: Python<'_>, table: &PyTable, capacity: u64, initialize: bool) -> PyResult<PyTable> {
    let start = if initialize { RingStart::Filled } else { RingStart::Empty };
    engine(py, || table.inner().ring_table(capacity, start)).map(PyTable::new)
}
