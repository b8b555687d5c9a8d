//! Groups: aggregations, and rows of groups.

use arrow_array::ArrayRef;
use kinetable::formula::Variable;
use kinetable::{Aggregation, GroupFormulas, GroupOptions, NewColumn};
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::errors::{engine, invalid, raise};
use crate::names::PyNames;
use crate::table::PyTable;
use crate::values::variable;

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
    initial_groups: Option<PyRef<'_, PyTable>>,
    names: PyNames,
) -> PyResult<PyTable> {
    let formulas = table.inner().group_formulas(&by, &names);
    let aggregations = aggregations(py, &formulas, &specs)?;
    let initial_groups = initial_groups.map(|table| table.inner().clone());
    let made = move || {
        let initial_groups = initial_groups.map(|table| table.engine()).transpose()?;
        formulas.agg_by(&aggregations, &GroupOptions { preserve_empty, initial_groups })
    };
    engine(py, made).map(PyTable::new)
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
    let formulas = table.group_formulas(&by, &names);
    let [aggregation] = <[Aggregation; 1]>::try_from(aggregations(py, &formulas, &[spec])?)
        .map_err(|_| invalid(py, "agg_all_by takes one aggregation", Some("use agg_by for several")))?;
    engine(py, || table.agg_all_by(aggregation, &by)).map(PyTable::new)
}

/// Aggregations for each key of the rows and of the columns.
#[pyfunction]
pub fn keyed_transpose(
    py: Python<'_>,
    table: &PyTable,
    specs: Vec<Spec<'_>>,
    by: (Vec<String>, Vec<String>),
    initial_groups: Option<PyRef<'_, PyTable>>,
    ignore_new: bool,
    names: PyNames,
) -> PyResult<PyTable> {
    let (rows, columns) = by;
    let (by, columns) = ([&rows[..], &columns].concat(), rows.len());
    let formulas = table.inner().group_formulas(&by, &names);
    let aggregations = aggregations(py, &formulas, &specs)?;
    let initial_groups = initial_groups.map(|table| table.inner().clone());
    let on_new = if ignore_new { NewColumn::Ignore } else { NewColumn::Fail };
    engine(py, || formulas.keyed_transpose(&aggregations, columns, initial_groups.as_ref(), on_new))
        .map(PyTable::new)
}

/// The first rows of each key.
#[pyfunction]
pub fn head_by(py: Python<'_>, table: &PyTable, rows: u64, by: Vec<String>) -> PyResult<PyTable> {
    engine(py, || table.inner().head_by(rows, &by)).map(PyTable::new)
}

/// The last rows of each key.
#[pyfunction]
pub fn tail_by(py: Python<'_>, table: &PyTable, rows: u64, by: Vec<String>) -> PyResult<PyTable> {
    engine(py, || table.inner().tail_by(rows, &by)).map(PyTable::new)
}

/// A row for each element of arrays.
#[pyfunction]
pub fn ungroup(py: Python<'_>, table: &PyTable, columns: Vec<String>) -> PyResult<PyTable> {
    engine(py, || table.inner().ungroup(&columns)).map(PyTable::new)
}

/// The aggregations that Python's side wrote.
pub fn aggregations(
    py: Python<'_>,
    formulas: &GroupFormulas<'_>,
    specs: &[Spec<'_>],
) -> PyResult<Vec<Aggregation>> {
    let mut aggregations = Vec::with_capacity(specs.len());
    for spec in specs {
        match spec.0.as_str() {
            "formula" => aggregations.extend(formula(py, formulas, spec)?),
            _ => aggregations.push(aggregation(py, formulas, spec)?),
        }
    }
    Ok(aggregations)
}

fn option<'py>(options: &Bound<'py, PyDict>, name: &str) -> PyResult<Bound<'py, PyAny>> {
    options.get_item(name)?.ok_or_else(|| PyKeyError::new_err(name.to_owned()))
}

fn formula(py: Python<'_>, formulas: &GroupFormulas<'_>, spec: &Spec<'_>) -> PyResult<Vec<Aggregation>> {
    let (_, columns, options) = spec;
    let text: String = option(options, "formula")?.extract()?;
    let parameter: Option<String> = option(options, "parameter")?.extract()?;
    let made = py.detach(|| match parameter {
        None => Ok(vec![formulas.formula(&text)?]),
        Some(parameter) => formulas.formula_of(&text, &parameter, columns),
    });
    made.map_err(|error: kinetable::Error| raise(py, &error))
}

fn aggregation(py: Python<'_>, formulas: &GroupFormulas<'_>, spec: &Spec<'_>) -> PyResult<Aggregation> {
    let (kind, columns, options) = spec;
    let option = |name: &str| option(options, name);
    let flag = |name: &str| -> PyResult<bool> { option(name)?.extract() };
    let text = |name: &str| -> PyResult<String> { option(name)?.extract() };
    Ok(match kind.as_str() {
        "count" => {
            Aggregation::count(columns.first().ok_or_else(|| invalid(py, "count needs a column", None))?)
        }
        "count_where" => {
            let (column, filters) = (text("column")?, option("filters")?.extract::<Vec<String>>()?);
            py.detach(|| formulas.count_where(&column, &filters)).map_err(|error| raise(py, &error))?
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
        "unique" if flag("nulls")? => Aggregation::unique_or_null(columns, sentinel(&option("sentinel")?)?),
        "unique" => Aggregation::unique(columns, sentinel(&option("sentinel")?)?),
        "weighted_avg" => Aggregation::weighted_avg(text("column")?, columns),
        "weighted_sum" => Aggregation::weighted_sum(text("column")?, columns),
        "group" => Aggregation::group(columns),
        other => return Err(invalid(py, &format!("there is no aggregation \"{other}\""), None)),
    })
}

/// The value for groups with more than one; `None` is null.
fn sentinel(value: &Bound<'_, PyAny>) -> PyResult<Option<ArrayRef>> {
    if value.is_none() {
        return Ok(None);
    }
    match variable(value)? {
        Variable::Value(one) => Ok(Some(one)),
        _ => {
            let text = format!("non_unique_sentinel is {}, which no column holds", value.repr()?);
            Err(invalid(value.py(), &text, Some("give one value of the column's type")))
        }
    }
}
