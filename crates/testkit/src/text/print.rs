//! From tables, versions and changes to text.

use super::types::type_name;
use crate::cell::{Cell, Row, array, cell};
use crate::script::Step;
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};
use arrow_cast::display::array_value_to_string;
use arrow_schema::{DataType, SchemaRef, TimeUnit};
use kinetable_engine::{Change, Result, RowSet, Table, Version};
use std::ops::Range;

/// A table's current version as text, with keys.
pub fn table_text(table: &Table) -> String {
    version_text(table.schema(), &table.version())
}

/// A version as text, with keys.
pub fn version_text(schema: &SchemaRef, version: &Version) -> String {
    let mut lines = vec![header(schema, "key")];
    lines.extend(rows_text(schema, version, version.rows(), "", |_| true));
    align(&lines)
}

/// A change as update text.
pub fn change_text(schema: &SchemaRef, change: &Change) -> String {
    let update = &change.update;
    let mut lines = vec![header(schema, "key")];
    lines[0].insert(0, " ".into());
    lines.extend(rows_text(schema, &change.before, &update.removed, "-", |_| true));
    for (old, delta) in update.shifted.iter() {
        lines.push(vec![">".into(), range_text(&old), format!("{delta:+}")]);
    }
    lines.extend(rows_text(schema, &change.after, &update.added, "+", |_| true));
    let is_modified = |column| update.modified_columns.contains(column);
    lines.extend(rows_text(schema, &change.after, &update.modified, "~", is_modified));
    align(&lines)
}

/// A step as update text without a header.
pub(crate) fn step_lines(schema: &SchemaRef, step: &Step) -> Vec<Vec<String>> {
    let mut lines = Vec::new();
    for key in &step.removed {
        lines.push(vec!["-".into(), key.to_string()]);
    }
    for (old, delta) in &step.shifted {
        lines.push(vec![">".into(), range_text(old), format!("{delta:+}")]);
    }
    for (key, row) in &step.added {
        let mut line = vec!["+".into(), key.to_string()];
        line.extend(row.iter().enumerate().map(|(at, cell)| cell_text(schema, at, cell)));
        lines.push(line);
    }
    for (key, cells) in &step.modified {
        let mut line = vec!["~".into(), key.to_string()];
        line.extend(cells.iter().enumerate().map(|(at, cell)| match cell {
            Some(cell) => cell_text(schema, at, cell),
            None => "=".into(),
        }));
        lines.push(line);
    }
    lines
}

pub(crate) fn row_line(schema: &SchemaRef, key: u64, row: &Row) -> Vec<String> {
    let mut line = vec![key.to_string()];
    line.extend(row.iter().enumerate().map(|(at, cell)| cell_text(schema, at, cell)));
    line
}

pub(crate) fn header(schema: &SchemaRef, key: &str) -> Vec<String> {
    let mut words = vec![key.to_string()];
    words.extend(schema.fields().iter().map(|f| format!("{}:{}", f.name(), type_name(f.data_type()))));
    words
}

/// Lines of words as text in columns, without blanks at the ends of lines.
pub(crate) fn align(lines: &[Vec<String>]) -> String {
    let count = lines.iter().map(Vec::len).max().unwrap_or(0);
    let width =
        |at: usize| lines.iter().filter_map(|line| line.get(at)).map(|word| word.chars().count()).max();
    let widths: Vec<usize> = (0..count).map(|at| width(at).unwrap_or(0)).collect();
    let mut text = String::new();
    for line in lines {
        let padded = line.iter().zip(&widths).map(|(word, &width)| format!("{word:<width$}"));
        text.push_str(padded.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

fn rows_text(
    schema: &SchemaRef,
    version: &Version,
    rows: &RowSet,
    sign: &str,
    shows: impl Fn(usize) -> bool,
) -> Vec<Vec<String>> {
    let columns: Vec<Result<ArrayRef>> =
        (0..schema.fields().len()).map(|column| version.read(column, rows)).collect();
    let line = |(at, key): (usize, u64)| {
        let mut words = vec![sign.to_string(), key.to_string()];
        for (index, values) in columns.iter().enumerate() {
            words.push(match values {
                _ if !shows(index) => "=".into(),
                Ok(values) => value_text(values, at),
                Err(error) => format!("<{error}>"),
            });
        }
        if sign.is_empty() { words.split_off(1) } else { words }
    };
    rows.iter().enumerate().map(line).collect()
}

/// A value of an array as table text; a list in brackets; other types that table text does not have, as Arrow
/// shows them.
pub fn value_text(values: &ArrayRef, at: usize) -> String {
    match cell(values, at) {
        Ok(cell) => cell_text_of(values.data_type(), &cell),
        Err(_) if values.is_null(at) => ".".into(),
        Err(_) if matches!(values.data_type(), DataType::List(_)) => {
            let list = values.as_list::<i32>().value(at);
            let items: Vec<String> = (0..list.len()).map(|at| value_text(&list, at)).collect();
            format!("[{}]", items.join(","))
        }
        Err(_) => array_value_to_string(values, at).unwrap_or_else(|error| format!("<{error}>")),
    }
}

fn cell_text(schema: &SchemaRef, at: usize, cell: &Cell) -> String {
    cell_text_of(schema.field(at).data_type(), cell)
}

fn cell_text_of(data_type: &DataType, cell: &Cell) -> String {
    match cell {
        Cell::Null => ".".into(),
        Cell::Bool(value) => value.to_string(),
        Cell::Float(value) if *data_type == DataType::Float32 => format!("{:?}", *value as f32),
        Cell::Float(value) => format!("{value:?}"),
        Cell::Str(text) => quoted_if_needed(text),
        Cell::Bin(bytes) => {
            let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("0x{digits}")
        }
        Cell::Int(value) => match data_type {
            DataType::UInt16 => match u32::try_from(*value).ok().and_then(char::from_u32) {
                Some(c) => quoted_if_needed(&c.to_string()),
                None => format!("\"\\u{{{value:x}}}\""),
            },
            // Arrow shows instants of a zone only when built with its table of zones.
            DataType::Timestamp(TimeUnit::Nanosecond, _) => {
                shown(&DataType::Timestamp(TimeUnit::Nanosecond, None), cell) + "Z"
            }
            DataType::Date32 | DataType::Time64(TimeUnit::Nanosecond) => shown(data_type, cell),
            _ => value.to_string(),
        },
    }
}

/// A cell as Arrow shows it.
fn shown(data_type: &DataType, cell: &Cell) -> String {
    array(data_type, std::iter::once(cell))
        .and_then(|values| Ok(array_value_to_string(&values, 0)?))
        .unwrap_or_else(|error| format!("<{error}>"))
}

fn quoted_if_needed(text: &str) -> String {
    let plain = text.chars().all(|c| !c.is_whitespace() && !c.is_control() && c != '"' && c != '\\');
    if plain && !text.is_empty() && !matches!(text, "." | "=") { text.into() } else { format!("{text:?}") }
}

fn range_text(range: &Range<u64>) -> String {
    if range.end - range.start == 1 {
        range.start.to_string()
    } else {
        format!("{}-{}", range.start, range.end - 1)
    }
}
