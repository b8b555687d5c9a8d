//! `ungroup`: a row for each element of the lists of a row.
//!
//! ```text
//!  input row r with lists of 3  ──▶  result rows (r − low)·2ᵇ + 0, 1, 2          2ᵇ: the room of an input row
//! ```
//!
//! **State**: the layout, `low` and `b`. The elements are read from the input's lists when they are read; nothing is
//! copied, and what a row had is seen in the rows of the result.
//!
//! **Update rule**: rows that come and go do so with all of their elements. Of a modified row the elements that both
//! lists have are modified if they differ, and those that only one has come or go. Runs that shift, shift. A list
//! that outgrows the room, or a row below `low`, makes a new layout, in which all rows shift.
//!
//! **Cost**: the elements of the changed rows: a list is one value, so that one more element in it costs the whole list to
//! read. A new layout costs a run of shifts an input row when the room grows, which it does by doubling, and one run
//! otherwise.
//!
//! **Invariants**: 1. every element of every row has a place; 2. the lists of a row are of one length, or are read as if they were:
//! filled up with nulls to that of the longest.

mod layout;
mod lists;

mod columns;

mod apply;

use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema};
use kinetable_engine::{Definition, Error, Initial, Properties, Result, Table};

use apply::Ungroup;
use lists::Unequal;

/// A row for each element of the lists of a row, in all columns of lists or in those named; the other columns repeat
/// their value. A row whose lists are null or empty gives no row. A table without lists is given back as it is.
///
/// # Errors
/// If a named column does not exist or holds no lists, or the lists of a row differ in length; of a live table that
/// fails the result when it comes to be so.
pub fn ungroup(table: &Table, columns: &[&str]) -> Result<Table> {
    ungrouped(table, columns, Unequal::Refused)
}

/// As [`ungroup`], but lists of a row that differ in length are filled up with nulls to the length of the longest.
///
/// # Errors
/// If a named column does not exist or holds no lists.
pub fn ungroup_filled(table: &Table, columns: &[&str]) -> Result<Table> {
    ungrouped(table, columns, Unequal::Filled)
}

fn ungrouped(table: &Table, columns: &[&str], unequal: Unequal) -> Result<Table> {
    let definition = table.definition();
    let lists = match columns {
        [] => all_lists(&definition.schema),
        named => named.iter().map(|name| list(definition, name)).collect::<Result<Vec<_>>>()?,
    };
    if lists.is_empty() {
        return Ok(table.clone());
    }
    let field = |(index, field): (usize, &Arc<Field>)| match field.data_type() {
        DataType::List(item) if lists.contains(&index) => {
            Arc::new(Field::new(field.name(), item.data_type().clone(), true))
        }
        _ => field.clone(),
    };
    let fields: Vec<Arc<Field>> = definition.schema.fields().iter().enumerate().map(field).collect();
    let properties = if definition.properties.blink { Properties::BLINK } else { Properties::ANY };
    Table::derive(std::slice::from_ref(table), |inputs| {
        let (operator, rows) = Ungroup::start(&inputs[0], lists, unequal, table.is_live())?;
        Ok(Initial {
            definition: Definition::new(Arc::new(Schema::new(fields)), properties),
            rows,
            columns: operator.columns(&inputs[0]),
            operator: Box::new(operator),
        })
    })
}

fn all_lists(schema: &Schema) -> Vec<usize> {
    let is_list = |index: &usize| matches!(schema.field(*index).data_type(), DataType::List(_));
    (0..schema.fields().len()).filter(is_list).collect()
}

fn list(definition: &Definition, name: &str) -> Result<usize> {
    let index = definition.column_index(name)?;
    let field = definition.schema.field(index);
    match field.data_type() {
        DataType::List(_) => Ok(index),
        other => Err(Error::invalid(format!("column \"{name}\" is {other}, not an array"))
            .with_hint("ungroup takes columns of arrays, such as those that group_by makes")),
    }
}
