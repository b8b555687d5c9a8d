//! From formula texts to selections and filters.

use std::sync::Arc;

use arrow_schema::{DataType, Schema};
use kinetable_engine::{Error, Result};
use kinetable_formula::{self as formula, Formula, OpaqueUse, Scope, UserFunction, Variable};
use kinetable_operators::filter::Filter;
use kinetable_operators::select::Selection;

use super::Lenience;
use super::bound::{filter_function, formula_function};
use super::serial::serial;
use crate::Names;
use crate::error::of_formula;

/// Columns that formulas see, growing as formulas add to them; a later one of the same name hides the earlier.
struct Columns<'a> {
    columns: Vec<(String, DataType)>,
    names: &'a dyn Names,
}

impl<'a> Columns<'a> {
    fn new(schema: &Schema, names: &'a dyn Names) -> Columns<'a> {
        let columns = schema.fields().iter().map(|field| (field.name().clone(), field.data_type().clone()));
        Columns { columns: columns.collect(), names }
    }

    fn index(&self, name: &str) -> Result<usize> {
        let found = self.columns.iter().rposition(|(column, _)| column == name);
        found.ok_or_else(|| Error::internal(format!("a formula reads \"{name}\", which is not a column")))
    }
}

impl Scope for Columns<'_> {
    fn column(&self, name: &str) -> Option<DataType> {
        let found = self.columns.iter().rfind(|(column, _)| column == name);
        found.map(|(_, data_type)| data_type.clone())
    }

    fn variable(&self, name: &str) -> Option<Variable> {
        self.names.variable(name)
    }

    fn opaque(&self, data_type: &DataType, using: &OpaqueUse<'_>) -> Option<Arc<dyn UserFunction>> {
        self.names.opaque(data_type, using)
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.columns.iter().map(|(name, _)| name.clone()).collect();
        names.extend(self.names.names());
        names
    }
}

/// Compiles `Name = expression` texts; later ones see the columns of earlier ones.
pub(crate) fn selections(
    schema: &Schema,
    texts: &[String],
    names: &dyn Names,
    lenience: &Lenience,
) -> Result<Vec<Selection>> {
    let mut columns = Columns::new(schema, names);
    let mut selections = Vec::with_capacity(texts.len());
    for text in texts {
        let formula = formula::compile_select(text, &columns).map_err(of_formula)?;
        let name = formula.name().to_owned();
        let data_type = formula.data_type().clone();
        selections.push(selection(formula, &columns, lenience)?);
        columns.columns.push((name, data_type));
    }
    Ok(selections)
}

fn selection(formula: Formula, columns: &Columns<'_>, lenience: &Lenience) -> Result<Selection> {
    let name = formula.name().to_owned();
    if let Some(column) = formula.is_column() {
        return Ok(Selection::column(name, columns.index(column)?));
    }
    let is_serial = columns.names.is_serial(formula.text());
    let function = formula_function(formula, lenience, |name| columns.index(name))?;
    Ok(Selection::function(name, if is_serial { serial(function) } else { function }))
}

/// The column `name` that colours the rows which fulfil a condition.
pub(crate) fn colouring(
    schema: &Schema,
    name: &str,
    condition: &str,
    colour: &str,
    names: &dyn Names,
    lenience: &Lenience,
) -> Result<Selection> {
    let columns = Columns::new(schema, names);
    let formula = formula::compile_colour_where(name, condition, colour, &columns).map_err(of_formula)?;
    selection(formula, &columns, lenience)
}

/// The column `name` that colours all rows: `colour` is the name of one, a text, or a formula that gives one.
pub(crate) fn colour(
    schema: &Schema,
    name: &str,
    colour: &str,
    names: &dyn Names,
    lenience: &Lenience,
) -> Result<Selection> {
    let columns = Columns::new(schema, names);
    let formula = formula::compile_colour(name, colour, &columns).map_err(of_formula)?;
    selection(formula, &columns, lenience)
}

/// Compiles filter texts. Each comes with the conditions on single columns that it is made of.
pub(crate) fn filters(
    schema: &Schema,
    texts: &[String],
    names: &dyn Names,
    lenience: &Lenience,
) -> Result<Vec<(Filter, formula::Filter)>> {
    let columns = Columns::new(schema, names);
    let compiled = texts.iter().map(|text| {
        let filter = formula::compile_filter(text, &columns).map_err(of_formula)?;
        let function = filter_function(filter.clone(), lenience, |name| columns.index(name))?;
        let function = if names.is_serial(text) { serial(function) } else { function };
        Ok((Filter::new(function), filter))
    });
    compiled.collect()
}
