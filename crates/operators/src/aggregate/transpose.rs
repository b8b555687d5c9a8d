//! `keyed_transpose`: aggregations with the values of some key columns as columns.
//!
//! It is [`super::agg_by`] over all key columns, and an aggregation of that by the row keys whose state is the
//! [`Pivot`]. So a changed row costs what it costs those two.

use std::collections::HashSet;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{DataType, Field, Schema};
use kinetable_engine::{Definition, Error, Initial, Properties, Result, Table, Version};

use super::by::{GroupOptions, agg_by, refuse_duplicates};
use super::operator::Aggregate;
use super::pivot::Pivot;
use super::plan::{Flow, Source, Unit};
use super::spec::Aggregation;

/// What happens when a row comes with a column key that there was none of when the table was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NewColumn {
    /// The table fails.
    #[default]
    Fail,
    /// The row is left out.
    Ignore,
}

/// What to transpose.
#[derive(Debug, Clone)]
pub struct Transpose<'a> {
    /// The columns whose values are the rows.
    pub rows: &'a [&'a str],
    /// The columns whose values become columns.
    pub columns: &'a [&'a str],
    /// Rows and columns that are there from the start; it has the columns of both. Their groups stay when empty.
    pub initial_groups: Option<Table>,
    /// What happens to other column keys.
    pub on_new: NewColumn,
}

/// Aggregations for each row key and column key: one row a row key, with a column for each column key and aggregation.
/// A column is named by its key; by aggregation and key if there are several aggregations; keys of several columns
/// are joined by `_`. A cell without rows is null.
///
/// # Errors
/// As [`agg_by`], and if there is no row or column key, or a column is both.
pub fn keyed_transpose(table: &Table, aggregations: &[Aggregation], what: &Transpose<'_>) -> Result<Table> {
    for (keys, kind) in [(what.rows, "row"), (what.columns, "column")] {
        if keys.is_empty() {
            let message = format!("keyed_transpose got no columns for its {kind} keys");
            return Err(Error::invalid(message).with_hint("without row keys or column keys, use agg_by"));
        }
    }
    let by: Vec<&str> = what.rows.iter().chain(what.columns).copied().collect();
    let options = GroupOptions {
        preserve_empty: what.initial_groups.is_some(),
        initial_groups: what.initial_groups.clone(),
    };
    let cells = agg_by(table, aggregations, &by, &options)?;
    let flow = Flow::of(cells.definition().properties, cells.is_live());
    Table::derive(std::slice::from_ref(&cells), |inputs| {
        let plan = Plan::new(cells.schema(), &inputs[0], what)?;
        let fields = plan.fields();
        refuse_duplicates(fields.iter().map(|field| field.name().as_str()))?;
        let types: Vec<DataType> = fields.iter().map(|field| field.data_type().clone()).collect();
        let (key_types, result_types) = types.split_at(what.rows.len());
        let mut operator = Aggregate::new(
            (0..what.rows.len()).collect(),
            key_types.to_vec(),
            result_types.to_vec(),
            vec![plan.unit(what.on_new)?],
            flow,
            false,
        )?;
        let (rows, columns) = operator.start(&inputs[0])?;
        Ok(Initial {
            definition: Definition::new(Arc::new(Schema::new(fields)), Properties::ANY),
            rows,
            columns,
            operator: Box::new(operator),
        })
    })
}

/// The columns of the result.
struct Plan<'a> {
    cells: &'a Schema,
    rows: usize,
    /// How many key columns there are in all; the aggregations follow.
    keys: usize,
    /// The distinct column keys, an array a key column.
    columns: Vec<ArrayRef>,
}

impl<'a> Plan<'a> {
    fn new(cells: &'a Schema, version: &Version, what: &Transpose<'_>) -> Result<Plan<'a>> {
        let rows = what.rows.len();
        let keys = rows + what.columns.len();
        let read = |column: usize| version.read(column, version.rows());
        let columns = distinct((rows..keys).map(read).collect::<Result<Vec<_>>>()?)?;
        Ok(Plan { cells, rows, keys, columns })
    }

    fn shown(&self) -> std::ops::Range<usize> {
        self.keys..self.cells.fields().len()
    }

    fn unit(&self, on_new: NewColumn) -> Result<Unit> {
        let shown: Vec<usize> = self.shown().collect();
        let count = self.columns[0].len() * shown.len();
        Ok(Unit {
            inputs: (self.rows..self.keys).map(Source::Column).collect(),
            reads: (self.rows..self.keys).collect(),
            looks: self.shown().collect(),
            keeps_keys: true,
            outputs: (0..count).collect(),
            accumulator: Box::new(Pivot::new(&self.columns, shown, on_new)?),
        })
    }

    fn fields(&self) -> Vec<Field> {
        let fields = self.cells.fields();
        let mut all: Vec<Field> = fields[..self.rows].iter().map(|field| field.as_ref().clone()).collect();
        let mut taken: HashSet<String> = all.iter().map(|field| field.name().clone()).collect();
        for key in self.key_texts() {
            for shown in self.shown() {
                let prefix = (self.shown().len() > 1).then(|| format!("{}_", fields[shown].name()));
                let name = free(&legal(&format!("{}{key}", prefix.unwrap_or_default())), &mut taken);
                all.push(Field::new(name, fields[shown].data_type().clone(), true));
            }
        }
        all
    }

    /// Each column key as text.
    fn key_texts(&self) -> Vec<String> {
        let options = FormatOptions::default().with_null("null");
        let formatters: Vec<_> = self
            .columns
            .iter()
            .map(|column| ArrayFormatter::try_new(column.as_ref(), &options).map_err(|error| (column, error)))
            .collect();
        let text = |row: usize| {
            let parts = formatters.iter().map(|formatter| match formatter {
                Ok(formatter) => formatter.value(row).to_string(),
                Err((column, _)) => format!("{}_{row}", column.data_type()),
            });
            parts.collect::<Vec<_>>().join("_")
        };
        (0..self.columns[0].len()).map(text).collect()
    }
}

/// The distinct rows of key columns, in the order of their first appearance.
fn distinct(columns: Vec<ArrayRef>) -> Result<Vec<ArrayRef>> {
    use super::groups::{Groups, Visit};

    let types: Vec<DataType> = columns.iter().map(|column| column.data_type().clone()).collect();
    let mut groups = Groups::new(&types)?;
    let rows = columns.first().map_or(0, |column| column.len());
    groups.find(&columns, rows, Visit::Join, &mut Vec::new())?;
    let created = groups.settle(false).created;
    groups.keys(&created)
}

/// A text as a column name: what names cannot hold is left out, but for blanks and dashes, which become `_`.
fn legal(text: &str) -> String {
    let letter = |letter: char| match letter {
        ' ' | '-' => Some('_'),
        _ if letter.is_alphanumeric() || letter == '_' || letter == '$' => Some(letter),
        _ => None,
    };
    let name: String = text.chars().filter_map(letter).collect();
    let starts =
        name.chars().next().is_some_and(|first| first.is_alphabetic() || first == '_' || first == '$');
    if starts { name } else { format!("column_{name}") }
}

/// A name that is not taken yet: with a number from 2 on, if it must be.
fn free(name: &str, taken: &mut HashSet<String>) -> String {
    let numbered = (2..).map(|number| format!("{name}{number}"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    let found = names.find(|name| !taken.contains(name)).expect("numbers go on");
    taken.insert(found.clone());
    found
}
