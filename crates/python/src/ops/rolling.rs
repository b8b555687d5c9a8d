//! `update_by`: columns made from the rows before and after a row in its group.

use kinetable::{BadData, Decay, DeltaControl, OperationControl, Scale, UpdateBy, UpdateByOperation, Window};
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::choose::wrap;
use crate::errors::invalid;
use crate::names::PyNames;
use crate::table::PyTable;

/// An operation as Python's side writes it: kind, columns, options.
pub type OperationSpec<'py> = (String, Vec<String>, Bound<'py, PyDict>);

/// Columns made from the rows around each row.
#[pyfunction]
pub fn update_by(
    py: Python<'_>,
    table: &PyTable,
    specs: Vec<OperationSpec<'_>>,
    by: Vec<String>,
    names: PyNames,
) -> PyResult<PyTable> {
    let operations = specs.iter().map(|spec| Spec::of(py, spec).operation());
    let operations = operations.collect::<PyResult<Vec<_>>>()?;
    wrap(py, || table.inner().update_by(&operations, &by, &names))
}

struct Spec<'a, 'py> {
    py: Python<'py>,
    kind: &'a str,
    columns: &'a [String],
    options: &'a Bound<'py, PyDict>,
}

impl<'a, 'py> Spec<'a, 'py> {
    fn of(py: Python<'py>, (kind, columns, options): &'a OperationSpec<'py>) -> Spec<'a, 'py> {
        Spec { py, kind, columns, options }
    }

    fn option(&self, name: &str) -> PyResult<Bound<'py, PyAny>> {
        self.options.get_item(name)?.ok_or_else(|| PyKeyError::new_err(name.to_owned()))
    }

    fn operation(&self) -> PyResult<UpdateBy> {
        if let Some(what) = self.kind.strip_prefix("rolling_") {
            return self.rolling(what);
        }
        let columns = self.columns;
        Ok(match self.kind {
            "cum_sum" => UpdateByOperation::cum_sum(columns).into(),
            "cum_prod" => UpdateByOperation::cum_prod(columns).into(),
            "cum_min" => UpdateByOperation::cum_min(columns).into(),
            "cum_max" => UpdateByOperation::cum_max(columns).into(),
            "cum_count_where" => UpdateBy::CumCountWhere {
                column: self.column()?,
                filters: self.option("filters")?.extract()?,
            },
            "forward_fill" => UpdateByOperation::forward_fill(columns).into(),
            "delta" => UpdateByOperation::delta(columns, self.delta_control()?).into(),
            "ema" => self.decay(Decay::Average)?,
            "ems" => self.decay(Decay::Sum)?,
            "emmin" => self.decay(Decay::Least)?,
            "emmax" => self.decay(Decay::Greatest)?,
            "emstd" => self.decay(Decay::Deviation)?,
            other => return Err(invalid(self.py, &format!("there is no operation \"{other}\""), None)),
        })
    }

    fn rolling(&self, what: &str) -> PyResult<UpdateBy> {
        let (columns, window) = (self.columns, self.window()?);
        Ok(match what {
            "sum" => UpdateByOperation::rolling_sum(columns, window).into(),
            "avg" => UpdateByOperation::rolling_avg(columns, window).into(),
            "min" => UpdateByOperation::rolling_min(columns, window).into(),
            "max" => UpdateByOperation::rolling_max(columns, window).into(),
            "prod" => UpdateByOperation::rolling_prod(columns, window).into(),
            "count" => UpdateByOperation::rolling_count(columns, window).into(),
            "std" => UpdateByOperation::rolling_std(columns, window).into(),
            "wavg" => {
                let weight: String = self.option("weight")?.extract()?;
                UpdateByOperation::rolling_wavg(weight, columns, window).into()
            }
            "group" => UpdateByOperation::rolling_group(columns, window).into(),
            "formula" => UpdateBy::RollingFormula {
                formula: self.option("formula")?.extract()?,
                parameter: self.option("parameter")?.extract()?,
                columns: columns.to_vec(),
                window,
            },
            "count_where" => UpdateBy::RollingCountWhere {
                column: self.column()?,
                filters: self.option("filters")?.extract()?,
                window,
            },
            other => {
                let text = format!("there is no operation \"rolling_{other}\"");
                return Err(invalid(self.py, &text, None));
            }
        })
    }

    fn column(&self) -> PyResult<String> {
        let first = self.columns.first().cloned();
        first.ok_or_else(|| invalid(self.py, &format!("{} needs a column", self.kind), None))
    }

    fn window(&self) -> PyResult<Window> {
        let (column, back, ahead): (Option<String>, i64, i64) = self.option("window")?.extract()?;
        Ok(match column {
            None => Window::Ticks { back, ahead },
            Some(column) => Window::Time { column, back, ahead },
        })
    }

    fn decay(&self, what: Decay) -> PyResult<UpdateBy> {
        let column: Option<String> = self.option("ts_col")?.extract()?;
        let scale = match column {
            None => Scale::Ticks(self.option("decay")?.extract()?),
            Some(column) => Scale::Time { column, ns: self.option("decay")?.extract()? },
        };
        let (on_null, on_nan): (String, String) = self.option("control")?.extract()?;
        let control = OperationControl { on_null: self.bad_data(&on_null)?, on_nan: self.bad_data(&on_nan)? };
        Ok(UpdateByOperation::decay(what, scale, self.columns, control).into())
    }

    fn bad_data(&self, name: &str) -> PyResult<BadData> {
        match name {
            "RESET" => Ok(BadData::Reset),
            "SKIP" => Ok(BadData::Skip),
            "THROW" => Ok(BadData::Throw),
            "POISON" => Ok(BadData::Poison),
            other => Err(invalid(self.py, &format!("there is no BadDataBehavior \"{other}\""), None)),
        }
    }

    fn delta_control(&self) -> PyResult<DeltaControl> {
        match self.option("control")?.extract::<String>()?.as_str() {
            "NULL_DOMINATES" => Ok(DeltaControl::NullDominates),
            "VALUE_DOMINATES" => Ok(DeltaControl::ValueDominates),
            "ZERO_DOMINATES" => Ok(DeltaControl::ZeroDominates),
            other => Err(invalid(self.py, &format!("there is no DeltaControl \"{other}\""), None)),
        }
    }
}
