//! The calls: `agg_by` and its short forms.

use std::sync::Arc;

use arrow_schema::{Field, Schema};
use kinetable_engine::{Definition, Error, Initial, Properties, Result, Table};

use super::operator::Aggregate;
use super::plan::{Flow, plan};
use super::spec::Aggregation;
use super::type_name::type_name;

/// How groups are kept.
#[derive(Debug, Clone, Default)]
pub struct GroupOptions {
    /// Whether a group whose rows are all gone stays, as the group of no rows. Without key columns: whether there is
    /// a row when the input is empty.
    pub preserve_empty: bool,
    /// Keys whose groups come first, in the order of this table as it is now; it has the key columns. Groups that
    /// have no rows stay only with `preserve_empty`.
    pub initial_groups: Option<Table>,
}

/// Computes aggregations for each combination of values of the key columns; for the whole table if there is none.
/// The result has the key columns, then one column an output, in the order given.
///
/// # Errors
/// If a column does not exist, has a type that its aggregation does not support, or two outputs have one name.
pub fn agg_by(
    table: &Table,
    aggregations: &[Aggregation],
    by: &[&str],
    options: &GroupOptions,
) -> Result<Table> {
    let definition = table.definition();
    let flow = Flow::of(definition.properties, table.is_live());
    let keys = by.iter().map(|name| definition.column_index(name)).collect::<Result<Vec<_>>>()?;
    let (units, results) = plan(definition, aggregations, flow)?;
    let schema = result_schema(definition, &keys, &results)?;
    let properties = match units.is_empty() && flow.only_grows() {
        true => Properties::APPEND,
        false => Properties::ANY,
    };
    Table::derive(std::slice::from_ref(table), |inputs| {
        let types = |fields: &[Arc<Field>]| fields.iter().map(|f| f.data_type().clone()).collect();
        let (key_fields, result_fields) = schema.fields().split_at(keys.len());
        let mut operator = Aggregate::new(
            keys,
            types(key_fields),
            types(result_fields),
            units,
            flow,
            options.preserve_empty,
        )?;
        if let Some(initial) = &options.initial_groups {
            seed(&mut operator, initial, key_fields)?;
        }
        let (rows, columns) = operator.start(&inputs[0])?;
        Ok(Initial {
            definition: Definition::new(Arc::new(schema), properties),
            rows,
            columns,
            operator: Box::new(operator),
        })
    })
}

fn result_schema(definition: &Definition, keys: &[usize], results: &[Field]) -> Result<Schema> {
    let keys = keys.iter().map(|key| definition.schema.field(*key).clone());
    let fields: Vec<Field> = keys.chain(results.iter().cloned()).collect();
    refuse_duplicates(fields.iter().map(|field| field.name().as_str()))?;
    Ok(Schema::new(fields))
}

/// An error if a name comes more than once.
pub(super) fn refuse_duplicates<'a>(names: impl Iterator<Item = &'a str> + Clone) -> Result<()> {
    let mut found: Vec<String> = Vec::new();
    for (index, name) in names.clone().enumerate() {
        let uses = names.clone().filter(|other| *other == name).count();
        if uses > 1 && names.clone().take(index).all(|other| other != name) {
            found.push(format!("{name} used {uses} times"));
        }
    }
    match found.is_empty() {
        true => Ok(()),
        false => Err(Error::invalid(format!("Duplicate output columns found: {}", found.join(", ")))
            .with_hint("give each result a name of its own, as in \"Out = In\"")),
    }
}

fn seed(operator: &mut Aggregate, initial: &Table, keys: &[Arc<Field>]) -> Result<()> {
    let version = initial.version();
    let read = |key: &Arc<Field>| {
        let column = initial.definition().column_index(key.name())?;
        let found = initial.schema().field(column).data_type();
        if found != key.data_type() {
            let (name, wanted, found) = (key.name(), type_name(key.data_type()), type_name(found));
            let message = format!("key column \"{name}\" is {wanted}, but {found} in the initial groups");
            return Err(Error::invalid(message).with_hint("cast it with view first"));
        }
        version.read(column, version.rows())
    };
    let arrays = keys.iter().map(read).collect::<Result<Vec<_>>>()?;
    operator.groups().seed(&arrays, version.rows().len() as usize)
}

