//! Formulas over the values of several rows: each column they name is a list, as `agg.formula` and `rolling_formula`
//! want it.
//!
//! A formula comes whole, `"Out = sum(Price) / count(Price)"`, or as a template with a parameter that stands for one
//! column after the other: `"avg(x) - 1"` with `x` for `Price`.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema};
use kinetable_engine::column::{FunctionInput, RowFunction};
use kinetable_engine::{Error, Result};
use kinetable_formula::{self as formula, Formula, Scope, Variable};

use super::Lenience;
use super::bound::formula_function;
use crate::Names;
use crate::error::of_formula;

/// Compiles formulas in which the columns of a table are lists of their values in several rows.
///
/// The functions it makes read columns by their index in the table's schema, and are given for each a list array: one
/// list a result. Columns named `plain` are given as they are, one value a result (the keys of groups).
pub(crate) struct ListFormulas<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) plain: &'a [String],
    pub(crate) names: &'a dyn Names,
    pub(crate) lenience: &'a Lenience,
}

impl ListFormulas<'_> {
    /// A whole formula, `"Out = expression"`: the name of its result, and the function.
    ///
    /// # Errors
    /// If it does not compile, or asks for positions or neighbours of a row.
    pub(crate) fn whole(&self, text: &str) -> Result<(String, Arc<dyn RowFunction>)> {
        let scope = Lists { formulas: self, parameter: None };
        let formula = formula::compile_select(text, &scope).map_err(of_formula)?;
        let name = formula.name().to_owned();
        Ok((name, self.bind(formula, &scope)?))
    }

    /// A template, in which `parameter` stands for the list of a column.
    ///
    /// # Errors
    /// As [`ListFormulas::whole`], and if there is no such column.
    pub(crate) fn template(
        &self,
        expression: &str,
        parameter: &str,
        column: &str,
    ) -> Result<Arc<dyn RowFunction>> {
        let column = self.index(column)?;
        let scope = Lists { formulas: self, parameter: Some((parameter, column)) };
        let formula = formula::compile_expression(parameter, expression, &scope).map_err(of_formula)?;
        self.bind(formula, &scope)
    }

    fn index(&self, name: &str) -> Result<usize> {
        self.schema.index_of(name).map_err(|_| {
            let names: Vec<_> = self.schema.fields().iter().map(|field| field.name().as_str()).collect();
            let hint = format!("columns: {}", names.join(", "));
            Error::invalid(format!("no column \"{name}\"")).with_hint(hint)
        })
    }

    fn bind(&self, formula: Formula, scope: &Lists<'_>) -> Result<Arc<dyn RowFunction>> {
        let text = formula.text().to_owned();
        let function = formula_function(formula, self.lenience, |name| scope.place(name))?;
        if function.inputs().iter().all(FunctionInput::is_local) {
            return Ok(function);
        }
        let message = format!("the formula \"{text}\" reads a position, a row key or other rows");
        Err(Error::invalid(message)
            .with_hint("here a column is the list of its values: use X, X[0], sum(X); not i, ii, k or X_"))
    }
}

/// The columns of a table as lists.
struct Lists<'a> {
    formulas: &'a ListFormulas<'a>,
    parameter: Option<(&'a str, usize)>,
}

impl Lists<'_> {
    fn place(&self, name: &str) -> Result<usize> {
        match self.parameter {
            Some((parameter, column)) if parameter == name => Ok(column),
            _ => self.formulas.index(name),
        }
    }
}

impl Scope for Lists<'_> {
    fn column(&self, name: &str) -> Option<DataType> {
        let field = self.formulas.schema.field(self.place(name).ok()?);
        let data_type = field.data_type().clone();
        if self.formulas.plain.contains(field.name()) {
            return Some(data_type);
        }
        Some(DataType::List(Arc::new(Field::new_list_field(data_type, true))))
    }

    fn variable(&self, name: &str) -> Option<Variable> {
        self.formulas.names.variable(name)
    }

    fn names(&self) -> Vec<String> {
        let columns = self.formulas.schema.fields().iter().map(|field| field.name().clone());
        let parameter = self.parameter.map(|(name, _)| name.to_owned());
        columns.chain(parameter).chain(self.formulas.names.names()).collect()
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::cast::AsArray;
    use arrow_array::types::{Float64Type, Int32Type};
    use arrow_array::{Array, ArrayRef, ListArray};

    use super::*;
    use crate::NoNames;

    fn schema() -> Schema {
        Schema::new(vec![Field::new("Key", DataType::Int32, true), Field::new("X", DataType::Int32, true)])
    }

    fn lists() -> ArrayRef {
        let lists = [Some(vec![Some(1), Some(2)]), Some(vec![Some(7), None]), Some(vec![])];
        Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>(lists))
    }

    fn formulas<'a>(schema: &'a Schema, plain: &'a [String], lenience: &'a Lenience) -> ListFormulas<'a> {
        ListFormulas { schema, plain, names: &NoNames, lenience }
    }

    #[test]
    fn columns_are_lists_and_a_parameter_stands_for_one() -> Result<()> {
        let (schema, lenience) = (schema(), Lenience::default());
        let formulas = formulas(&schema, &[], &lenience);
        let (name, whole) = formulas.whole("Mean = avg(X)")?;
        let template = formulas.template("avg(each)", "each", "X")?;
        assert_eq!((name.as_str(), whole.inputs()), ("Mean", &[FunctionInput::Column(1)][..]));
        for function in [whole, template] {
            let means = function.eval(&[lists()], 3)?;
            let means = means.as_primitive::<Float64Type>();
            assert_eq!((means.value(0), means.value(1), means.is_null(2)), (1.5, 7.0, true));
        }
        Ok(())
    }

    #[test]
    fn keys_are_plain_and_positions_are_refused() -> Result<()> {
        let (schema, lenience) = (schema(), Lenience::default());
        let plain = ["Key".to_owned()];
        let formulas = formulas(&schema, &plain, &lenience);
        let (_, function) = formulas.whole("Y = Key + sum(X)")?;
        assert_eq!(*function.data_type(), DataType::Int64);
        for text in ["Y = i", "Y = X_", "Y = X_[ii - 1]"] {
            let error = formulas.whole(text).expect_err("positions are refused");
            assert!(error.message().contains("reads a position"), "{error}");
        }
        assert!(formulas.template("sum(x)", "x", "Z").is_err());
        Ok(())
    }
}
