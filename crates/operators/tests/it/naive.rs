//! Groups the plain way: a list of positions for each key, in the order of first appearance, and tables made of them.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, UInt64Array};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{Field, Schema};
use arrow_select::take::take;
use kinetable_engine::column::Packed;
use kinetable_engine::{Column, Definition, Properties, Result, RowSet, Table};

/// All values of a column, in row order.
pub fn column(table: &Table, name: &str) -> ArrayRef {
    let version = table.version();
    let index = table.definition().column_index(name).expect("a column");
    version.read(index, version.rows()).expect("a readable column")
}

/// The positions of the rows of each group.
pub fn groups(table: &Table, by: &[&str]) -> Vec<Vec<usize>> {
    let keys: Vec<ArrayRef> = by.iter().map(|name| column(table, name)).collect();
    let options = FormatOptions::default().with_null("null");
    let texts: Vec<_> =
        keys.iter().map(|key| ArrayFormatter::try_new(key, &options).expect("text")).collect();
    let text = |row: usize| {
        let cell = |texts: &ArrayFormatter<'_>, key: &ArrayRef| {
            let text = texts.value(row).to_string();
            let text = if text == "-0.0" { "0.0".to_owned() } else { text };
            format!("{}{text}", if key.is_null(row) { "?" } else { "=" })
        };
        texts.iter().zip(&keys).map(|(texts, key)| cell(texts, key)).collect::<Vec<_>>()
    };
    let mut found: HashMap<Vec<String>, usize> = HashMap::new();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for row in 0..table.version().rows().len() as usize {
        let group = *found.entry(text(row)).or_insert(groups.len());
        if group == groups.len() {
            groups.push(Vec::new());
        }
        groups[group].push(row);
    }
    groups
}

/// The values of a column at positions.
pub fn pick(table: &Table, name: &str, positions: impl IntoIterator<Item = usize>) -> ArrayRef {
    let positions = UInt64Array::from_iter_values(positions.into_iter().map(|position| position as u64));
    take(&column(table, name), &positions, None).expect("positions of the table")
}

/// A static table.
pub fn table(columns: Vec<(&str, ArrayRef)>) -> Result<Table> {
    let rows = RowSet::flat(columns.first().map_or(0, |(_, values)| values.len()) as u64);
    let field = |(name, values): &(&str, ArrayRef)| Field::new(*name, values.data_type().clone(), true);
    let schema = Schema::new(columns.iter().map(field).collect::<Vec<_>>());
    let columns = columns.into_iter().map(|(_, values)| Packed::column(rows.clone(), values));
    let columns = columns.collect::<Result<Vec<Column>>>()?;
    Ok(Table::fixed(Definition::new(Arc::new(schema), Properties::APPEND), rows, columns))
}
