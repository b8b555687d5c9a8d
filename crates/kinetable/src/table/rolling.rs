//! `update_by`: columns made from the rows before and after a row in its group, with formulas as text.

use std::sync::Arc;

use kinetable_engine::column::RowFunction;
use kinetable_engine::{Error, Result};
use kinetable_formula::parse_pair;
use kinetable_operators::rolling::{self, UpdateByOperation, Window};

use super::Table;
use crate::Names;
use crate::error::of_formula;
use crate::formulas::{Lenience, ListFormulas, filters};

/// An operation of [`Table::update_by`]: as it is, or with formulas to be compiled against the table.
#[derive(Debug, Clone)]
pub enum UpdateBy {
    /// An operation without formulas.
    Operation(UpdateByOperation),
    /// How many rows so far pass all of the filters.
    CumCountWhere {
        /// The name of the result.
        column: String,
        /// The filters.
        filters: Vec<String>,
    },
    /// How many rows of a window pass all of the filters.
    RollingCountWhere {
        /// The name of the result.
        column: String,
        /// The filters.
        filters: Vec<String>,
        /// The window.
        window: Window,
    },
    /// What a formula makes of a window, in which columns are the lists of its values.
    RollingFormula {
        /// `"Out = expression"`, or an expression if there is a parameter.
        formula: String,
        /// What stands for a column in the expression.
        parameter: Option<String>,
        /// With a parameter: pairs `"Out = In"`; all columns but keys and timestamps if there are none.
        columns: Vec<String>,
        /// The window.
        window: Window,
    },
}

impl From<UpdateByOperation> for UpdateBy {
    fn from(operation: UpdateByOperation) -> UpdateBy {
        UpdateBy::Operation(operation)
    }
}

impl Table {
    /// All columns, and those that operations make of the rows of each group, in row order. A cell whose formula fails
    /// on a live table is null and recorded.
    ///
    /// # Errors
    /// If a column is missing or has a type that its operation does not take, a formula is wrong, two results have one
    /// name, or the table is a blink table and there are keys.
    pub fn update_by(&self, operations: &[UpdateBy], by: &[String], names: &dyn Names) -> Result<Table> {
        let lenience = Lenience::default();
        let compiler = Compiler { table: self, by, names, lenience: &lenience };
        let mut compiled = Vec::with_capacity(operations.len());
        for operation in operations {
            compiled.extend(compiler.compile(operation)?);
        }
        let by: Vec<&str> = by.iter().map(String::as_str).collect();
        Ok(self.derived(rolling::update_by(&self.engine()?, &compiled, &by)?, &lenience))
    }
}

/// Compiles the formulas of operations on a table.
struct Compiler<'a> {
    table: &'a Table,
    by: &'a [String],
    names: &'a dyn Names,
    lenience: &'a Lenience,
}

impl Compiler<'_> {
    fn compile(&self, operation: &UpdateBy) -> Result<Vec<UpdateByOperation>> {
        Ok(match operation {
            UpdateBy::Operation(operation) => vec![operation.clone()],
            UpdateBy::CumCountWhere { column, filters } => {
                vec![UpdateByOperation::cum_count_where(column, self.predicate(filters)?)]
            }
            UpdateBy::RollingCountWhere { column, filters, window } => {
                let predicate = self.predicate(filters)?;
                vec![UpdateByOperation::rolling_count_where(column, predicate, window.clone())]
            }
            UpdateBy::RollingFormula { formula, parameter, columns, window } => {
                self.formulas(formula, parameter.as_deref(), columns, window)?
            }
        })
    }

    fn predicate(&self, texts: &[String]) -> Result<Arc<dyn RowFunction>> {
        let condition = texts.iter().map(|text| format!("({text})")).collect::<Vec<_>>().join(" && ");
        let single = if texts.len() == 1 { texts.to_vec() } else { vec![condition] };
        let compiled = filters(self.table.schema(), &single, self.names, self.lenience)?;
        let predicate = compiled.into_iter().next().map(|(filter, _)| filter.function);
        predicate.filter(|_| !texts.is_empty()).ok_or_else(|| Error::invalid("count_where has no filter"))
    }

    fn formulas(
        &self,
        formula: &str,
        parameter: Option<&str>,
        columns: &[String],
        window: &Window,
    ) -> Result<Vec<UpdateByOperation>> {
        let schema = self.table.schema();
        let lists = ListFormulas { schema, plain: &[], names: self.names, lenience: self.lenience };
        let Some(parameter) = parameter else {
            if !columns.is_empty() {
                let message = "rolling_formula has columns, but no parameter that stands for them";
                return Err(Error::invalid(message)
                    .with_hint("give formula_param, or write the formula as \"Out = expression\""));
            }
            let (name, function) = lists.whole(formula)?;
            return Ok(vec![UpdateByOperation::rolling_formula(name, function, window.clone())]);
        };
        let of_pair = |pair: &String| {
            let (output, input) = parse_pair(pair).map_err(of_formula)?;
            let function = lists.template(formula, parameter, &input)?;
            Ok(UpdateByOperation::rolling_formula(output, function, window.clone()))
        };
        if !columns.is_empty() {
            return columns.iter().map(of_pair).collect();
        }
        let is_stamp = |name: &String| matches!(window, Window::Time { column, .. } if column == name);
        let all = schema.fields().iter().map(|field| field.name());
        all.filter(|name| !self.by.contains(name) && !is_stamp(name)).map(of_pair).collect()
    }
}