/// Applies one aggregation to all columns but the key columns; it is given without columns.
///
/// # Errors
/// If the aggregation is not over columns, or names some, or does not support the type of a column.
pub fn agg_all_by(table: &Table, aggregation: Aggregation, by: &[&str]) -> Result<Table> {
    let name = aggregation.name();
    if !aggregation.is_over_columns() {
        let message = format!("agg_all_by does not support {name}, which is not over one column");
        return Err(Error::invalid(message).with_hint("use agg_by"));
    }
    if !aggregation.columns.is_empty() {
        let message = format!("{name} over all columns got columns");
        return Err(Error::invalid(message).with_hint("use agg_by to name columns"));
    }
    let names = table.schema().fields().iter().map(|field| field.name().as_str());
    let companion = aggregation.companion().map(str::to_owned);
    let columns: Vec<String> = names
        .filter(|name| !by.contains(name) && companion.as_deref() != Some(*name))
        .map(str::to_owned)
        .collect();
    if columns.is_empty() {
        return agg_by(table, &[], by, &GroupOptions::default());
    }
    let aggregation = Aggregation { columns, ..aggregation };
    agg_by(table, &[aggregation], by, &GroupOptions::default())
}

/// No columns, for [`agg_all_by`].
const ALL: [&str; 0] = [];

/// The rows of each group, into a column of this name.
pub fn count_by(table: &Table, column: &str, by: &[&str]) -> Result<Table> {
    agg_by(table, &[Aggregation::count(column)], by, &GroupOptions::default())
}

/// The distinct combinations of values of columns, in the order of their first rows; of all columns if none is named.
pub fn select_distinct(table: &Table, columns: &[&str]) -> Result<Table> {
    let schema = table.schema();
    let all: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    let by = if columns.is_empty() { &all } else { columns };
    agg_by(table, &[], by, &GroupOptions::default())
}

/// The first row of each group.
pub fn first_by(table: &Table, by: &[&str]) -> Result<Table> {
    agg_all_by(table, Aggregation::first(ALL), by)
}

/// The last row of each group.
pub fn last_by(table: &Table, by: &[&str]) -> Result<Table> {
    agg_all_by(table, Aggregation::last(ALL), by)
}

/// The sums of each group.
pub fn sum_by(table: &Table, by: &[&str]) -> Result<Table> {
    agg_all_by(table, Aggregation::sum(ALL), by)
}

/// The sums of absolute values of each group.
pub fn abs_sum_by(table: &Table, by: &[&str]) -> Result<Table> {
    agg_all_by(table, Aggregation::abs_sum(ALL), by)
}

/// The means of each group.
pub fn avg_by(table: &Table, by: &[&str]) -> Result<Table> {
    agg_all_by(table, Aggregation::avg(ALL), by)
}

/// The least values of each group.
pub fn min_by(table: &Table, by: &[&str]) -> Result<Table> {
    agg_all_by(table, Aggregation::min(ALL), by)
}

/// The greatest values of each group.
pub fn max_by(table: &Table, by: &[&str]) -> Result<Table> {
    agg_all_by(table, Aggregation::max(ALL), by)
}

/// The medians of each group.
pub fn median_by(table: &Table, by: &[&str]) -> Result<Table> {
    agg_all_by(table, Aggregation::median(ALL), by)
}

/// The sample standard deviations of each group.
pub fn std_by(table: &Table, by: &[&str]) -> Result<Table> {
    agg_all_by(table, Aggregation::std(ALL), by)
}

/// The sample variances of each group.
pub fn var_by(table: &Table, by: &[&str]) -> Result<Table> {
    agg_all_by(table, Aggregation::var(ALL), by)
}

/// The sums of each group's values times a weight column.
pub fn weighted_sum_by(table: &Table, weight: &str, by: &[&str]) -> Result<Table> {
    agg_all_by(table, Aggregation::weighted_sum(weight, ALL), by)
}

/// The means of each group's values weighted by a column.
pub fn weighted_avg_by(table: &Table, weight: &str, by: &[&str]) -> Result<Table> {
    agg_all_by(table, Aggregation::weighted_avg(weight, ALL), by)
}

/// The rows of each group as lists.
pub fn group_by(table: &Table, by: &[&str]) -> Result<Table> {
    agg_all_by(table, Aggregation::group(ALL), by)
}
