//! `matched`: the constituents of two keys tables, side by side where their keys are the same.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, BooleanArray};
use arrow_schema::DataType;
use kinetable_engine::column::{FunctionInput, RowFunction};
use kinetable_engine::{Error, Result, Table};

use super::handle::HANDLE;
use crate::filter::{Filter, where_};
use crate::join::{NaturalJoinType, natural_join};

/// The rows of a keys table whose key is in another one too, each with the other's handle in a column `name`. `part` is
/// the other's column of handles.
///
/// # Errors
/// If key columns differ in type, or a key is in the other table twice.
pub fn matched(keys: &Table, other: &Table, on: &[&str], part: &str, name: &str) -> Result<Table> {
    if on.is_empty() {
        return Err(Error::invalid("constituents are matched by key, but these have none"));
    }
    let pairs: Vec<(&str, &str)> = on.iter().map(|key| (*key, *key)).collect();
    let joined = natural_join(keys, other, &pairs, &[(name, part)], NaturalJoinType::ErrorOnDuplicate)?;
    let column = joined.definition().column_index(name)?;
    debug_assert_eq!(*joined.schema().field(column).data_type(), HANDLE, "a column of handles");
    where_(&joined, &[Filter::new(Arc::new(IsPresent([FunctionInput::Column(column)])))])
}

/// Whether a column is not null.
#[derive(Debug)]
struct IsPresent([FunctionInput; 1]);

impl RowFunction for IsPresent {
    fn data_type(&self) -> &DataType {
        &DataType::Boolean
    }

    fn inputs(&self) -> &[FunctionInput] {
        &self.0
    }

    fn eval(&self, inputs: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
        let present = (0..rows).map(|row| Some(inputs[0].is_valid(row)));
        Ok(Arc::new(present.collect::<BooleanArray>()))
    }
}
