//! Static tables from nothing and from arrays.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef};
use arrow_schema::{Field, Schema};
use kinetable_engine::column::Packed;
use kinetable_engine::{Definition, Error, Properties, Result, RowSet, Table};

/// A static table of so many rows without columns.
pub fn empty_table(size: u64) -> Table {
    let definition = Definition::new(Arc::new(Schema::empty()), Properties::APPEND);
    Table::fixed(definition, RowSet::flat(size), Vec::new())
}

/// A static table of named arrays, which are shared and not copied.
///
/// # Errors
/// If the arrays are not all of one length, or a name comes twice.
pub fn new_table(columns: Vec<(String, ArrayRef)>) -> Result<Table> {
    let size = columns.first().map_or(0, |(_, values)| values.len());
    for (place, (name, values)) in columns.iter().enumerate() {
        if values.len() != size {
            let (first, found) = (&columns[0].0, values.len());
            let message = format!("column \"{name}\" has {found} values, but column \"{first}\" has {size}");
            return Err(Error::invalid(message));
        }
        if columns[..place].iter().any(|(other, _)| other == name) {
            return Err(Error::invalid(format!("column \"{name}\" is given twice")));
        }
    }
    let fields: Vec<Field> =
        columns.iter().map(|(name, values)| Field::new(name, values.data_type().clone(), true)).collect();
    let rows = RowSet::flat(size as u64);
    let columns = columns
        .into_iter()
        .map(|(_, values)| Packed::column(rows.clone(), values))
        .collect::<Result<Vec<_>>>()?;
    let definition = Definition::new(Arc::new(Schema::new(fields)), Properties::APPEND);
    Ok(Table::fixed(definition, rows, columns))
}
