//! Joins in the plainest way: every left row beside every right row.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type};
use arrow_array::{Array, ArrayRef, UInt64Array};
use arrow_ord::ord::make_comparator;
use arrow_schema::{DataType, FieldRef, Schema, SortOptions};
use kinetable_engine::column::Packed;
use kinetable_engine::{Definition, Properties, Result, RowSet, Table};
use kinetable_testkit::text::value_text;

/// The keys of all rows as text.
pub(crate) fn key_texts(table: &Table, names: &[&str]) -> Result<Vec<String>> {
    let mut keys = vec![String::new(); table.size() as usize];
    for name in names {
        let column = values(table, name)?;
        for (at, key) in keys.iter_mut().enumerate() {
            let text = value_text(&column, at);
            *key += if text == "-0.0" { "0.0" } else { &text };
            key.push('\n');
        }
    }
    Ok(keys)
}

/// The values of a column.
pub(crate) fn values(table: &Table, name: &str) -> Result<ArrayRef> {
    let version = table.version();
    version.read(table.definition().column_index(name)?, version.rows())
}

/// How values compare: null first, NaN last, -0.0 as 0.0.
pub(crate) fn order(left: &ArrayRef, right: &ArrayRef, l: usize, r: usize) -> Ordering {
    if left.is_null(l) || right.is_null(r) {
        return right.is_null(r).cmp(&left.is_null(l));
    }
    let floats = |a: f64, b: f64| match (a.is_nan(), b.is_nan()) {
        (false, false) => a.partial_cmp(&b).expect("no NaN"),
        (a, b) => a.cmp(&b),
    };
    match left.data_type() {
        DataType::Float64 => {
            let at = |array: &ArrayRef, at| array.as_primitive::<Float64Type>().value(at);
            floats(at(left, l), at(right, r))
        }
        DataType::Float32 => {
            let at = |array: &ArrayRef, at| f64::from(array.as_primitive::<Float32Type>().value(at));
            floats(at(left, l), at(right, r))
        }
        _ => make_comparator(left, right, SortOptions::default()).expect("an ordered type")(l, r),
    }
}

/// Rows of two tables side by side, given by positions: all left columns, and right columns under new names.
pub(crate) fn side_by_side(
    left: &Table,
    right: &Table,
    pairs: &[(Option<u64>, Option<u64>)],
    add: &[(&str, &str)],
) -> Result<Table> {
    let rows = RowSet::flat(pairs.len() as u64);
    let keys = |table: &Table, positions: Vec<Option<u64>>| -> UInt64Array {
        let rows = table.version().rows().clone();
        positions.into_iter().map(|position| rows.select(position?)).collect()
    };
    let lefts = keys(left, pairs.iter().map(|pair| pair.0).collect());
    let rights = keys(right, pairs.iter().map(|pair| pair.1).collect());
    let mut fields: Vec<FieldRef> = left.schema().fields().to_vec();
    let mut columns = Vec::new();
    for column in left.version().columns().iter() {
        columns.push(Packed::column(rows.clone(), column.gather(&lefts)?)?);
    }
    for (out, name) in add {
        let index = right.definition().column_index(name)?;
        fields.push(Arc::new(right.schema().field(index).clone().with_name(*out)));
        let values = right.version().column(index).gather(&rights)?;
        columns.push(Packed::column(rows.clone(), values)?);
    }
    let definition = Definition::new(Arc::new(Schema::new(fields)), Properties::ANY);
    Ok(Table::fixed(definition, rows, columns))
}
