//! Comparison of tables by value: floats to the bit, but that every NaN equals every NaN.

use crate::text::{align, header, value_text};
use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::DataType;
use kinetable_engine::{Result, RowSet, Table};
use std::collections::BTreeMap;

/// The first place at which two arrays of one length differ.
///
/// # Panics
/// When types or lengths differ.
pub fn first_difference(a: &ArrayRef, b: &ArrayRef) -> Option<usize> {
    differing(a, b).next()
}

/// The positions at which two arrays of one length and type differ.
pub(crate) fn differences(a: &ArrayRef, b: &ArrayRef) -> RowSet {
    RowSet::from_sorted(differing(a, b).map(|at| at as u64))
}

fn differing(a: &ArrayRef, b: &ArrayRef) -> impl Iterator<Item = usize> {
    assert_eq!(a.data_type(), b.data_type(), "arrays of different types");
    assert_eq!(a.len(), b.len(), "arrays of different lengths");
    let count = if a.to_data() == b.to_data() { 0 } else { a.len() };
    (0..count).filter(|&at| !is_same_value(a, b, at))
}

fn is_same_value(a: &ArrayRef, b: &ArrayRef, at: usize) -> bool {
    if a.is_null(at) || b.is_null(at) {
        return a.is_null(at) == b.is_null(at);
    }
    match a.data_type() {
        DataType::Float64 => {
            let value = |array: &ArrayRef| array.as_primitive::<Float64Type>().value(at);
            let (x, y) = (value(a), value(b));
            x.to_bits() == y.to_bits() || (x.is_nan() && y.is_nan())
        }
        DataType::Float32 => {
            let value = |array: &ArrayRef| array.as_primitive::<Float32Type>().value(at);
            let (x, y) = (value(a), value(b));
            x.to_bits() == y.to_bits() || (x.is_nan() && y.is_nan())
        }
        DataType::List(_) => {
            let value = |array: &ArrayRef| array.as_list::<i32>().value(at);
            let (x, y) = (value(a), value(b));
            x.len() == y.len() && first_difference(&x, &y).is_none()
        }
        _ => a.slice(at, 1).to_data() == b.slice(at, 1).to_data(),
    }
}

/// How two batches differ, row by row; none when they do not.
pub(crate) fn batch_difference(expected: &RecordBatch, found: &RecordBatch) -> Option<String> {
    if let Some(difference) = schema_difference(expected, found) {
        return Some(difference);
    }
    let (rows, other) = (expected.num_rows(), found.num_rows());
    let common = rows.min(other);
    let columns = expected.columns().iter().zip(found.columns());
    let first = columns.filter_map(|(a, b)| first_difference(&a.slice(0, common), &b.slice(0, common))).min();
    let at = match first {
        Some(at) => at,
        None if rows == other => return None,
        None => common,
    };
    let mut message = format!("first difference at position {at}");
    if rows != other {
        message += &format!("; {rows} rows expected, {other} found");
    }
    let from = at.saturating_sub(1);
    message += &format!("\nexpected, from position {from}:\n{}", excerpt(expected, from));
    message += &format!("found, from position {from}:\n{}", excerpt(found, from));
    Some(message)
}

/// How two batches differ as bags of rows; none when they do not.
pub(crate) fn bag_difference(expected: &RecordBatch, found: &RecordBatch) -> Option<String> {
    if let Some(difference) = schema_difference(expected, found) {
        return Some(difference);
    }
    let mut counts: BTreeMap<Vec<String>, i64> = BTreeMap::new();
    for at in 0..expected.num_rows() {
        *counts.entry(row_words(expected, at)).or_default() += 1;
    }
    for at in 0..found.num_rows() {
        *counts.entry(row_words(found, at)).or_default() -= 1;
    }
    let mut lines = vec![header(&expected.schema(), "times")];
    for (row, count) in counts.into_iter().filter(|(_, count)| *count != 0).take(10) {
        let mut line = vec![format!("{:+}", -count)];
        line.extend(row);
        lines.push(line);
    }
    (lines.len() > 1).then(|| format!("rows found too often (+) or too seldom (-):\n{}", align(&lines)))
}

/// How the rows of two tables differ, in order, whatever their keys; none when they do not.
///
/// # Errors
/// When a table cannot be read.
pub fn table_difference(expected: &Table, found: &Table) -> Result<Option<String>> {
    Ok(batch_difference(&batch(expected)?, &batch(found)?))
}

/// All rows of a table's current version.
pub(crate) fn batch(table: &Table) -> Result<RecordBatch> {
    let version = table.version();
    version.batch(table.schema(), version.rows())
}

fn schema_difference(expected: &RecordBatch, found: &RecordBatch) -> Option<String> {
    let (a, b) = (header(&expected.schema(), ""), header(&found.schema(), ""));
    (a != b).then(|| format!("columns{} expected, columns{} found", a.join(" "), b.join(" ")))
}

/// Up to five rows as text.
fn excerpt(batch: &RecordBatch, from: usize) -> String {
    let mut lines = vec![header(&batch.schema(), "position")];
    for at in from..batch.num_rows().min(from + 5) {
        let mut line = vec![at.to_string()];
        line.extend(row_words(batch, at));
        lines.push(line);
    }
    align(&lines)
}

fn row_words(batch: &RecordBatch, at: usize) -> Vec<String> {
    batch.columns().iter().map(|values| value_text(values, at)).collect()
}
